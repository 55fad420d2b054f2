"""The first page after accepting, and the second step."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.urls import reverse

from tests.factories.providers import RepresentativeFactory
from tests.providers.invitations.rows import NEW

pytestmark = pytest.mark.django_db


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
