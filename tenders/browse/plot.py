"""The pipeline by quarter: when each planned tender of a list may open, and when its contract starts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from commissioning.evidence import ACCENT_COLOURS
from commissioning.models import Accent, Organisation
from core.charts import PINE, Chart, Kind, Point, Series
from core.dates import SEASONS, EstimatedDate, london_date, parse
from core.models import LifeStage
from tenders.search import Entry, read_entries

from .dates import Openings, openings

# More rows than these are counted by quarter instead.
MOST_ROWS = 24
# An axis of more quarters than these has no room for their names.
MOST_QUARTERS = 24
MOST_NAMED = 5
# Of more columns than these those without any are left out.
MOST_COLUMNS = 12
OF_ADULTS, OF_CHILDREN = "Tender for adults, or for all ages", "Tender for children and young people"
_NUMBERS = "no one two three four five six seven eight nine ten".split()  # noqa: SIM905 - readable as words


def pipeline(ids: Sequence[int], *, at: dt.datetime, slug: str, buyer: Organisation | None = None) -> Chart | None:
    """Return the plot of the tenders that are planned or open, or None where fewer than two tell when they open.

    It is counted by the database; entries are read only where each has a row of its own.

    :param buyer: whose colours it has, where all are one organisation's.
    """
    found = openings(ids, at=at, most=MOST_ROWS)
    if found.told < 2 or found.first is None or found.last is None:
        return None
    quarters = _quarters(found.first, found.last)
    with_starts = _quarters(found.first, max(found.last, found.last_start or found.last))
    if len(with_starts) <= MOST_QUARTERS:
        quarters = with_starts
    note = "Organisations may change or drop any of these."
    if found.ahead > found.told:
        note = f"{found.ahead - found.told} more do not say when they open. {note}"
    title = _finding(found, found.first, found.last, today=london_date(at))
    accent = ACCENT_COLOURS[Accent(buyer.accent)] if buyer else PINE
    if found.told <= MOST_ROWS and len(quarters) <= MOST_QUARTERS:
        told = [(entry, when) for entry in read_entries(found.ids, at=at) if (when := _opening(entry))]
        told.sort(key=lambda one: (one[1][0], one[1][1], one[0].record.title))
        return _timeline(told, quarters, title=title, note=note, slug=slug, accent=accent)
    quarters = _quarters(found.first, max(found.quarters))
    if len(quarters) > MOST_COLUMNS:
        quarters = sorted(found.quarters)
        note = f"Quarters without any are left out. {note}"
    points = tuple(Point(_name(day), Decimal(found.quarters.get(day, 0))) for day in quarters)
    return Chart(
        kind=Kind.COLUMNS,
        title=title,
        what="Tenders by the first quarter in which each may open",
        series=(Series("Tenders", points),),
        note=note,
        slug=slug,
        accent=accent,
    )


def _timeline(
    told: Sequence[tuple[Entry, tuple[dt.date, dt.date]]],
    quarters: Sequence[dt.date],
    *,
    title: str,
    note: str,
    slug: str,
    accent: str,
) -> Chart:
    end = _following(quarters[-1])
    points = []
    for entry, (first, last) in told:
        start = entry.record.contract_start_date
        points.append(
            Point(
                label=entry.record.title,
                low=_place(first),
                value=_place(last + dt.timedelta(days=1)),
                text=_when(entry),
                detail=_detail(entry, start),
                mark=_place(start.earliest) if start and start.earliest and start.earliest > first else None,
                kind=_kind(entry),
            )
        )
    # Many quarters have no room for their names: then each year's first band has the year's.
    is_named = len(quarters) <= MOST_NAMED
    ticks = tuple((_place(day), _name(day) if is_named else _year(day, quarters)) for day in (*quarters, end))
    return Chart(
        kind=Kind.TIMELINE,
        title=title,
        what="When each tender is planned to open; each band is a quarter of a year",
        series=(Series("Tender", tuple(points)),),
        ticks=ticks,
        mark_label="Contract starts, at the earliest",
        kinds=(OF_ADULTS, OF_CHILDREN),
        note=note,
        slug=slug,
        accent=accent,
    )


def _kind(entry: Entry) -> str:
    return OF_CHILDREN if entry.record.life_stage == LifeStage.STARTING_WELL else OF_ADULTS


def _detail(entry: Entry, start: EstimatedDate | None) -> str:
    """What the bar's pattern and the door say, in words for the table."""
    parts = ["for children and young people"] if _kind(entry) == OF_CHILDREN else []
    if start:
        parts.append(f"contract starts {start}")
    return ", ".join(parts)


def _opening(entry: Entry) -> tuple[dt.date, dt.date] | None:
    record = entry.record
    if record.opens_at:
        day = london_date(record.opens_at)
        return day, day
    date = record.tender_date
    return (date.earliest, date.latest) if date and date.earliest and date.latest else None


def _when(entry: Entry) -> str:
    record = entry.record
    if record.opens_at:
        day = london_date(record.opens_at)
        return f"{day.day} {day:%B %Y}"
    return str(record.tender_date)


def _finding(found: Openings, first: dt.date, last: dt.date, *, today: dt.date) -> str:
    """What the plot shows, in a sentence: the time most of them name, where that is more than a few."""
    if 2 * found.said > found.told:
        words = found.words
        if words.split()[0].lower() in SEASONS:
            words = words[0].lower() + words[1:]
        are = "were" if parse(found.words).is_past(on=today) else "are"
        if found.said == found.told:
            return f"All {_number(found.told)} tenders {are} planned for {words}"
        return f"{_number(found.said).capitalize()} of {_number(found.told)} tenders {are} planned for {words}"
    are = "were" if last < today else "are or were" if first < today else "are"
    return f"{_number(found.told).capitalize()} tenders {are} planned between {first:%B %Y} and {last:%B %Y}"


def _number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else f"{count:,}"


def _quarters(first: dt.date, last: dt.date) -> list[dt.date]:
    found = [_start_of_quarter(first)]
    while _following(found[-1]) <= last and len(found) < 400:
        found.append(_following(found[-1]))
    return found


def _start_of_quarter(day: dt.date) -> dt.date:
    return dt.date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def _following(quarter: dt.date) -> dt.date:
    return dt.date(quarter.year + (quarter.month == 10), (quarter.month + 2) % 12 + 1, 1)


def _name(quarter: dt.date) -> str:
    last = _following(quarter) - dt.timedelta(days=1)
    return f"{quarter:%b} to {last:%b} {quarter.year}"


def _year(quarter: dt.date, quarters: Sequence[dt.date]) -> str:
    return str(quarter.year) if quarter.month == 1 or quarter == quarters[0] else ""


def _place(day: dt.date) -> Decimal:
    return Decimal(day.toordinal())
