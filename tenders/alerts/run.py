"""A run of the alerts: look, match, write. Each step commits by itself, so that a crash costs nothing but time."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from core import mail
from tenders.models import (
    AlertItem,
    AlertNews,
    AlertRun,
    Contract,
    Follow,
    Framework,
    Frequency,
    Opportunity,
    SavedSearch,
    Subscriber,
)

from . import letters, matching
from .news import Look, collect

PEOPLE = 200
MOST_KNOWN = 20_000
LOCK = 7_302_118  # Any number of ours: whoever begins a run holds it.
LONDON = ZoneInfo("Europe/London")

Progress = Callable[[str], object]


def run(*, at: dt.datetime, progress: Progress = lambda words: None) -> AlertRun | None:
    """Tell everybody what is new since the last run, each in one mail, and nobody anything twice.

    A run that stopped half-way is ended first. Two workers at once share the writing.

    :return: the run of this moment; None where another worker is at work and ends it.
    """
    while True:
        current = begin(at=at)
        if current is None:
            return None
        while matching.match_next(at=at):
            progress("Finding who wants what is new")
        if AlertNews.objects.filter(matched_at=None).exists():
            # Another worker finds the rest. Who was written to before all is found would get two mails.
            return None
        last, written, known = 0, 0, Known(at)
        while people := write_to_some(current, after=last, known=known, at=at):
            last, written = people[-1], written + len(people)
            progress(f"{written} people written to")
        if not finish(current, at=at):
            return None
        if current.at == at:
            return current


def begin(*, at: dt.datetime) -> AlertRun | None:
    """Return the run under way, or begin one: write down all news since the last, in one transaction.

    None where another worker is just beginning one.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                return None
        matching.take_time()
        unfinished = AlertRun.objects.filter(finished_at=None).first()
        if unfinished is not None:
            return unfinished
        last = AlertRun.objects.order_by("-at").first()
        daily, weekly = daily_date(at), weekly_date(at)
        made = AlertRun.objects.create(
            at=at,
            daily_date=None if AlertRun.objects.filter(daily_date=daily).exists() else daily,
            weekly_date=None if AlertRun.objects.filter(weekly_date=weekly).exists() else weekly,
        )
        collect(Look(at=at, since=last.at if last else at, run_id=made.pk, is_first=last is None))
        return made


def daily_date(at: dt.datetime) -> dt.date:
    """The day of the last daily mails that were due by then, at ``settings.ALERTS_HOUR`` in London."""
    local = timezone.localtime(at, LONDON)
    return local.date() if local.hour >= settings.ALERTS_HOUR else local.date() - dt.timedelta(days=1)


def weekly_date(at: dt.datetime) -> dt.date:
    """The day of the last weekly mails that were due by then, on ``settings.ALERTS_WEEKDAY`` (Monday is 1)."""
    day = daily_date(at)
    return day - dt.timedelta(days=(day.isoweekday() - settings.ALERTS_WEEKDAY) % 7)


def due(current: AlertRun) -> list[int]:
    """Return the frequencies whose mails go with a run."""
    found = [Frequency.INSTANT]
    if current.daily_date:
        found.append(Frequency.DAILY)
    if current.weekly_date:
        found.append(Frequency.WEEKLY)
    return [one.value for one in found]


def _owed(current: AlertRun) -> Any:
    return AlertItem.objects.filter(sent_at=None, frequency__in=due(current), news__found_at__lte=current.at)


@dataclass
class Known:
    """The news and entries a run has read: most people are told of the same."""

    at: dt.datetime
    news: dict[int, AlertNews] = field(default_factory=dict)
    entries: dict[tuple[str, int], letters.Entry] = field(default_factory=dict)

    def read(self, wanted: set[int]) -> None:
        """Read the news of these ids, and what it is about, unless they are known."""
        if len(self.news) > MOST_KNOWN:
            self.news, self.entries = {}, {}
        more = AlertNews.objects.in_bulk(wanted - self.news.keys())
        self.news |= more
        self.entries |= entries_of(more.values(), at=self.at)


@transaction.atomic
def write_to_some(current: AlertRun, *, known: Known, at: dt.datetime, after: int = 0) -> list[int]:
    """Write to the next people who are owed news, and note it as told. Return who they were; nobody when all are done.

    People whom another worker writes to at this moment are passed over.

    :param after: the last person written to before.
    """
    # Along the index of what is owed, and no further than the next people.
    owed = AlertItem.objects.filter(sent_at=None, frequency__in=due(current), subscriber__gt=after)
    next_people = list(owed.order_by("subscriber").values_list("subscriber", flat=True).distinct()[:PEOPLE])
    people = list(
        Subscriber.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk__in=next_people).order_by("pk")
    )
    items = list(
        _owed(current)
        .filter(subscriber__in=people)
        .order_by("subscriber", "news")
        .values_list("pk", "subscriber", "news", "searches", "follows")
    )
    known.read({row[2] for row in items})
    mail.owe_many(_letters(people, items, known, at=at))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tenders_alertitem SET sent_at = %s WHERE id = ANY(%s)", [at, [pk for pk, *_ in items]])
    return [person.pk for person in people]


def _letters(
    people: list[Subscriber], items: list[tuple[Any, ...]], known: Known, *, at: dt.datetime
) -> Iterable[mail.Letter]:
    news, entries = known.news, known.entries
    searches = _still_wanted(SavedSearch, items, 3)
    follows = _still_wanted(Follow, items, 4)
    mine: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in items:
        mine[row[1]].append(row)
    for person in people:
        if not person.is_told:
            continue
        told: dict[tuple[str, int], list[AlertNews]] = defaultdict(list)
        causes: dict[tuple[str, int], SavedSearch | Follow] = {}
        for _, _, news_id, by_search, by_follow in mine[person.pk]:
            one = news[news_id]
            found = {("search", pk): searches[pk] for pk in by_search if pk in searches}
            found |= {("follow", pk): follows[pk] for pk in by_follow if pk in follows}
            entry = key_of(one)
            # What was stopped, taken back or is over since it was found is not told any more.
            if not found or entry not in entries or (one.due_at and one.due_at <= at):
                continue
            told[entry].append(one)
            causes |= found
        if not told:
            continue
        subject, text, headers = letters.digest(
            subscriber=person,
            told=[letters.Told(entries[entry], found) for entry, found in told.items()],
            searches=[one for one in causes.values() if isinstance(one, SavedSearch)],
            follows=[one for one in causes.values() if isinstance(one, Follow)],
            at=at,
        )
        # The first item names the mail: what is told once has one mail for ever.
        yield mail.Letter(f"alerts:{person.pk}:{mine[person.pk][0][0]}", person.email, subject, text, headers)


def _still_wanted(model: Any, items: list[tuple[Any, ...]], column: int) -> dict[int, Any]:
    rows = model.objects.shown().filter(pk__in={pk for row in items for pk in row[column]})
    if model is Follow:
        rows = rows.select_related("opportunity", "framework", "followed")
    return {row.pk: row for row in rows}


def key_of(news: AlertNews) -> tuple[str, int]:
    """Return which entry a piece of news is about."""
    if news.opportunity_id:
        return "opportunity", news.opportunity_id
    return ("framework", news.framework_id) if news.framework_id else ("contract", news.contract_id)


def entries_of(news: Iterable[AlertNews], *, at: dt.datetime) -> dict[tuple[str, int], letters.Entry]:
    """Return the entries that news is about, as mails show them: those that anybody may see at this moment."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for one in news:
        kind, pk = key_of(one)
        wanted[kind].add(pk)
    found = {}
    for kind, model in (("opportunity", Opportunity), ("framework", Framework), ("contract", Contract)):
        rows: Any = model
        related = ("organisation", "replaces_contract") if kind == "opportunity" else ("organisation",)
        for row in rows.objects.public(at=at).filter(pk__in=wanted[kind]).select_related(*related):
            closes_at = row.closes_at if kind == "opportunity" and row.status(at=at) == "open" else None
            found[kind, row.pk] = letters.Entry(
                row.title, str(row.organisation), row.get_absolute_url(), closes_at, kind == "framework"
            )
    return found


def finish(current: AlertRun, *, at: dt.datetime) -> bool:
    """Note that everybody was told; False while another worker still writes."""
    with transaction.atomic():
        row = AlertRun.objects.select_for_update().get(pk=current.pk)
        if row.finished_at is not None:
            return True
        if _owed(current).exists():
            return False
        row.finished_at = at
        row.save(update_fields=["finished_at"])
    current.finished_at = at
    return True
