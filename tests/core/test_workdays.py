import datetime as dt

import pytest

from core.workdays import Calendar, CalendarEnds, is_working_day, nth_working_day

ACT, PSR = Calendar.PROCUREMENT_ACT, Calendar.PSR


@pytest.mark.parametrize(
    ("day", "act", "psr"),
    [
        (dt.date(2026, 3, 16), True, True),
        (dt.date(2026, 3, 14), False, False),  # a Saturday
        (dt.date(2026, 3, 17), False, True),  # St Patrick's Day: Northern Ireland
        (dt.date(2026, 7, 13), False, True),  # the Battle of the Boyne, moved from a Sunday
        (dt.date(2026, 8, 3), False, True),  # Scotland's summer holiday
        (dt.date(2026, 8, 31), False, False),  # England's
        (dt.date(2026, 11, 30), False, True),  # St Andrew's Day
        (dt.date(2026, 1, 2), False, True),  # Scotland
        (dt.date(2026, 4, 3), False, False),  # Good Friday
        (dt.date(2020, 5, 4), True, False),  # the first Monday in May, in the year its holiday was on the Friday
        (dt.date(2020, 5, 8), False, False),
        (dt.date(2027, 12, 27), False, False),  # for Christmas Day, a Saturday
    ],
)
def test_each_statute_counts_its_own_working_days(day, act, psr):
    counted = is_working_day(day, ACT), is_working_day(day, PSR)

    assert counted == (act, psr)


def test_the_first_day_counts_itself_where_it_is_a_working_day():
    monday, saturday = dt.date(2026, 9, 7), dt.date(2026, 9, 12)

    assert nth_working_day(1, since=monday, calendar=ACT) == monday
    assert nth_working_day(5, since=monday, calendar=ACT) == dt.date(2026, 9, 11)
    assert nth_working_day(1, since=saturday, calendar=ACT) == dt.date(2026, 9, 14)


def test_a_year_whose_holidays_are_not_known_is_refused_in_words():
    with pytest.raises(CalendarEnds, match="The bank holidays of 2060 are not known here yet"):
        nth_working_day(1, since=dt.date(2060, 1, 5), calendar=ACT)


def test_days_are_counted_from_one():
    with pytest.raises(ValueError):
        nth_working_day(0, since=dt.date(2026, 9, 7), calendar=PSR)
