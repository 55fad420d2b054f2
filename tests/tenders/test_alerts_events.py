"""What is told of events and contracts: to whoever follows what they are about, and to searches that list it."""

import datetime as dt

import pytest
from django.db import connection

from core.dates import parse
from tenders.alerts import questions, run, statuses
from tenders.models import Contract, Event, StatusSeen
from tests.factories import NOON
from tests.factories.engagement import EventChangeFactory, EventFactory
from tests.factories.tenders import (
    ContractChangeFactory,
    ContractFactory,
    FollowFactory,
    FrameworkFactory,
    OpportunityFactory,
    SavedSearchFactory,
    SubscriberFactory,
)
from tests.tools.alerts import lines, told

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _looked():
    """Alerts have looked before: what comes later is news."""
    run.run(at=NOON)


def followers_of(*targets):
    """One person for each of these, by address."""
    return {FollowFactory(**{name: one}).subscriber.email for name, one in targets}


def test_a_new_event_is_told_to_followers_of_what_it_is_about_and_to_searches_that_list_it():
    row = OpportunityFactory(title="Home care", framework=FrameworkFactory(), route="open")
    connection.check_constraints()
    run.run(at=NOON + MINUTE)
    emails = followers_of(("opportunity", row), ("framework", row.framework), ("followed", row.organisation))
    search = SavedSearchFactory.build(subscriber=SubscriberFactory(), query="route=open")
    questions.fill(search)
    search.save()
    EventFactory(
        title="Meet the buyer",
        organisation=row.organisation,
        opportunity=row,
        place_as_stated="Online",
        starts_at=NOON + 30 * DAY,
    )

    mails = told(NOON + HOUR)

    assert set(mails) == emails | {search.subscriber.email}
    (text,) = {"\n".join(lines(text)) for text in mails.values()}
    assert text.splitlines() == [
        "NEW (1)",
        "1. Meet the buyer",
        str(row.organisation),
        "Bidder day: Friday 18 December 2026, midday to 2pm GMT. Online. About “Home care”. "
        "Registration is open until midday GMT on 18 December 2026.",
        f"http://testserver/events/{Event.objects.get().slug}/",
    ]
    assert told(NOON + 2 * HOUR) == {}


def test_an_event_moves_opens_for_registration_and_is_cancelled():
    follow = FollowFactory(opportunity=OpportunityFactory())
    event = EventFactory(
        opportunity=follow.opportunity,
        registration_opens_at=NOON + 2 * DAY,
        starts_at=NOON + 40 * DAY,
        ends_at=NOON + 40 * DAY + HOUR,
    )
    new = told(NOON + MINUTE)
    Event.objects.update(starts_at=NOON + 41 * DAY, ends_at=NOON + 41 * DAY + HOUR)
    EventChangeFactory(
        event=event,
        old_starts_at=NOON + 40 * DAY,
        old_ends_at=NOON + 40 * DAY + HOUR,
        new_starts_at=NOON + 41 * DAY,
        new_ends_at=NOON + 41 * DAY + HOUR,
        old_place="Town hall",
        new_place="Library",
        changed_at=NOON + 2 * MINUTE,
    )

    moved, again = told(NOON + HOUR), told(NOON + 2 * HOUR)
    opened = told(NOON + 2 * DAY)
    Event.objects.update(cancelled_at=NOON + 3 * DAY, cancelled_reason="Nobody has registered.")
    cancelled = told(NOON + 3 * DAY)

    assert "Registration opens at midday GMT on 20 November 2026." in "".join(new.values())
    assert (
        "Moved: was Monday 28 December 2026, midday to 1pm GMT, now Tuesday 29 December 2026, midday to 1pm GMT. "
        "Where: was Town hall, now Library. The reason: The room is taken."
    ) in "".join(moved.values())
    assert again == {}
    assert "Registration is open until midday GMT on 29 December 2026" in "".join(opened.values())
    assert "Cancelled. The reason: Nobody has registered." in "".join(cancelled.values())
    assert told(NOON + 60 * DAY) == {}


def test_who_follows_is_reminded_before_registration_closes_and_before_the_day():
    row = OpportunityFactory()
    EventFactory(
        title="One registers early",
        opportunity=row,
        starts_at=NOON + 30 * DAY,
        registration_closes_at=NOON + 20 * DAY,
    )
    EventFactory(title="One just comes", opportunity=row, starts_at=NOON + 50 * DAY, takes_registrations=False)
    run.run(at=NOON + MINUTE)
    FollowFactory(opportunity=row)

    days = {day: "".join(told(NOON + day * DAY).values()) for day in (16, 17, 18, 26, 27, 28, 47, 48)}

    assert {day for day, text in days.items() if text} == {17, 27, 47}
    assert "Registration closes at midday GMT on 8 December 2026. When it is: Friday 18 December 2026" in days[17]
    assert "CLOSING SOON" in days[17]
    assert "One registers early" in days[27]
    assert "It begins soon: Friday 18 December 2026, midday to 2pm GMT." in days[27]
    assert "One just comes" in days[47]


def test_an_event_about_a_call_off_for_members_names_it_to_nobody():
    framework = FrameworkFactory()
    hidden = OpportunityFactory(title="Hidden call-off", framework=framework, is_members_only=True)
    emails = followers_of(("framework", framework), ("followed", framework.organisation))
    FollowFactory(opportunity=hidden)
    EventFactory(title="Open day", opportunity=hidden, framework=framework, organisation=framework.organisation)

    mails = told(NOON + HOUR)

    assert set(mails) == emails
    assert all("Open day" in text and "Hidden" not in text for text in mails.values())


def test_drafts_and_past_events_are_told_to_nobody():
    row = OpportunityFactory()
    FollowFactory(followed=row.organisation)
    mine = {"organisation": row.organisation, "opportunity": row}
    EventFactory(**mine, title="Draft", published_at=None)
    EventFactory(**mine, title="Embargoed", published_at=NOON + DAY)
    EventFactory(**mine, title="Past", starts_at=NOON - 9 * DAY)
    EventFactory(**mine, title="Cancelled", cancelled_at=NOON, cancelled_reason="No.")

    assert [word for word in ("Draft", "Embargoed", "Past", "Cancelled") if word in str(told(NOON + HOUR))] == []
    assert "Embargoed" in str(told(NOON + DAY))


def test_what_was_public_before_alerts_knew_events_is_no_news():
    row = OpportunityFactory()
    run.run(at=NOON + MINUTE)
    FollowFactory(opportunity=row)
    event = EventFactory(opportunity=row)
    StatusSeen.objects.create(event=event, status=statuses.UNREAD)

    assert told(NOON + 2 * HOUR) == {}
    assert StatusSeen.objects.get(event=event).status == "upcoming"


def test_an_extended_contract_is_told_to_followers_of_what_it_came_from_and_of_what_comes_next():
    contract = ContractFactory(title="Day care", ends="31 March 2028", framework=FrameworkFactory())
    source = OpportunityFactory(contract=contract)
    successor = OpportunityFactory(replaces_contract=contract)
    other = OpportunityFactory()
    run.run(at=NOON + MINUTE)
    emails = followers_of(
        ("opportunity", source),
        ("opportunity", successor),
        ("framework", contract.framework),
        ("followed", contract.organisation),
    )
    FollowFactory(opportunity=other)
    ContractChangeFactory(
        contract=contract,
        old_end=parse("31 March 2028"),
        new_end=parse("31 March 2030"),
        decided_date=NOON.date(),
        changed_at=NOON + 2 * MINUTE,
    )

    mails = told(NOON + HOUR)

    assert set(mails) == emails
    for text in mails.values():
        assert lines(text)[:2] == ["CHANGED (1)", "1. Day care"]
        assert (
            "Extended: the end was 31 March 2028, now 31 March 2030. Decided on 18 November 2026. "
            "The reason: The service does well."
        ) in text
    assert told(NOON + 2 * HOUR) == {}


def test_what_is_decided_for_the_time_after_a_contract_is_told_once_and_of_a_draft_never():
    contract, draft = ContractFactory(ends="31 March 2030"), ContractFactory(title="Draft", published_at=None)
    run.run(at=NOON + MINUTE)
    followers_of(("followed", contract.organisation), ("followed", draft.organisation))
    decided = {"end_decision": "re_procure", "end_decision_reason": "It is needed.", "end_decided_date": NOON.date()}
    Contract.objects.update(**decided)
    ContractChangeFactory(contract=draft, changed_at=NOON + MINUTE)

    (text,) = told(NOON + HOUR).values()

    assert "What follows it: buy it anew. Decided on 18 November 2026. The reason: It is needed." in text
    assert told(NOON + 2 * HOUR) == {}


def test_statuses_of_events_in_sql_are_those_of_the_records():
    for facts in (
        {},
        {"cancelled_at": NOON, "cancelled_reason": "No."},
        {"starts_at": NOON - DAY, "ends_at": NOON},
        {"starts_at": NOON, "ends_at": NOON + HOUR},
        {"registration_opens_at": NOON + DAY},
        {"registration_opens_at": NOON},
        {"registration_closes_at": NOON},
        {"registration_opens_at": NOON + DAY, "takes_registrations": False},
    ):
        EventFactory(**facts)

    def expected(event):
        status, booking = event.status(at=NOON), event.booking(at=NOON, booked=0)
        if status != Event.Status.UPCOMING:
            return status
        return booking if booking in {Event.Booking.OPENS, Event.Booking.CLOSED} else status

    found = dict(statuses.events(at=NOON).values_list("pk", "current_status"))

    assert found == {event.pk: expected(event) for event in Event.objects.all()}
    assert set(found.values()) == {"upcoming", "cancelled", "past", "running", "opens", "closed"}
