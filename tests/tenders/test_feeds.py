"""The list of opportunities as .atom, .ics, .csv, .xlsx and .json: exactly the list of the page, whatever is asked."""

import csv
import datetime as dt
import io
import json
from xml.etree import ElementTree

import icalendar
import openpyxl
import pytest
from django.db import connection

from core import clock
from tests.factories.core import ServiceTypeFactory
from tests.factories.tenders import DateChangeFactory, FrameworkFactory, OpportunityFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
ATOM = "{http://www.w3.org/2005/Atom}"
QUESTIONS = [
    "",
    "?order=name",
    "?stage=open&order=closing",
    "?type=kind&order=value",
    "?q=dementia",
    "?stage=nonsense",
    "?page=2",
]


@pytest.fixture
def rows():
    """More than two pages, in every state."""
    now = clock.now()
    kind = ServiceTypeFactory(slug="kind")
    made = []
    for number in range(45):
        facts = [
            {"tender_date": "Autumn 2040"},
            {"opens_at": now - DAY, "closes_at": now + number * DAY},
            {"awarded_at": now - DAY},
        ][number % 3 if number else 0]
        row = OpportunityFactory(
            title=f"{'Dementia' if number % 2 else 'Home'} care {number}", value_to=number, **facts
        )
        if number % 4 == 0:
            row.types.add(kind)
        made.append(row)
    OpportunityFactory(title="Dementia draft", published_at=None)
    OpportunityFactory(title="Dementia later", published_at=now + DAY)
    OpportunityFactory(title="Dementia withdrawn", withdrawn_at=now, ended_reason="No money")
    OpportunityFactory(title="Dementia members", framework=FrameworkFactory(), is_members_only=True)
    connection.check_constraints()
    return made


def listed(client, query):
    """The references of all pages of the list, in order."""
    found, number = [], 1
    while True:
        sign = "&" if query else "?"
        response = client.get(f"/opportunities/{query.replace('page=2', '')}{sign}page={number}")
        page = response.context["page"]
        found += [entry.record.reference for entry in page]
        if not page.has_next():
            return found
        number += 1


def body(response):
    return b"".join(response) if response.streaming else response.content


def in_csv(client, query):
    text = body(client.get(f"/opportunities.csv{query}")).decode("utf-8-sig")
    return [row["Reference"] for row in csv.DictReader(io.StringIO(text))]


def in_xlsx(client, query):
    book = openpyxl.load_workbook(io.BytesIO(body(client.get(f"/opportunities.xlsx{query}"))), read_only=True)
    return [row[0] for row in list(book.active.iter_rows(values_only=True))[1:]]


def in_json(client, query):
    data = json.loads(body(client.get(f"/opportunities.json{query}")))
    assert data["count"] == len(data["opportunities"])
    return [one["reference"] for one in data["opportunities"]]


def in_atom(client, query):
    tree = ElementTree.fromstring(body(client.get(f"/opportunities.atom{query}")))  # noqa: S314 - made by us
    return [one.findtext(f"{ATOM}id").rstrip("/").rsplit("/", 1)[1] for one in tree.findall(f"{ATOM}entry")]


@pytest.mark.parametrize("read", [in_csv, in_xlsx, in_json, in_atom], ids=lambda read: read.__name__)
def test_file_holds_exactly_the_list_in_its_order(client, rows, read):
    for query in QUESTIONS:
        wanted = listed(client, query)

        assert read(client, query) == wanted, query
    assert len(listed(client, "")) == 45


def events(client, address):
    calendar = icalendar.Calendar.from_ical(body(client.get(address)))
    return {str(one["UID"]): one for one in calendar.walk("VEVENT")}


def test_calendar_has_the_dates_of_exactly_the_list(client, rows):
    for query in QUESTIONS:
        # What is awarded tells of no date to come.
        wanted = {one for one in listed(client, query) if not _is_awarded(rows, one)}

        assert {uid.rsplit("-", 1)[0] for uid in events(client, f"/opportunities.ics{query}")} == wanted


def _is_awarded(rows, reference):
    return next(row for row in rows if row.reference == reference).awarded_at is not None


def test_moved_deadline_keeps_its_uid_and_raises_its_sequence(client):
    now = clock.now()
    row = OpportunityFactory(reference="home-care", opens_at=now - DAY, closes_at=now + 5 * DAY)
    connection.check_constraints()
    (before,) = [one for uid, one in events(client, "/opportunities.ics").items() if "closes" in uid]
    DateChangeFactory(
        opportunity=row,
        field="closes_at",
        old=None,
        new=None,
        old_at=row.closes_at,
        new_at=now + 9 * DAY,
        changed_at=now,
    )
    row.closes_at = now + 9 * DAY
    row.save()
    connection.check_constraints()

    (after,) = [one for uid, one in events(client, "/opportunities/home-care.ics").items() if "closes" in uid]

    assert after["UID"] == before["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert abs(after["DTSTART"].dt - row.closes_at) < dt.timedelta(seconds=1)


def test_withdrawn_tender_is_struck_in_its_own_calendar(client):
    now = clock.now()
    OpportunityFactory(
        reference="home-care", opens_at=now - DAY, closes_at=now + DAY, withdrawn_at=now, ended_reason="No money"
    )
    connection.check_constraints()

    own = events(client, "/opportunities/home-care.ics")

    assert {str(one["STATUS"]) for one in own.values()} == {"CANCELLED"}
    assert events(client, "/opportunities.ics") == {}


def test_season_is_tentative_over_its_whole_time_and_on_no_false_day(client):
    OpportunityFactory(tender_date="Spring 2040")
    connection.check_constraints()

    (one,) = events(client, "/opportunities.ics").values()

    assert (one["DTSTART"].dt, one["DTEND"].dt) == (dt.date(2040, 3, 1), dt.date(2040, 6, 1))
    assert one["STATUS"] == "TENTATIVE"
    assert "Spring 2040" in one["SUMMARY"]


@pytest.mark.parametrize("facts", [{"published_at": None}, {"is_members_only": True}])
def test_calendar_of_what_is_not_public_is_not_there(client, facts):
    if "is_members_only" in facts:
        facts = facts | {"framework": FrameworkFactory()}
    OpportunityFactory(reference="hidden", opens_at=clock.now(), **facts)
    connection.check_constraints()

    assert client.get("/opportunities/hidden.ics").status_code == 404


def test_feed_is_as_old_as_its_last_public_change(client):
    now = clock.now()
    row = OpportunityFactory(published_at=now - 9 * DAY)
    DateChangeFactory(opportunity=row, changed_at=now - 2 * DAY)
    connection.check_constraints()

    tree = ElementTree.fromstring(body(client.get("/opportunities.atom")))  # noqa: S314 - made by us

    told = dt.datetime.fromisoformat(tree.find(f"{ATOM}entry").findtext(f"{ATOM}updated"))
    assert told == now - 2 * DAY
    assert dt.datetime.fromisoformat(tree.findtext(f"{ATOM}updated")) == told


@pytest.mark.parametrize("words", ["%01%02", "care%1B", "care%EF%BF%BE", "care%EF%BF%BF", "%0Bcare%7F"])
def test_words_that_no_xml_can_hold_break_no_feed(client, rows, words):
    response = client.get(f"/opportunities.atom?q={words}")

    assert response.status_code == 200
    ElementTree.fromstring(body(response))  # noqa: S314 - made by us


def test_cells_cannot_be_formulas(client):
    OpportunityFactory(title="=HYPERLINK(1)")
    connection.check_constraints()

    text = body(client.get("/opportunities.csv")).decode("utf-8-sig")

    assert "'=HYPERLINK(1)" in text


def test_feeds_can_be_read_by_other_websites_and_kept(client, rows):
    for ending in ("atom", "json"):
        response = client.get(f"/opportunities.{ending}")

        assert response["Access-Control-Allow-Origin"] == "*"
        assert response["ETag"]
        assert "max-age=60" in response["Cache-Control"]


def test_data_says_what_is_not_known_and_leads_to_the_open_contracting_record(client):
    row = OpportunityFactory(tender_date="Autumn 2040")
    connection.check_constraints()

    (one,) = json.loads(body(client.get("/opportunities.json")))["opportunities"]

    assert one["ocds"].endswith(f"/ocds/records/{row.ocid}.json")
    assert one["tender"] == {
        "words": "Autumn 2040",
        "earliest": "2040-09-01",
        "latest": "2040-11-30",
        "precision": "season",
    }
    assert one["value_to"] is one["closes_at"] is None
