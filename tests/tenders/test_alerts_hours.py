"""When a mail of alerts goes out: daily and weekly ones at their hour in London, whatever the clocks do."""

import datetime as dt

import pytest
from django.utils import timezone

from tenders.alerts import schedule
from tenders.models import Frequency
from tests.factories import NOON
from tests.factories.tenders import (
    DateChangeFactory,
    FollowFactory,
    OpportunityFactory,
    SubscriberFactory,
)
from tests.tools.alerts import told

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


def test_daily_and_weekly_mails_wait_for_their_hour_in_london_and_reminders_do_not_wait_for_the_week(looked):
    row = OpportunityFactory(opens_at=NOON - DAY, closes_at=NOON + 16 * DAY)
    looked()  # Wednesday, midday
    people = {}
    for often in Frequency:
        people[often] = SubscriberFactory(email=f"{often.name.lower()}@example.org")
        FollowFactory(subscriber=people[often], opportunity=row, frequency=often)
    DateChangeFactory(opportunity=row, new="May 2027", changed_at=NOON + MINUTE)

    at_once = told(NOON + HOUR)
    before_seven = told(dt.datetime(2026, 11, 19, 6, 59, tzinfo=dt.UTC))
    at_seven = told(dt.datetime(2026, 11, 19, 7, 0, tzinfo=dt.UTC))
    friday_at_seven = told(dt.datetime(2026, 11, 20, 7, 0, tzinfo=dt.UTC))
    friday = told(NOON + 2 * DAY)
    saturday = told(dt.datetime(2026, 11, 21, 7, 0, tzinfo=dt.UTC))
    monday = told(dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC))

    assert [set(one) for one in (at_once, before_seven, at_seven, monday)] == [
        {"instant@example.org"},
        set(),
        {"daily@example.org"},
        {"weekly@example.org"},
    ]
    # The reminder of fourteen days: at once for one, with the next daily mails for the others.
    assert [set(friday_at_seven), set(friday), set(saturday)] == [
        set(),
        {"instant@example.org"},
        {"daily@example.org", "weekly@example.org"},
    ]


@pytest.mark.parametrize(
    ("moment", "day", "week"),
    [
        (dt.datetime(2026, 7, 1, 5, 59, tzinfo=dt.UTC), dt.date(2026, 6, 30), dt.date(2026, 6, 29)),
        (dt.datetime(2026, 7, 1, 6, 0, tzinfo=dt.UTC), dt.date(2026, 7, 1), dt.date(2026, 6, 29)),
        (dt.datetime(2026, 10, 25, 6, 59, tzinfo=dt.UTC), dt.date(2026, 10, 24), dt.date(2026, 10, 19)),
        (dt.datetime(2026, 10, 25, 7, 0, tzinfo=dt.UTC), dt.date(2026, 10, 25), dt.date(2026, 10, 19)),
        (dt.datetime(2027, 3, 29, 6, 0, tzinfo=dt.UTC), dt.date(2027, 3, 29), dt.date(2027, 3, 29)),
    ],
)
def test_the_hour_is_londons_on_either_side_of_a_change_of_the_clocks(moment, day, week):
    assert (schedule.daily_date(moment), schedule.weekly_date(moment)) == (day, week)


@pytest.mark.parametrize("day", [dt.datetime(2026, 10, 24, tzinfo=dt.UTC), dt.datetime(2027, 3, 27, tzinfo=dt.UTC)])
def test_each_day_has_one_daily_mail_also_when_the_clocks_change(looked, day):
    row = OpportunityFactory(published_at=day - DAY)
    looked(at=day)
    FollowFactory(opportunity=row, frequency=Frequency.DAILY, created_at=day)

    at = []
    for hour in (number for number in range(1, 72) if number % 24 in {2, 5, 6, 7, 8, 9, 14, 23}):
        moment = day + hour * HOUR
        DateChangeFactory(opportunity=row, new=f"{hour % 28 + 1} May 2030", changed_at=moment - MINUTE)
        at += [timezone.localtime(moment)] * len(told(moment))

    assert [(one.day - at[0].day, one.hour) for one in at] == [(0, 7), (1, 7), (2, 7)]


@pytest.mark.parametrize(("weekday", "day"), [(1, 23), (4, 19), (7, 22)])
def test_weekly_mails_go_out_on_the_day_that_the_installation_has_chosen(looked, settings, weekday, day):
    settings.ALERTS_WEEKDAY = weekday
    row = OpportunityFactory()
    looked()  # Wednesday, 18 November
    FollowFactory(opportunity=row, frequency=Frequency.WEEKLY)
    DateChangeFactory(opportunity=row, new="May 2027", changed_at=NOON + MINUTE)

    days = [date for date in range(19, 26) if told(dt.datetime(2026, 11, date, 8, tzinfo=dt.UTC))]

    assert days == [day]


@pytest.mark.parametrize(
    ("frequency", "at", "expected"),
    [
        (Frequency.INSTANT, NOON, None),
        (Frequency.DAILY, NOON, dt.datetime(2026, 11, 19, 7, tzinfo=dt.UTC)),
        (Frequency.DAILY, dt.datetime(2026, 10, 24, 12, tzinfo=dt.UTC), dt.datetime(2026, 10, 25, 7, tzinfo=dt.UTC)),
        (Frequency.DAILY, dt.datetime(2027, 3, 28, 5, tzinfo=dt.UTC), dt.datetime(2027, 3, 28, 6, tzinfo=dt.UTC)),
        (Frequency.WEEKLY, NOON, dt.datetime(2026, 11, 23, 7, tzinfo=dt.UTC)),
        (Frequency.WEEKLY, dt.datetime(2026, 11, 23, 7, tzinfo=dt.UTC), dt.datetime(2026, 11, 30, 7, tzinfo=dt.UTC)),
    ],
)
def test_the_next_mail_is_named_by_londons_clock(frequency, at, expected):
    assert schedule.next_mail_at(frequency, at=at) == expected
