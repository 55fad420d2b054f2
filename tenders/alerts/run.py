"""A run of the alerts: look, match, write. Each step commits by itself, so that a crash costs nothing but time."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from core import mail
from tenders.models import AlertItem, AlertNews, AlertRun, Follow, SavedSearch, Subscriber

from . import letters, matching
from .entries import Entry, Key, entries_of, key_of
from .news import Look, collect
from .schedule import daily_date, due, weekly_date

PEOPLE = 200
MOST_KNOWN = 20_000
LOCK = 7_302_118  # Any number of ours: whoever begins a run holds it.

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

    None where another worker is just beginning one, or has ended one of a later moment.
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
        if last is not None and last.at >= at:
            # Whoever began later was quicker: looked at as it was before, what has happened since would be undone.
            return None
        daily, weekly = daily_date(at), weekly_date(at)
        made = AlertRun.objects.create(
            at=at,
            daily_date=None if AlertRun.objects.filter(daily_date=daily).exists() else daily,
            weekly_date=None if AlertRun.objects.filter(weekly_date=weekly).exists() else weekly,
        )
        collect(Look(at=at, since=last.at if last else at, run_id=made.pk, is_first=last is None))
        return made


def _owed(current: AlertRun) -> Any:
    return AlertItem.objects.filter(sent_at=None, frequency__in=due(current), news__found_at__lte=current.at)


@dataclass
class Known:
    """The news and entries a run has read, and what mails say of them: most people are told of the same."""

    at: dt.datetime
    news: dict[int, AlertNews] = field(default_factory=dict)
    entries: dict[Key, Entry] = field(default_factory=dict)
    told: dict[tuple[int, ...], letters.Told] = field(default_factory=dict)

    def read(self, wanted: set[int]) -> None:
        """Read the news of these ids, and what it is about, unless they are known."""
        if len(self.news) > MOST_KNOWN or len(self.told) > MOST_KNOWN:
            self.news, self.entries, self.told = {}, {}, {}
        more = AlertNews.objects.in_bulk(wanted - self.news.keys())
        self.news |= more
        self.entries |= entries_of(more.values(), at=self.at)

    def is_told(self, pk: int, *, to: int) -> bool:
        """Whether a piece of news is still told to somebody: they may read it, and its deadline lies ahead."""
        one = self.news[pk]
        entry = self.entries.get(key_of(one))
        return entry is not None and entry.is_for(to) and not (one.due_at and one.due_at <= self.at)

    def in_words(self, wanted: Iterable[int]) -> list[letters.Told]:
        """Return what these pieces of news say, put together by entry, in the order of each entry's first."""
        by_entry: dict[Key, list[int]] = defaultdict(list)
        for pk in wanted:
            by_entry[key_of(self.news[pk])].append(pk)
        return [self._of_entry(key, tuple(keys)) for key, keys in by_entry.items()]

    def _of_entry(self, key: Key, keys: tuple[int, ...]) -> letters.Told:
        if keys not in self.told:
            news = [self.news[pk] for pk in keys]
            self.told[keys] = letters.tell(self.entries[key], news, at=self.at)
        return self.told[keys]


@dataclass(frozen=True)
class Owed:
    """News that a person is owed for the same reasons. ``first`` is the id of its first item."""

    subscriber: int
    searches: Sequence[int]
    follows: Sequence[int]
    news: Sequence[int]
    first: int


# All that some people are owed by a run is noted as told and read, what one's same searches find put together.
_TAKE = """
WITH taken AS (
    UPDATE tenders_alertitem AS item SET sent_at = %(at)s FROM tenders_alertnews AS news
    WHERE news.id = item.news_id AND item.subscriber_id = ANY (%(people)s) AND item.sent_at IS NULL
        AND item.frequency = ANY (%(due)s) AND news.found_at <= %(run_at)s
    RETURNING item.id, item.subscriber_id, item.news_id, item.searches, item.follows
)
SELECT subscriber_id, searches, follows, array_agg(news_id ORDER BY news_id), (array_agg(id ORDER BY news_id))[1]
FROM taken GROUP BY subscriber_id, searches, follows ORDER BY subscriber_id, min(news_id)
"""


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
    keys = [person.pk for person in people]
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"at": at, "people": keys, "due": due(current), "run_at": current.at})
        items = [Owed(*row) for row in cursor.fetchall()]
    known.read({pk for one in items for pk in one.news})
    mail.owe_many(_letters(people, items, known))
    return keys


def _letters(people: list[Subscriber], items: list[Owed], known: Known) -> Iterable[mail.Letter]:
    searches = _still_wanted(SavedSearch, {pk for one in items for pk in one.searches})
    follows = _still_wanted(Follow, {pk for one in items for pk in one.follows})
    mine: dict[int, list[Owed]] = defaultdict(list)
    for one in items:
        mine[one.subscriber].append(one)
    for person in people:
        if not person.is_told:
            continue
        wanted: list[int] = []
        by_search: dict[int, SavedSearch] = {}
        by_follow: dict[int, Follow] = {}
        for one in mine[person.pk]:
            # What was stopped, taken back or is over since it was found is not told any more.
            found = {pk: searches[pk] for pk in one.searches if pk in searches}
            followed = {pk: follows[pk] for pk in one.follows if pk in follows}
            news = [pk for pk in one.news if known.is_told(pk, to=person.pk)] if found or followed else []
            if news:
                wanted += news
                by_search |= found
                by_follow |= followed
        if not wanted:
            continue
        subject, text, headers = letters.digest(
            subscriber=person,
            told=known.in_words(sorted(wanted)),
            searches=list(by_search.values()),
            follows=list(by_follow.values()),
        )
        # The first item names the mail: what is told once has one mail for ever.
        yield mail.Letter(f"alerts:{person.pk}:{mine[person.pk][0].first}", person.email, subject, text, headers)


def _still_wanted(model: Any, keys: set[int]) -> dict[int, Any]:
    rows = model.objects.shown().filter(pk__in=keys)
    if model is Follow:
        rows = rows.select_related("opportunity", "framework", "followed")
    return {row.pk: row for row in rows}


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
