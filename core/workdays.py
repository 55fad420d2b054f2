"""Working days as two statutes count them; they differ.

The Procurement Act leaves out the bank holidays of every part of the United Kingdom, so that 17 March and 30 November
do not count in England either (section 123). The Provider Selection Regime leaves out England's only, and names the
first Monday in May by itself (regulation 12(12)).

The holidays come with the package ``govuk-bank-holidays`` and need no network. They are known for some years ahead;
a count that would leave those years raises `CalendarEnds`, since a guess would make somebody miss a legal day.
"""

from __future__ import annotations

import datetime as dt
import enum
import functools

from govuk_bank_holidays.bank_holidays import BankHolidays

from .errors import DomainError

SATURDAY = 5
ONE_DAY = dt.timedelta(days=1)


class CalendarEnds(DomainError):
    """The bank holidays of that year are not known here."""

    def __init__(self, day: dt.date) -> None:
        super().__init__(f"The bank holidays of {day.year} are not known here yet. Count the working days by hand.")


class Calendar(enum.Enum):
    """Whose working days are counted."""

    PROCUREMENT_ACT = "procurement_act"  # Procurement Act 2023, section 123(1)
    PSR = "psr"  # Health Care Services (Provider Selection Regime) Regulations 2023, regulation 12(12)


@functools.cache
def _holidays(calendar: Calendar) -> tuple[frozenset[dt.date], int, int]:
    """The calendar's holidays, with the first and last year they are known for."""
    source = BankHolidays(use_cached_holidays=True)
    divisions = [BankHolidays.ENGLAND_AND_WALES]
    if calendar is Calendar.PROCUREMENT_ACT:
        divisions += [BankHolidays.SCOTLAND, BankHolidays.NORTHERN_IRELAND]
    known = [{one["date"] for one in source.get_holidays(division=division)} for division in divisions]
    first = max(min(days) for days in known).year
    last = min(max(days) for days in known).year
    return frozenset().union(*known), first, last


def _is_first_monday_in_may(day: dt.date) -> bool:
    return day.month == 5 and day.weekday() == 0 and day.day <= 7


def is_working_day(day: dt.date, calendar: Calendar) -> bool:
    """Whether the statute counts this day.

    :raises CalendarEnds: for a year whose bank holidays are not known.
    """
    holidays, first, last = _holidays(calendar)
    if not first <= day.year <= last:
        raise CalendarEnds(day)
    if day.weekday() >= SATURDAY or day in holidays:
        return False
    return not (calendar is Calendar.PSR and _is_first_monday_in_may(day))


def nth_working_day(number: int, *, since: dt.date, calendar: Calendar) -> dt.date:
    """Return the given working day counted from ``since``, which counts itself where it is one.

    :raises CalendarEnds: where the count leaves the known years.
    """
    if number < 1:
        raise ValueError("Working days are counted from one.")
    day, counted = since, 0
    while True:
        if is_working_day(day, calendar):
            counted += 1
            if counted == number:
                return day
        day += ONE_DAY
