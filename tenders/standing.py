"""Where a procurement or a framework stands, in the words a hurried reader needs first: what comes next, can I join."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from core.dates import london_date
from core.templatetags.portal import gov_date, gov_datetime, money

from .models import Framework, Opportunity

# Further ahead than this nobody counts in days.
MOST_DAYS = 60


def next_step(record: Opportunity, *, at: dt.datetime) -> str:
    """Say what comes next and when, in one sentence; nothing where the plan's date has passed or all is over."""
    status = record.status(at=at)
    if status == Opportunity.Status.OPEN:
        if record.closes_at is None:
            return "Open for bids. The organisation has not said until when."
        return f"Bids close {_how_soon(record.closes_at, at)}at {gov_datetime(record.closes_at)}."
    if status == Opportunity.Status.CLOSED:
        award = (
            f"An award is expected: {record.award_date}." if record.award_date else "No day for the award is stated."
        )
        return f"Bids closed on {gov_date(record.closes_at)}. {award}" if record.closes_at else award
    if status == Opportunity.Status.AWARDED and record.awarded_at:
        return f"Awarded on {gov_date(record.awarded_at)}."
    if status in (Opportunity.Status.PLANNED, Opportunity.Status.ENGAGING):
        return _opening(record, at)
    return ""


def _opening(record: Opportunity, at: dt.datetime) -> str:
    if record.opens_at:
        return f"Opens for bids {_how_soon(record.opens_at, at)}at {gov_datetime(record.opens_at)}."
    if record.tender_date:
        return f"The tender is planned: {record.tender_date}."
    return "The organisation has not said when it will tender."


def _how_soon(moment: dt.datetime, at: dt.datetime) -> str:
    days = (london_date(moment) - london_date(at)).days
    if days > MOST_DAYS:
        return ""
    return {0: "today ", 1: "tomorrow "}.get(days, f"in {days} days, ")


def can_join(framework: Framework, *, lots: Sequence[Framework.Status], at: dt.datetime) -> str:
    """Answer whether one can join a framework or market, and when, in one sentence.

    :param lots: where each of its lots stands.
    """
    status, states = framework.status(at=at), Framework.Status
    if status == states.EXPIRED:
        return f"No. It has ended: {framework.ends}."
    if status == states.PLANNED:
        return f"Not yet. It starts: {framework.starts}."
    if 0 < (is_open := list(lots).count(states.OPEN)) < len(lots):
        return f"Yes: {is_open} of its {len(lots)} lots {'is' if is_open == 1 else 'are'} open to newcomers now."
    if status == states.OPEN:
        until = framework.closes_at
        return f"Yes, until {gov_datetime(until)}." if until else "Yes, now."
    if status == states.OPENS and framework.opens_at:
        return (
            f"Not yet. It opens to newcomers {_how_soon(framework.opens_at, at)}at {gov_datetime(framework.opens_at)}."
        )
    if status == states.REOPENS:
        return f"Not now. It re-opens about: {framework.reopens}."
    if status in (states.CLOSED, states.FULL):
        return "Not now. It is closed to newcomers."
    return "The organisation has not said. Ask it."


def confirmed_words(record: Opportunity) -> str:
    """Return when somebody last said that the plan holds, no more exactly than they said it; empty where nobody has."""
    day = record.confirmed_date()
    for stated in (record.last_confirmed, record.source.published if record.source else None):
        if stated and stated.latest == day:
            return str(stated)
    return gov_date(day) if day else ""


def value_words(record: Opportunity) -> str:
    """The value as people read it; the organisation's own words before our numbers."""
    if record.value_as_stated:
        return record.value_as_stated
    low, high = record.value_from, record.value_to
    if low is not None and high is not None and low != high:
        return f"{money(low)} to {money(high)}"
    one = high if high is not None else low
    if one is not None:
        return money(one)
    return f"{money(record.value_gross)} with VAT" if record.value_gross is not None else ""
