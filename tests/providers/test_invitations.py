"""How people come to keep an entry, what a link tells whom, and how it ends."""

import datetime as dt
import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail as outbox
from django.urls import reverse

from core import clock, jobs
from core.errors import AlreadyDone
from core.models import AuditEvent, Job, JobState, OutgoingMail, User
from core.tasks import delete_personal_data
from providers.models import Invitation, Provider, Representative
from providers.services import invitations
from providers.tokens import hash_of
from tests.factories import NOON
from tests.factories.commissioning import OfficerFactory
from tests.factories.core import UserFactory
from tests.factories.providers import InvitationFactory, ProviderFactory, RepresentativeFactory

pytestmark = pytest.mark.django_db

PASSWORD = "three words together"
NEW = {"name": "Ada Keeper", "password1": PASSWORD, "password2": PASSWORD}


def run_jobs():
    for row in Job.objects.filter(state=JobState.QUEUED):
        jobs.run(row.pk)


@pytest.fixture
def officer():
    return OfficerFactory()


@pytest.fixture
def provider(officer):
    return ProviderFactory(organisation=officer.organisation, name="Brook Care")


@pytest.fixture
def invited(provider, officer):
    """An open invitation, with the address of its page."""
    at = clock.now()
    invitation = InvitationFactory(
        provider=provider, organisation=officer.organisation, invited_by=officer.user, email="ada@example.org",
        token="a-token", invited_at=at, expires_at=at + dt.timedelta(days=14),
    )  # fmt: skip
    invitation.url = reverse("providers:invitation", args=["a-token"])
    return invitation


def invite(provider, by, **more):
    return invitations.invite(**{"provider": provider, "email": "ada@example.org", "by": by, "at": NOON, **more})


def trail(action):
    return AuditEvent.objects.get(action=action)


# --- inviting ---


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


# --- the link ---


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


# --- the first page after it, and the second step ---


def test_second_step_is_offered_and_not_forced(client, invited):
    page = client.post(invited.url, NEW, follow=True)

    text = page.content.decode()
    assert page.status_code == 200
    assert reverse("mfa_activate_totp") in text
    assert "recovery codes" in text
    assert reverse("providers:workspace") in text
    assert client.get(reverse("providers:workspace")).status_code == 200


def test_second_step_is_not_offered_to_who_has_one(client):
    person = RepresentativeFactory()
    TOTP.activate(person.user, generate_totp_secret())
    client.force_login(person.user)

    text = client.get(reverse("providers:welcome")).content.decode()

    assert reverse("mfa_activate_totp") not in text


def test_welcome_is_for_people_of_a_provider(client, officer):
    visitor = client.get(reverse("providers:welcome"))
    client.force_login(officer.user)

    assert visitor.status_code == 302
    assert visitor["Location"].startswith("/account/login/")
    assert client.get(reverse("providers:welcome")).status_code == 404


# --- the end ---


def test_officer_ends_and_the_person_is_told(provider, officer):
    person = RepresentativeFactory(provider=provider)

    invitations.end_representation(representative=person, by=officer.user, at=NOON)

    run_jobs()
    (sent,) = outbox.outbox
    event = trail("representative.ended")
    assert not Representative.objects.exists()
    assert (sent.to, sent.subject) == ([person.user.email], "You no longer keep the entry of Brook Care")
    assert event.before == {"account": person.user.pk, "provider": provider.pk}
    assert event.object_label == f"account {person.user.pk} for Brook Care"
    assert User.objects.get(pk=person.user.pk).is_active
    with pytest.raises(AlreadyDone):
        invitations.end_representation(representative=person, by=officer.user, at=NOON)


def test_somebody_leaves_without_a_mail(provider):
    person = RepresentativeFactory(provider=provider)

    invitations.end_representation(representative=person, by=person.user, at=NOON)

    assert not Representative.objects.exists()
    assert trail("representative.left").by_id == person.user.pk
    assert OutgoingMail.objects.count() == 0


def test_others_end_nothing(provider, officer):
    person = RepresentativeFactory(provider=provider)
    colleague = RepresentativeFactory(provider=provider)
    viewer = OfficerFactory(organisation=officer.organisation, role="viewer")

    for by in (colleague.user, OfficerFactory().user, viewer.user, UserFactory()):
        with pytest.raises(invitations.NotYours, match="Only the council"):
            invitations.end_representation(representative=person, by=by, at=NOON)

    assert Representative.objects.count() == 2


# --- in the admin ---


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


# --- how long ---


def test_ended_invitations_are_forgotten_after_ninety_days():
    at = clock.now()
    long_ago, lately = at - dt.timedelta(days=91), at - dt.timedelta(days=89)
    begun = at - dt.timedelta(days=200)
    for moment in (long_ago, lately):
        InvitationFactory(invited_at=begun, expires_at=moment)
        InvitationFactory(invited_at=begun, expires_at=lately, accepted_at=moment)
        InvitationFactory(invited_at=begun, expires_at=lately, withdrawn_at=moment)

    delete_personal_data()

    assert Invitation.objects.count() == 3
    assert not Invitation.objects.past_keeping(at=at).exists()


# --- among colleagues ---


@pytest.fixture
def person(client, provider):
    """Somebody who keeps the entry, signed in."""
    person = RepresentativeFactory(provider=provider)
    client.force_login(person.user)
    return person


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


# --- two at once ---


def both(work):
    """Do the same twice at one time, each on a connection of its own, and return what each said."""
    from threading import Barrier, Thread

    from django.db import connection

    said, gate = [], Barrier(2)

    def once():
        gate.wait()
        try:
            work()
            said.append("done")
        except Exception as refusal:  # noqa: BLE001 - compared below
            said.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [Thread(target=once) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(said)


@pytest.mark.django_db(transaction=True)
def test_an_invitation_accepted_twice_at_one_time_is_accepted_once(invited):
    said = both(
        lambda: invitations.accept_with_new_account(token="a-token", name="Ada", password=PASSWORD, at=clock.now())
    )

    assert said == ["InvitationGone", "done"]
    assert User.objects.filter(email="ada@example.org").count() == 1
    assert Representative.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_address_invited_to_two_entries_at_one_time_gets_one_account(invited, officer):
    other = InvitationFactory(
        email="Ada@example.org", token="other", expires_at=clock.now() + dt.timedelta(days=1),
        invited_at=clock.now() - dt.timedelta(days=1),
    )  # fmt: skip
    tokens = iter(["a-token", "other"])

    said = both(
        lambda: invitations.accept_with_new_account(token=next(tokens), name="Ada", password=PASSWORD, at=clock.now())
    )

    assert said == ["CannotAccept", "done"]
    assert User.objects.filter(email__iexact="ada@example.org").count() == 1
    assert Representative.objects.count() == 1
    assert Invitation.objects.filter(accepted_at=None).count() == 1
    assert other.provider != invited.provider


@pytest.mark.django_db(transaction=True)
def test_somebody_invited_twice_at_one_time_gets_one_mail(provider, officer):
    said = both(lambda: invite(provider, officer.user, at=clock.now()))

    assert said == ["AlreadyDone", "done"]
    assert Invitation.objects.count() == OutgoingMail.objects.count() == 1
