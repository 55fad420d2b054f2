"""Where a procurement stands, in the words that a hurried reader needs first: what comes next, and how old the news is."""

from __future__ import annotations

import datetime as dt

from core.dates import london_date
from core.templatetags.portal import gov_date, gov_datetime

from .models import Opportunity

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


def confirmed_words(record: Opportunity) -> str:
    """Return when somebody last said that the plan holds, no more exactly than they said it; empty where nobody has."""
    day = record.confirmed_date()
    for stated in (record.last_confirmed, record.source.published if record.source else None):
        if stated and stated.latest == day:
            return str(stated)
    return gov_date(day) if day else ""
