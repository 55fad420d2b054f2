"""The dates of opportunities: for the calendar by month and for calendar files.

What is known by season or quarter never gets a day of its own: a month lists it in the author's words, and a calendar
file has it over the whole time it may mean, as tentative.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Count, Max, Prefetch

from core.dates import DAY, EstimatedDate, london_date
from core.templatetags.portal import gov_datetime
from tenders.calendars import CalendarEntry, entry_of
from tenders.models import DateChange, Event, Framework, Lot, Opportunity
from tenders.search import Entry

# What each kind of date is called, and the fields whose moves it follows.
KINDS = {
    "engagement": ("Market engagement", ("engagement_date",)),
    "opens": ("Tender opens", ("tender_date", "opens_at")),
    "questions": ("Last day for questions", ("questions_close_at",)),
    "closes": ("Closes for bids", ("closes_at",)),
    "award": ("Award expected", ("award_date",)),
    "start": ("Contract starts", ("contract_start_date",)),
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One date: a moment, a day, or a time that is only estimated."""

    kind: str
    title: str
    what: str
    url: str
    key: str
    moment: dt.datetime | None = None
    estimated: EstimatedDate | None = None
    pk: int | None = None

    @property
    def first(self) -> dt.date | None:
        """The first day it may be on."""
        return london_date(self.moment) if self.moment else self.estimated.earliest if self.estimated else None

    @property
    def last(self) -> dt.date | None:
        """The last day it may be on."""
        return london_date(self.moment) if self.moment else self.estimated.latest if self.estimated else None

    @property
    def day(self) -> dt.date | None:
        """The one day it is on, where that is known."""
        is_day = self.moment is not None or (self.estimated is not None and self.estimated.precision == DAY)
        return self.first if is_day else None

    @property
    def words(self) -> str:
        """When, as people read it."""
        return gov_datetime(self.moment) if self.moment else str(self.estimated)


def happenings(entry: Entry) -> Iterator[Happening]:
    """Yield the dates an opportunity tells of."""
    record = entry.record
    is_awarded = entry.status == Opportunity.Status.AWARDED
    found: Sequence[tuple[str, dt.datetime | None, EstimatedDate | None]] = (
        ("engagement", None, record.engagement_date),
        ("opens", record.opens_at, None if record.opens_at else record.tender_date),
        ("questions", record.questions_close_at, None),
        ("closes", record.closes_at, None),
        ("award", None, None if is_awarded else record.award_date),
        ("start", None, record.contract_start_date),
    )
    for kind, moment, estimated in found:
        if moment is not None or (estimated is not None and estimated.is_known):
            what = KINDS[kind][0]
            if kind == "opens" and moment is None:
                what = "Tender planned"
            yield Happening(kind, record.title, what, entry.url, record.reference, moment, estimated, entry.pk)


def reopenings(entries: Sequence[Entry], *, at: dt.datetime) -> Iterator[Happening]:
    """Yield when the frameworks of these entries open or re-open to newcomers, each once. Two queries."""
    slugs = {entry.framework.slug for entry in entries if entry.framework}
    if not slugs:
        return
    rows = Framework.objects.public(at=at).filter(slug__in=slugs).order_by("title", "pk")
    for row in rows.prefetch_related(Prefetch("lots", Lot.objects.order_by("order", "pk"))):
        url = row.get_absolute_url()
        for lot in (None, *row.lots.all()):
            name = row.title if lot is None else f"{row.title}, {lot}"
            key = f"framework-{row.slug}" if lot is None else f"framework-{row.slug}-{lot.slug}"
            facts = row if lot is None else lot
            if facts.opens_at:
                yield Happening("joining", name, "Opens to new providers", url, key, facts.opens_at)
            if facts.closes_at:
                yield Happening("joining_closes", name, "Closes to new providers", url, key, facts.closes_at)
            if facts.reopens and facts.reopens.is_known:
                yield Happening("reopens", name, "Re-opens to new providers", url, key, None, facts.reopens)


def events_of(entries: Sequence[Entry], *, at: dt.datetime) -> list[Event]:
    """Return the events that belong to these entries. A fixed number of queries."""
    ids = [entry.pk for entry in entries]
    rows = Event.objects.listed(at=at).for_public(at=at).filter(opportunity_id__in=ids)
    return list(rows.order_by("starts_at", "pk"))


# --- Calendar files ---


def calendar_entries(entries: Iterable[Entry], *, at: dt.datetime) -> Iterator[CalendarEntry]:
    """Yield the dates of a list as entries of a calendar file: a UID for ever, and a SEQUENCE that rises with each move."""
    listed = list(entries)
    moves = _moves([entry.pk for entry in listed], at)
    for entry in listed:
        ended_at = _ended_at(entry)
        for one in happenings(entry):
            count, last = moves.get((entry.pk, one.kind), (0, None))
            yield _entry(
                one,
                sequence=count + (1 if ended_at else 0),
                changed_at=max(moment for moment in (entry.record.published_at, last, ended_at) if moment),
                note=_note(entry),
                is_cancelled=ended_at is not None,
            )
    for event in events_of(listed, at=at):
        yield entry_of(event, at=at)
    for one in reopenings(listed, at=at):
        yield _entry(one, sequence=0, changed_at=at.replace(hour=0, minute=0, second=0, microsecond=0))


def _moves(ids: list[int], at: dt.datetime) -> dict[tuple[int, str], tuple[int, dt.datetime]]:
    """How often each kind of date has moved, and when last. One query."""
    kinds = {field: kind for kind, (_, fields) in KINDS.items() for field in fields}
    found: dict[tuple[int, str], tuple[int, dt.datetime]] = {}
    rows = (
        DateChange.objects.filter(opportunity__in=ids, changed_at__lte=at, field__in=list(kinds))
        .order_by()
        .values_list("opportunity_id", "field")
        .annotate(Count("pk"), Max("changed_at"))
    )
    for pk, field, count, last in rows:
        key = (pk, kinds[field])
        known = found.get(key)
        found[key] = (count + known[0], max(last, known[1])) if known else (count, last)
    return found


def _ended_at(entry: Entry) -> dt.datetime | None:
    ended = [entry.record.withdrawn_at, entry.record.cancelled_at]
    return min((moment for moment in ended if moment and moment <= entry.at), default=None)


def _note(entry: Entry) -> str:
    lines = [entry.record.summary, f"Who buys: {entry.buyer.name}", f"Status: {entry.status.label}"]
    return "\n".join(line for line in lines if line)


def _entry(
    one: Happening, *, sequence: int, changed_at: dt.datetime, note: str = "", is_cancelled: bool = False
) -> CalendarEntry:
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    url = f"{settings.PUBLIC_URL.rstrip('/')}{one.url}"
    is_estimated = one.day is None
    first, last = one.first, one.last
    assert first is not None and last is not None
    when = f", {one.words}" if is_estimated else ""
    return CalendarEntry(
        uid=f"{one.key}-{one.kind}@{host}",
        title=f"{one.what}{when}: {one.title}",
        starts=one.moment or first,
        ends=None if one.moment or first == last else last,
        changed_at=changed_at,
        sequence=sequence,
        url=url,
        text="\n\n".join(part for part in (note, f"Details: {url}") if part),
        is_cancelled=is_cancelled,
        is_tentative=is_estimated,
    )


# --- The calendar by month ---


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day of the month's table; None stands for the days of the months beside it."""

    date: dt.date
    is_today: bool
    items: Sequence[Happening]


@dataclass(frozen=True, slots=True)
class Month:
    """A month as a table of weeks, and what falls into it without a day."""

    first: dt.date
    weeks: Sequence[Sequence[CalendarDay | None]]
    without_day: Sequence[Happening]
    count: int


def by_month(found: Iterable[Happening], month: dt.date, *, today: dt.date) -> Month:
    """Arrange dates in a month. ``month`` is its first day."""
    following = next_month(month)
    last = following - dt.timedelta(days=1)
    by_day: Mapping[dt.date, list[Happening]] = defaultdict(list)
    loose = []
    for one in found:
        if one.first is None or one.last is None or one.first > last or one.last < month:
            continue
        if one.day is not None:
            by_day[one.day].append(one)
        else:
            loose.append(one)
    days: list[CalendarDay | None] = [None] * month.weekday()
    for number in range(last.day):
        date = month + dt.timedelta(days=number)
        items = sorted(by_day.get(date, ()), key=lambda one: (one.moment is not None, one.moment or at_end, one.title))
        days.append(CalendarDay(date, date == today, items))
    days += [None] * (-len(days) % 7)
    weeks = [days[start : start + 7] for start in range(0, len(days), 7)]
    loose.sort(key=lambda one: (one.last, one.first, one.title, one.kind))
    return Month(month, weeks, loose, len(loose) + sum(len(items) for items in by_day.values()))


at_end = dt.datetime.max.replace(tzinfo=dt.UTC)


def next_month(month: dt.date) -> dt.date:
    return dt.date(month.year + month.month // 12, month.month % 12 + 1, 1)


def month_before(month: dt.date) -> dt.date:
    return (month - dt.timedelta(days=1)).replace(day=1)
