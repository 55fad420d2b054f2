"""Counts out of bitmaps: the same as those of the slow version, whatever has changed since they were made."""

import random
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.search import bitmaps
from tenders.models import Framework, Opportunity
from tenders.search import OpportunityQuery, Order, search
from tenders.search.question import DATES, STAGES, VALUES
from tenders.search.upkeep import make_bits
from tests.factories import NOON
from tests.factories.tenders import FrameworkFactory, LotFactory, OpportunityFactory
from tests.tenders.search.country import DAY, Country, settle
from tests.tools.sampling import sample
from tests.tools.slow_opportunities import SlowOpportunities

PAGE_SIZE = 20


def make(at=NOON, *, is_committed=True):
    """Make the bitmaps. In a test's one transaction all rows would count as changed since: here they are not."""
    settle()
    made = make_bits(at=at, fewest=1)
    if is_committed:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM core_searchchange WHERE transaction IS NOT NULL")
    search(OpportunityQuery(), at=at)
    return made


def asked_of_bits(query, at):
    """Search, and tell whether the bitmaps answered."""
    with CaptureQueriesContext(connection) as captured:
        found = search(query, at=at)
    return found, "found_bits" in captured[-1]["sql"]


def compare(country, at, questions):
    slow, answered = SlowOpportunities(at), 0
    for _ in range(questions):
        query = country.question()
        plain = {} if country.rng.random() < 0.1 else dict.fromkeys(DATES) | {"framework": ""}
        towns = (
            {} if country.rng.random() < 0.1 else {"places": tuple({*query.places} & {"council-1", "council-2", "DH1"})}
        )
        query = OpportunityQuery(**{**vars_of(query), **plain, **towns})
        found, by_bits = asked_of_bits(query, at)
        answered += by_bits
        wanted = slow.ids(query)

        assert found.total == len(wanted), query
        assert [entry.pk for entry in found.entries] == wanted[:PAGE_SIZE], query
        for name, values in (
            ("stages", STAGES),
            ("types", [one.slug for one in country.types[:4]]),
            ("places", [one.slug for one in country.councils]),
            ("buyers", [one.slug for one in country.buyers]),
            ("values", VALUES),
            ("suitable", ["sme", "vcse"]),
            ("joining", ["now"]),
        ):
            counts = {value: count for value, count in found.facets[name].items() if value in list(values)}
            assert counts == slow.counts(query, name, list(values)), (name, query)
    return answered


def vars_of(query):
    return {name: getattr(query, name) for name in query.__dataclass_fields__}


@pytest.fixture
def country(db):
    return Country(random.Random(11))


@pytest.mark.parametrize("start", sample(range(2), every=2))
def test_answers_are_those_of_the_slow_version_before_and_after_changes(country, start):
    country.rng.seed(start)
    make()

    before = compare(country, NOON, 7)
    for row in Opportunity.objects.order_by("pk")[start::5]:
        row.types.set(country.rng.sample(country.types, 2))
        row.framework = country.maybe(*country.frameworks)
        row.summary = "dementia"
        row.save()
    Opportunity.objects.order_by("pk")[start].delete()
    country.entry()
    settle()
    after = compare(country, NOON, 7)

    assert before > 2
    assert after > 2


@pytest.mark.parametrize("days", sample([2, 1, 40, 800], every=3))
def test_what_the_clock_changes_is_counted_as_it_is_then(country, days):
    make()

    assert compare(country, NOON + days * DAY, 6) > 1


def test_status_changes_at_the_very_moment_and_at_midnight_in_london(db):
    public_from = NOON - 400 * DAY
    OpportunityFactory(tender_date="18 June 2026", published_at=public_from)
    OpportunityFactory(engagement_date="September 2026", published_at=public_from)
    OpportunityFactory(opens_at=NOON + DAY, closes_at=NOON + 2 * DAY, published_at=public_from)
    make(at=NOON - 300 * DAY)
    moments = ["2026-06-18 22:59:59", "2026-06-18 23:00", "2026-08-31 22:59:59", "2026-08-31 23:00"]
    moments = [NOON.fromisoformat(f"{one}+00:00") for one in moments]

    for at in [*moments, *(NOON + DAY * days for days in (1, 2))]:
        slow = SlowOpportunities(at)
        found, by_bits = asked_of_bits(OpportunityQuery(), at)

        assert by_bits
        assert found.facets["stages"] == slow.counts(OpportunityQuery(), "stages", list(STAGES)), at


def test_what_is_not_committed_when_they_are_made_is_counted_from_its_rows(country):
    make(is_committed=False)

    assert compare(country, NOON, 6) > 1


def test_moment_before_they_were_made_is_asked_of_the_rows(country):
    make(at=NOON + DAY)

    assert compare(country, NOON, 3) == 0


def test_framework_that_opens_or_shuts_is_seen_at_once_though_no_entry_changes(db):
    """The entries' rows hold none of it: it is asked at the moment of the search."""
    shut, later = FrameworkFactory(joining="closed"), FrameworkFactory(joining="window", opens_at=NOON + DAY)
    lots = FrameworkFactory(joining="closed")
    for framework in (shut, later, later, lots, None):
        OpportunityFactory(framework=framework, route="call_off" if framework else "open")
    make()
    asked = OpportunityQuery(joining="now")

    def joins(at):
        with connection.cursor() as cursor:
            # As if frameworks were no part of what the rows are made of.
            cursor.execute("DELETE FROM core_searchchange WHERE transaction IS NOT NULL")
        (found, one), (every, other) = asked_of_bits(asked, at), asked_of_bits(OpportunityQuery(), at)
        assert one
        assert other
        assert every.facets["joining"].get("now", 0) == found.total == len(SlowOpportunities(at).ids(asked))
        return found.total

    assert (joins(NOON), joins(NOON + DAY)) == (0, 2)
    Framework.objects.filter(pk=shut.pk).update(joining="always")
    LotFactory(framework=lots, joining="always")
    settle()
    assert (joins(NOON), joins(NOON + DAY)) == (2, 4)


@pytest.mark.parametrize(("few", "order"), sample(product([0, 5, 2_000], Order), every=3))
def test_every_order_and_page_is_that_of_the_slow_version(country, order, few, monkeypatch):
    monkeypatch.setattr(bitmaps, "FEW_HITS", few)
    for n in range(30):
        OpportunityFactory(
            title=f"Garden {n % 3}", published_at=NOON - n % 4 * DAY, value_from=n % 5 * 1000 or None,
            opens_at=NOON + (n % 6 - 3) * DAY, closes_at=NOON + (n % 6 + 1) * DAY,
        )  # fmt: skip
    make()

    for at in (NOON, NOON + 2 * DAY):
        slow = SlowOpportunities(at)
        for words in ("garden", ""):
            wanted = slow.ids(OpportunityQuery(words=words, order=order if words or order != Order.MATCH else ""))
            for page in (1, 2, 9):
                found, by_bits = asked_of_bits(OpportunityQuery(words=words, order=order, page=page), at)

                assert by_bits == (order not in (Order.OPENING, Order.NEWEST))
                first = (found.number - 1) * PAGE_SIZE
                assert [entry.pk for entry in found.entries] == wanted[first:][:PAGE_SIZE]


def test_few_entries_need_none(country):
    assert make_bits(at=NOON) == 0
    assert asked_of_bits(OpportunityQuery(), NOON)[1] is False


def test_too_many_changes_are_asked_of_the_rows_and_not_tried_again_at_once(country, monkeypatch):
    monkeypatch.setattr(bitmaps, "MOST_CHANGES", 2)
    make(at=NOON)
    Opportunity.objects.update(is_sme_suitable=True)
    settle()

    with CaptureQueriesContext(connection) as first:
        found = search(OpportunityQuery(), at=NOON)
    with CaptureQueriesContext(connection) as second:
        search(OpportunityQuery(), at=NOON)

    assert found.facets["suitable"]["sme"] == found.total
    assert (len(first), len(second)) == (2, 1)


@pytest.mark.django_db(transaction=True)
def test_they_stand_with_what_was_committed_and_follow_what_is_committed_later():
    for n in range(5):
        OpportunityFactory(title=f"Plan {n}", is_sme_suitable=True, route="framework")
    make(is_committed=False)

    before, by_bits = asked_of_bits(OpportunityQuery(suitable=("sme",)), NOON)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_searchchange WHERE transaction IS NOT NULL")
        (changed,) = cursor.fetchone()
    row = Opportunity.objects.first()
    row.opens_at = NOON - DAY
    row.save()
    after, by_bits_again = asked_of_bits(OpportunityQuery(suitable=("sme",)), NOON)

    assert (by_bits, by_bits_again, changed) == (True, True, 0)
    assert before.total == after.total == 5
    assert (before.facets["joining"], after.facets["joining"]) == ({}, {"now": 1})


@pytest.mark.django_db(transaction=True)
def test_emptied_tables_leave_none():
    OpportunityFactory()
    make(is_committed=False)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE tenders_searchrow")

    found, _ = asked_of_bits(OpportunityQuery(), NOON)

    assert found.total == 0
