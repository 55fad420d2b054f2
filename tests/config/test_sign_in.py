"""Signing in: one door for everybody, in the portal's own words."""

import re
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt
from django.contrib.auth import get_user_model
from django.core import mail as outbox
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from config import account_urls
from core.models import OutgoingMail
from tests.factories.commissioning import OfficerFactory
from tests.factories.providers import RepresentativeFactory

PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def _nothing_counted():
    """What allauth counts in the cache outlives a test."""
    cache.clear()


@pytest.fixture
def operator(db):
    user = get_user_model().objects.create_superuser("operator@example.org", PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def stranger(db):
    user = get_user_model().objects.create_user("family@example.org", PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _sign_in(client, user, **fields):
    return client.post("/account/login/", {"login": user.email, "password": PASSWORD, **fields})


def test_right_password_signs_in(client, operator):
    response = _sign_in(client, operator, next="/cookies/")

    assert response.status_code == 302
    assert response["Location"] == "/cookies/"
    assert client.session["_auth_user_id"] == str(operator.pk)
    assert client.session.get_expire_at_browser_close()


def test_wrong_password_is_told_in_a_summary_and_names_no_account(client, operator):
    response = client.post("/account/login/", {"login": operator.email, "password": "wrong"})

    text = response.content.decode()
    assert response.status_code == 200
    assert "<title>Error: Sign in - Care Commissioning Portal</title>" in text
    assert 'class="govuk-error-summary"' in text
    assert "The email address or the password is not right." in text
    assert "_auth_user_id" not in client.session


def test_sign_in_does_not_lead_to_another_site(client, operator):
    response = _sign_in(client, operator, next="https://evil.example/")

    assert response["Location"] == "/admin/"


def test_sign_in_leads_to_where_a_person_works(client, operator, stranger):
    representative = RepresentativeFactory(user__password=PASSWORD).user
    officer = OfficerFactory(user__password=PASSWORD).user
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in (representative, officer)
    )

    places = []
    for user in (operator, officer, representative, stranger):
        places.append(_sign_in(client, user)["Location"])
        client.logout()

    assert places == ["/admin/", "/admin/", "/workspace/", "/"]


def test_workspace_sends_visitors_to_the_portals_own_sign_in(client, db):
    response = client.get("/admin/login/", {"next": "/admin/core/"})

    assert response.status_code == 302
    assert response["Location"] == "/account/login/?next=/admin/core/"


def test_admins_own_form_lets_nobody_in(client, operator):
    response = client.post("/admin/login/", {"username": operator.email, "password": PASSWORD})

    assert response["Location"].startswith("/account/login/")
    assert "_auth_user_id" not in client.session


def test_second_step_is_asked_on_the_way_to_the_workspace(client, operator):
    TOTP.activate(operator, generate_totp_secret())

    response = _sign_in(client, operator, next="/admin/")

    assert response["Location"].startswith("/account/2fa/authenticate/")
    assert "_auth_user_id" not in client.session


@pytest.fixture
def half_way(client, operator):
    """Somebody who has given the right password and not the code yet."""
    authenticator = TOTP.activate(operator, generate_totp_secret())
    _sign_in(client, operator)
    secret = decrypt(authenticator.instance.data["secret"])
    return operator, format_hotp_value(hotp_value(secret, int(time.time()) // 30))


@pytest.mark.parametrize(
    "path",
    ["/admin/", "/workspace/", "/account/2fa/", "/account/2fa/totp/deactivate/", "/account/2fa/recovery-codes/",
     "/account/2fa/recovery-codes/download/", "/account/password/change/", "/account/reauthenticate/", "/alerts/mine/"],
)  # fmt: skip
def test_half_way_through_signing_in_nothing_is_open(client, half_way, path):
    response = client.get(path)

    assert response.status_code == 302
    assert response["Location"].startswith(("/account/login/", "/admin/login/"))


def test_a_new_password_is_no_way_past_the_second_step(client, half_way):
    user, _ = half_way
    other = Client()
    other.post("/account/password/reset/", {"email": user.email})
    link = re.search(r"http://\S+/account/password/reset/key/\S+", OutgoingMail.objects.get().text)[0]

    form = other.get(link, follow=True)
    other.post(form.request["PATH_INFO"], {"password1": "another horse battery", "password2": "another horse battery"})
    response = other.post("/account/login/", {"login": user.email, "password": "another horse battery"})

    assert response["Location"].startswith("/account/2fa/authenticate/")
    assert "_auth_user_id" not in other.session
    # Who knew the old password and had not given the code is out as well.
    late = client.post("/account/2fa/authenticate/", {"code": half_way[1]})
    assert "Your password was changed meanwhile" in late.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_code_works_once(client, half_way):
    user, code = half_way
    other = Client()
    _sign_in(other, user)

    client.post("/account/2fa/authenticate/", {"code": code})
    response = other.post("/account/2fa/authenticate/", {"code": code})

    assert client.session["_auth_user_id"] == str(user.pk)
    assert response.status_code == 200
    assert "_auth_user_id" not in other.session


def test_codes_cannot_be_guessed_while_the_cache_is_away(client, half_way, monkeypatch):
    monkeypatch.setattr("allauth.core.ratelimit.consume", lambda *args, **options: True)
    user, code = half_way
    for number in range(10):
        client.post("/account/2fa/authenticate/", {"code": f"{(int(code) + 1 + number) % 1_000_000:06}"})

    response = client.post("/account/2fa/authenticate/", {"code": code})
    anew = _sign_in(Client(), user)

    assert "_auth_user_id" not in client.session
    assert "Too many wrong tries." in response.content.decode()
    assert anew.status_code == 429


def test_signing_in_gives_a_new_session_and_a_new_password_ends_the_others(client, stranger):
    client.get("/account/login/")
    client.session["planted"] = "by somebody else"
    before = client.session.session_key
    _sign_in(client, stranger)
    other = Client()
    _sign_in(other, stranger)

    changed = client.post(
        "/account/password/change/",
        {"oldpassword": PASSWORD, "password1": "another horse battery", "password2": "another horse battery"},
    )

    assert changed.status_code == 302
    assert client.session.session_key != before
    assert client.get("/account/2fa/").status_code == 200
    assert other.get("/account/2fa/").status_code == 302
    told = OutgoingMail.objects.get()
    assert (told.to, told.subject) == (stranger.email, "Your password was changed")
    assert "http://testserver/account/password/reset/" in told.text


def test_the_first_operator_confirms_the_address_before_signing_in(client, db):
    user = get_user_model().objects.create_superuser("first@example.org", PASSWORD)

    refused = _sign_in(client, user)
    before = "_auth_user_id" in client.session
    told = client.get(refused["Location"])
    link = re.search(r"http://testserver(/account/confirm-email/\S+)", OutgoingMail.objects.get().text)[1]
    shown = client.get(link)
    client.post(link)
    _sign_in(client, user)

    assert refused["Location"] == "/account/confirm-email/"
    assert not before
    assert '<h1 class="govuk-heading-xl">Look in your email</h1>' in told.content.decode()
    assert "Yes, it is mine" in shown.content.decode()
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_no_page_of_signing_in_breaks(client, stranger, is_signed_in):
    """Templates of the library's own link to pages that are not offered here."""
    words = {"key": "nonsense", "uidb36": "1"}
    names = {pattern.name: pattern.pattern.regex.groupindex for pattern in patterns_of(account_urls.urlpatterns)}
    if is_signed_in:
        client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")

    answers = {
        name: client.get(reverse(name, kwargs={one: words[one] for one in wanted})).status_code
        for name, wanted in names.items()
    }

    assert len(answers) > 15
    assert {name: status for name, status in answers.items() if status not in (200, 302, 404)} == {}


def patterns_of(entries):
    for entry in entries:
        yield from patterns_of(entry.url_patterns) if hasattr(entry, "url_patterns") else [entry]


def test_a_confirming_link_that_is_none_of_ours_says_so(client, db):
    response = client.get("/account/confirm-email/nonsense/")

    assert response.status_code == 200
    assert '<h1 class="govuk-heading-xl">This link no longer works</h1>' in response.content.decode()


def test_workspace_tells_somebody_who_is_no_officer_why(client, stranger):
    client.force_login(stranger)

    response = client.get("/admin/login/?next=/admin/")

    assert response.status_code == 403
    assert "The workspace is for officers of councils and NHS bodies." in response.content.decode()


def test_sign_out_needs_a_press(client, operator):
    client.force_login(operator)

    shown = client.get("/account/logout/")
    still_in = "_auth_user_id" in client.session
    pressed = client.post("/account/logout/")

    assert shown.status_code == 200
    assert still_in
    assert pressed.status_code == 302
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up_by_themselves(client, db):
    response = client.post("/account/signup/", {"email": "new@example.org", "password1": PASSWORD})

    assert "Accounts come by invitation" in response.content.decode()
    assert not get_user_model().objects.exists()


def test_forgotten_password_is_chosen_anew_by_the_link_in_the_mail(client, stranger):
    client.post("/account/password/reset/", {"email": stranger.email})
    link = re.search(r"http://\S+/account/password/reset/key/\S+", OutgoingMail.objects.get().text)[0]

    form = client.get(link, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "another horse battery", "password2": "another horse battery"})

    stranger.refresh_from_db()
    assert '<h1 class="govuk-heading-xl">Choose a new password</h1>' in form.content.decode()
    assert stranger.check_password("another horse battery")


def test_unknown_address_gets_the_same_answer_as_a_known_one(client, stranger):
    known = client.post("/account/password/reset/", {"email": stranger.email})
    unknown = client.post("/account/password/reset/", {"email": "nobody@example.org"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_the_mail_is_owed_and_names_the_site_whatever_host_was_asked(client, stranger):
    client.post("/account/password/reset/", {"email": stranger.email}, headers={"host": "localhost"})

    owed = OutgoingMail.objects.get()
    assert (owed.to, owed.subject, owed.sent_at) == (stranger.email, "Choose a new password", None)
    assert "http://testserver/account/password/reset/key/" in owed.text
    assert "localhost" not in owed.text
    assert outbox.outbox == []


@pytest.mark.parametrize("email", ["family@example.org", "nobody@example.org"])
def test_an_address_gets_no_second_mail_because_somebody_asks_again(client, stranger, email):
    for _ in range(3):
        client.post("/account/password/reset/", {"email": email})

    assert OutgoingMail.objects.filter(to=email).count() == 1


def test_asking_for_a_new_password_over_and_over_is_refused(client, stranger):
    answers = [client.post("/account/password/reset/", {"email": stranger.email}).status_code for _ in range(6)]

    assert answers == [302, 302, 302, 302, 302, 429]


def test_old_link_says_so(client, db):
    response = client.get("/account/password/reset/key/1-set-password/", follow=True)

    assert '<h1 class="govuk-heading-xl">This link no longer works</h1>' in response.content.decode()
