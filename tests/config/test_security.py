import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from config.accounts import client_address
from core.models import User

PASSWORD = "a-long-walk-by-the-river"


@pytest.fixture
def user(db):
    user = User.objects.create_user(email="officer@council.example", password=PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_in(client, email, password):
    return client.post(reverse("account_login"), {"login": email, "password": password})


def test_every_page_carries_the_strict_policies(client, db):
    response = client.get("/there-is-no-such-page/")

    policy = dict(part.strip().partition(" ")[::2] for part in response.headers["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "font-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=()" in response.headers["Permissions-Policy"]


def test_person_signs_in_by_e_mail_whatever_its_case(client, user):
    response = sign_in(client, "Officer@Council.example", PASSWORD)

    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)


def test_guessing_is_stopped_for_the_pair_of_name_and_address(client, user, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    for attempt in range(settings.AXES_FAILURE_LIMIT):
        sign_in(client, user.email, f"guess-{attempt}")

    response = sign_in(client, user.email, PASSWORD)

    assert response.status_code == 429
    assert "_auth_user_id" not in client.session


def test_guessing_at_one_account_locks_nobody_else_at_the_same_address_out(client, user, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    for attempt in range(settings.AXES_FAILURE_LIMIT):
        sign_in(client, f" Colleague@Council.example{' ' * attempt}", f"guess-{attempt}")

    locked = sign_in(client, "colleague@council.example", PASSWORD)
    response = sign_in(client, user.email, PASSWORD)

    assert locked.status_code == 429
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)


def test_owner_of_a_guessed_account_still_signs_in_from_elsewhere(client, user, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    for attempt in range(settings.AXES_FAILURE_LIMIT):
        sign_in(client, user.email, f"guess-{attempt}")

    client.defaults["REMOTE_ADDR"] = "192.0.2.7"
    sign_in(client, user.email, PASSWORD)

    assert client.session["_auth_user_id"] == str(user.pk)


def test_nobody_makes_an_account_without_an_invitation(client, db):
    client.post(
        reverse("account_signup"),
        {"email": "stranger@mail.example", "password1": PASSWORD, "password2": PASSWORD},
    )

    assert not User.objects.exists()


def test_admin_asks_strangers_to_sign_in_by_the_sites_own_door(client, db):
    response = client.get("/admin/", follow=True)

    assert response.redirect_chain[-1][0].partition("?")[0] == reverse("account_login")


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.5", "10.0.0.1"),
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "192.0.2.1, 203.0.113.5", "203.0.113.5"),
        (2, "192.0.2.1, 203.0.113.5, 10.0.0.9", "203.0.113.5"),
        (1, "", "10.0.0.1"),
    ],
)
def test_address_is_only_taken_from_our_own_proxies(rf, settings, proxies, forwarded, expected):
    settings.TRUSTED_PROXIES = proxies
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)

    assert client_address(request) == expected


@pytest.mark.parametrize("name", ["mfa_index", "account_change_password", "account_reauthenticate", "accessibility"])
def test_browser_keeps_no_page_that_somebody_signed_in_has_seen(client, user, name):
    client.force_login(user)

    response = client.get(reverse(name))

    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]


def test_page_without_a_fact_about_the_visitor_may_be_kept(client, db):
    response = client.get(reverse("accessibility"))

    assert "no-store" not in response.headers.get("Cache-Control", "")
