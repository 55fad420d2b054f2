"""A care home's entry, and its own person and its council's officer signed in."""

import pytest

from tests.providers.profiles import make_home


@pytest.fixture
def home():
    return make_home()


@pytest.fixture
def person(client, home):
    client.force_login(home.person)
    return client


@pytest.fixture
def officer(client, home):
    client.force_login(home.officer)
    return client
