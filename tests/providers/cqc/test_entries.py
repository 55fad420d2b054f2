"""What the register's rows become: providers, locations, services and their words."""

import datetime as dt

import pytest

from core.models import Place
from providers.cqc.layout import ACTIVITIES, DIRECTORY_HEADERS, SERVICE_TYPES, USER_BANDS
from providers.models import Location, Provider, Rating, Service
from tests.factories import NOON
from tests.factories.providers import ServiceFactory
from tests.providers.cqc.outcomes import RATED, overall
from tests.tools.cqc_files import api_location, api_provider, change, directory_row, location_id, provider_id


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


def test_a_location_whose_provider_is_not_known_is_left_out_and_told(bring_json):
    report = bring_json(api_location(0))

    assert Service.objects.count() == 0
    assert report["ignored"] == [
        {"reason": "its provider is not known here; import its provider too", "count": 1, "examples": [location_id(0)]}
    ]
