"""Events in the commissioners' workspace: who comes is the organiser's own, and each move has a reason."""

import csv
import datetime as dt
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from commissioning.models import Officer
from core import clock
from core.models import AuditEvent, OutgoingMail
from tenders.models import Event, OpportunityPartner, Registration
from tests.factories.commissioning import OfficerFactory
from tests.factories.engagement import CoproductionNoteFactory, EventFactory, InterestFactory, RegistrationFactory
from tests.factories.tenders import OpportunityFactory, OpportunityLotFactory
from tests.tools.views import text

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def officer(client):
    one = OfficerFactory(role=Officer.Role.PUBLISHER)
    client.force_login(one.user)
    return one


def event_of(officer, **facts):
    soon = (clock.now() + 9 * DAY).replace(hour=12, minute=0, second=0, microsecond=0)
    return EventFactory(**{"organisation": officer.organisation, "starts_at": soon, **facts})


def url(kind, page, *args):
    return reverse(f"admin:tenders_{kind}_{page}", args=args)


def press(client, kind, row, action, **data):
    return client.post(url(kind, "action", row.pk, action), data)


def rows_of(response):
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


# --- walls ---


@pytest.mark.parametrize("kind", ["registration", "interest", "event"])
def test_another_organisation_and_a_partner_find_nothing(client, officer, kind):
    stranger = OfficerFactory(role=Officer.Role.ADMINISTRATOR)
    opportunity = OpportunityFactory(organisation=officer.organisation)
    OpportunityPartner.objects.create(opportunity=opportunity, organisation=stranger.organisation)
    event = event_of(officer, opportunity=opportunity, title="Canary event")
    rows = {
        "event": event,
        "registration": RegistrationFactory(event=event, name="Canary Person"),
        "interest": InterestFactory(opportunity=opportunity, name="Canary Person"),
    }
    own = text(client.get(url(kind, "changelist")))
    client.force_login(stranger.user)

    listed = client.get(url(kind, "changelist") + "?q=canary")
    answers = [client.get(url(kind, "change", rows[kind].pk))] + [
        press(client, kind, rows[kind], action)
        for action in ("take_back", "move", "cancel", "download_csv", "download_xlsx", "publish")
    ]

    assert "Canary" in own
    assert "Canary" not in text(listed)
    # Django's own answer to a record that is not there is a way back to the first page.
    assert {one.status_code for one in answers} <= {302, 404}
    assert all("Canary" not in text(one) for one in answers)
    assert press(client, "opportunity", opportunity, "download_interest_csv").status_code == 404
    assert "Canary" not in text(client.get(reverse("admin:index")))
    assert Registration.objects.get().withdrawn_at is None


def test_what_people_sent_is_read_and_never_edited(client, officer):
    row = RegistrationFactory(event=event_of(officer), name="Ada Byron")
    page = text(client.get(url("registration", "change", row.pk)))

    answers = [
        client.post(url("registration", "change", row.pk), {"name": "Eve"}).status_code,
        client.get(url("registration", "add")).status_code,
        client.post(url("registration", "delete", row.pk), {"post": "yes"}).status_code,
    ]

    row.refresh_from_db()
    assert ("Ada Byron" in page, row.name, answers) == (True, "Ada Byron", [403, 403, 403])


def test_a_viewer_reads_and_presses_nothing(client):
    viewer = OfficerFactory(role=Officer.Role.VIEWER)
    event = event_of(viewer)
    row = RegistrationFactory(event=event)
    client.force_login(viewer.user)

    answers = [
        press(client, "event", event, "move").status_code,
        press(client, "event", event, "cancel", reason="Snow.").status_code,
        press(client, "event", event, "download_csv").status_code,
        press(client, "registration", row, "take_back").status_code,
    ]

    assert answers == [403] * 4
    assert client.get(url("event", "change", event.pk)).status_code == 200


# --- events ---


def form_data(**facts):
    return {
        "title": "Bidder day", "slug": "bidder-day", "kind": "bidder_day", "starts_at": "2031-03-03T10:00",
        "ends_at": "2031-03-03T12:00", "takes_registrations": "on", "source_note": "",
        "coproduction_notes-TOTAL_FORMS": "0", "coproduction_notes-INITIAL_FORMS": "0",
        "changes-TOTAL_FORMS": "0", "changes-INITIAL_FORMS": "0", **facts,
    }  # fmt: skip


def test_an_officer_drafts_and_publishes_an_event(client, officer):
    saved = client.post(url("event", "add"), form_data())
    event = Event.objects.get()
    draft = client.get(event.get_absolute_url()).status_code
    press(client, "event", event, "publish")

    assert saved.status_code == 302
    assert (event.organisation, event.starts_at.isoformat()) == (officer.organisation, "2031-03-03T10:00:00+00:00")
    assert draft == 404
    assert client.get(event.get_absolute_url()).status_code == 200
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)) == [
        "event.added",
        "event.published",
    ]


@pytest.mark.parametrize(
    ("face", "words"),
    [
        ("2026-10-25T01:30", "comes twice"),
        ("2027-03-28T01:30", "there is no 01:30"),
        ("2031-03-03T12:00", "ends after it starts"),
    ],
)
def test_a_time_that_cannot_be_is_refused(client, officer, face, words):
    response = client.post(url("event", "add"), form_data(starts_at=face))

    assert words in text(response)
    assert not Event.objects.exists()


def test_a_public_events_time_moves_by_its_action_alone(client, officer):
    event = event_of(officer, place_as_stated="Library")
    person = RegistrationFactory(event=event)
    page = text(client.get(url("event", "change", event.pk)))
    asked = text(client.get(url("event", "action", event.pk, "move")))
    moved = press(
        client, "event", event, "move", starts_at="2031-03-03T10:00", ends_at="2031-03-03T12:00", place="Town hall",
        online_url="", reason="The room is taken.",
    )  # fmt: skip
    twice = press(
        client, "event", event, "move", starts_at="2031-10-26T01:30", ends_at="2031-10-26T12:00", place="", reason="So."
    )

    event.refresh_from_db()
    assert 'name="starts_at"' not in page
    assert "Library" in asked
    assert moved.status_code == 302
    assert (event.place_as_stated, event.starts_at.isoformat()) == ("Town hall", "2031-03-03T10:00:00+00:00")
    assert list(OutgoingMail.objects.values_list("to", flat=True)) == [person.email]
    assert "comes twice" in text(twice)
    assert "The room is taken." in text(client.get(event.get_absolute_url()))


def test_cancelling_asks_for_a_reason(client, officer):
    event = event_of(officer)
    RegistrationFactory(event=event)

    empty = press(client, "event", event, "cancel", reason=" ")
    press(client, "event", event, "cancel", reason="Snow.")
    again = press(client, "event", event, "cancel", reason="Ice.")

    event.refresh_from_db()
    assert "Nothing was done" in text(empty)
    assert event.cancelled_reason == "Snow."
    assert again.status_code == 403
    assert OutgoingMail.objects.count() == 1


def test_more_places_go_to_the_waiting_list(client, officer):
    event = event_of(officer, places_maximum=1, published_at=None, slug="bidder-day")
    Event.objects.filter(pk=event.pk).update(published_at=clock.now() - DAY)
    RegistrationFactory(event=event)
    waits = RegistrationFactory(event=event, place_given_at=None)
    data = form_data(places_maximum="2")
    for name in ("starts_at", "ends_at"):
        del data[name]

    saved = client.post(url("event", "change", event.pk), data)

    waits.refresh_from_db()
    assert (saved.status_code, waits.state) == (302, "stands")
    assert OutgoingMail.objects.get().to == waits.email


def test_an_officer_takes_somebody_off_the_list(client, officer):
    event = event_of(officer, places_maximum=1)
    row, waits = RegistrationFactory(event=event), RegistrationFactory(event=event, place_given_at=None)

    press(client, "registration", row, "take_back")

    assert [Registration.objects.get(pk=one.pk).state for one in (row, waits)] == ["withdrawn", "stands"]


def test_a_note_stands_in_its_tender_and_its_event(client, officer):
    opportunity = OpportunityFactory(organisation=officer.organisation)
    CoproductionNoteFactory(opportunity=opportunity, heard="Fewer carers, please.")

    assert "Fewer carers, please." in text(client.get(url("opportunity", "change", opportunity.pk)))
    assert "coproduction_notes" in text(client.get(url("event", "change", event_of(officer).pk)))


# --- files and counts ---


def test_who_comes_leaves_as_a_file_without_formulas_and_is_on_the_trail(client, officer):
    event = event_of(officer, places_maximum=1)
    RegistrationFactory(event=event, organisation_name="=cmd()", name="Ada", email="ada@example.org", is_sme=True)
    RegistrationFactory(event=event, place_given_at=None, name="Bob")
    RegistrationFactory(event=event, confirmed_at=None, name="Nobody")
    RegistrationFactory(event=event, withdrawn_at=clock.now(), name="Gone")

    file = press(client, "event", event, "download_csv")
    book = press(client, "event", event, "download_xlsx")

    heads, *rows = rows_of(file)
    told = [dict(zip(heads, row, strict=True)) for row in rows]
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).active
    assert [(one["Name"], one["Place"]) for one in told] == [("Ada", "Has a place"), ("Bob", "Waiting list")]
    assert told[0]["Organisation"] == "'=cmd()"
    assert (told[0]["Small or medium-sized"], told[1]["Small or medium-sized"]) == ("Yes", "Not stated")
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)][0] == "'=cmd()"
    assert all("no-store" in one["Cache-Control"] for one in (file, book))
    assert "attachment" in file["Content-Disposition"]
    assert (
        list(AuditEvent.objects.values_list("action", "organisation_id"))
        == [("event.registrations_exported", str(officer.organisation_id))] * 2
    )


def test_who_may_bid_leaves_as_a_file_with_its_lots(client, officer):
    opportunity = OpportunityFactory(organisation=officer.organisation)
    lots = [OpportunityLotFactory(opportunity=opportunity, title=title) for title in ("North", "South")]
    InterestFactory(opportunity=opportunity, name="Ada").lots.set(lots)
    InterestFactory(opportunity=opportunity, name="Bob")
    InterestFactory(name="Somebody else's")

    file = press(client, "opportunity", opportunity, "download_interest_csv")

    heads, *rows = rows_of(file)
    told = [dict(zip(heads, row, strict=True)) for row in rows]
    assert [(one["Name"], one["Lots"]) for one in told] == [("Ada", "North\nSouth"), ("Bob", "None named")]
    assert AuditEvent.objects.get().action == "opportunity.interest_exported"


def test_the_dashboard_counts_who_comes_and_who_may_bid(client, officer):
    opportunity = OpportunityFactory(organisation=officer.organisation, title="Home care")
    InterestFactory.create_batch(2, opportunity=opportunity)
    InterestFactory(opportunity=opportunity, confirmed_at=None)
    event = event_of(officer, title="Bidder day", places_maximum=1)
    RegistrationFactory(event=event)
    RegistrationFactory(event=event, place_given_at=None)
    event_of(officer, starts_at=clock.now() - DAY, title="Past")

    page = text(client.get(reverse("admin:index")))

    assert "Home care: 2" in page
    assert "1 of 1 come, 1 wait" in page
    assert "Past" not in page


@pytest.mark.parametrize("kind", ["event", "registration", "interest"])
def test_lists_take_the_same_queries_however_long(client, officer, kind):
    def count():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url(kind, "changelist")).status_code == 200
        return len(queries)

    def fill():
        event = event_of(officer)
        RegistrationFactory.create_batch(2, event=event)
        InterestFactory(opportunity=OpportunityFactory(organisation=officer.organisation))

    fill()
    count()
    one = count()
    for _ in range(5):
        fill()

    assert count() == one
