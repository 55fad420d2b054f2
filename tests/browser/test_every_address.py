"""Every address of the sitemap, with the real documents and an edition of each."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from config.fixtures import load_fixtures
from core import clock
from strategies.models import Strategy
from tests.browser.examples.visits import Visit
from tests.browser.rows.strategies import composed_edition

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_every_address_of_the_sitemap_is_sound(inspector, client):
    load_fixtures(folder=Path(settings.BASE_DIR) / "fixtures", at=clock.now())
    strategies = list(Strategy.objects.public(at=clock.now()))
    for strategy in strategies:
        composed_edition(strategy, published_at=clock.now())
    sitemap = client.get(reverse("sitemap")).content.decode()
    paths = re.findall(r"<loc>http://testserver([^<]+)</loc>", sitemap)

    problems = [problem for path in paths for problem in inspector.problems(Visit(path))]

    assert len(strategies) >= 5
    assert len(paths) > 250
    assert problems == []
