"""What the regulator says, in plain words: a rating with its age, or what it is instead. No state is a verdict."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.timezone import localtime

from core.templatetags.portal import gov_date
from providers.models import Rating

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
# From this age on families are told to ask what has changed.
OLD_YEARS = 3

NEITHER = "That is neither good nor bad: ask what has been inspected."
STATES = {
    Rating.State.NOT_YET_INSPECTED: "The Care Quality Commission has registered this service but not yet inspected it. "
    "That is neither good nor bad.",
    Rating.State.INSPECTED_NOT_RATED: "The Care Quality Commission has inspected this service and gave no rating. "
    "Its report says what it found.",
    Rating.State.NO_CURRENT_RATING: "The Care Quality Commission shows no current rating for this service.",
    Rating.State.INHERITED: "This rating was given under an earlier registration, before the service was registered "
    "as it is now. Ask what has changed.",
    Rating.State.DORMANT: "Registered, but giving no care at present, so there is nothing to inspect.",
    Rating.State.DEREGISTERED: "No longer registered with the Care Quality Commission.",
    Rating.State.UNKNOWN_TEXT: "We do not know these words as a rating. Read the report, or ask.",
}


@dataclass(frozen=True)
class RatingLine:
    """One answer of the regulator: overall, or to one of its five questions."""

    question: str
    word: str
    """One of the four ratings, or in words what there is instead."""
    is_rating: bool
    date: dt.date | None
    age: str
    """Such as "inspected over four years ago"; empty without a date."""
    is_old: bool
    framework: str
    report: str
    """The report's address; never of a service whose address is withheld, since it leads there."""
    explained: str
    source: str

    @property
    def line(self) -> str:
        """The whole in one line."""
        return f"{self.word}, {self.age}" if self.age else self.word


def ratings_of(service: Any, *, is_withheld: bool, at: dt.datetime) -> tuple[RatingLine | None, list[RatingLine]]:
    """Return the overall rating and those of the five questions, in the regulator's order and found by name."""
    rows = {row.question: row for row in service.ratings.all()}
    lines = [
        _line(rows[question], is_withheld=is_withheld, at=at) for question in Rating.Question.values if question in rows
    ]
    overall = lines.pop(0) if Rating.Question.OVERALL in rows else None
    return overall, lines


def _line(row: Rating, *, is_withheld: bool, at: dt.datetime) -> RatingLine:
    day = row.rated_date
    return RatingLine(
        question=row.get_question_display(),
        word=row.get_value_display() if row.value else _instead(row),
        is_rating=bool(row.value),
        date=day,
        age=f"inspected {age_of(day, at=at)}" if day else "",
        is_old=day is not None and years_between(day, at) >= OLD_YEARS,
        framework=row.framework,
        report="" if is_withheld else row.report_url,
        explained=STATES.get(Rating.State(row.state), ""),
        source=row.source.title if row.source else "",
    )


def _instead(row: Rating) -> str:
    if row.state == Rating.State.UNKNOWN_TEXT and row.stated:
        return f"“{row.stated}”"
    words = row.get_state_display()
    if not row.earlier_value:
        return words
    year = f", {row.earlier_date.year}" if row.earlier_date else ""
    return f"{words} (earlier: {row.get_earlier_value_display()}{year})"


def years_between(day: dt.date, at: dt.datetime) -> int:
    """Return the whole years from a day to a moment."""
    today = localtime(at).date()
    return today.year - day.year - ((today.month, today.day) < (day.month, day.day))


def age_of(day: dt.date, *, at: dt.datetime) -> str:
    """Say how long ago a day was as one would say it: "18 months ago", "over four years ago"."""
    today = localtime(at).date()
    if day > today:
        return f"on {gov_date(day)}"
    years = years_between(day, at)
    if years >= 2:
        return f"over {NUMBERS[years] if years < len(NUMBERS) else years} years ago"
    months = (today.year - day.year) * 12 + today.month - day.month - (today.day < day.day)
    if months >= 2:
        return f"{months} months ago"
    return "in the last two months"
