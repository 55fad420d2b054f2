"""The standard's own rules, and a feed without a limit on requests."""

import pytest

from core.api import PublicRate
from tests.tools.open_referral import Rules
from tests.tools.shared import shared_data


@pytest.fixture(scope="module")
def rules():
    return Rules(shared_data("oruk"))


@pytest.fixture
def no_limit(monkeypatch):
    monkeypatch.setattr(PublicRate, "THROTTLE_RATES", {"public": "100000/minute"})
