"""Inviting, taking back and ending in the council's workspace."""

import datetime as dt

import pytest
from django.urls import reverse

from core import clock
from core.models import AuditEvent, OutgoingMail
from providers.models import Invitation, Representative
from tests.factories.commissioning import OfficerFactory
from tests.factories.providers import ProviderFactory, RepresentativeFactory

pytestmark = pytest.mark.django_db


def test_officer_invites_from_the_admin_after_a_page_with_one_button(client, provider, officer):
    client.force_login(officer.user)
    url = reverse("admin:providers_provider_action", args=[provider.pk, "invite"])

    client.get(url)
    empty = client.post(url, {"email": "no address"})
    before = Invitation.objects.count()
    done = client.post(url, {"email": "ada@example.org"})
    again = client.post(url, {"email": "ada@example.org"})

    assert (empty.status_code, before, done.status_code) == (200, 0, 302)
    assert Invitation.objects.get().invited_by == officer.user
    assert "still waits" in again.content.decode()


def test_officer_invites_for_an_entry_that_no_council_keeps_yet(client, officer):
    from tests.factories.core import PlaceFactory, PostcodeFactory

    officer.organisation.gss_code = "E06000047"
    officer.organisation.save()
    PostcodeFactory(council=PlaceFactory(kind="council", gss_code="E06000047"))
    here = ProviderFactory(registered_postcode="DH1 3UJ")
    elsewhere = ProviderFactory()
    client.force_login(officer.user)
    url = reverse("admin:providers_invitation_add")

    refused = client.post(url, {"provider": elsewhere.pk, "email": "ada@example.org"})
    sent = client.post(url, {"provider": here.pk, "email": "ada@example.org"})
    again = client.post(url, {"provider": here.pk, "email": "ada@example.org"})

    invitation = Invitation.objects.get()
    assert "Only the council that looks after" in refused.content.decode()
    assert sent.status_code == 302
    assert (invitation.provider, invitation.organisation) == (here, officer.organisation)
    assert "still waits" in again.content.decode()
    assert OutgoingMail.objects.count() == 1
    assert AuditEvent.objects.filter(object_kind="providers.invitation").count() == 1


def test_officer_takes_back_sends_again_and_ends_in_the_admin(client, invited, provider, officer):
    client.force_login(officer.user)
    Invitation.objects.update(expires_at=clock.now() + dt.timedelta(days=1))
    person = RepresentativeFactory(provider=provider)
    old_hash = Invitation.objects.get().token_hash

    client.post(reverse("admin:providers_invitation_action", args=[invited.pk, "send_again"]))
    new_hash = Invitation.objects.get().token_hash
    client.post(reverse("admin:providers_invitation_action", args=[invited.pk, "withdraw"]))
    gone = client.post(reverse("admin:providers_invitation_action", args=[invited.pk, "withdraw"])).status_code
    client.post(reverse("admin:providers_representative_action", args=[person.pk, "end"]))

    assert old_hash != new_hash
    assert Invitation.objects.get().state(at=clock.now()) == "withdrawn"
    assert gone == 403
    assert not Representative.objects.exists()


def test_another_councils_officer_finds_neither_invitations_nor_people(client, invited, provider):
    person = RepresentativeFactory(provider=provider)
    stranger = OfficerFactory()
    client.force_login(stranger.user)
    before = Invitation.objects.values().get()

    for model, pk, actions in (
        ("invitation", invited.pk, ["send_again", "withdraw"]),
        ("representative", person.pk, ["end"]),
        ("provider", provider.pk, ["invite"]),
    ):
        listed = client.get(reverse(f"admin:providers_{model}_changelist")).content.decode()
        assert "ada@example.org" not in listed
        assert person.user.name not in listed
        for action in actions:
            url = reverse(f"admin:providers_{model}_action", args=[pk, action])
            assert (client.get(url).status_code, client.post(url, {"email": "x@example.org"}).status_code) == (404, 404)

    assert Invitation.objects.values().get() == before
    assert Representative.objects.count() == 1
