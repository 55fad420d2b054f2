"""A withheld address is found at its outcode's centre, and by nothing else."""

import json
import random

import pytest

from core import geography
from providers.models import Location, SearchCard, SearchRow
from providers.search import (
    ServiceQuery,
    search,
)
from tests.factories import NOON
from tests.providers.search.country import ask, near, settle

pytestmark = pytest.mark.django_db


def test_searches_from_fifty_postcodes_learn_no_more_of_a_withheld_address_than_its_outcode(refuge):
    settle()
    rng = random.Random(3)
    learnt = set()

    for _ in range(50):
        latitude, longitude = 54.7 + rng.random() * 0.2, -1.7 + rng.random() * 0.3
        from_centre = geography.distance_miles(latitude, longitude, 54.78, -1.56)
        for radius in (from_centre - 0.001, from_centre + 0.001):
            found = search(ServiceQuery(near=near(latitude, longitude), radius_miles=radius), at=NOON)
            learnt.add((radius > from_centre, found.near.total))
            learnt |= {round(hit.distance_miles - from_centre, 6) for hit in found.near.hits}

    assert learnt == {(False, 0), (True, 1), 0.0}


@pytest.mark.parametrize("words", ["secretive", "concealham", "9zz", "DH1 9ZZ", "concealhm"])
def test_withheld_address_is_not_found_by_its_words_nor_corrected_to(refuge, words):
    found = ask(words=words)

    assert (found.total, found.corrected) == (0, {})


def test_card_of_a_withheld_address_tells_its_outcode_and_its_centre_only(refuge):
    settle()

    (location,) = json.loads(SearchCard.objects.get(service_id=refuge.pk).card)["locations"].values()

    assert location == {
        "is_withheld": True, "outcode": "DH1", "accuracy": "outcode", "latitude": 54.78, "longitude": -1.56,
        "name": "", "address": "", "town": "", "postcode": "", "council": "", "council_slug": "",
    }  # fmt: skip


def test_true_point_of_a_withheld_address_is_in_no_search_row(refuge):
    settle()

    row = SearchRow.objects.get(service_id=refuge.pk)

    assert geography.distance_miles(*degrees(row), 54.78, -1.56) == pytest.approx(0, abs=1e-6)


def degrees(row):
    import math

    return math.degrees(math.asin(row.z)), math.degrees(math.atan2(row.y, row.x))


def test_withheld_address_without_a_known_outcode_has_no_point(refuge):
    Location.objects.update(postcode="ZZ9 9ZZ")

    found = ask(near=near(54.81, -1.62), radius_miles=40)

    assert (found.near.total, ask().total) == (0, 1)
