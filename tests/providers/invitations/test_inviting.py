"""Who may invite whom, what the mail holds, and sending again or taking back."""

import datetime as dt
import re

import pytest
from django.core import mail as outbox
from django.urls import reverse

from core import clock
from core.errors import AlreadyDone
from core.models import OutgoingMail
from providers.models import Invitation, Representative
from providers.services import invitations
from providers.tokens import hash_of
from tests.factories import NOON
from tests.factories.commissioning import OfficerFactory
from tests.factories.core import UserFactory
from tests.factories.providers import ProviderFactory, RepresentativeFactory
from tests.providers.invitations.rows import NEW, invite, run_jobs, trail

pytestmark = pytest.mark.django_db


def test_officer_invites_and_the_mail_holds_the_only_copy_of_the_link(provider, officer):
    invitation = invite(provider, officer.user)

    owed = OutgoingMail.objects.get()
    token = re.search(r"http://testserver/workspace/invitations/([^/\s]+)/", owed.text)[1]
    run_jobs()
    (sent,) = outbox.outbox
    owed.refresh_from_db()
    assert (sent.to, sent.subject) == (["ada@example.org"], "Keep the entry of Brook Care up to date")
    assert f"{officer.organisation} invites you" in sent.body
    assert token in sent.body
    assert owed.text == ""
    assert (invitation.token_hash, invitation.organisation) == (hash_of(token), officer.organisation)
    assert invitation.expires_at == NOON + dt.timedelta(days=14)
    assert "List-Unsubscribe" not in sent.extra_headers


def test_the_trail_names_no_address(provider, officer):
    invite(provider, officer.user)

    event = trail("invitation.sent")
    assert (event.by_id, event.organisation_label) == (officer.user.pk, officer.organisation.name)
    assert event.object_label == "invitation to Brook Care"
    assert "ada@example.org" not in f"{event.object_label} {event.before} {event.after}"
    assert "token_hash" not in event.after


def test_invitation_lives_as_long_as_the_setting_says(provider, officer, settings):
    settings.INVITATION_DAYS = 3

    assert invite(provider, officer.user).expires_at == NOON + dt.timedelta(days=3)


def test_who_may_invite(provider, officer):
    person = RepresentativeFactory(provider=provider)
    editor = OfficerFactory(organisation=officer.organisation, role="editor")
    for number, by in enumerate([officer.user, editor.user, person.user, UserFactory(is_superuser=True)]):
        invite(provider, by, email=f"new{number}@example.org")

    strangers = [
        OfficerFactory().user,
        OfficerFactory(organisation=officer.organisation, role="viewer").user,
        RepresentativeFactory().user,
        UserFactory(),
        RepresentativeFactory(provider=provider, user=UserFactory(is_active=False)).user,
    ]
    for by in strangers:
        with pytest.raises(invitations.CannotInvite, match="Only the council"):
            invite(provider, by, email="other@example.org")

    assert Invitation.objects.count() == 4
    assert set(Invitation.objects.filter(organisation=None).values_list("invited_by", flat=True)) == {person.user.pk}
    texts = OutgoingMail.objects.order_by("pk").values_list("text", flat=True)
    assert f"{person.user.name} invites you" in texts[2]


def test_where_no_council_is_here_only_operators_invite():
    provider = ProviderFactory()

    with pytest.raises(invitations.CannotInvite):
        invite(provider, OfficerFactory().user)
    invitation = invite(provider, UserFactory(is_superuser=True))

    assert invitation.organisation is None
    assert "The people who run the portal invite you" in OutgoingMail.objects.get().text


@pytest.mark.parametrize("email", ["ada@example.org", "ADA@example.org"])
def test_nobody_is_invited_twice(provider, officer, email):
    invite(provider, officer.user)

    with pytest.raises(AlreadyDone, match="still waits"):
        invite(provider, officer.user, email=email)

    assert OutgoingMail.objects.count() == 1


def test_nobody_is_invited_who_keeps_the_entry(provider, officer):
    RepresentativeFactory(provider=provider, user=UserFactory(email="ada@example.org"))

    with pytest.raises(AlreadyDone, match="keeps this entry already"):
        invite(provider, officer.user, email="Ada@example.org")


def test_an_expired_or_withdrawn_invitation_does_not_stand_in_the_way(provider, officer):
    first = invite(provider, officer.user)
    invitations.withdraw(invitation=first, by=officer.user, at=NOON)
    second = invite(provider, officer.user)

    third = invite(provider, officer.user, at=second.expires_at)

    assert Invitation.objects.count() == 3
    assert third.state(at=second.expires_at) == "open"


def test_no_more_than_some_are_invited_a_day(provider, officer):
    for number in range(invitations.MOST_A_DAY):
        invite(provider, officer.user, email=f"p{number}@example.org")

    with pytest.raises(invitations.CannotInvite, match="tomorrow"):
        invite(provider, officer.user)
    invite(provider, officer.user, at=NOON + dt.timedelta(days=1))

    assert Invitation.objects.count() == invitations.MOST_A_DAY + 1


def test_whether_an_address_has_an_account_is_not_told_to_who_invites(provider, officer):
    UserFactory(email="has-one@example.org")

    one = invite(provider, officer.user, email="has-one@example.org")
    other = invite(provider, officer.user, email="has-none@example.org")

    texts = [re.sub(r"invitations/[^/]+", "", text) for text in OutgoingMail.objects.values_list("text", flat=True)]
    assert texts[0] == texts[1]
    assert (one.accepted_by, other.accepted_by) == (None, None)


# --- sending again, taking back ---


def test_sending_again_makes_the_first_link_worthless(client, invited, officer):
    later = clock.now() + dt.timedelta(minutes=11)

    invitations.send_again(invitation=invited, by=officer.user, at=later)

    again = Invitation.objects.get()
    token = re.search(r"invitations/([^/\s]+)/", OutgoingMail.objects.get().text)[1]
    assert client.get(invited.url).status_code == 404
    assert client.post(invited.url, NEW).status_code == 404
    assert client.get(reverse("providers:invitation", args=[token])).status_code == 200
    assert again.expires_at == later + dt.timedelta(days=14)
    assert trail("invitation.sent_again").by_id == officer.user.pk


def test_an_expired_invitation_is_sent_again_and_an_answered_one_is_not(invited, officer):
    later = invited.expires_at + dt.timedelta(days=1)
    invitations.send_again(invitation=invited, by=officer.user, at=later)

    invitations.withdraw(invitation=invited, by=officer.user, at=later)
    with pytest.raises(invitations.InvitationGone, match="taken back"):
        invitations.send_again(invitation=invited, by=officer.user, at=later + dt.timedelta(days=1))


def test_sending_again_at_once_is_refused_so_that_the_mail_on_its_way_stays_good(provider, officer):
    invitation = invite(provider, officer.user)

    with pytest.raises(AlreadyDone, match="ten minutes"):
        invitations.send_again(invitation=invitation, by=officer.user, at=NOON + dt.timedelta(minutes=9))

    assert OutgoingMail.objects.count() == 1
    assert Invitation.objects.get().token_hash == invitation.token_hash


def test_nobody_is_sent_the_same_invitation_for_ever(provider, officer):
    invitation = invite(provider, officer.user)
    for hours in range(1, invitations.MOST_SENT):
        invitations.send_again(invitation=invitation, by=officer.user, at=NOON + dt.timedelta(hours=hours))

    with pytest.raises(AlreadyDone, match="whether the address is right"):
        invitations.send_again(invitation=invitation, by=officer.user, at=NOON + dt.timedelta(days=3))

    assert OutgoingMail.objects.count() == invitations.MOST_SENT


def test_taken_back(client, invited, officer):
    invitations.withdraw(invitation=invited, by=officer.user, at=clock.now())

    page, press = client.get(invited.url), client.post(invited.url, NEW)

    assert (page.status_code, press.status_code) == (410, 410)
    assert "This invitation was taken back" in press.content.decode()
    assert trail("invitation.withdrawn").by_id == officer.user.pk
    assert not Representative.objects.exists()
    with pytest.raises(invitations.InvitationGone, match="taken back"):
        invitations.withdraw(invitation=invited, by=officer.user, at=clock.now())


def test_strangers_neither_send_again_nor_take_back(invited):
    for by in (OfficerFactory().user, RepresentativeFactory().user):
        for service in (invitations.send_again, invitations.withdraw):
            with pytest.raises(invitations.CannotInvite):
                service(invitation=invited, by=by, at=clock.now())

    assert Invitation.objects.get().state(at=clock.now()) == "open"
