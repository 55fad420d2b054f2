"""When mails go out: which are due with a run, and when somebody's next comes at the earliest."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from tenders.models import AlertRun, Frequency

DAY = dt.timedelta(days=1)
LONDON = ZoneInfo("Europe/London")


def daily_date(at: dt.datetime) -> dt.date:
    """The day of the last daily mails that were due by then, at ``settings.ALERTS_HOUR`` in London."""
    local = timezone.localtime(at, LONDON)
    return local.date() if local.hour >= settings.ALERTS_HOUR else local.date() - DAY


def weekly_date(at: dt.datetime) -> dt.date:
    """The day of the last weekly mails that were due by then, on ``settings.ALERTS_WEEKDAY`` (Monday is 1)."""
    day = daily_date(at)
    return day - DAY * ((day.isoweekday() - settings.ALERTS_WEEKDAY) % 7)


def due(current: AlertRun) -> list[int]:
    """Return the frequencies whose mails go with a run."""
    found = [Frequency.INSTANT]
    if current.daily_date:
        found.append(Frequency.DAILY)
    if current.weekly_date:
        found.append(Frequency.WEEKLY)
    return [one.value for one in found]


def next_mail_at(frequency: int, *, at: dt.datetime) -> dt.datetime | None:
    """When the next mail of a frequency goes out if there is news; None for what goes out as it happens."""
    if frequency == Frequency.INSTANT:
        return None
    day = daily_date(at) + DAY if frequency == Frequency.DAILY else weekly_date(at) + 7 * DAY
    # Never an hour that the change of the clocks leaves out: the setting is 3 or later.
    return dt.datetime.combine(day, dt.time(settings.ALERTS_HOUR), tzinfo=LONDON)
