"""Dates that move keep their past and their reason; plans that nobody confirms say so."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from core import clock
from core.dates import parse
from core.errors import DomainError
from core.models import AuditEvent, OutgoingMail, RegisterVersion
from tenders import services
from tenders.models import DateChange, Opportunity, stale_age
from tests.factories import NOON
from tests.factories.commissioning import OfficerFactory, OrganisationFactory, SourceDocumentFactory
from tests.factories.core import UserFactory
from tests.factories.tenders import OpportunityFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def move(row, field="tender_date", to=None, reason="The review takes longer.", by=None):
    to = parse("January 2027") if to is None else to
    return services.move_date(opportunity=row, field=field, to=to, reason=reason, by=by, at=NOON)


def test_a_moved_date_keeps_what_it_was_with_its_reason():
    officer = UserFactory()
    row = OpportunityFactory(tender_date="September 2026")

    change = move(row, by=officer)

    row.refresh_from_db()
    assert str(row.tender_date) == "January 2027"
    assert (str(change.old), str(change.new)) == ("September 2026", "January 2027")
    assert row.confirmed_at == NOON
    event = AuditEvent.objects.get(action="opportunity.date_moved")
    assert event.before["tender_date"] == "September 2026"
    assert event.after["reason"] == "The review takes longer."


def test_a_moved_deadline_is_a_moment():
    row = OpportunityFactory(opens_at=NOON, closes_at=NOON + DAY)

    change = move(row, "closes_at", NOON + 3 * DAY)

    row.refresh_from_db()
    assert row.closes_at == NOON + 3 * DAY
    assert (change.old_at, change.new_at, change.old) == (NOON + DAY, NOON + 3 * DAY, None)


@pytest.mark.parametrize(
    ("facts", "asked", "refusal"),
    [
        ({"published_at": None}, {}, "simply edited"),
        ({}, {"reason": "  "}, "Say why"),
        ({"tender_date": "January 2027"}, {}, "has already"),
        ({}, {"field": "closes_at"}, "day with its time"),
        ({}, {"to": NOON}, "day with its time"),
        ({"opens_at": NOON, "closes_at": NOON + DAY}, {"field": "closes_at", "to": NOON}, "closing moment"),
    ],
)
def test_a_date_that_cannot_move_so_is_refused_and_nothing_changes(facts, asked, refusal):
    row = OpportunityFactory(**facts)
    before = Opportunity.objects.filter(pk=row.pk).values().get()

    with pytest.raises(DomainError, match=refusal):
        move(row, **asked)

    assert Opportunity.objects.filter(pk=row.pk).values().get() == before
    assert not DateChange.objects.exists()


def test_the_database_keeps_no_slip_without_a_reason():
    row = OpportunityFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        DateChange.objects.create(opportunity=row, field="tender_date", reason="", changed_at=NOON)


def test_the_page_shows_the_slip_and_raises_its_version_at_commit(client):
    row = OpportunityFactory(tender_date="September 2026")
    before = RegisterVersion.objects.filter(register="opportunities").values_list("version", flat=True).first()

    move(row, reason="The <b>review</b> takes longer.")
    connection.check_constraints()
    after = RegisterVersion.objects.get(register="opportunities").version
    page = client.get(row.get_absolute_url()).content.decode()

    assert after != before
    assert "Was September 2026, now January 2027" in page
    assert "<b>review" not in page


# --- confirmed or not ---


def unconfirmed(row):
    at = NOON
    row = Opportunity.objects.select_related("source").get(pk=row.pk)
    in_python = row.is_unconfirmed(at=at)
    in_sql = Opportunity.objects.unconfirmed(at=at).filter(pk=row.pk).exists()
    assert in_python == in_sql
    return in_python


OLD, RECENT = "January 2024", "October 2026"


@pytest.mark.parametrize(
    ("facts", "source", "expected"),
    [
        ({"published_at": NOON - stale_age()}, None, False),
        ({"published_at": NOON - stale_age() - DAY}, None, True),
        ({"last_confirmed": OLD}, None, True),
        ({"last_confirmed": OLD, "confirmed_at": NOON - DAY}, None, False),
        ({"last_confirmed": OLD, "confirmed_at": NOON - stale_age() - DAY}, None, True),
        ({"last_confirmed": RECENT, "confirmed_at": NOON - stale_age() - DAY}, None, False),
        ({}, OLD, True),
        ({}, RECENT, False),
        ({"last_confirmed": OLD}, RECENT, True),
        ({"last_confirmed": "to be confirmed"}, RECENT, False),
        ({"last_confirmed": "to be confirmed"}, None, False),
        ({"confirmed_at": NOON - stale_age() - DAY}, None, True),
        ({"last_confirmed": OLD, "opens_at": NOON - DAY}, None, False),
        ({"last_confirmed": OLD, "opens_at": NOON + DAY}, None, True),
        ({"last_confirmed": OLD, "withdrawn_at": NOON, "ended_reason": "Not needed."}, None, False),
        ({"last_confirmed": OLD, "awarded_at": NOON}, None, False),
        ({"last_confirmed": OLD, "published_at": None}, None, False),
        ({"last_confirmed": OLD, "published_at": NOON + DAY}, None, False),
    ],
)
def test_when_a_plan_counts_as_unconfirmed_in_python_and_in_sql(facts, source, expected):
    facts = {"published_at": NOON} | facts
    row = OpportunityFactory(**facts)
    if source:
        row.source = SourceDocumentFactory(organisation=row.organisation, published=source)
        row.save()

    assert unconfirmed(row) is expected


def test_the_page_and_the_list_say_since_when_nobody_confirmed_it(client):
    row = OpportunityFactory(last_confirmed="3 February 2024")

    page = client.get(row.get_absolute_url()).content.decode()
    connection.check_constraints()
    listed = client.get("/opportunities/").content.decode()

    assert "Nobody has confirmed this plan since 3 February 2024" in page
    assert "Not confirmed since" in listed


def test_confirming_is_told_and_kept_in_the_trail(client):
    officer = UserFactory()
    row = OpportunityFactory(last_confirmed="3 February 2024")

    services.confirm_plan(opportunity=row, by=officer, at=clock.now())

    page = client.get(row.get_absolute_url()).content.decode()
    assert "Nobody has confirmed" not in page
    assert AuditEvent.objects.filter(action="opportunity.confirmed").count() == 1


# --- asking ---


def plan(**facts):
    return OpportunityFactory(**({"last_confirmed": OLD} | facts))


def test_an_owner_is_asked_once_in_one_mail_for_all_plans():
    owner = OfficerFactory(user=UserFactory(email="owner@council.example"))
    plans = [plan(organisation=owner.organisation, owner=owner, title=f"Plan {n}") for n in range(3)]

    first = services.ask_owners(at=NOON)
    again = services.ask_owners(at=NOON + DAY)

    assert (first, again) == (1, 0)
    sent = OutgoingMail.objects.get()
    assert sent.to == "owner@council.example"
    assert all(row.title in sent.text for row in plans)
    assert sent.subject == "Do 3 plans still hold?"


def test_they_are_asked_again_after_the_same_time():
    owner = OfficerFactory()
    plan(organisation=owner.organisation, owner=owner)
    services.ask_owners(at=NOON)

    owed = services.ask_owners(at=NOON + stale_age() + DAY)

    assert owed == 1
    assert OutgoingMail.objects.count() == 2


def test_a_plan_without_owner_asks_those_who_may_publish():
    council = OrganisationFactory()
    OfficerFactory(organisation=council, role="publisher", user=UserFactory(email="publisher@council.example"))
    OfficerFactory(organisation=council, role="viewer", user=UserFactory(email="viewer@council.example"))
    OfficerFactory(role="publisher", user=UserFactory(email="other@council.example"))
    plan(organisation=council)

    services.ask_owners(at=NOON)

    assert list(OutgoingMail.objects.values_list("to", flat=True)) == ["publisher@council.example"]


def test_a_plan_that_nobody_keeps_waits_until_somebody_does():
    council = OrganisationFactory()
    row = plan(organisation=council)

    assert services.ask_owners(at=NOON) == 0
    OfficerFactory(organisation=council, role="publisher")
    assert services.ask_owners(at=NOON + DAY) == 1
    row.refresh_from_db()
    assert row.asked_at == NOON + DAY


def test_a_confirmed_plan_is_not_asked_about():
    owner = OfficerFactory()
    plan(organisation=owner.organisation, owner=owner, confirmed_at=NOON - DAY)

    assert services.ask_owners(at=NOON) == 0
    assert not OutgoingMail.objects.exists()


# --- the workspace ---


@pytest.fixture
def officer(client):
    membership = OfficerFactory(role="publisher")
    client.force_login(membership.user)
    return membership


def action(row, name):
    return f"/admin/tenders/opportunity/{row.pk}/action/{name}/"


def test_an_officer_moves_a_date_with_a_reason(client, officer):
    row = OpportunityFactory(organisation=officer.organisation, tender_date="September 2026")

    response = client.post(
        action(row, "move_date"), {"field": "tender_date", "to": "Spring 2027", "reason": "Waits for the budget."}
    )

    assert response.status_code == 302
    row.refresh_from_db()
    assert str(row.tender_date) == "Spring 2027"
    assert row.date_changes.get().changed_by == officer.user


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"field": "tender_date", "to": "soonish", "reason": "Late."}, "soonish"),
        ({"field": "closes_at", "to": "2027-03-28 01:30", "reason": "Late."}, "clocks go forward"),
        ({"field": "closes_at", "to": "2026-10-25 01:30", "reason": "Late."}, "comes twice"),
        ({"field": "tender_date", "to": "Spring 2027", "reason": ""}, "required"),
        ({"field": "nonsense", "to": "Spring 2027", "reason": "Late."}, "not one of the available choices"),
        ({"field": "closes_at", "to": "2027-03-01 12:00", "reason": "Late."}, "closing moment after the opening"),
    ],
)
def test_a_wrong_date_is_told_and_what_was_typed_stays(client, officer, data, sentence):
    row = OpportunityFactory(organisation=officer.organisation)

    response = client.post(action(row, "move_date"), data)

    page = response.content.decode()
    assert response.status_code == 200
    assert sentence in page
    assert data["to"] in page
    assert not DateChange.objects.exists()


def test_a_public_record_form_does_not_move_dates_in_silence(client, officer):
    row = OpportunityFactory(organisation=officer.organisation, tender_date="September 2026")

    page = client.get(f"/admin/tenders/opportunity/{row.pk}/change/").content.decode()

    assert 'name="tender_date"' not in page
    assert "September 2026" in page


def test_another_councils_plan_can_be_neither_moved_nor_confirmed(client, officer):
    row = OpportunityFactory(published_at=None, title="Secret plan")

    answers = [client.get(action(row, name)) for name in ("move_date", "confirm_plan")]

    assert [one.status_code for one in answers] == [404, 404]


def test_the_first_page_tells_what_waits(client, officer):
    plan(organisation=officer.organisation, title="Old plan of ours")
    plan(title="Old plan of theirs")

    page = client.get("/admin/").content.decode()

    assert "Plans nobody has confirmed" in page
    assert "Old plan of ours" in page
    assert "Old plan of theirs" not in page
