"""A council's officer, its provider, an open invitation and somebody who keeps the entry."""

import datetime as dt

import pytest
from django.urls import reverse

from core import clock
from tests.factories.commissioning import OfficerFactory
from tests.factories.providers import InvitationFactory, ProviderFactory, RepresentativeFactory


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


@pytest.fixture
def person(client, provider):
    """Somebody who keeps the entry, signed in."""
    person = RepresentativeFactory(provider=provider)
    client.force_login(person.user)
    return person
