"""Later files: what is kept in step, what is never overwritten, what is missing, which file is too old."""

import datetime as dt

import pytest

from core.models import AuditEvent
from providers.models import CqcDifference, CqcRegistration, Location, Service
from providers.services.cqc import NewerFileKnown, TooMuchMissing
from tests.factories.providers import LocationFactory, ServiceFactory
from tests.providers.cqc.outcomes import (
    LATER,
    NOVEMBER,
    keep_by_confirmation,
    keep_by_edit,
    keep_by_representative,
    keep_by_revision,
    open_differences,
    overall,
    state_of_everything,
)
from tests.tools.cqc_files import change, directory_row, directory_rows, location_id

KIND = CqcDifference.Kind


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
