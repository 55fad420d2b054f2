"""Dates as documents state them: "Spring 2024", "Nov 2021", "31st December 2022", "to be confirmed".

A commissioner rarely knows the day. What is kept is the interval the words allow, how precise they are,
and the words themselves. Sorting, filtering and comparing go by the interval; people read the words.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.utils import timezone

DAY, MONTH, SEASON, QUARTER, HALF, YEAR, FINANCIAL_YEAR, RANGE, UNKNOWN = (
    "day",
    "month",
    "season",
    "quarter",
    "half",
    "year",
    "financial_year",
    "range",
    "unknown",
)
PRECISIONS = (DAY, MONTH, SEASON, QUARTER, HALF, YEAR, FINANCIAL_YEAR, RANGE, UNKNOWN)

# Meteorological seasons, as the Met Office counts them; winter runs into the next year.
SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "winter": (12, 14)}
MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name} | {
    name.lower(): number for number, name in enumerate(calendar.month_abbr) if name
}
MONTHS["sept"] = 9

_MONTH = r"(?P<month>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?"
_DAY_PATTERNS = (
    re.compile(r"^(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})$"),
    re.compile(r"^(?P<day>\d{1,2})[./](?P<month>\d{1,2})[./](?P<year>\d{4}|\d{2})$"),
    re.compile(rf"^(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH},? (?P<year>\d{{4}}|\d{{2}})$", re.I),
)
_MONTH_PATTERN = re.compile(rf"^{_MONTH}[ -]?(?P<year>\d{{4}}|\d{{2}})$", re.I)
_SEASON_PATTERN = re.compile(rf"^(?P<season>{'|'.join(SEASONS)}) (?P<year>\d{{4}})(?:/\d{{2,4}})?$", re.I)
_QUARTER_PATTERN = re.compile(r"^(?:q|quarter )(?P<quarter>[1-4])[ /-](?P<year>\d{4})$", re.I)
_FINANCIAL_QUARTER_PATTERN = re.compile(
    r"^(?:q|quarter )(?P<quarter>[1-4])[ /-](?P<year>\d{4})(?:/| to )(?P<next>\d{2,4})$", re.I
)
_YEAR_PATTERN = re.compile(r"^(?P<year>\d{4})$")
_FINANCIAL_YEAR_PATTERN = re.compile(r"^(?P<year>\d{4}) ?(?:/|-|–| to ) ?(?P<next>\d{2}|\d{4})$")
_RANGE_PATTERN = re.compile(r"^(?:from )?(?P<first>.+?) (?:to|until|-|–) (?P<last>.+)$", re.I)
_UNKNOWN_PATTERN = re.compile(
    r"^(?:tbc|tba|to be (?:confirmed|agreed|decided)|not (?:yet )?(?:known|stated|set)|ongoing|n/?a)\b", re.I
)


def london_date(at: dt.datetime) -> dt.date:
    """The day it is for people in England at a moment."""
    return timezone.localtime(at, ZoneInfo("Europe/London")).date()


def months_after(day: dt.date, months: int) -> dt.date:
    """Return the same day of a later (or, below nought, earlier) month, or its last day where it is shorter."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


@dataclass(frozen=True, order=False)
class EstimatedDate:
    """An interval of days, its precision, and the words to show.

    ``earliest`` and ``latest`` are the first and last day the words allow, both included; both are ``None``
    when no day can be told ("to be confirmed").
    """

    words: str
    earliest: dt.date | None
    latest: dt.date | None
    precision: str

    def __str__(self) -> str:
        return self.words

    def __bool__(self) -> bool:
        return bool(self.words)

    @property
    def is_known(self) -> bool:
        """Whether any day can be told from the words."""
        return self.latest is not None

    def is_past(self, *, on: dt.date) -> bool:
        """Whether even the last day the words allow lies before ``on``."""
        return self.latest is not None and self.latest < on

    def as_json(self) -> dict[str, str | None]:
        """Return the stored form."""
        return {
            "words": self.words,
            "earliest": self.earliest.isoformat() if self.earliest else None,
            "latest": self.latest.isoformat() if self.latest else None,
            "precision": self.precision,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> EstimatedDate:
        """Read the stored form back."""

        def day(text: str | None) -> dt.date | None:
            return dt.date.fromisoformat(text) if text else None

        return cls(value["words"], day(value["earliest"]), day(value["latest"]), value["precision"])


def parse(words: str) -> EstimatedDate:
    """Read a date as a document states it.

    :raises ValueError: with a sentence for the person who typed it, when the words cannot be read.
    """
    words = " ".join(words.split())
    if _UNKNOWN_PATTERN.match(words):
        return EstimatedDate(words, None, None, UNKNOWN)
    interval = _interval(words) or _range(words)
    if interval is None:
        raise ValueError(
            f"We cannot read “{words}” as a date. Write it like 31 December 2026, November 2026, "
            "spring 2027, 2026/27, or “to be confirmed”."
        )
    earliest, latest, precision = interval
    return EstimatedDate(words, earliest, latest, precision)


def _interval(words: str) -> tuple[dt.date, dt.date, str] | None:
    try:
        for pattern in _DAY_PATTERNS:
            if match := pattern.match(words):
                day = dt.date(_year(match["year"]), _month(match["month"]), int(match["day"]))
                return day, day, DAY
        if match := _MONTH_PATTERN.match(words):
            return (*_months(_year(match["year"]), _month(match["month"]), 1), MONTH)
        if match := _SEASON_PATTERN.match(words):
            first, last = SEASONS[match["season"].lower()]
            return (*_months(int(match["year"]), first, last - first + 1), SEASON)
        if match := _FINANCIAL_QUARTER_PATTERN.match(words):
            return (*_months(int(match["year"]), 4 + 3 * (int(match["quarter"]) - 1), 3), QUARTER)
        if match := _QUARTER_PATTERN.match(words):
            return (*_months(int(match["year"]), 1 + 3 * (int(match["quarter"]) - 1), 3), QUARTER)
        if match := _YEAR_PATTERN.match(words):
            return (*_months(int(match["year"]), 1, 12), YEAR)
        if match := _FINANCIAL_YEAR_PATTERN.match(words):
            first_year, last_year = int(match["year"]), int(match["year"][: 4 - len(match["next"])] + match["next"])
            if last_year == first_year + 1:
                # A council's financial year begins on 1 April.
                return (*_months(first_year, 4, 12), FINANCIAL_YEAR)
            if last_year > first_year:
                return dt.date(first_year, 1, 1), dt.date(last_year, 12, 31), RANGE
    except ValueError:
        return None
    return None


def _range(words: str) -> tuple[dt.date, dt.date, str] | None:
    match = _RANGE_PATTERN.match(words)
    if not match:
        return None
    first, last = _interval(match["first"]), _interval(match["last"])
    if first is None or last is None or last[1] < first[0]:
        return None
    return first[0], last[1], RANGE


def _month(text: str) -> int:
    return int(text) if text.isdigit() else MONTHS[text.lower()]


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _months(year: int, first: int, count: int) -> tuple[dt.date, dt.date]:
    """First and last day of ``count`` months; a month above 12 runs into the next year."""
    start_year, start_month = year + (first - 1) // 12, (first - 1) % 12 + 1
    end = first + count - 1
    end_year, end_month = year + (end - 1) // 12, (end - 1) % 12 + 1
    return (
        dt.date(start_year, start_month, 1),
        dt.date(end_year, end_month, calendar.monthrange(end_year, end_month)[1]),
    )


class EstimatedDateFormField(forms.CharField):
    """A text input that takes a date as a document would state it."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, EstimatedDate):
            return value
        text = super().to_python(value)
        if text is None or text in self.empty_values:
            return None
        try:
            return parse(text)
        except ValueError as error:
            raise ValidationError(str(error), code="unreadable_date") from error

    def run_validators(self, value: Any) -> None:
        # The limits are on the words a person typed.
        super().run_validators(value.words if isinstance(value, EstimatedDate) else value)

    def prepare_value(self, value: Any) -> Any:
        return value.words if isinstance(value, EstimatedDate) else value


class EstimatedDateField(models.JSONField):
    """Stores an :class:`EstimatedDate` in one column; ``field__earliest`` and ``field__latest`` compare and sort.

    Assigning a string parses it, so forms, imports and fixtures write what the document says.
    """

    description = "A date as a document states it"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        value = super().from_db_value(value, expression, connection)
        return EstimatedDate.from_json(value) if isinstance(value, dict) and "words" in value else value

    def to_python(self, value: Any) -> Any:
        if value in (None, "") or isinstance(value, EstimatedDate):
            return value or None
        if isinstance(value, dt.date):
            value = value.isoformat()
        if isinstance(value, dict):
            return EstimatedDate.from_json(value)
        try:
            return parse(str(value))
        except ValueError as error:
            raise ValidationError(str(error), code="unreadable_date") from error

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = self.to_python(getattr(model_instance, self.attname))
        setattr(model_instance, self.attname, value)
        return value

    def get_prep_value(self, value: Any) -> Any:
        return value.as_json() if isinstance(value, EstimatedDate) else value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, EstimatedDate):
            value = value.as_json()
        return super().get_db_prep_value(value, connection, prepared)

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        if value is None and not self.null:
            raise ValidationError(self.error_messages["null"], code="null")
        if not value and not self.blank:
            raise ValidationError(self.error_messages["blank"], code="blank")

    def value_to_string(self, obj: models.Model) -> Any:
        value = self.value_from_object(obj)
        return value.words if isinstance(value, EstimatedDate) else value

    def formfield(self, **kwargs: Any) -> Any:
        kwargs.pop("encoder", None)
        kwargs.pop("decoder", None)
        defaults: dict[str, Any] = {"form_class": EstimatedDateFormField, "max_length": 120} | kwargs
        return models.Field.formfield(self, **defaults)


class _Edge(models.Transform):
    """One end of the interval, as a date."""

    output_field = models.DateField()

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> Any:
        sql, params = compiler.compile(KeyTextTransform(self.lookup_name, self.lhs))
        return f"({sql})::date", params


@EstimatedDateField.register_lookup
class Earliest(_Edge):
    lookup_name = "earliest"


@EstimatedDateField.register_lookup
class Latest(_Edge):
    lookup_name = "latest"
