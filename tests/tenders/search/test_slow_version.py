"""The search for opportunities against a slow, obviously right version."""

import random

import pytest

from tenders.models import Opportunity
from tenders.search import OpportunityQuery, find_all, read_entries, search
from tenders.search.question import STAGES, VALUES
from tests.factories import NOON
from tests.tenders.search.country import DAY, Country
from tests.tools.slow_opportunities import SlowOpportunities

pytestmark = pytest.mark.django_db


def test_finds_counts_and_orders_as_plain_python_does():
    country = Country(random.Random(11))
    slow = SlowOpportunities(NOON)

    for _ in range(30):
        query = country.question()

        found = search(query, at=NOON)

        wanted = slow.ids(query)
        assert list(find_all(query, at=NOON).ids) == wanted, query
        assert [entry.pk for entry in found.entries] == wanted[:20], query
        assert found.total == len(wanted)
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


def test_each_status_is_what_the_record_itself_says_at_any_moment():
    Country(random.Random(5))

    for days in (-2, -1, 0, 1, 2, 40, 400, 4000):
        at = NOON + days * DAY
        entries = list(read_entries(find_all(OpportunityQuery(), at=at).ids, at=at))
        by_stage = {pk: stage for stage in STAGES for pk in find_all(OpportunityQuery(stages=(stage,)), at=at).ids}
        rows = Opportunity.objects.select_related("source", "replaces_contract").in_bulk([one.pk for one in entries])
        for entry in entries:
            row = rows[entry.pk]
            assert entry.status == row.status(at=at) == by_stage[entry.pk]
            assert entry.record.is_unconfirmed(at=at) == row.is_unconfirmed(at=at)
            assert entry.record.confirmed_date() == row.confirmed_date()
        assert set(by_stage) == set(Opportunity.objects.listed(at=at).values_list("pk", flat=True))
