"""Signing in: one door for everybody, in the portal's own words."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth import get_user_model
from django.core import mail

from tests.factories.commissioning import OfficerFactory
from tests.factories.providers import RepresentativeFactory

PASSWORD = "correct horse battery staple"


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
    link = re.search(r"http://\S+/account/password/reset/key/\S+", mail.outbox[0].body)[0]

    form = client.get(link, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "another horse battery", "password2": "another horse battery"})

    stranger.refresh_from_db()
    assert '<h1 class="govuk-heading-xl">Choose a new password</h1>' in form.content.decode()
    assert stranger.check_password("another horse battery")


def test_unknown_address_gets_the_same_answer_as_a_known_one(client, stranger):
    known = client.post("/account/password/reset/", {"email": stranger.email})
    unknown = client.post("/account/password/reset/", {"email": "nobody@example.org"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_old_link_says_so(client, db):
    response = client.get("/account/password/reset/key/1-set-password/", follow=True)

    assert '<h1 class="govuk-heading-xl">This link no longer works</h1>' in response.content.decode()
