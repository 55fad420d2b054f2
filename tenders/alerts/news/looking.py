"""A look at the registers: since when, what it found, and what of it is new altogether."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from tenders.models import AlertNews

from .. import statuses

# Facts are dated by the moment their transaction began, and may be seen later. What is read twice is written once.
OVERLAP = dt.timedelta(hours=1)
# A notice or a decision has a day and no time, and may be entered some days after.
DAYS_LATE = 30
# Nobody is told of what was over before it came here, such as an imported register's past.
OVER = {"closed", "awarded", "withdrawn", "cancelled", "expired", "past", "running"}


@dataclass
class Look:
    """One look at the registers.

    ``fresh`` and ``opened`` have the entries by kind that are new, and those that have just opened.

    :param is_first: whether nobody has looked before: then all is noted and nothing is told.
    """

    at: dt.datetime
    since: dt.datetime
    run_id: int
    is_first: bool
    fresh: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    opened: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    found: list[AlertNews] = field(default_factory=list)

    @property
    def window(self) -> tuple[dt.datetime, dt.datetime]:
        """The moments whose facts this look reads."""
        return self.since - OVERLAP, self.at

    def add(
        self,
        key: str,
        kind: AlertNews.Kind,
        text: str,
        *,
        happened_at: dt.datetime | None = None,
        due_at: dt.datetime | None = None,
        is_told: bool = True,
        **entry: int,
    ) -> None:
        """Note a piece of news; ``is_told`` is false where it is only to be known as seen."""
        is_silent = self.is_first or not is_told
        self.found.append(
            AlertNews(
                key=key,
                kind=kind,
                text=text,
                due_at=due_at,
                happened_at=happened_at or self.at,
                found_at=self.at,
                matched_at=self.at if is_silent else None,
                **entry,
            )
        )

    def has_told_before(self, keys: list[str]) -> set[str]:
        """Return which of these keys earlier looks have written."""
        return set(AlertNews.objects.filter(key__in=keys).values_list("key", flat=True))


def compared(kind: str, rows: QuerySet[Any], look: Look) -> Iterator[tuple[Any, statuses.Difference]]:
    """Note the statuses that differ and yield the entries of those that somebody may want to hear of."""
    found: list[statuses.Difference] = []
    for one in statuses.differences(kind, rows):
        found.append(one)
        if len(found) == statuses.BATCH:
            yield from _told(kind, rows, found, look)
            found = []
    yield from _told(kind, rows, found, look)


def _told(
    kind: str, rows: QuerySet[Any], found: list[statuses.Difference], look: Look
) -> Iterator[tuple[Any, statuses.Difference]]:
    statuses.note(kind, found, at=look.at)
    if look.is_first:
        return
    entries = rows.model.objects.in_bulk([one.pk for one in found])
    for one in found:
        if one.before == statuses.UNREAD:
            continue
        if one.before is None:
            look.fresh[kind].add(one.pk)
        yield entries[one.pk], one


def short(text: str, *, most: int = 600) -> str:
    """Keep a text to what a mail can hold; the page has all of it."""
    words = " ".join(text.split())
    return words if len(words) <= most else f"{words[:most].rsplit(' ', 1)[0]} …"
