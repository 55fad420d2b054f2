"""The sitemap names every public row's page, and nothing else."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from core import clock
from strategies.models import Edition
from tests.factories.commissioning import OrganisationFactory
from tests.factories.engagement import EventFactory
from tests.factories.providers import ProviderFactory, ServiceFactory
from tests.factories.strategies import ActionFactory, StrategyFactory
from tests.factories.tenders import ContractFactory, FrameworkFactory, OpportunityFactory

pytestmark = pytest.mark.django_db
PUBLISHED = {
    "strategies": StrategyFactory,
    "opportunities": OpportunityFactory,
    "frameworks": FrameworkFactory,
    "contracts": ContractFactory,
    "events": EventFactory,
    "services": ServiceFactory,
    "providers": ProviderFactory,
}


def _paths(client):
    response = client.get(reverse("sitemap"))
    assert response.status_code == 200
    return re.findall(r"<loc>http://testserver([^<]+)</loc>", response.content.decode())


def _edition(strategy, number, *, published_at):
    return Edition.objects.create(
        strategy=strategy, number=number, requested_at=clock.now(), composed_at=clock.now(), content={},
        content_checksum="0" * 64, published_at=published_at,
    )  # fmt: skip


@pytest.mark.parametrize("register", PUBLISHED)
def test_public_row_is_in_the_sitemap_and_a_draft_or_embargoed_one_is_not(client, register):
    make = PUBLISHED[register]
    public = make()
    hidden = [make(published_at=None), make(published_at=clock.now() + dt.timedelta(hours=1))]

    paths = _paths(client)

    assert public.get_absolute_url() in paths
    assert not {row.get_absolute_url() for row in hidden} & set(paths)


def test_only_the_newest_public_edition_is_in_the_sitemap(client):
    strategy = StrategyFactory()
    for number, published_at in [(1, clock.now()), (2, clock.now()), (3, None)]:
        _edition(strategy, number, published_at=published_at)
    _edition(StrategyFactory(published_at=None), 1, published_at=clock.now())

    paths = _paths(client)

    assert [path for path in paths if re.search(r"/editions/\d", path)] == [
        reverse("strategies:edition", args=[strategy.slug, 2])
    ]


def test_delivery_plan_is_in_the_sitemap_where_there_is_one(client):
    planned, unplanned = ActionFactory().strategy, StrategyFactory()

    paths = _paths(client)

    assert reverse("strategies:delivery_plan", args=[planned.slug]) in paths
    assert reverse("strategies:delivery_plan", args=[unplanned.slug]) not in paths


def test_withdrawn_opportunity_is_not_in_the_sitemap(client):
    withdrawn = OpportunityFactory(withdrawn_at=clock.now(), ended_reason="No money.")

    assert withdrawn.get_absolute_url() not in _paths(client)


def test_sitemap_says_when_a_row_was_published(client):
    OpportunityFactory(published_at=dt.datetime(2026, 2, 3, 12, tzinfo=dt.UTC))

    assert "<lastmod>2026-02-03</lastmod>" in client.get(reverse("sitemap")).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_sitemap_costs_the_same_whatever_the_number_of_rows(client, count, django_assert_num_queries):
    for make in [*PUBLISHED.values(), OrganisationFactory]:
        for _ in range(count):
            make()

    # Each class counts its rows and reads them; the request has its own transaction.
    with django_assert_num_queries(32):
        paths = _paths(client)

    assert len(paths) > 7 * count
