"""Somebody whose entry is due, and a question asked of somebody a while ago."""

import pytest
from django.urls import reverse

from core import clock
from tests.factories.providers import (
    ConfirmationRequestFactory,
    RepresentativeFactory,
    ServiceFactory,
)
from tests.providers.freshness.rows import days, known_for
from tests.tools.work import beat, broker, finished, start  # noqa: F401 - fixtures


@pytest.fixture
def person():
    """Somebody who keeps the entry of one service that is due."""
    return RepresentativeFactory(provider=known_for(days(80)).provider)


@pytest.fixture
def asked(client):
    """What was asked of somebody a while ago, with the address of its page."""
    at = clock.now()
    service = ServiceFactory(published_at=at - days(400), confirmed_at=at - days(80), phone="01388 000 000")
    request = ConfirmationRequestFactory(
        service=service, token="a-token", sent_at=at - days(1), expires_at=at + days(89)
    )
    request.url = reverse("providers:confirm", args=["a-token"])
    return request
