"""Registrations: dormant, closed, and two of one place."""

import datetime as dt

from core.models import FormerSlug
from providers.models import CqcRegistration, Rating, Service
from tests.providers.cqc.outcomes import LATER, NOVEMBER, RATED, overall
from tests.tools.cqc_files import api_location, api_provider, change, directory_row, location_id, rated


def test_a_dormant_place_keeps_its_rating_as_the_earlier_one_and_wakes_again(bring):
    row = change(directory_row(0), Location_Latest_Overall_Rating="Good", Publication_Date=dt.date(2025, 5, 1))
    bring(row)

    bring(change(row, Dormant_YN="Y"), as_at=dt.date(2026, 10, 15), at=LATER)
    dormant = (Rating.objects.get().state, Rating.objects.get().earlier_value, CqcRegistration.objects.get().is_dormant)
    bring(row, as_at=NOVEMBER, at=LATER)

    assert dormant == ("dormant", "good", True)
    assert (Rating.objects.get().state, Rating.objects.get().value, Rating.objects.get().earlier_value) == (
        RATED,
        "good",
        "",
    )
    assert CqcRegistration.objects.get().is_dormant is False


def test_a_deregistered_location_is_closed_from_its_day(bring_json):
    bring_json(api_provider(0), api_location(0, currentRatings=rated("Good", "2025-03-01")))

    closed = api_location(0, registrationStatus="Deregistered", deregistrationDate="2026-09-30")
    report = bring_json(closed, api_location(1, registrationStatus="Deregistered"), at=LATER)

    service = Service.objects.get()
    registration = CqcRegistration.objects.get()
    assert (registration.is_deregistered, registration.deregistered_date) == (True, dt.date(2026, 9, 30))
    assert (overall(service).state, overall(service).earlier_value) == ("deregistered", "good")
    assert str(service.ended) == "30 September 2026"
    assert [one["reason"] for one in report["ignored"]] == ["no longer registered, and not known here"]


def test_a_monthly_file_older_than_a_closure_does_not_open_the_place_again(bring, bring_json):
    bring_json(api_provider(0), api_location(0, registrationStatus="Registered"))
    closed = api_location(0, registrationStatus="Deregistered", deregistrationDate="2026-11-10")
    bring_json(closed, at=LATER)

    report = bring(directory_row(0), as_at=NOVEMBER, at=LATER)

    assert CqcRegistration.objects.get().is_deregistered is True
    assert overall(Service.objects.get()).state == "deregistered"
    assert [one["reason"] for one in report["ignored"]] == ["closed since the day of the file, as the API told"]


def test_two_registrations_of_one_place_become_one_service(bring):
    second = change(
        directory_row(2),
        Location_Dual_Registered="Dual Registration",
        Primary_ID_Dual_registration_locations=location_id(0),
    )
    first = change(
        directory_row(0),
        Location_Dual_Registered="Dual Registration",
        Primary_ID_Dual_registration_locations=location_id(0),
    )

    bring(second, first)

    service = Service.objects.get()
    assert [one.cqc_location_id for one in service.locations.all()] == [location_id(0)]
    registration = CqcRegistration.objects.get(location__cqc_location_id=location_id(2))
    assert registration.dual_registration_primary_id == location_id(0)


def test_an_entry_that_turns_out_to_be_a_second_registration_leads_to_the_first(bring):
    bring(directory_row(0), directory_row(2))
    second = Service.objects.get(locations__cqc_location_id=location_id(2))

    marked = change(
        directory_row(2),
        Location_Dual_Registered="Dual Registration",
        Primary_ID_Dual_registration_locations=location_id(0),
    )
    bring(directory_row(0), marked, as_at=NOVEMBER, at=LATER)

    first = Service.objects.get(locations__cqc_location_id=location_id(0))
    assert list(Service.objects.public(at=LATER)) == [first]
    assert FormerSlug.objects.get(slug=second.slug).object_id == first.pk


def test_a_second_registration_without_its_first_stands_by_itself(bring):
    bring(change(directory_row(2), Primary_ID_Dual_registration_locations=location_id(0)))

    assert Service.objects.count() == 1
