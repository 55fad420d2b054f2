"""The home page's list of publishers and its news."""

import datetime as dt

import pytest

from commissioning.models import Organisation
from config.views.home import News, news, publishers
from core import dates
from strategies.models import Strategy
from tenders.models import Opportunity

NOON = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
EARLIER = NOON - dt.timedelta(hours=1)
LATER = NOON + dt.timedelta(hours=1)


def _organisation(slug):
    return Organisation.objects.create(
        slug=slug, name=f"{slug.capitalize()} Council", short_name=slug.capitalize(), kind=Organisation.Kind.COUNCIL
    )


def _strategy(organisation, *, published_at):
    return Strategy.objects.create(
        organisation=organisation,
        slug=f"{organisation.slug}-adults",
        kind=Strategy.Kind.COMMISSIONING,
        title="Adults",
        headline=f"Adults in {organisation.short_name}",
        starts=dates.parse("2023"),
        ends=dates.parse("2026"),
        published_at=published_at,
        is_sample=True,
    )


def _opportunity(organisation, *, published_at, reference, is_sample=True):
    return Opportunity.objects.create(
        organisation=organisation,
        reference=reference,
        ocid=f"ocds-sample-{reference}",
        title=f"Tender {reference}",
        published_at=published_at,
        is_sample=is_sample,
    )


@pytest.mark.django_db
def test_publisher_is_who_leads_something_public():
    public, embargoed, drafting, tendering = (
        _organisation(slug) for slug in ("crook", "derwent", "stanley", "weardale")
    )
    strategy = _strategy(public, published_at=EARLIER)
    _strategy(embargoed, published_at=LATER)
    _strategy(drafting, published_at=None)
    _opportunity(tendering, published_at=EARLIER, reference="t1", is_sample=False)
    _opportunity(tendering, published_at=LATER, reference="t2", is_sample=False)
    _opportunity(tendering, published_at=EARLIER, reference="t3", is_sample=True)

    found = list(publishers(at=NOON))

    assert found == [public, tendering]
    assert [one.public_strategies for one in found] == [[strategy], []]
    assert [one.opportunity_count for one in found] == [0, 1]


@pytest.mark.django_db
def test_news_leaves_out_samples_and_what_is_not_yet_public():
    organisation = _organisation("crook")
    _opportunity(organisation, published_at=EARLIER, reference="sample")
    _opportunity(organisation, published_at=LATER, reference="later", is_sample=False)
    shown = _opportunity(organisation, published_at=EARLIER, reference="shown", is_sample=False)

    assert news(at=NOON) == [News(EARLIER, "Tender shown", shown.get_absolute_url())]


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_home_costs_the_same_queries_whatever_the_number_of_publishers(client, count, django_assert_num_queries):
    for number in range(count):
        organisation = _organisation(f"place-{number}")
        _strategy(organisation, published_at=EARLIER)
        _opportunity(organisation, published_at=EARLIER, reference=f"t{number}")

    # The registers' versions, the clock, publishers, their strategies, editions and opportunities; and the request's
    # own transaction, which inside a test is a savepoint's beginning and end.
    with django_assert_num_queries(8):
        response = client.get("/")

    assert len(response.context["organisations"]) == count
    assert response.content.decode().count('<span class="ccp-medal"') == count
