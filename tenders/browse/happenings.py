"""The dates of opportunities: for the calendar by month and for calendar files.

What is known by season or quarter never gets a day of its own: a month lists it in the author's words, and a calendar
file has it over the whole time it may mean, as tentative.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Max, Min, Prefetch, Q
from django.db.models.expressions import RawSQL

from core.dates import DAY, EstimatedDate, london_date
from core.templatetags.portal import gov_datetime
from tenders.calendars import CalendarEntry, entry_of
from tenders.models import DateChange, Event, Framework, Lot, Opportunity
from tenders.models.events import EventQuerySet
from tenders.search import Entry, read_entries

from .dates import MOST_ON_A_DAY, MOST_WITHOUT_DAY, array, dates_in
from .months import next_month

# So many entries of a calendar file are held at a time.
PORTION = 500
OPEN_ON_A_DAY = 4

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


def reopenings(ids: Sequence[int], *, at: dt.datetime) -> Iterator[Happening]:
    """Yield when the frameworks of these opportunities open or re-open to newcomers, each once. Two queries."""
    called_off = (
        "SELECT framework_id FROM tenders_searchrow WHERE framework_id IS NOT NULL"
        " AND opportunity_id IN (SELECT unnest(%s::bigint[]))"
    )
    theirs = RawSQL(called_off, [array(ids)])
    rows = Framework.objects.public(at=at).filter(pk__in=theirs).order_by("title", "pk")
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


def events_of(ids: Sequence[int], *, at: dt.datetime) -> EventQuerySet:
    """Return the events that belong to these opportunities, the earliest first."""
    theirs = RawSQL("SELECT unnest(%s::bigint[])", [array(ids)])
    rows = Event.objects.listed(at=at).for_public(at=at).filter(opportunity_id__in=theirs)
    return rows.order_by("starts_at", "pk")


# --- Calendar files ---


def calendar_entries(entries: Iterable[Entry], *, at: dt.datetime) -> Iterator[CalendarEntry]:
    """Yield the dates of a list as entries of a calendar file: a UID for ever, and a SEQUENCE that rises with each move.

    Of the list some hundred entries are held at a time, of the rest their keys.
    """
    ids: list[int] = []
    rest = iter(entries)
    while portion := list(islice(rest, PORTION)):
        keys = [entry.pk for entry in portion]
        ids += keys
        moves = _moves(keys, at)
        for entry in portion:
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
    for event in events_of(ids, at=at):
        yield entry_of(event, at=at)
    for one in reopenings(ids, at=at):
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
    """A day of the month's table; None stands for the days of the months beside it. ``more`` are not shown."""

    date: dt.date
    is_today: bool
    items: Sequence[Happening]
    more: int = 0

    @property
    def first_items(self) -> Sequence[Happening]:
        """What stands open on the day; the rest is folded away, so that no day outgrows its month."""
        return self.items[:OPEN_ON_A_DAY]

    @property
    def folded_items(self) -> Sequence[Happening]:
        return self.items[OPEN_ON_A_DAY:]


@dataclass(frozen=True, slots=True)
class Month:
    """A month as a table of weeks, and what falls into it without a day. ``count`` counts what is not shown too."""

    first: dt.date
    weeks: Sequence[Sequence[CalendarDay | None]]
    without_day: Sequence[Happening]
    count: int
    more_without_day: int = 0

    @property
    def has_days(self) -> bool:
        """Whether anything stands on a day at all."""
        return any(day and day.items for week in self.weeks for day in week)

    @property
    def is_cut(self) -> bool:
        """Whether any date is not shown."""
        return bool(self.more_without_day) or any(day and day.more for week in self.weeks for day in week)


def by_month(
    found: Iterable[Happening], month: dt.date, *, today: dt.date, unread: Mapping[dt.date | None, int] | None = None
) -> Month:
    """Arrange dates in a month.

    :param month: its first day.
    :param unread: how many more dates of each day there are than ``found`` has, under None of those without a day.
    """
    unread = unread or {}
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
    count = len(loose) + sum(len(items) for items in by_day.values()) + sum(unread.values())
    for number in range(last.day):
        date = month + dt.timedelta(days=number)
        items = sorted(by_day.get(date, ()), key=lambda one: (one.moment is not None, one.moment or at_end, one.title))
        more = max(0, len(items) - MOST_ON_A_DAY) + unread.get(date, 0)
        days.append(CalendarDay(date, date == today, items[:MOST_ON_A_DAY], more))
    days += [None] * (-len(days) % 7)
    weeks = [days[start : start + 7] for start in range(0, len(days), 7)]
    loose.sort(key=lambda one: (one.last, one.first, one.title, one.kind))
    more = max(0, len(loose) - MOST_WITHOUT_DAY) + unread.get(None, 0)
    return Month(month, weeks, loose[:MOST_WITHOUT_DAY], count, more)


at_end = dt.datetime.max.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Shown:
    """A month of a list, and the nearest days outside it on which something of the list may begin."""

    month: Month
    earlier: dt.date | None
    later: dt.date | None


def month_of(ids: Sequence[int], month: dt.date, *, at: dt.datetime) -> Shown:
    """Return a month of these opportunities. ``month`` is its first day.

    Only what the month shows is read, so a list of a hundred thousand costs hardly more than a short one.
    """
    following = next_month(month)
    dates = dates_in(ids, month, at=at)
    wanted = {pk for pk, _ in dates.shown}
    entries = read_entries([pk for pk in ids if pk in wanted], at=at)
    found = [one for entry in entries for one in happenings(entry) if (entry.pk, one.kind) in dates.shown]
    unread = Counter(dates.counts)
    unread.subtract(Counter(one.day for one in found))
    joining = list(reopenings(ids, at=at))
    events = events_of(ids, at=at)
    begin, end = _midnight(month), _midnight(following)
    others = (
        events.order_by()
        .values_list("starts_at")
        .aggregate(
            earlier=Max("starts_at", filter=Q(starts_at__lt=begin)),
            later=Min("starts_at", filter=Q(starts_at__gte=end)),
        )
    )
    found += joining
    found += map(_of_event, events.filter(starts_at__gte=begin, starts_at__lt=end))
    known = [one.first for one in joining if one.first]
    known += [london_date(moment) for moment in others.values() if moment]
    known += [day for day in (dates.earlier, dates.later) if day]
    return Shown(
        by_month(found, month, today=london_date(at), unread=+unread),
        earlier=max((day for day in known if day < month), default=None),
        later=min((day for day in known if day >= following), default=None),
    )


def _of_event(event: Event) -> Happening:
    return Happening("event", event.title, "Event", event.get_absolute_url(), str(event.uuid), event.starts_at)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=ZoneInfo("Europe/London"))
