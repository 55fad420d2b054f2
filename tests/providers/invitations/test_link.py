"""What an invitation's link tells whom, and the account it makes."""

import datetime as dt

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from core import clock
from core.models import AuditEvent, User
from providers.models import Invitation, Provider, Representative
from providers.services import invitations
from providers.tokens import hash_of
from tests.factories import NOON
from tests.factories.core import UserFactory
from tests.factories.providers import InvitationFactory, ProviderFactory
from tests.providers.invitations.rows import NEW, PASSWORD, trail

pytestmark = pytest.mark.django_db


def test_looking_at_an_invitation_changes_nothing(client, invited):
    before = Invitation.objects.values().get()

    for _ in range(2):
        page = client.get(invited.url)
    client.head(invited.url)

    text = page.content.decode()
    assert text.count("<button") == 1
    assert "Brook Care" in text
    assert "ada@example.org" in text
    assert page["Cache-Control"] == "private, no-store"
    assert Invitation.objects.values().get() == before
    assert not User.objects.filter(email="ada@example.org").exists()
    assert not AuditEvent.objects.exists()


def test_accepting_makes_the_account_and_signs_in(client, invited, provider):
    response = client.post(invited.url, NEW)

    user = User.objects.get(email="ada@example.org")
    invitation = Invitation.objects.get()
    address = EmailAddress.objects.get(user=user)
    assert response.status_code == 302
    assert response["Location"] == reverse("providers:welcome")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.session.get_expire_at_browser_close()
    assert (user.name, user.check_password(PASSWORD), user.is_superuser) == ("Ada Keeper", True, False)
    assert (address.email, address.verified, address.primary) == ("ada@example.org", True, True)
    assert (invitation.accepted_by, invitation.state(at=clock.now())) == (user, "accepted")
    assert Representative.objects.get().provider == provider
    assert set(AuditEvent.objects.values_list("action", "by_id")) == {
        ("user.added", user.pk), ("invitation.accepted", user.pk), ("representative.added", user.pk),
    }  # fmt: skip
    assert not any(
        "ada@" in f"{event.object_label} {event.before} {event.after}".lower() for event in AuditEvent.objects.all()
    )


def test_the_account_works_at_the_next_sign_in(client, invited):
    client.post(invited.url, NEW)
    client.post("/account/logout/")

    response = client.post("/account/login/", {"login": "ada@example.org", "password": PASSWORD, "next": "/workspace/"})

    assert (response.status_code, response["Location"]) == (302, "/workspace/")
    assert "_auth_user_id" in client.session


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "Give your name"),
        ({"password1": "", "password2": ""}, "Choose a password"),
        ({"password2": "something different"}, "not the same password"),
        ({"password1": "short", "password2": "short"}, "too short"),
        ({"password1": "ada@example.org", "password2": "ada@example.org"}, "too similar"),
        ({"name": "x" * 121}, "120"),
    ],
)
def test_what_is_wrong_with_a_new_account_is_told_and_nothing_is_made(client, invited, wrong, words):
    response = client.post(invited.url, {**NEW, **wrong})

    text = response.content.decode()
    assert response.status_code == 200
    assert words in text
    assert "<title>Error:" in text
    assert PASSWORD not in text
    assert not User.objects.filter(email="ada@example.org").exists()
    assert Invitation.objects.get().accepted_at is None


def test_an_address_with_an_account_is_asked_to_sign_in_first(client, invited):
    user = UserFactory(email="Ada@example.org")

    page = client.get(invited.url).content.decode()
    press = client.post(invited.url, NEW)

    assert f"/account/login/?next={invited.url}" in page
    assert "<button" not in page
    assert press.status_code == 200
    assert not Representative.objects.exists()
    user.refresh_from_db()
    assert not user.check_password(PASSWORD)


def test_an_account_accepts_with_one_button(client, invited, provider):
    user = UserFactory(email="Ada@example.org")
    client.force_login(user)

    page = client.get(invited.url).content.decode()
    response = client.post(invited.url)

    assert page.count("<button") == 1
    assert response["Location"] == reverse("providers:welcome")
    assert Representative.objects.get().user == user
    assert User.objects.filter(email__iexact="ada@example.org").count() == 1


def test_somebody_else_signed_in_cannot_take_it(client, invited):
    other = UserFactory()
    client.force_login(other)

    page = client.get(invited.url).content.decode()
    press = client.post(invited.url, NEW)

    assert "<button" not in page
    assert "Sign out" in page
    assert press.status_code == 409
    assert f"you are signed in as {other.email}" in press.content.decode()
    assert not Representative.objects.exists()
    assert Invitation.objects.get().accepted_at is None


def test_a_closed_account_does_not_come_back_by_an_invitation(invited):
    user = UserFactory(email="ada@example.org", is_active=False)

    with pytest.raises(invitations.CannotAccept, match="closed"):
        invitations.accept_with_account(token="a-token", by=user, at=clock.now())
    with pytest.raises(invitations.CannotAccept, match="account with your address"):
        invitations.accept_with_new_account(token="a-token", name="A", password=PASSWORD, at=clock.now())

    assert not Representative.objects.exists()


def test_an_accepted_invitation_works_once(client, invited):
    client.post(invited.url, NEW)
    client.logout()

    answers = [client.get(invited.url), client.post(invited.url, NEW)]

    assert [answer.status_code for answer in answers] == [410, 410]
    assert all("has been accepted" in answer.content.decode() for answer in answers)
    assert Representative.objects.count() == 1


def test_an_expired_invitation_says_until_when_it_worked(client, invited):
    Invitation.objects.update(invited_at=NOON - dt.timedelta(days=20), expires_at=NOON - dt.timedelta(days=6))

    answers = [client.get(invited.url), client.post(invited.url, NEW)]

    assert [answer.status_code for answer in answers] == [410, 410]
    assert all("ended on 12 November 2026" in answer.content.decode() for answer in answers)
    assert not User.objects.filter(email="ada@example.org").exists()


@pytest.mark.parametrize("token", ["nothing", "x" * 500, "a-toke", "%00", "%ff", hash_of("a-token")])
def test_a_link_we_never_sent_is_not_known(client, invited, token):
    path = invited.url.replace("a-token", token)

    assert {client.get(path).status_code, client.post(path, NEW).status_code} == {404}


def test_form_is_guarded_against_other_sites(invited):
    from django.test import Client

    response = Client(enforce_csrf_checks=True).post(invited.url, NEW)

    assert response.status_code == 403
    assert not Representative.objects.exists()


def test_an_entry_nobody_kept_comes_under_the_council_that_invited(client, officer):
    at = clock.now()
    provider = ProviderFactory()
    InvitationFactory(
        provider=provider, organisation=officer.organisation, email="ada@example.org", token="claim", invited_at=at,
        expires_at=at + dt.timedelta(days=1),
    )  # fmt: skip

    client.post(reverse("providers:invitation", args=["claim"]), NEW)

    assert Provider.objects.get().organisation == officer.organisation
    assert trail("provider.claimed").after == {"organisation": officer.organisation.pk}
