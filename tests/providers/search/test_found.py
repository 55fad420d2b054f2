"""What a person meets: corrections, parents, buildings, areas, and what nobody told."""

import datetime as dt

import pytest

from providers.models import Rating, Vacancy
from tests.factories import NOON
from tests.factories.core import PlaceFactory, ServiceTypeFactory
from tests.factories.providers import LocationFactory, ProviderFactory, ServiceFactory
from tests.providers.search.country import DAY, DURHAM, ask, names, near, settle

pytestmark = pytest.mark.django_db


def test_word_with_a_slip_of_the_finger_is_corrected_and_says_so():
    ServiceFactory(name="Larkmeadow House")

    found = ask(words="larkmedow hosue")

    assert (names(found.near), found.corrected) == (
        ["Larkmeadow House"],
        {"larkmedow": ("larkmeadow",), "hosue": ("house",)},
    )


def test_what_nobody_may_see_yet_is_neither_found_nor_told_by_a_correction():
    for n, published_at in enumerate((None, NOON + DAY)):
        ServiceFactory(name=f"Secretive House {n}", published_at=published_at)
        ServiceFactory(name="House", provider=ProviderFactory(name="Secretive", published_at=published_at))

    before, misspelt = ask(words="secretive"), ask(words="secretve")
    after = ask(words="secretive", at=NOON + 2 * DAY)

    assert (before.total, misspelt.total, misspelt.corrected) == (0, 0, {})
    assert names(after.near) == ["House", "Secretive House 1"]


def test_words_that_are_no_longer_held_are_not_corrected_to():
    service = ServiceFactory(name="Larkmeadow House")
    settle()
    service.name = "Elm House"
    service.save()

    found = ask(words="larkmedow")

    assert (found.total, found.corrected) == (0, {})


def test_parent_includes_its_children_in_results_and_counts():
    parent = ServiceTypeFactory(slug="accommodation")
    child = ServiceTypeFactory(slug="care-home", parent=parent)
    service = ServiceFactory()
    service.types.add(child)

    found = ask(types=("accommodation",))

    assert [hit.service_id for hit in found.near.hits] == [service.pk]
    assert found.facets["types"] == {"accommodation": 1, "care-home": 1}


def test_service_stands_once_at_its_nearest_building():
    service = ServiceFactory(setting="place")
    for town, longitude in (("Far", -1.45), ("Near", -1.57)):
        service.locations.add(LocationFactory(town=town, latitude=54.7761, longitude=longitude))

    found = ask(near=near(*DURHAM))

    assert [(hit.location["town"], round(hit.distance_miles, 1)) for hit in found.near.hits] == [("Near", 0.1)]
    assert found.total == found.near.total == 1


def test_what_comes_to_you_is_found_by_its_area_and_not_by_its_office():
    council = PlaceFactory(slug="county-durham", kind="council")
    other = PlaceFactory(slug="darlington", kind="council")
    office = LocationFactory(latitude=DURHAM[0], longitude=DURHAM[1])
    comes, does_not = (ServiceFactory(setting="home", name=name) for name in ("Comes", "Goes elsewhere"))
    comes.areas_served.add(council)
    does_not.areas_served.add(other)
    for service in (comes, does_not):
        service.locations.add(office)

    found = ask(near=near(*DURHAM, council=council))

    assert (names(found.near), names(found.home)) == ([], ["Comes"])
    assert [(hit.distance_miles, hit.location, hit.is_area_told) for hit in found.home.hits] == [(None, None, True)]


def test_home_care_that_has_not_told_where_it_goes_is_found_by_its_offices_council_and_says_so():
    council = PlaceFactory(slug="county-durham", kind="council")
    service = ServiceFactory(setting="home")
    service.locations.add(LocationFactory(place=council))

    found = ask(near=near(*DURHAM, council=council))

    assert [(hit.service_id, hit.is_area_told) for hit in found.home.hits] == [(service.pk, False)]


def test_rating_that_is_none_stands_between_good_and_requires_improvement():
    for value in ("inadequate", "", "good", "requires_improvement", "outstanding"):
        state = "rated" if value else "not_yet_inspected"
        Rating.objects.create(service=ServiceFactory(name=value or "none"), state=state, value=value)

    found = ask(order="rating")

    assert names(found.near) == ["outstanding", "good", "none", "requires_improvement", "inadequate"]


def test_vacancy_counts_until_its_moment_and_not_after():
    service = ServiceFactory()
    Vacancy.objects.create(service=service, unit="room", available=1, told_at=NOON - DAY, expires_at=NOON + DAY)

    found = [ask(has_space=True, at=NOON + DAY - shift).total for shift in (dt.timedelta(seconds=1), dt.timedelta())]

    assert found == [1, 0]


def test_what_nobody_told_is_found_only_where_asked_for():
    ServiceFactory(name="Says no", takes_nhs_funded=False)
    ServiceFactory(name="Says nothing", takes_nhs_funded=None)
    ServiceFactory(name="Says yes", takes_nhs_funded=True)

    strict, wide = ask(funding=("nhs",)), ask(funding=("nhs",), include_unsaid=True)

    assert (names(strict.near), names(wide.near)) == (["Says yes"], ["Says nothing", "Says yes"])
    assert (strict.facets["funding"]["nhs"], wide.facets["funding"]["nhs"]) == (1, 2)
