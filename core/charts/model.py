"""What a chart says, apart from how it is drawn."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

NOT_STATED = "not stated"
MINUS = "\N{MINUS SIGN}"
PINE = "#0d4a50"


class Kind(enum.StrEnum):
    """How a chart is drawn."""

    BARS = "bars"  # one bar for each label
    GROUPED = "grouped"  # a bar for each series under each label
    STACKED = "stacked"  # shares of a whole, one bar for each label
    CHANGE = "change"  # bars up and down from nought
    LINE = "line"  # along time
    RANGE = "range"  # from `low` to `value`
    COLUMNS = "columns"  # upright bars along time: quarters, seasons
    TIMELINE = "timeline"  # a row for each thing, from `low` to `value` along an axis of `ticks`


def number_text(value: Decimal) -> str:
    """Write a number as people read it: thousands separated, no idle noughts, a true minus."""
    text = f"{abs(value):,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{MINUS}{text}" if value < 0 and text != "0" else text


def value_text(value: Decimal, unit: str) -> str:
    """Write a value with its unit where the unit is a sign (``%``, ``£``, ``£ million``); words stay apart from it."""
    number = number_text(value)
    if unit == "%":
        return f"{number}%"
    if unit.startswith("£"):
        scale = unit[1:].strip()
        pounds = f"{MINUS}£{number[1:]}" if number.startswith(MINUS) else f"£{number}"
        return f"{pounds} {scale}".strip()
    return number


@dataclass(frozen=True)
class Point:
    """One figure. ``value`` is nothing where the source gives none; ``text`` overrides how it is written.

    ``low`` is the start of a range, ``mark`` a later place on a timeline's axis (`Chart.mark_label` says what it is).
    ``kind`` is one of `Chart.kinds`. ``highlight`` gives one bar of a single series the accent, ``detail`` adds a few
    words after the figure ("37,410 more").
    """

    label: str
    value: Decimal | None = None
    text: str = ""
    low: Decimal | None = None
    detail: str = ""
    highlight: bool = False
    is_comparator: bool = False
    is_projection: bool = False
    mark: Decimal | None = None
    kind: str = ""


@dataclass(frozen=True)
class Series:
    """Figures that belong together: a place, a year, an age group."""

    name: str
    points: tuple[Point, ...]
    highlight: bool = False
    is_comparator: bool = False

    def at(self, label: str) -> Point | None:
        """Return the figure with this label."""
        return next((point for point in self.points if point.label == label), None)


@dataclass(frozen=True)
class Chart:
    """A chart with its words. ``title`` is the finding, ``what`` the measure, ``unit`` as in the registers (``%``,
    ``£``, ``£ million``, ``people``). ``accent`` is the organisation's colour. ``ticks`` name the places of a
    timeline's axis, as (number, words), ``kinds`` what its bars may be: the first is plain, the others have a pattern
    each. ``low_label`` and ``high_label`` are the two ends of a range.
    """

    kind: Kind
    title: str
    series: tuple[Series, ...]
    what: str = ""
    unit: str = ""
    accent: str = PINE
    source: str = ""
    note: str = ""
    low_label: str = ""
    high_label: str = ""
    ticks: tuple[tuple[Decimal, str], ...] = ()
    mark_label: str = ""
    kinds: tuple[str, ...] = ()
    is_sample: bool = False
    slug: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label once, in the order of the data."""
        return tuple(dict.fromkeys(point.label for series in self.series for point in series.points))

    def texts(self, value: Decimal | None) -> str:
        """Write a value with the chart's unit where the unit is a sign; words stay with the measure."""
        if value is None:
            return NOT_STATED
        return value_text(value, self.unit)

    def text_of(self, point: Point | None) -> str:
        """The words of one figure: the source's own, else the number, else that it is not stated."""
        if point is None:
            return NOT_STATED
        if point.text:
            return point.text
        if point.value is not None and point.low is not None:
            return f"{self.texts(point.low)} to {self.texts(point.value)}"
        if self.kind is Kind.CHANGE and point.value is not None and point.value > 0:
            return f"+{self.texts(point.value)}"
        return self.texts(point.value)

    def values(self) -> list[Decimal]:
        """Every number given."""
        return [point.value for series in self.series for point in series.points if point.value is not None]


def points(rows: Iterable[tuple[str, int | float | str | Decimal | None]]) -> tuple[Point, ...]:
    """Make points of plain pairs of label and value."""
    return tuple(Point(label=label, value=None if value is None else Decimal(str(value))) for label, value in rows)
