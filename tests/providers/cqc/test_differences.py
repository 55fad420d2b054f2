"""What differs from an entry somebody keeps: found, settled, taken over, and the officers' queue of it."""

import datetime as dt

import pytest
from django.urls import reverse

from core.errors import AlreadyDone, DomainError
from core.models import AuditEvent, Place
from providers.models import CqcDifference, Location, Service
from providers.services.cqc import settle_difference, take_cqc_value
from tests.factories import NOON
from tests.factories.commissioning import CoverageFactory, OfficerFactory
from tests.factories.core import UserFactory
from tests.factories.providers import LocationFactory, ServiceFactory
from tests.providers.cqc.outcomes import LATER, NOVEMBER, keep_by_edit, keep_by_representative, open_differences
from tests.tools.cqc_files import change, directory_row, location_id
from tests.tools.views import text


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
