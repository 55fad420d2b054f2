"""Points, councils, distances and nearest towns, and what the database refuses of them."""

import pytest
from django.db import IntegrityError, transaction

from core.geography import (
    council_of,
    council_of_code,
    distance_miles,
    nearest_town,
    point_of,
)
from core.models import AuthorityCode, Outline, Place, Postcode
from tests.factories.core import PlaceFactory, PostcodeFactory, TownFactory

pytestmark = pytest.mark.django_db
COUNCIL = Place.Kind.COUNCIL


def test_council_and_point_of_a_postcode(dh1, durham):
    assert council_of("dh1 3uj") == durham
    assert point_of("DH13UJ") == (54.7761, -1.5733)
    assert (council_of("DH1"), point_of("DH1"), council_of("DH1 9ZZ"), point_of("nowhere")) == (None,) * 4


def test_district_leads_to_its_county_and_an_old_code_to_todays_council():
    lancashire = PlaceFactory(slug="lancashire", kind=COUNCIL, gss_code="E10000017")
    AuthorityCode.objects.create(code="E07000118", name="Chorley", council=lancashire)

    assert council_of_code("E07000118") == council_of_code(" e10000017 ") == lancashire
    assert (council_of_code("E07999999"), council_of_code("")) == (None, None)


def test_distance_is_in_miles():
    assert distance_miles(54.7768, -1.5757, 54.7768, -1.5757) == 0
    assert distance_miles(51.5074, -0.1278, 55.9533, -3.1883) == pytest.approx(332, abs=1)


def test_nearest_town_is_the_nearest_and_not_too_far():
    TownFactory(name="Far", latitude=54.8, longitude=-1.58)
    near = TownFactory(name="Near", latitude=54.7768, longitude=-1.5757)

    assert nearest_town(54.777, -1.576) == near
    assert nearest_town(50.1, -5.5) is None


@pytest.mark.parametrize(
    "broken",
    [
        {"postcode": "DH1 3U"},
        {"postcode": "dh13uj"},
        {"latitude": 5.4},
        {"longitude": 54.7},
        {"country": "W", "council": True},
    ],
)
def test_database_refuses_a_postcode_that_cannot_be(durham, broken):
    if broken.pop("council", None):
        broken["council"] = durham

    with pytest.raises(IntegrityError), transaction.atomic():
        PostcodeFactory(**broken)

    assert not Postcode.objects.exists()


def test_outline_is_one_for_a_place(durham):
    Outline.objects.create(place=durham, rings=[], source="a", licence="b")

    with pytest.raises(IntegrityError), transaction.atomic():
        Outline.objects.create(place=durham, rings=[], source="a", licence="b")

    assert durham.outline.source == "a"
