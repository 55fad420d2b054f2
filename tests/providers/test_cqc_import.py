"""The import of the CQC's files: what it makes, changes, leaves alone, puts before officers and refuses."""

import csv
import datetime as dt
import io
import json
import os
import subprocess
import sys
import threading
import time
import zipfile

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.urls import reverse

from core.errors import AlreadyDone, DomainError
from core.imports import FileRefused
from core.models import AuditEvent, FormerSlug, Place
from providers.cqc.layout import ACTIVITIES, DIRECTORY_HEADERS, SERVICE_TYPES, USER_BANDS
from providers.models import CqcDifference, CqcImport, CqcRegistration, Location, Provider, Rating, Service
from providers.services.cqc import LOCK, NewerFileKnown, TooMuchMissing, import_cqc, settle_difference, take_cqc_value
from tests.factories import NOON
from tests.factories.commissioning import CoverageFactory, OfficerFactory
from tests.factories.core import ClientGroupFactory, PlaceFactory, ServiceTypeFactory, UserFactory
from tests.factories.providers import LocationFactory, ServiceFactory
from tests.tools.cqc_files import (
    TOWNS,
    api_location,
    api_provider,
    assessed,
    change,
    directory_row,
    directory_rows,
    location_id,
    provider_id,
    rated,
    ratings_row,
    write_directory,
    write_ratings,
)
from tests.tools.views import text

LATER = NOON + dt.timedelta(days=1)
NOVEMBER = dt.date(2026, 11, 2)
KIND = CqcDifference.Kind
RATED, NO_CURRENT = Rating.State.RATED, Rating.State.NO_CURRENT_RATING


@pytest.fixture
def taxonomy(db):
    types = {name: ServiceTypeFactory(slug=slug) for name, slug in SERVICE_TYPES.items() if slug == "nursing-home"}
    for slug in ("care-home", "home-care", "supported-living", "extra-care"):
        types[slug] = ServiceTypeFactory(slug=slug, name=slug.replace("-", " ").capitalize())
    for slug in sorted({slug for slugs in USER_BANDS.values() for slug in slugs}):
        ClientGroupFactory(slug=slug)
    for name in sorted({council for _, council, *_ in TOWNS}):
        PlaceFactory(kind=Place.Kind.COUNCIL, name=name)
    return types


@pytest.fixture
def bring(taxonomy, tmp_path):
    """Return a function that imports rows of a care directory and returns the report."""

    def bring(*rows, at=NOON, as_at=dt.date(2026, 10, 1), suffix=".csv", **options):
        path = tmp_path / f"{as_at:%d_%B_%Y}_HSCA_Active_Locations{suffix}"
        write_directory(path, rows, as_at=as_at)
        options.setdefault("by", None)
        return import_cqc(path=path, at=at, **options).report

    return bring


@pytest.fixture
def bring_json(taxonomy, tmp_path):
    """Return a function that imports objects of the API and returns the report."""

    def bring(*documents, at=NOON, **options):
        path = tmp_path / "dump.json"
        path.write_text(json.dumps(list(documents)))
        return import_cqc(path=path, by=None, at=at, **options).report

    return bring


def state_of_everything():
    """Every row an import may touch, as it stands in the database."""
    tables = [
        *("provider", "location", "service", "service_types", "service_client_groups", "service_locations", "rating"),
        *("cqcregistration", "cqcdifference", "cqcimport"),
    ]
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT t::text FROM providers_{table} t ORDER BY 1")
            found[table] = cursor.fetchall()
        cursor.execute("SELECT count(*) FROM core_auditevent")
        found["audit"] = cursor.fetchall()
    return found


def refusal(path, **options):
    """Import a file that must be refused, see that nothing changed, and return the reasons."""
    before = state_of_everything()

    with pytest.raises(FileRefused) as caught:
        import_cqc(path=path, by=None, at=NOON, **options)

    assert state_of_everything() == before
    return str(caught.value).removeprefix("Nothing was imported.\n")


def open_differences():
    rows = CqcDifference.objects.filter(settled_at__isnull=True)
    return set(rows.values_list("kind", "field", "ours", "theirs"))


def overall(service):
    return service.ratings.get(question="overall")


# What is made


def test_the_layout_is_that_of_the_cqc():
    assert (len(DIRECTORY_HEADERS), len(ACTIVITIES), len(SERVICE_TYPES), len(USER_BANDS)) == (122, 14, 33, 12)
    assert len(set(DIRECTORY_HEADERS)) == 122


@pytest.mark.parametrize("suffix", [".csv", ".ods", ".xlsx"])
def test_unknown_locations_become_services_nobody_keeps_yet(bring, suffix):
    council = Place.objects.get(name="Cheshire East")
    row = directory_row(2)
    row = change(row, Location_Web_Address="www.care.example", Registered_manager="Sample, Pat", Location_Latitude=53.5)
    row = change(row, Location_Longitude=-2.25, Location_Street_Address="1 High Street", Location_Address_Line_2="Hill")

    report = bring(row, suffix=suffix)

    service = Service.objects.get()
    location = service.locations.get()
    provider = service.provider
    assert report["created"] == {"providers": 1, "locations": 1, "services": 1, "registrations": 1, "ratings": 1}
    assert (service.name, service.setting, service.capacity) == (row["Location Name"], Service.Setting.HOME, None)
    assert (service.phone, service.website) == ("01900000020", "https://www.care.example")
    assert (service.registered_manager, service.summary, service.is_cqc_regulated) == ("Sample, Pat", "", True)
    assert (service.is_public(at=NOON), provider.is_public(at=NOON)) == (True, True)
    assert (service.confirmed_at, service.checked_at) == (None, None)
    assert [kind.slug for kind in service.types.all()] == ["home-care"]
    assert (location.cqc_location_id, location.address, location.town) == (
        location_id(2),
        "1 High Street, Hill",
        "Wilmslow",
    )
    assert (location.postcode, location.place, location.uprn) == (row["Location Postal Code"], council, "100000000002")
    assert (location.latitude, location.longitude) == (53.5, -2.25)
    assert (provider.cqc_provider_id, provider.name) == (provider_id(1), row["Provider Name"])
    assert (provider.company_number, provider.brand, provider.sector) == ("01000001", "", Provider.Sector.UNKNOWN)
    assert provider.registered_postcode == row["Provider Postal Code"]
    assert (overall(service).state, overall(service).value) == (RATED, "good")
    assert overall(service).rated_date == row["Publication Date"]
    assert overall(service).report_url == f"https://www.cqc.org.uk/location/{location_id(2)}"
    registration = location.cqc_registration
    assert (registration.registered_date, registration.is_dormant) == (row["Location HSCA start date"], False)
    assert registration.local_authority_name == "Cheshire East"


def test_types_groups_and_beds_are_mapped_to_ours(bring):
    row = {
        name: value for name, value in directory_row(1).items() if not name.startswith(("Service type", "Service user"))
    }
    row |= {
        f"Service type - {name}": "Y"
        for name in ("Care home service with nursing", "Domiciliary care service", "Dental service")
    }
    row |= {
        f"Service user band - {name}": "Y"
        for name in ("Dementia", "Learning disabilities or autistic spectrum disorder")
    }

    bring(change(row, Care_homes_beds=31.0))

    service = Service.objects.get()
    assert {kind.slug for kind in service.types.all()} == {"nursing-home", "home-care"}
    assert {group.slug for group in service.client_groups.all()} == {"dementia", "learning-disability", "autism"}
    assert (service.setting, service.capacity, service.capacity_unit) == (Service.Setting.BOTH, 31, "beds")


def test_only_adult_social_care_is_taken(bring):
    report = bring(
        directory_row(0), change(directory_row(1), Location_Inspection_Directorate="Primary medical services")
    )

    assert [one.cqc_location_id for one in Location.objects.all()] == [location_id(0)]
    assert report["ignored"] == [{"reason": "not adult social care", "count": 1, "examples": []}]


def test_entries_of_one_name_get_addresses_of_their_own(bring):
    ServiceFactory(slug="rose-house-leeds")
    alike = [change(directory_row(n), Location_Name="Rose House", Location_City="Leeds") for n in range(2)]

    bring(*alike, change(directory_row(2), Location_Name="Rose House Leeds", Location_City="Leeds"))

    slugs = set(Service.objects.exclude(slug="rose-house-leeds").values_list("slug", flat=True))
    assert slugs == {f"rose-house-leeds-{location_id(n)}" for n in range(3)}


def test_no_address_carries_a_persons_name(bring):
    row = change(directory_row(0), Provider_Ownership_Type="Individual", Provider_Name="Mrs Sample Person")

    bring(change(row, Location_Name="Mrs Sample Person", Location_City="Leeds"))

    assert Service.objects.get().slug == "care-service-leeds"
    assert Provider.objects.get().slug == "care-provider"


def test_no_address_carries_a_persons_name_the_api_tells_of_either(bring_json):
    person = api_provider(0, name="Mrs Sample Person", ownershipType="Individual")

    bring_json(person, api_location(0, name="Mrs Sample Person", postalAddressTownCity="Leeds"))

    assert (Service.objects.get().slug, Provider.objects.get().slug) == ("care-service", "care-provider")


def test_a_formula_stays_the_text_it_is(bring):
    bring(change(directory_row(0), Location_Name='=HYPERLINK("http://x.example","A")'), suffix=".xlsx")

    assert Service.objects.get().name == '=HYPERLINK("http://x.example","A")'


@pytest.mark.parametrize(
    ("cell", "phone"),
    [(1912345678, "01912345678"), ("0191 234 5678", "0191 234 5678"), ("1.912345678E9", "01912345678"), ("n/a", "")],
)
def test_a_telephone_number_gets_its_nought_back(bring, cell, phone):
    bring(change(directory_row(0), Location_Telephone_Number=cell))

    assert Service.objects.get().phone == phone


@pytest.mark.parametrize("date", [dt.date(2025, 6, 1), "2025-06-01T00:00:00", "01/06/2025", 45809])
def test_a_day_is_read_however_a_spreadsheet_writes_it(bring, date):
    row = change(directory_row(0), Location_Latest_Overall_Rating="Good", Publication_Date=date)

    bring(row, suffix=".ods")

    assert Rating.objects.get().rated_date == dt.date(2025, 6, 1)


def test_what_one_can_do_without_is_left_out_and_told(bring):
    report = bring(change(directory_row(0), Location_Web_Address="see facebook", Location_UPRN_ID="none"))

    service = Service.objects.get()
    assert (service.website, service.locations.get().uprn) == ("", "")
    assert {one["reason"] for one in report["ignored"]} == {
        "“Location Web Address” holds no sound value",
        "“Location UPRN ID” holds no sound value",
    }


# Ratings


@pytest.mark.parametrize(
    ("words", "inherited", "expected"),
    [
        ("Outstanding", "N", ("rated", "outstanding", "")),
        ("Requires Improvement", "N", ("rated", "requires_improvement", "")),
        ("requires improvement", "", ("rated", "requires_improvement", "")),
        ("Good", "Y", ("inherited", "good", "")),
        ("Not Yet Inspected", "", ("not_yet_inspected", "", "")),
        ("Inspected but not rated", "", ("inspected_not_rated", "", "")),
        ("No published rating", "", ("no_current_rating", "", "")),
        ("Not Applicable", "", ("no_current_rating", "", "")),
        ("", "", ("no_current_rating", "", "")),
        ("Suspended pending review", "", ("unknown_text", "", "Suspended pending review")),
    ],
)
def test_each_state_of_a_rating(bring, words, inherited, expected):
    row = change(directory_row(0), Location_Latest_Overall_Rating=words, Inherited_Rating_YN=inherited)

    bring(change(row, Publication_Date=dt.date(2025, 1, 2)))

    rating = Rating.objects.get()
    assert (rating.state, rating.value, rating.stated) == expected
    assert rating.rated_date == (dt.date(2025, 1, 2) if rating.value else None)


def test_the_newest_rating_wins_whichever_file_it_stands_in(bring):
    row = change(directory_row(0), Location_Latest_Overall_Rating="Good", Publication_Date=dt.date(2025, 5, 1))
    bring(row)
    Rating.objects.update(value="inadequate", rated_date=dt.date(2026, 10, 20), framework="Single assessment framework")

    bring(change(row, Location_Name="New name"), as_at=dt.date(2026, 10, 15), at=LATER)
    older = Rating.objects.get()
    newest = change(row, Location_Latest_Overall_Rating="Outstanding", Publication_Date=dt.date(2026, 10, 30))
    bring(newest, as_at=NOVEMBER, at=LATER)

    assert (older.value, older.rated_date) == ("inadequate", dt.date(2026, 10, 20))
    rating = Rating.objects.get()
    assert (rating.value, rating.rated_date, rating.framework) == ("outstanding", dt.date(2026, 10, 30), "")


def test_a_rating_withdrawn_is_kept_as_the_earlier_one(bring):
    row = change(directory_row(0), Location_Latest_Overall_Rating="Good", Publication_Date=dt.date(2025, 5, 1))
    bring(row)

    bring(change(row, Location_Latest_Overall_Rating="", Publication_Date=None), as_at=NOVEMBER, at=LATER)

    rating = Rating.objects.get()
    assert (rating.state, rating.value, rating.rated_date) == (NO_CURRENT, "", None)
    assert (rating.earlier_value, rating.earlier_date) == ("good", dt.date(2025, 5, 1))


def test_the_ratings_file_brings_the_five_questions_by_name(bring, tmp_path):
    row = change(directory_row(0), Location_Latest_Overall_Rating="Good", Publication_Date=dt.date(2025, 5, 1))
    bring(row)
    lines = [
        ratings_row(row, "Well-led", "Requires Improvement"),
        ratings_row(row, "Overall", "Good"),
        ratings_row(row, "Safe", "Good"),
        ratings_row(row, "Safe", "Inadequate", **{"Service / Population Group": "Medical care"}),
        ratings_row(row, "Caring", "Not Yet Inspected"),
        ratings_row(directory_row(7), "Safe", "Good"),
    ]
    path = write_ratings(tmp_path / "01_October_2026_Latest_ratings.ods", lines)

    report = import_cqc(path=path, by=None, at=LATER).report

    found = dict(Rating.objects.values_list("question", "value"))
    assert found == {"overall": "good", "safe": "good", "well_led": "requires_improvement"}
    assert Rating.objects.get(question="safe").report_url == f"http://www.cqc.org.uk/location/{location_id(0)}"
    assert {one["reason"]: one["count"] for one in report["ignored"]} == {
        "a rating of one of several services at a location": 1,
        "ratings of a location that is not known here": 1,
    }


def test_the_newer_framework_wins_and_questions_are_found_by_name(bring_json):
    location = api_location(
        0,
        currentRatings=rated("Good", "2023-03-01", Well_led="Good", Safe="Good"),
        assessment=[
            assessed("2024-01-01", ("Residential homes", "Inadequate"), Safe="Inadequate"),
            assessed(
                "2026-02-03", ("Residential homes", "Requires Improvement"), Caring="Good", Safe="Requires Improvement"
            ),
        ],
    )

    bring_json(api_provider(0), location)

    found = {row.question: (row.value, row.rated_date) for row in Rating.objects.all()}
    day = dt.date(2026, 2, 3)
    assert found == {
        "overall": ("requires_improvement", day),
        "safe": ("requires_improvement", day),
        "caring": ("good", day),
    }
    assert set(Rating.objects.values_list("framework", flat=True)) == {"Single assessment framework"}


def test_an_older_assessment_does_not_hide_a_newer_inspection(bring_json):
    reports = [{"linkId": "link-1", "reportUri": "/location/1-1/inspection"}]
    current = rated("Good", "2026-03-01", Safe="Outstanding")

    bring_json(
        api_provider(0),
        api_location(0, currentRatings=current, assessment=[assessed("2024-01-01", ("A", "Good"))], reports=reports),
    )

    rating = overall(Service.objects.get())
    assert (rating.value, rating.rated_date, rating.framework) == ("good", dt.date(2026, 3, 1), "Key lines of enquiry")
    assert rating.report_url == "https://www.cqc.org.uk/location/1-1/inspection"


def test_only_historic_ratings_mean_no_current_rating(bring_json):
    historic = [
        {"reportDate": "2022-04-05", "overall": {"rating": "Good"}},
        {"reportDate": "2019-01-01", "overall": {"rating": "Inadequate"}},
    ]

    bring_json(api_provider(0), api_location(0, currentRatings={"reportDate": "2026-09-01"}, historicRatings=historic))

    rating = Rating.objects.get()
    assert (rating.state, rating.value) == (NO_CURRENT, "")
    assert (rating.earlier_value, rating.earlier_date) == ("good", dt.date(2022, 4, 5))


def test_services_of_one_location_rated_apart_are_told_in_the_cqcs_words(bring_json):
    assessment = [assessed("2026-02-03", ("Homecare agencies", "Good"), ("Supported living", "Inadequate"))]

    bring_json(api_provider(0), api_location(0, assessment=assessment))

    rating = Rating.objects.get()
    assert (rating.state, rating.value) == (Rating.State.UNKNOWN_TEXT, "")
    assert rating.stated == "Homecare agencies: Good; Supported living: Inadequate"


def test_questions_that_lost_their_rating_keep_it_as_the_earlier_one(bring_json):
    bring_json(api_provider(0), api_location(0, currentRatings=rated("Good", "2025-03-01", Safe="Good")))

    bring_json(api_location(0, currentRatings={"reportDate": "2026-09-01"}), at=LATER)

    found = {row.question: (row.state, row.earlier_value) for row in Rating.objects.all()}
    assert found == {"overall": (NO_CURRENT, "good"), "safe": (NO_CURRENT, "good")}


# Registrations


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


# What is kept in step, and what is never overwritten


def test_an_entry_nobody_keeps_follows_the_register_and_no_date_moves(bring):
    bring(directory_row(0))
    before = Service.objects.get()

    report = bring(directory_row(0, edition=1), as_at=NOVEMBER, at=LATER)

    after = Service.objects.get()
    location, provider = after.locations.get(), after.provider
    row = directory_row(0, edition=1)
    assert (after.pk, after.slug, after.name) == (before.pk, before.slug, row["Location Name"])
    assert (after.changed_at, after.confirmed_at, after.checked_at) == (before.changed_at, None, None)
    assert (after.capacity, location.address) == (
        row["Care homes beds"],
        f"{row['Location Street Address']}, Sample Quarter",
    )
    assert (location.postcode, provider.name) == (row["Location Postal Code"], row["Provider Name"])
    assert report["updated"]["services.updated"] == 1
    trail = AuditEvent.objects.get(action="service.refreshed")
    assert (trail.before["name"], trail.after["name"]) == (before.name, after.name)
    assert trail.object_id == str(after.pk)
    assert open_differences() == set()


def keep_by_representative(service):
    service.provider.representatives.create(user=UserFactory())


def keep_by_revision(service):
    service.provider.revisions.create(
        service=service, changes={}, base={}, started_at=NOON, submitted_at=NOON, decided_at=NOON, decision="approved"
    )


def keep_by_edit(service):
    service.summary = "In our own words."
    service.save()


def keep_by_confirmation(service):
    Service.objects.filter(pk=service.pk).update(confirmed_at=NOON)


@pytest.mark.parametrize("keep", [keep_by_representative, keep_by_revision, keep_by_edit, keep_by_confirmation])
def test_what_somebody_keeps_is_compared_and_never_overwritten(bring, keep):
    bring(directory_row(0))
    keep(Service.objects.get())
    location = Location.objects.get()
    before = {name: value for name, value in vars(Service.objects.get()).items() if not name.startswith("_")}

    bring(directory_row(0, edition=1), as_at=NOVEMBER, at=LATER)

    after = {name: value for name, value in vars(Service.objects.get()).items() if not name.startswith("_")}
    old, new = directory_row(0), directory_row(0, edition=1)
    assert after == before
    assert Location.objects.get().address == location.address
    kinds = {(kind, field) for kind, field, _, _ in open_differences()}
    assert {
        ("renamed", "name"),
        ("moved", "postcode"),
        ("moved", "address"),
        ("contact", "phone"),
        ("offer", "capacity"),
    } <= kinds
    named = CqcDifference.objects.get(kind=KIND.RENAMED, service__isnull=False)
    assert (named.ours, named.theirs) == (old["Location Name"], new["Location Name"])
    assert overall(Service.objects.get()).rated_date == new["Publication Date"]


def test_an_entry_of_another_source_is_found_by_its_id_and_left_alone(bring, taxonomy):
    place = LocationFactory(cqc_location_id=location_id(0), postcode="CA28 7LL", name="Our name")
    service = ServiceFactory(
        name="Our name", provider=place.provider, phone="01946 000000", website="http://www.ours.example/"
    )
    service.locations.add(place)
    service.types.add(taxonomy["extra-care"])

    report = bring(change(directory_row(0), Location_Web_Address="https://ours.example"))

    service.refresh_from_db()
    assert (Service.objects.count(), service.name, service.phone) == (1, "Our name", "01946 000000")
    assert overall(service).value == "good"
    kinds = {(kind, field) for kind, field, _, _ in open_differences()}
    assert kinds == {("renamed", "name"), ("moved", "postcode"), ("contact", "phone"), ("offer", "types")}
    assert report["differences"]["new"] == {"renamed": 1, "moved": 1, "contact": 1, "offer": 1}


def test_a_withheld_address_is_in_no_difference(bring):
    place = LocationFactory(
        cqc_location_id=location_id(0), postcode="CA28 7LL", address="9 Secret Row", is_address_withheld=True
    )
    ServiceFactory(name=directory_row(0)["Location Name"], provider=place.provider).locations.add(place)

    bring(directory_row(0))

    assert open_differences() == set()
    assert Location.objects.get().address == "9 Secret Row"


def test_spelling_alone_is_no_difference(bring):
    row = change(directory_row(0), Location_Name="St. Mary's House", Location_Street_Address="1, High Street")
    bring(row)
    keep_by_edit(Service.objects.get())

    again = change(
        row,
        Location_Name="ST MARYS HOUSE",
        Location_Street_Address="1 High Street",
        Location_Telephone_Number="+44 1900 000000",
    )
    bring(again, as_at=NOVEMBER, at=LATER)

    assert open_differences() == set()


def test_a_difference_is_seen_again_settles_when_gone_and_stays_settled_by_an_officer(bring):
    officer = UserFactory()
    bring(directory_row(0))
    keep_by_edit(Service.objects.get())
    renamed = change(directory_row(0), Location_Name="Another name")
    bring(renamed, as_at=dt.date(2026, 10, 10), at=NOON)
    first = CqcDifference.objects.get()

    bring(renamed | {"Registered manager": "Sample, New"}, as_at=dt.date(2026, 10, 12), at=LATER)
    again = CqcDifference.objects.get()
    bring(directory_row(0), as_at=dt.date(2026, 10, 14), at=LATER)
    gone = CqcDifference.objects.get()
    bring(renamed, as_at=dt.date(2026, 10, 16), at=LATER)
    settle_difference(
        difference=CqcDifference.objects.get(settled_at__isnull=True), note="Ours is right.", by=officer, at=LATER
    )
    bring(renamed | {"Registered manager": "Sample, Other"}, as_at=dt.date(2026, 10, 18), at=LATER)
    quiet = open_differences()
    bring(change(renamed, Location_Name="A third name"), as_at=dt.date(2026, 10, 20), at=LATER)

    assert (again.pk, again.first_seen_at, again.last_seen_at) == (first.pk, NOON, LATER)
    assert (gone.settled_at, gone.settled_by) == (LATER, None)
    assert quiet == set()
    assert {theirs for _, _, _, theirs in open_differences()} == {"A third name"}


def test_a_difference_is_settled_once(bring):
    bring(directory_row(0))
    keep_by_edit(Service.objects.get())
    bring(change(directory_row(0), Location_Name="Another name"), as_at=NOVEMBER, at=LATER)
    difference = CqcDifference.objects.get()
    settle_difference(difference=difference, note="Seen.", by=UserFactory(), at=LATER)

    with pytest.raises(AlreadyDone, match="settled before"):
        settle_difference(difference=difference, note="Again.", by=UserFactory(), at=LATER)

    assert CqcDifference.objects.get().note == "Seen."


@pytest.mark.parametrize(
    ("column", "theirs", "field", "value"),
    [
        ("Location_Name", "Another name", "name", "Another name"),
        ("Location_Telephone_Number", "01632 960999", "phone", "01632 960999"),
    ],
)
def test_an_officer_takes_over_what_the_register_says(bring, column, theirs, field, value):
    officer = UserFactory()
    bring(directory_row(0))
    service = Service.objects.get()
    keep_by_edit(service)
    ours = getattr(Service.objects.get(), field)
    bring(change(directory_row(0), **{column: theirs}), as_at=NOVEMBER, at=LATER)

    taken = take_cqc_value(difference=CqcDifference.objects.get(), by=officer, at=LATER)

    assert getattr(Service.objects.get(), field) == value
    assert (taken.settled_at, taken.settled_by) == (LATER, officer)
    event = AuditEvent.objects.get(action="service.changed", by_id=officer.pk)
    assert (event.before, event.after) == ({field: ours}, {field: value})


def test_nothing_is_taken_over_that_has_changed_does_not_fit_or_was_settled(bring):
    bring(directory_row(0))
    service = Service.objects.get()
    keep_by_edit(service)
    bring(change(directory_row(0), Location_Name="Another name"), as_at=NOVEMBER, at=LATER)
    difference = CqcDifference.objects.get()
    refusals = []

    def refused():
        with pytest.raises(DomainError) as refusal:
            take_cqc_value(difference=difference, by=UserFactory(), at=LATER)
        refusals.append(str(refusal.value))

    CqcDifference.objects.update(theirs="x" * 999)
    refused()
    CqcDifference.objects.update(kind="moved", field="address")
    refused()
    CqcDifference.objects.update(kind="renamed", field="name", ours="Before")
    refused()
    settle_difference(difference=difference, note="Seen.", by=UserFactory(), at=LATER)
    refused()

    said = ("does not fit", "as it is", "has changed since", "settled before")
    assert all(part in one for part, one in zip(said, refusals, strict=True))
    assert Service.objects.get().name == service.name


def test_a_new_rating_and_a_new_location_of_a_kept_provider_are_news_for_an_officer(bring):
    row = change(directory_row(0), Location_Latest_Overall_Rating="Good", Publication_Date=dt.date(2025, 5, 1))
    bring(row)
    keep_by_representative(Service.objects.get())

    worse = change(row, Location_Latest_Overall_Rating="Inadequate", Publication_Date=dt.date(2026, 10, 1))
    bring(worse, directory_row(1), as_at=NOVEMBER, at=LATER)
    bring(worse, change(directory_row(1), Registered_manager="Sample, New"), as_at=dt.date(2026, 11, 3), at=LATER)

    found = {(kind, ours, theirs.split(",")[0]) for kind, _, ours, theirs in open_differences()}
    assert found == {
        ("re_rated", "Good, 1 May 2025", "Inadequate"),
        ("new_location", "", directory_row(1)["Location Name"]),
    }


def test_a_place_missing_from_a_whole_file_is_put_before_an_officer_and_not_closed(bring):
    bring(directory_row(0), directory_row(2))

    bring(directory_row(0), as_at=dt.date(2026, 10, 20), at=LATER, is_part=True)
    in_extract = open_differences()
    bring(directory_row(0), as_at=NOVEMBER, at=LATER)

    assert in_extract == set()
    assert open_differences() == {
        ("not_listed", "directory", "Listed here as open", "Not in the care directory of 2 November 2026")
    }
    registration = CqcRegistration.objects.get(location__cqc_location_id=location_id(2))
    assert (registration.is_deregistered, registration.deregistered_date) == (False, None)
    assert Service.objects.public(at=LATER).count() == 2

    bring(directory_row(0), directory_row(2), as_at=dt.date(2026, 11, 3), at=LATER)

    assert open_differences() == set()


def test_a_file_that_leaves_out_a_tenth_is_taken_for_an_extract_and_refused(bring):
    bring(*directory_rows(120))
    before = state_of_everything()

    with pytest.raises(TooMuchMissing, match="60 of the 120 .* --partial"):
        bring(*directory_rows(60), as_at=NOVEMBER, at=LATER)

    assert state_of_everything() == before


def test_an_older_file_is_refused(bring):
    bring(directory_row(0), as_at=NOVEMBER)
    before = state_of_everything()

    with pytest.raises(NewerFileKnown, match="of 1 October 2026.*of 2 November 2026"):
        bring(change(directory_row(0), Location_Name="Former name"))

    assert state_of_everything() == before


# Again, at once, and cut off


def test_the_same_file_again_changes_nothing_and_says_so(bring, tmp_path):
    row = directory_row(0)
    place = LocationFactory(cqc_location_id=location_id(5), postcode="CA28 7LL")
    ServiceFactory(provider=place.provider).locations.add(place)
    bring(row, directory_row(5), directory_row(2), suffix=".ods")
    before = state_of_everything()
    path = next(tmp_path.glob("*.ods"))

    imported = import_cqc(path=path, by=None, at=LATER)
    written = io.StringIO()
    call_command("import_cqc", str(path), stdout=written)

    assert state_of_everything() == before
    assert imported.row is None
    assert imported.known == CqcImport.objects.get()
    assert "This very file was imported on 18 November 2026 before." in written.getvalue()
    assert "Nothing had to change." in written.getvalue()


def test_a_trial_tells_all_and_changes_nothing(bring):
    before = state_of_everything()

    report = bring(directory_row(0), is_trial=True)

    assert report["created"]["services"] == 1
    assert state_of_everything() == before


def test_an_import_is_written_down_with_its_report(bring):
    officer = UserFactory()

    report = bring(directory_row(0), by=officer)

    row = CqcImport.objects.get()
    assert (row.kind, row.rows, row.as_at_date, row.imported_by) == ("directory", 1, dt.date(2026, 10, 1), officer)
    assert (len(row.sha256), row.report) == (64, json.loads(json.dumps(report)))
    assert AuditEvent.objects.get(action="cqc.imported").by_id == officer.pk


IMPORTING = """
import django; django.setup()
from pathlib import Path
import sys
from core import clock
from django.db import connection
from providers.services.cqc import import_cqc
def step(name):
    if name == sys.argv[2]:
        print("at", name, flush=True); sys.stdin.readline()
import_cqc(path=Path(sys.argv[1]), by=None, at=clock.now(), step=step)
print("done", flush=True)
"""


def start_import(path, step):
    """Import in a process of its own, which stops and says so when it comes to a step."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": database_url()}
    process = subprocess.Popen(
        [sys.executable, "-c", IMPORTING, str(path), step],
        cwd=settings.BASE_DIR, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return process


def database_url():
    from urllib.parse import urlsplit, urlunsplit

    address = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(address._replace(path=f"/{connection.settings_dict['NAME']}"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["services", "ratings"])
def test_an_import_killed_half_way_leaves_nothing(tmp_path, step):
    ServiceTypeFactory(slug="care-home")
    path = write_directory(tmp_path / "01_October_2026_x.csv", directory_rows(20))
    before = state_of_everything()
    process = start_import(path, step)
    said = process.stdout.readline()

    process.kill()
    process.wait()

    assert said == f"at {step}\n"
    wait_for_free_lock()
    assert state_of_everything() == before


def wait_for_free_lock():
    for _ in range(100):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", [LOCK])
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.1)
    raise AssertionError("The killed import still holds the lock.")


@pytest.mark.django_db(transaction=True)
def test_of_two_imports_at_once_the_later_waits_and_finds_all_done(tmp_path):
    ServiceTypeFactory(slug="care-home")
    path = write_directory(tmp_path / "01_October_2026_x.csv", directory_rows(20))
    first = start_import(path, "services")
    first.stdout.readline()
    results = []

    def second():
        try:
            results.append(import_cqc(path=path, by=None, at=NOON))
        finally:
            connections["default"].close()

    thread = threading.Thread(target=second)
    thread.start()
    time.sleep(0.5)
    is_waiting = not results
    first.communicate("\n")
    thread.join(60)

    assert is_waiting
    assert (Service.objects.count(), CqcImport.objects.count()) == (20, 1)
    assert results[0].row is None


# Files that are refused


@pytest.fixture
def good(taxonomy, tmp_path):
    """Return a function that writes a sound file of ten rows."""

    def good(suffix=".csv", *, rows=None):
        rows = list(directory_rows(10)) if rows is None else rows
        return write_directory(tmp_path / f"01_October_2026_HSCA_Active_Locations{suffix}", rows)

    return good


@pytest.mark.parametrize("suffix", [".csv", ".ods", ".xlsx"])
def test_a_wrong_day_in_row_5_is_told_by_its_place(good, suffix):
    rows = list(directory_rows(10))
    rows[3]["Publication Date"] = "soon"
    path = good(suffix, rows=rows)

    sheet = "" if suffix == ".csv" else "Sheet “HSCA_Active_Locations”, row"
    assert refusal(path) == f"{sheet or 'Row'} 5, column “Publication Date”: “soon” is no date. Write it as 2026-10-31"


@pytest.mark.parametrize(
    ("header", "value", "reason"),
    [
        ("Location_ID", "", "“” is no ID of the CQC's register"),
        ("Location_ID", location_id(1), f"the file has {location_id(1)} twice"),
        ("Provider_ID", "x y", "“x y” is no ID of the CQC's register"),
        ("Location_Name", " ", "it is blank"),
        ("Location_Name", "x" * 201, "the name is longer than 200 characters"),
        ("Care_home", "", "it is blank; only Y or N may stand here"),
        ("Dormant_YN", "maybe", "“maybe” stands where only Y or N may"),
        ("Care_homes_beds", "many", "“many” is no whole number up to 5,000"),
        ("Location_Latitude", 12.5, "12.5, "),
        ("Location_Postal_Code", "nowhere", "“nowhere” is no postcode"),
        ("Inherited_Rating_YN", "?", "“?” stands where only Y, N or nothing may"),
        ("Service_user_band_Dementia", "X", "“X” stands where only Y, N or nothing may"),
        ("Location_HSCA_start_date", "31/31/2020", "“31/31/2020” is no date"),
        ("Location_Inspection_Directorate", "", "it is blank"),
        ("Location_Dual_Registered", "Twice", "“Twice” stands where only “Dual Registration” may"),
    ],
)
def test_a_faulty_cell_refuses_the_whole_file(good, header, value, reason):
    rows = list(directory_rows(4))
    rows[2] = change(rows[2], **{header: value})

    found = refusal(good(rows=rows))

    assert found.startswith("Row 4, column “")
    assert f": {reason}" in found


def test_faults_are_told_together_up_to_fifty(good):
    rows = [change(row, Location_Name="") for row in directory_rows(10_000)]

    lines = refusal(good(rows=rows)).splitlines()

    assert (len(lines), lines[0], lines[-1]) == (
        51,
        "Row 2, column “Location Name”: it is blank",
        "Reading stopped here: there may be more.",
    )


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda names: names[:5] + names[6:], "column “Location ODS Code”: there is no such header"),
        (
            lambda names: [names[1], names[0], *names[2:]],
            "column “Location ID”: the header stands in column B, and not in A",
        ),
        (lambda names: [*names, "Location Mood"], "column “Location Mood”: column DS is new and not known here"),
        (
            lambda names: ["Location Id Number", *names[1:]],
            "column A is headed “Location Id Number”, which is not known here",
        ),
    ],
)
def test_a_header_missing_moved_or_new_refuses_the_file(good, spoil, reason):
    path = good()
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    header = io.StringIO()
    csv.writer(header, lineterminator="").writerow(spoil(list(DIRECTORY_HEADERS)))
    lines[0] = header.getvalue()
    path.write_text("\n".join(lines))

    assert reason in refusal(path)


def test_columns_parted_by_semicolons_are_told(good):
    path = good()
    path.write_text(";".join(DIRECTORY_HEADERS) + "\n" + ";" * 121)

    assert "the columns are parted by semicolons" in refusal(path)


def test_headers_in_the_short_form_are_understood(good):
    path = good()
    text = path.read_text(encoding="utf-8-sig")
    for name in ("Street Address", "Postal Code", "Web Address"):
        text = text.replace(f"Provider {name}", name).replace(f"Location {name}", name)
    path.write_text(text)

    import_cqc(path=path, by=None, at=NOON)

    assert Service.objects.count() == 10


def rewrite(path, change_part):
    """Write the archive anew with other parts."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts = change_part(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_files_that_cannot_be_read(good, tmp_path):
    empty, words, image = tmp_path / "empty.csv", tmp_path / "words.csv", tmp_path / "image.ods"
    empty.write_bytes(b"")
    words.write_text("Dear colleague,\nplease find attached the file.\n")
    image.write_bytes(b"\x89PNG\r\n\x1a\n")
    locked = tmp_path / "locked.xlsx"
    locked.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    cut = good(".ods")
    cut.write_bytes(cut.read_bytes()[:-400])

    assert refusal(empty) == "The file is empty."
    assert "There is no sheet “HSCA_Active_Locations”" in refusal(words)
    assert "give an .ods, .xlsx or .csv file" in refusal(image)
    assert "locked with a password" in refusal(locked)
    assert "damaged or was not downloaded whole" in refusal(cut)
    assert "There is no file" in refusal(tmp_path / "none.ods")


def test_an_ods_cut_inside_or_locked_or_declaring_entities_is_refused(good):
    half = rewrite(good(".ods"), lambda parts: parts | {"content.xml": parts["content.xml"][:5_000]})
    assert "its XML breaks off or is wrong" in refusal(half)

    manifest = b"<manifest><manifest:encryption-data/></manifest>"
    locked = rewrite(good(".ods"), lambda parts: parts | {"META-INF/manifest.xml": manifest})
    assert "locked with a password" in refusal(locked)

    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    declaring = rewrite(good(".ods"), lambda parts: parts | {"content.xml": bomb})
    assert "declares entities or a document type" in refusal(declaring)


@pytest.mark.parametrize("suffix", [".ods", ".xlsx"])
def test_a_zip_bomb_ends_early(good, suffix):
    part = "content.xml" if suffix == ".ods" else "xl/worksheets/sheet1.xml"
    path = rewrite(good(suffix), lambda parts: parts | {part: b"<x>" + b" " * 80_000_000})

    assert "far more than its size can honestly hold" in refusal(path)


def test_another_sheet_is_named(good):
    path = rewrite(
        good(".ods"),
        lambda parts: parts | {"content.xml": parts["content.xml"].replace(b"HSCA_Active_Locations", b"Sheet1")},
    )

    assert refusal(path).endswith("it has “README”, “Sheet1”.")


@pytest.mark.parametrize(
    ("find", "put", "reason"),
    [
        (b"Adult social care", b"Adult\0social care", "Row 2: The line holds a NUL character"),
        (b"Adult social care", "Añadult".encode("cp1252"), "Row 2: The file is not in UTF-8"),
        (b"Adult social care", b'"Adult', "Row 2: The row cannot be read"),
    ],
)
def test_a_csv_that_is_no_text_is_refused(good, find, put, reason):
    path = good()
    path.write_bytes(path.read_bytes().replace(find, put, 1))

    assert refusal(path).startswith(reason)


def test_a_file_without_a_day_or_of_a_day_to_come_is_refused(good, tmp_path):
    path = good()
    nameless = tmp_path / "locations.csv"
    nameless.write_bytes(path.read_bytes())

    assert "does not say of which day it is" in refusal(nameless)
    assert "which has not come yet" in refusal(nameless, as_at_date=dt.date(2027, 1, 1))
    assert "no “Latest ratings” but a “Care directory with filters”" in refusal(path, kind="ratings")


def test_broken_ratings_files_are_refused(taxonomy, tmp_path):
    row = directory_row(0)
    path = tmp_path / "01_October_2026_Latest_ratings.csv"

    write_ratings(path, [ratings_row(row, "Safe", "Good"), ratings_row(row, "Safe", "Good")])
    assert refusal(path) == f"Row 3, column “Domain”: the file has “Safe” of {location_id(0)} twice"

    write_ratings(path, [ratings_row(row, "Safe", "Good", **{"Publication Date": "June"})])
    assert refusal(path).startswith("Row 2, column “Publication Date”: “June” is no date")

    path.write_text("Location ID,Domain,Rating\n1-1,Safe,Good\n")
    assert "column “Latest Rating”: there is no such header" in refusal(path)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[1, 2]", "it is no object"),
        ('[{"locationId": "1-1", "locationName": "A"}]', "this is the list of locations, and not what each is"),
        ('[{"locationId": "1-1"', "breaks off"),
        ('{"a": 1}', "it has neither locationId nor providerId"),
        ('{"a": NaN}', "NaN"),
        ("[" * 100_000, "breaks off"),
    ],
)
def test_broken_json_is_refused(taxonomy, tmp_path, text, reason):
    path = tmp_path / "dump.json"
    path.write_text(text)

    assert reason in refusal(path)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"registrationStatus": "Perhaps"},
            "column “registrationStatus”: “perhaps” is neither Registered nor Deregistered",
        ),
        ({"name": ""}, "column “name”: it is blank"),
        ({"name": "A\0B"}, "column “name”: it holds a NUL character"),
        ({"registrationDate": "yesterday"}, "column “registrationDate”: “yesterday” is no date"),
        ({"gacServiceTypes": "many"}, "column “gacServiceTypes”: it is no list of objects"),
        (
            {"currentRatings": {"overall": {"rating": "Good", "reportDate": "bad"}}},
            "column “currentRatings”: its ratings cannot be read",
        ),
        ({"currentRatings": ["Good"]}, "column “currentRatings”: its ratings cannot be read"),
    ],
)
def test_a_faulty_object_refuses_the_whole_dump(taxonomy, tmp_path, changes, reason):
    path = tmp_path / "dump.json"
    path.write_text(json.dumps([api_provider(0), api_location(0), api_location(1, **changes)]))

    assert f"Sheet “dump.json”, row 3, {reason}" in refusal(path)


def test_a_dump_may_be_lines_a_folder_or_an_archive(taxonomy, tmp_path):
    lines, folder, archive = tmp_path / "dump.jsonl", tmp_path / "folder", tmp_path / "dump.zip"
    lines.write_text("\n".join(json.dumps(one) for one in (api_location(0), api_provider(0))))
    folder.mkdir()
    (folder / "l.json").write_text(json.dumps(api_location(2)))
    (folder / "p.json").write_text(json.dumps(api_provider(2)))
    with zipfile.ZipFile(archive, "w") as parts:
        parts.writestr("a.json", json.dumps([api_location(4), api_provider(4)]))

    for path in (lines, folder, archive):
        import_cqc(path=path, by=None, at=NOON)

    assert set(Location.objects.values_list("cqc_location_id", flat=True)) == {location_id(n) for n in (0, 2, 4)}


def test_a_location_whose_provider_is_not_known_is_left_out_and_told(bring_json):
    report = bring_json(api_location(0))

    assert Service.objects.count() == 0
    assert report["ignored"] == [
        {"reason": "its provider is not known here; import its provider too", "count": 1, "examples": [location_id(0)]}
    ]


# The command


def test_the_command_tells_what_it_did(good):
    written, said = io.StringIO(), io.StringIO()

    call_command("import_cqc", str(good(".xlsx")), stdout=written, stderr=said)

    assert written.getvalue().splitlines()[:2] == [
        "Care directory with filters, as at 1 October 2026: 10 rows read.",
        "New: 5 providers, 10 locations, 10 services, 10 registrations, 10 ratings.",
    ]
    assert said.getvalue() == ""


def test_a_person_at_a_terminal_sees_how_far_it_is(good, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    call_command("import_cqc", str(good(".csv")), stdout=io.StringIO())

    shown = terminal.getvalue().split("\r")
    assert any(line.startswith(f"Reading [{'#' * 30}] 100 %") for line in shown)
    assert any(line.startswith("Writing: services") for line in shown)
    assert shown[-2].strip() == ""


def test_the_command_refuses_with_the_reasons(good):
    rows = [change(directory_row(0), Location_Name="")]

    with pytest.raises(CommandError, match="Nothing was imported.\nRow 2, column “Location Name”: it is blank"):
        call_command("import_cqc", str(good(rows=rows)))

    assert Service.objects.count() == 0


# The officers' queue


@pytest.fixture
def home(taxonomy):
    """The officer of the council where the first invented location stands, and one of another."""
    officers = []
    for name in ("Cumberland", "Halton"):
        officer = OfficerFactory()
        CoverageFactory(organisation=officer.organisation, place=Place.objects.get(name=name))
        officers.append(officer)
    return officers


def test_a_difference_waits_for_the_home_council_and_for_no_other(bring, home, client):
    own, other = home
    bring(directory_row(0))
    keep_by_edit(Service.objects.get())

    bring(change(directory_row(0), Location_Name="Another name"), as_at=NOVEMBER, at=LATER)

    difference = CqcDifference.objects.get()
    address = reverse("admin:providers_cqcdifference_change", args=[difference.pk])
    answers = {}
    for officer in (own, other):
        client.force_login(officer.user)
        answers[officer.organisation] = client.get(address)
    assert difference.organisation == own.organisation
    assert "Another name" in answers[own.organisation].content.decode()
    assert "Another name" not in answers[other.organisation].content.decode()
    assert answers[own.organisation].status_code == 200


def test_an_officer_settles_a_difference_with_a_note(bring, home, client):
    own, other = home
    bring(directory_row(0))
    keep_by_edit(Service.objects.get())
    bring(change(directory_row(0), Location_Name="Another name"), as_at=NOVEMBER, at=LATER)
    difference = CqcDifference.objects.get()
    address = reverse("admin:providers_cqcdifference_action", args=[difference.pk, "settle"])

    client.force_login(other.user)
    strange = client.post(address, {"note": "Not mine."})
    client.force_login(own.user)
    client.post(address, {"note": "The sign over the door says ours."})

    difference.refresh_from_db()
    assert strange.status_code == 404
    assert (difference.settled_by, difference.note) == (own.user, "The sign over the door says ours.")
    assert AuditEvent.objects.get(action="cqc_difference.settled").by_id == own.user.pk


def test_the_page_of_a_difference_offers_to_take_over_only_what_can_stand_as_it_is(bring, home, client):
    own, other = home
    bring(directory_row(0))
    keep_by_edit(Service.objects.get())
    bring(change(directory_row(0), Location_Name="Another name"), as_at=NOVEMBER, at=LATER)
    difference = CqcDifference.objects.get()
    page = reverse("admin:providers_cqcdifference_change", args=[difference.pk])
    address = reverse("admin:providers_cqcdifference_action", args=[difference.pk, "take_value"])
    offer = "Take what the CQC says"

    client.force_login(other.user)
    strange = client.post(address, {"confirmed": "yes"})
    client.force_login(own.user)
    offered = text(client.get(page))
    client.post(address, {"confirmed": "yes"})
    CqcDifference.objects.update(settled_at=None, settled_by=None, kind="moved", field="address")
    complex_one = text(client.get(page))

    assert strange.status_code == 404
    assert offer in offered
    assert Service.objects.get().name == "Another name"
    assert offer not in complex_one
