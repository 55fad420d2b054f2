"""The search against a slow, obviously right version."""

import pytest

from providers.search import (
    PAGE_SIZE,
    ServiceQuery,
    search,
)
from tests.factories import NOON
from tests.tools.slow_search import SlowSearch

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("start", range(4))
def test_ids_order_totals_and_counts_are_those_of_the_slow_version(country, start):
    country.rng.seed(start)
    slow = SlowSearch(at=NOON)
    found_at_all = 0

    for _ in range(20):
        query = country.question()
        found = search(query, at=NOON)
        first, second = slow.lists(query, found.corrected)
        facets = slow.facets(query, found.corrected)

        found_at_all += found.total
        for page, whole in ((found.near, first), (found.home, second)):
            start_at = (page.number - 1) * PAGE_SIZE
            expected = whole[start_at : start_at + PAGE_SIZE]
            assert page.total == len(whole), query
            assert [hit.service_id for hit in page.hits] == [one.service for one in expected], query
            assert [hit.is_area_told for hit in page.hits] == [one.is_area_told for one in expected], query
            assert [hit.distance_miles for hit in page.hits] == [
                one.miles if one.miles is None else pytest.approx(one.miles, abs=1e-5) for one in expected
            ], query
        assert [hit.location_id for hit in found.near.hits] == [
            one.location for one in first[(found.near.number - 1) * PAGE_SIZE :][:PAGE_SIZE]
        ], query
        assert found.total == len({one.service for one in (*first, *second)}), query
        assert {name: dict(counts) for name, counts in found.facets.items()} == facets, query
        if not query.include_unsaid:
            assert slow.facets_at_once(query, found.corrected) == facets, query
        assert found.order == slow.order(query), query
        short = search(query, at=NOON, with_facets=False)
        assert (short.near, short.home, short.total) == (found.near, found.home, found.total), query
    assert found_at_all > 50


def test_a_correction_is_of_a_word_that_nothing_holds_into_words_that_something_holds(country):
    slow = SlowSearch(at=NOON)
    held = {word for one in slow.facts for word in one.words}

    corrected = {}
    for typed in ("demntia", "gardne", "nurisng", "riverviewx", "dementia", "gardens", "zzzzzz"):
        corrected |= search(ServiceQuery(words=typed), at=NOON).corrected

    assert corrected.keys() == {"demntia", "gardne", "nurisng", "riverviewx"}
    assert {word for instead in corrected.values() for word in instead} <= held
    assert corrected["demntia"] == ("dementia",)
