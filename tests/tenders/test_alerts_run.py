"""A run of the alerts: what is new is found once, put into one mail for each person, and told to nobody twice."""

import datetime as dt

import pytest
from django.db import connection

from core.models import OutgoingMail
from tenders.alerts import matching, run
from tenders.models import AlertItem, AlertNews, AlertRun, DateChange, Framework, Frequency, Opportunity
from tenders.services import subscriptions
from tests.factories import NOON
from tests.factories.commissioning import OrganisationFactory
from tests.factories.providers import ProviderFactory
from tests.factories.tenders import (
    AddendumFactory,
    AwardFactory,
    AwardSupplierFactory,
    ContractFactory,
    DateChangeFactory,
    FollowFactory,
    FrameworkFactory,
    LotFactory,
    NoticeFactory,
    OpportunityFactory,
    QuestionFactory,
    SubscriberFactory,
)
from tests.tools.alerts import lines, told

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


def test_what_stands_in_the_registers_when_alerts_begin_is_no_news(looked):
    row = OpportunityFactory(opens_at=NOON - DAY, closes_at=NOON + 2 * DAY)
    NoticeFactory(opportunity=row)
    FollowFactory(opportunity=row)

    looked()

    assert OutgoingMail.objects.count() == 0
    assert told(NOON + HOUR) == {}


def test_a_moved_date_is_told_with_old_and_new_value_and_reason(looked):
    row = OpportunityFactory(title="Home care", tender_date="Jan 2028")
    looked()
    follow = FollowFactory(opportunity=row)
    DateChangeFactory(
        opportunity=row, old="Sept 2027", new="Jan 2028", reason="The review takes longer.", changed_at=NOON + MINUTE
    )

    mails = told(NOON + HOUR)

    assert list(mails) == [follow.subscriber.email]
    assert lines(mails[follow.subscriber.email]) == [
        "CHANGED (1)",
        "1. Home care",
        str(row.organisation),
        "Tender notice: was Sept 2027, now Jan 2028. The reason: The review takes longer.",
        f"http://testserver/opportunities/{row.reference}/",
    ]
    assert told(NOON + 2 * HOUR) == {}


def test_a_moved_deadline_says_both_moments(looked):
    row = OpportunityFactory(opens_at=NOON - DAY, closes_at=NOON + 40 * DAY)
    looked()
    FollowFactory(opportunity=row)
    summer = dt.datetime(2027, 6, 3, 16, 30, tzinfo=dt.UTC)
    DateChangeFactory(
        opportunity=row, field="closes_at", old_at=NOON + 40 * DAY, new_at=summer, changed_at=NOON + MINUTE
    )

    (text,) = told(NOON + HOUR).values()

    assert "was midday GMT on 28 December 2026, now 5:30pm BST on 3 June 2027." in text


def test_each_entry_stands_once_in_one_mail_however_many_follows_find_it(looked):
    person = SubscriberFactory()
    framework = FrameworkFactory(title="Care framework", joining="closed")
    looked()
    FollowFactory(subscriber=person, framework=framework)
    FollowFactory(subscriber=person, followed=framework.organisation)
    new = OpportunityFactory(title="A call-off", framework=framework, organisation=framework.organisation)
    changed = OpportunityFactory(title="Moved", organisation=framework.organisation, published_at=NOON)
    closing = OpportunityFactory(
        title="Closing", organisation=framework.organisation, opens_at=NOON, closes_at=NOON + 5 * DAY
    )
    run.run(at=NOON + MINUTE)
    AlertItem.objects.all().delete()
    OutgoingMail.objects.all().delete()
    AlertNews.objects.filter(opportunity=new).delete()
    new.status_seen.delete()
    DateChangeFactory(opportunity=changed, new="May 2027", changed_at=NOON + 2 * MINUTE)
    QuestionFactory(opportunity=closing, is_answered=True, asked_at=NOON, answered_at=NOON + 2 * MINUTE)
    Framework.objects.filter(pk=framework.pk).update(joining="always")

    mails = told(NOON + HOUR)

    text = mails[person.email]
    headings = [line for line in lines(text) if line.isupper() or line[:1].isdigit()]
    assert headings == [
        *("CLOSING SOON (1)", "1. Closing", "NEW (1)", "1. A call-off"),
        *("CHANGED (1)", "1. Moved", "YOUR FRAMEWORKS (1)", "1. Care framework"),
    ]
    assert text.count("A call-off") == 1
    subject = OutgoingMail.objects.get().subject
    assert subject == "Opportunities: 1 closing soon, 1 new, 1 changed, 1 in your frameworks"


def test_what_the_clock_alone_changes_is_told_though_no_row_is_written(looked):
    opens = OpportunityFactory(title="Opens", opens_at=NOON + HOUR, closes_at=NOON + 60 * DAY)
    framework = FrameworkFactory(title="Market", joining="closed")
    LotFactory(framework=framework, title="North", joining="window", opens_at=NOON + HOUR, closes_at=NOON + 90 * DAY)
    LotFactory(framework=framework, title="South", joining="window", opens_at=NOON - DAY, closes_at=NOON + HOUR)
    ends = dt.date(2027, 1, 20)
    contract = ContractFactory(title="Day care", ends=ends.isoformat(), lead_time_months=2)  # planned from 20 November
    looked()
    person = SubscriberFactory()
    for one in (opens.organisation, framework.organisation, contract.organisation):
        FollowFactory(subscriber=person, followed=one)

    (text,) = told(NOON + 2 * HOUR).values()
    later = told(NOON + 2 * DAY)

    assert "Open for bids until midday GMT on 17 January 2027." in text
    assert "North: Open to join until midday GMT on 16 February 2027." in text
    assert "South: Closed to newcomers." in text
    assert "Day care" not in text
    (text,) = later.values()
    assert lines(text)[1:4] == [
        "1. Day care",
        str(contract.organisation),
        "This contract ends 20 January 2027. What follows it is being planned.",
    ]


def test_a_deadline_is_reminded_of_fourteen_and_three_days_before_and_anew_once_it_moves(looked):
    row = OpportunityFactory(opens_at=NOON - DAY, closes_at=NOON + 20 * DAY)
    looked()
    FollowFactory(opportunity=row)

    quiet, first, again, second, still = (told(NOON + days * DAY) for days in (5, 6, 7, 17, 18))
    Opportunity.objects.filter(pk=row.pk).update(closes_at=NOON + 40 * DAY)
    none, anew, over = (told(NOON + days * DAY) for days in (19, 26, 41))

    assert [bool(one) for one in (quiet, first, again, second, still)] == [False, True, False, True, False]
    assert lines(*first.values())[0] == "CLOSING SOON (1)"
    assert "Bids close at midday GMT on 8 December 2026." in "".join(first.values())
    assert (none, bool(anew)) == ({}, True)
    assert "Bids close" not in "".join(over.values())
    assert "Closed to bids." in "".join(over.values())


def test_reminders_of_a_window_of_a_framework_and_of_a_lot(looked):
    framework = FrameworkFactory(joining="window", opens_at=NOON - DAY, closes_at=NOON + 20 * DAY)
    LotFactory(framework=framework, title="West", joining="window", opens_at=NOON - DAY, closes_at=NOON + 20 * DAY)
    looked()
    FollowFactory(framework=framework)

    (text,) = told(NOON + 7 * DAY).values()

    assert "Applications close at midday GMT on 8 December 2026." in text
    assert "West: applications close at midday GMT on 8 December 2026." in text


def test_a_withdrawn_tender_is_told_with_its_reason(looked):
    row = OpportunityFactory()
    looked()
    FollowFactory(opportunity=row)
    Opportunity.objects.filter(pk=row.pk).update(withdrawn_at=NOON + MINUTE, ended_reason="The need has gone.")

    (text,) = told(NOON + HOUR).values()

    assert "Withdrawn on 18 November 2026. The reason: The need has gone." in text


def test_answers_addenda_and_notices_are_told_and_nothing_of_who_asked(looked):
    row = OpportunityFactory()
    looked()
    FollowFactory(opportunity=row)
    QuestionFactory(opportunity=row, number=3, is_answered=True, answered_at=NOON + MINUTE)
    AddendumFactory(
        opportunity=row,
        number=1,
        text="Two zones are one.",
        changes=[{"name": "Zones", "old": "9", "new": "8"}],
        published_at=NOON + MINUTE,
    )
    NoticeFactory(opportunity=row, number="2026/S 000-1", published_date=NOON.date())

    (text,) = told(NOON + HOUR).values()

    assert set(lines(text)) >= {
        "Question 3 is answered. Question: Does the price count travel? Answer: It does.",
        "Addendum 1. Two zones are one. Zones: was 9, now 8.",
        "UK4: tender notice 2026/S 000-1, published 18 November 2026.",
    }
    assert told(NOON + 2 * HOUR) == {}


def test_an_award_is_told_with_the_providers_that_are_public(looked):
    row = OpportunityFactory()
    looked()
    FollowFactory(opportunity=row)
    award = AwardFactory(opportunity=row, award_date=NOON.date(), announced_at=NOON + MINUTE)
    AwardSupplierFactory(award=award, provider=ProviderFactory(name="Public Care Ltd", published_at=NOON))
    AwardSupplierFactory(award=award, provider=ProviderFactory(name="Hidden Care Ltd", published_at=None))

    (text,) = told(NOON + HOUR).values()

    assert "Awarded to Public Care Ltd, decided on 18 November 2026." in text
    assert "Hidden" not in text


def test_nothing_of_drafts_embargoed_and_members_only_entries_is_told(looked):
    council = OrganisationFactory()
    looked()
    FollowFactory(followed=council)
    FollowFactory(framework=(framework := FrameworkFactory(organisation=council)))
    OpportunityFactory(organisation=council, title="Draft", published_at=None)
    OpportunityFactory(organisation=council, title="Embargoed", published_at=NOON + DAY)
    hidden = OpportunityFactory(organisation=council, title="Members", framework=framework, is_members_only=True)
    DateChangeFactory(opportunity=hidden, new="May 2027", changed_at=NOON + MINUTE)
    OpportunityFactory(organisation=council, title="Public")

    text = "".join(told(NOON + HOUR).values())
    later = "".join(told(NOON + DAY + HOUR).values())

    assert "Public" in text
    assert [word for word in ("Draft", "Embargoed", "Members") if word in text] == []
    assert "Embargoed" in later


def test_the_past_of_an_imported_entry_is_no_news(looked):
    council = OrganisationFactory()
    looked()
    FollowFactory(followed=council)
    OpportunityFactory(organisation=council, opens_at=NOON - 9 * DAY, closes_at=NOON - DAY)
    ContractFactory(organisation=council, ends="March 2020")

    assert told(NOON + HOUR) == {}


def test_what_happened_before_somebody_followed_is_not_told(looked):
    row = OpportunityFactory()
    looked()
    DateChangeFactory(opportunity=row, new="May 2027", changed_at=NOON + MINUTE)
    FollowFactory(opportunity=row, created_at=NOON + 2 * MINUTE)

    assert told(NOON + HOUR) == {}


@pytest.mark.parametrize(
    "quiet",
    [
        {"confirmed_at": None},
        {"stopped_at": NOON},
        {"subscriber__confirmed_at": None},
        {"subscriber__stopped_at": NOON},
    ],
)
def test_nobody_is_told_who_has_not_confirmed_or_has_stopped(looked, quiet):
    row = OpportunityFactory()
    looked()
    FollowFactory(opportunity=row, **quiet)
    DateChangeFactory(opportunity=row, new="May 2027", changed_at=NOON + MINUTE)

    assert told(NOON + HOUR) == {}


def test_what_was_stopped_after_it_was_found_is_not_sent(looked):
    row = OpportunityFactory()
    looked()
    kept = FollowFactory(opportunity=row, frequency=Frequency.DAILY)
    stopped = FollowFactory(opportunity=row, frequency=Frequency.DAILY)
    gone = FollowFactory(opportunity=row, frequency=Frequency.DAILY)
    DateChangeFactory(opportunity=row, new="May 2027", changed_at=NOON + MINUTE)
    assert told(NOON + HOUR) == {}

    subscriptions.stop(asked=stopped, at=NOON + 2 * HOUR)
    subscriptions.stop_all(subscriber=gone.subscriber, at=NOON + 2 * HOUR)

    assert list(told(NOON + DAY)) == [kept.subscriber.email]


def test_an_entry_that_is_no_longer_public_is_not_told(looked):
    row = OpportunityFactory()
    looked()
    FollowFactory(opportunity=row, frequency=Frequency.DAILY)
    DateChangeFactory(opportunity=row, new="May 2027", changed_at=NOON + MINUTE)
    run.run(at=NOON + HOUR)

    Opportunity.objects.filter(pk=row.pk).update(is_members_only=True, framework=FrameworkFactory())

    assert told(NOON + DAY) == {}


class Crash(Exception):
    pass


@pytest.mark.parametrize("step", ["Finding who wants what is new", "2 people written to"])
def test_a_run_that_stops_half_way_goes_on_and_sends_nothing_twice(looked, monkeypatch, step):
    monkeypatch.setattr(matching, "CHUNK", 1)
    monkeypatch.setattr(run, "PEOPLE", 1)
    row = OpportunityFactory()
    looked()
    emails = {FollowFactory(opportunity=row).subscriber.email for _ in range(4)}
    DateChangeFactory(opportunity=row, new="May 2027", changed_at=NOON + MINUTE)
    AddendumFactory(opportunity=row, published_at=NOON + MINUTE)

    def crash(words):
        if words == step:
            raise Crash

    with pytest.raises(Crash):
        run.run(at=NOON + HOUR, progress=crash)
    half = OutgoingMail.objects.count()
    run.run(at=NOON + 2 * HOUR)
    run.run(at=NOON + 3 * HOUR)

    assert half < 4
    mails = OutgoingMail.objects.all()
    assert sorted(one.to for one in mails) == sorted(emails)
    assert all("Addendum" in one.text and "May 2027" in one.text for one in mails)
    assert AlertItem.objects.filter(sent_at=None).count() == 0
    assert AlertRun.objects.filter(finished_at=None).count() == 0


def test_the_number_of_queries_does_not_grow_with_people_and_news(looked, django_assert_max_num_queries):
    row = OpportunityFactory()
    looked()
    FollowFactory(opportunity=row)
    DateChangeFactory(opportunity=row, new="May 2027", changed_at=NOON + MINUTE)
    with django_assert_max_num_queries(1000) as one:
        run.run(at=NOON + HOUR)
    for number in range(5):
        FollowFactory.create_batch(3, opportunity=row)
        FollowFactory(opportunity=OpportunityFactory())
        DateChangeFactory(opportunity=row, new=f"{number + 1} May 2027", changed_at=NOON + HOUR + MINUTE)
    OpportunityFactory.create_batch(4, organisation=row.organisation)

    with django_assert_max_num_queries(1000) as many:
        run.run(at=NOON + 2 * HOUR)

    assert OutgoingMail.objects.count() == 1 + 16 + 5
    # The second run also reads what the first had nothing of: entries that are new.
    assert len(many) <= len(one) + 2


def test_a_worker_that_began_earlier_and_comes_later_undoes_nothing(looked):
    FollowFactory(opportunity=OpportunityFactory(opens_at=NOON + HOUR, closes_at=NOON + 30 * DAY))
    looked()
    first = told(NOON + HOUR)

    late = run.run(at=NOON + HOUR - MINUTE)

    assert len(first) == 1
    assert late is None
    assert AlertRun.objects.order_by("-at").first().at == NOON + HOUR
    assert told(NOON + 2 * HOUR) == {}


@pytest.mark.django_db(transaction=True)
def test_only_one_worker_begins_a_run(looked):
    looked()
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [run.LOCK])

        assert run.run(at=NOON + HOUR) is None
    finally:
        other.close()
    assert run.run(at=NOON + 2 * HOUR).at == NOON + 2 * HOUR
    assert DateChange.objects.count() == 0
