"""Counts out of bitmaps: the same as those of the slow version, whatever has changed since they were made."""

import random
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.search import bitmaps
from providers.models import Service, Vacancy
from providers.search import PAGE_SIZE, Order, ServiceQuery, search
from providers.search.upkeep import make_bits
from tests.factories import NOON
from tests.factories.core import ServiceTypeFactory
from tests.factories.providers import ProviderFactory, ServiceFactory
from tests.providers.search.country import DAY, Country, names, settle
from tests.tools.sampling import sample
from tests.tools.slow_search import SlowSearch

ORDERS = [order for order in Order if order != Order.NEAREST]


def make(at=NOON, *, is_committed=True):
    """Make the bitmaps. In a test's one transaction all rows would count as changed since: here they are not."""
    settle()
    made = make_bits(at=at, fewest=1)
    if is_committed:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM core_searchchange WHERE transaction IS NOT NULL")
    search(ServiceQuery(), at=at)
    return made


def asked_of_bits(query, at):
    """Search, and tell whether the bitmaps answered."""
    with CaptureQueriesContext(connection) as captured:
        found = search(query, at=at)
    return found, [("found_bits" in one["sql"]) for one in captured][-1]


def compare(country, at, questions):
    slow, answered = SlowSearch(at=at), 0
    for _ in range(questions):
        query = country.question()
        query = ServiceQuery(**{**vars(query), "near": None, "include_unsaid": False})
        found, by_bits = asked_of_bits(query, at)
        answered += by_bits
        right, _ = slow.lists(query, found.corrected)
        first = (found.near.number - 1) * PAGE_SIZE

        assert found.total == found.near.total == len(right), query
        assert [(hit.service_id, hit.location_id) for hit in found.near.hits] == [
            (one.service, one.location) for one in right[first:][:PAGE_SIZE]
        ], query
        assert {name: dict(counts) for name, counts in found.facets.items()} == slow.facets(query, found.corrected), (
            query
        )
    return answered


@pytest.fixture
def country(db):
    return Country(random.Random(11))


@pytest.mark.parametrize("start", sample(range(3), every=3))
def test_answers_are_those_of_the_slow_version_before_and_after_changes(country, start):
    country.rng.seed(start)
    make()

    before = compare(country, NOON, 12)
    for service in Service.objects.order_by("pk")[start::5]:
        service.types.set(country.rng.sample(country.types, 2))
        service.takes_nhs_funded = country.maybe()
        service.summary = "garden"
        service.save()
    Service.objects.order_by("pk")[start].delete()
    country.service()
    settle()
    after = compare(country, NOON, 12)

    assert before > 6
    assert after > 6


def test_what_the_clock_changes_is_counted_as_it_is_then(country):
    make()

    assert compare(country, NOON + 2 * DAY, 10) > 4
    assert compare(country, NOON + 12 * DAY, 10) > 4


def test_what_is_not_committed_when_they_are_made_is_counted_from_its_rows(country):
    make(is_committed=False)

    assert compare(country, NOON, 10) > 4


def test_moment_before_they_were_made_is_asked_of_the_rows(country):
    make(at=NOON + DAY)

    assert compare(country, NOON, 3) == 0


@pytest.mark.parametrize(("few", "order"), sample(product([0, 2_000], ORDERS), every=2))
def test_every_order_and_page_is_that_of_the_rows(country, order, few, monkeypatch):
    monkeypatch.setattr(bitmaps, "FEW_HITS", few)
    for n in range(PAGE_SIZE):
        ServiceFactory(name=f"Garden {n % 3}", confirmed_at=NOON - n % 4 * DAY)
    make()
    slow = SlowSearch(at=NOON)

    for page in (1, 2, 9):
        query = ServiceQuery(words="garden", order=order, page=page)
        found, by_bits = asked_of_bits(query, NOON)
        right = [one.service for one in slow.lists(query, {})[0]]

        assert by_bits
        assert [hit.service_id for hit in found.near.hits] == right[(found.near.number - 1) * PAGE_SIZE :][:PAGE_SIZE]


def test_few_services_need_none(country):
    settle()

    assert make_bits(at=NOON) == 0
    assert asked_of_bits(ServiceQuery(), NOON)[1] is False


def test_too_many_changes_are_asked_of_the_rows_and_not_tried_again_at_once(country, monkeypatch):
    monkeypatch.setattr(bitmaps, "MOST_CHANGES", 2)
    make()
    Service.objects.update(takes_nhs_funded=True)
    settle()

    with CaptureQueriesContext(connection) as first:
        found = search(ServiceQuery(), at=NOON)
    with CaptureQueriesContext(connection) as second:
        search(ServiceQuery(), at=NOON)

    assert found.facets["funding"]["nhs"] == found.total
    assert (len(first), len(second)) == (2, 1)


@pytest.mark.django_db(transaction=True)
def test_they_stand_with_what_was_committed_and_follow_what_is_committed_later():
    kind = ServiceTypeFactory(slug="kind-0")
    for n in range(5):
        ServiceFactory(name=f"House {n}", provider=ProviderFactory()).types.add(kind)
    make(is_committed=False)

    before, by_bits = asked_of_bits(ServiceQuery(types=("kind-0",)), NOON)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_searchchange WHERE transaction IS NOT NULL")
        (changed,) = cursor.fetchone()
    service = Service.objects.first()
    Vacancy.objects.create(service=service, unit="room", available=1, told_at=NOON - DAY, expires_at=NOON + DAY)
    after, by_bits_again = asked_of_bits(ServiceQuery(types=("kind-0",)), NOON)

    assert (by_bits, by_bits_again, changed) == (True, True, 0)
    assert names(before.near) == [f"House {n}" for n in range(5)]
    assert (before.facets["space"], after.facets["space"]) == ({}, {"1": 1})
    assert asked_of_bits(ServiceQuery(has_space=True), NOON + 2 * DAY)[0].total == 0


@pytest.mark.django_db(transaction=True)
def test_emptied_tables_leave_none():
    ServiceFactory(name="House")
    make(is_committed=False)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE providers_searchrow")

    found, _ = asked_of_bits(ServiceQuery(), NOON)

    assert found.total == 0
