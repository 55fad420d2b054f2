"""Inviting and leaving among those who keep one entry."""

import datetime as dt

import pytest

from core import clock
from core.models import OutgoingMail
from providers.models import Invitation, Representative
from tests.factories.providers import InvitationFactory, RepresentativeFactory
from tests.providers.invitations.rows import trail

pytestmark = pytest.mark.django_db

COLLEAGUES = "/workspace/colleagues/"


def test_colleague_is_invited_by_a_representative(client, person, provider):
    wrong = client.post(COLLEAGUES, {"email": "nothing"})
    done = client.post(COLLEAGUES, {"email": "ada@example.org"})
    again = client.post(COLLEAGUES, {"email": "ada@example.org"})

    invitation = Invitation.objects.get()
    assert "Give an email address such as" in wrong.content.decode()
    assert (done.status_code, done["Location"]) == (302, COLLEAGUES)
    assert (invitation.provider, invitation.invited_by, invitation.organisation) == (provider, person.user, None)
    assert "still waits" in again.content.decode()
    assert trail("invitation.sent").organisation_label == "Brook Care"


def test_colleagues_and_invitations_of_ones_own_provider_are_shown(client, person, invited):
    colleague = RepresentativeFactory(provider=person.provider)
    stranger = RepresentativeFactory()
    elsewhere = InvitationFactory(email="elsewhere@example.org")

    page = client.get(COLLEAGUES)

    text = page.content.decode()
    assert all(word in text for word in (person.user.email, colleague.user.email, "ada@example.org"))
    assert stranger.user.email not in text
    assert elsewhere.email not in text
    assert page["Cache-Control"] == "private, no-store"


def test_representative_sends_again_and_takes_back_only_ones_own(client, person, invited):
    foreign = InvitationFactory()
    Invitation.objects.filter(pk=invited.pk).update(expires_at=clock.now() + dt.timedelta(days=1))
    before = Invitation.objects.values().get(pk=foreign.pk)
    url = "/workspace/colleagues/invited/"

    refused = [
        client.post(url, {"invitation": key, "do": do}).status_code
        for key in (foreign.pk, 10**18, "9" * 40, "x", "", "\x00")
        for do in ("again", "withdraw")
    ]
    nonsense = client.post(url, {"invitation": invited.pk, "do": "nothing"}).status_code
    looked = client.get(url).status_code
    client.post(url, {"invitation": invited.pk, "do": "again"})
    sent = OutgoingMail.objects.count()
    client.post(url, {"invitation": invited.pk, "do": "withdraw"})

    assert set(refused) == {404}
    assert (nonsense, looked, sent) == (404, 405, 1)
    assert Invitation.objects.get(pk=invited.pk).state(at=clock.now()) == "withdrawn"
    assert Invitation.objects.values().get(pk=foreign.pk) == before


def test_leaving_takes_a_page_with_one_button(client, person):
    page = client.get("/workspace/colleagues/leave/").content.decode()
    still_there = Representative.objects.count()
    response = client.post("/workspace/colleagues/leave/")

    assert "Nobody else keeps this entry" in page
    assert still_there == 1
    assert response["Location"] == "/"
    assert not Representative.objects.exists()
    assert client.get(COLLEAGUES).status_code == 403


def test_colleagues_page_is_not_for_others(client, provider, officer):
    visitor = [client.get(COLLEAGUES), client.post(COLLEAGUES, {"email": "ada@example.org"})]
    client.force_login(officer.user)
    councils = [client.get(COLLEAGUES), client.post(COLLEAGUES, {"email": "ada@example.org"})]

    assert [one["Location"].partition("?")[0] for one in visitor] == ["/account/login/"] * 2
    assert [one.status_code for one in councils] == [403, 403]
    assert not Invitation.objects.exists()


def test_colleagues_page_takes_as_many_queries_for_one_as_for_many(client, person, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(COLLEAGUES)
    with CaptureQueriesContext(connection) as one:
        client.get(COLLEAGUES)
    RepresentativeFactory.create_batch(5, provider=person.provider)
    InvitationFactory.create_batch(5, provider=person.provider)

    with django_assert_num_queries(len(one)):
        assert client.get(COLLEAGUES).content.decode().count("Send again") == 5
