"""A care home with its own person and its council's officer."""

import pytest

from tests.providers.profiles import make_home


@pytest.fixture
def home():
    return make_home()
