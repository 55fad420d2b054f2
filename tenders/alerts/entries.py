"""What news is about, as mails show it, and who may read of it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tenders.models import AlertNews, Contract, Event, Framework, Opportunity

from .members import readers

Key = tuple[str, int]

# What is read with each entry.
_RELATED = {
    "opportunity": ("organisation", "replaces_contract"),
    "framework": ("organisation",),
    "contract": ("organisation",),
    "event": ("organisation",),
}


@dataclass(frozen=True)
class Entry:
    """A public entry as a mail shows it.

    :param readers: the subscribers who alone may be told of it; None where everybody may.
    """

    title: str
    buyer: str
    path: str
    closes_at: dt.datetime | None
    is_framework: bool
    readers: frozenset[int] | None = None

    def is_for(self, subscriber: int) -> bool:
        """Whether somebody may be told of it."""
        return self.readers is None or subscriber in self.readers


def key_of(news: AlertNews) -> Key:
    """Return which entry a piece of news is about."""
    for kind in _RELATED:
        pk = getattr(news, f"{kind}_id")
        if pk is not None:
            return kind, pk
    raise AssertionError("The database keeps news of one entry.")


def entries_of(news: Iterable[AlertNews], *, at: dt.datetime) -> dict[Key, Entry]:
    """Return the entries that news is about, each with who may read of it at this moment; the others are left out."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for one in news:
        kind, pk = key_of(one)
        wanted[kind].add(pk)
    found = {}
    for kind, model in (
        ("framework", Framework),
        ("contract", Contract),
        ("event", Event),
        ("opportunity", Opportunity),
    ):
        if wanted[kind]:
            rows: Any = model
            public = rows.objects.public(at=at).filter(pk__in=wanted[kind]).select_related(*_RELATED[kind])
            found |= {(kind, row.pk): _entry(kind, row, at=at) for row in public}
    hidden = {pk for pk in wanted["opportunity"] if ("opportunity", pk) not in found}
    return found | _for_members(hidden, at=at)


def _for_members(keys: set[int], *, at: dt.datetime) -> dict[Key, Entry]:
    may_read = readers(keys, at=at) if keys else {}
    rows = Opportunity.objects.published(at=at).filter(pk__in=may_read, is_members_only=True)
    return {
        ("opportunity", row.pk): _entry("opportunity", row, at=at, readers=frozenset(may_read[row.pk]))
        for row in rows.select_related(*_RELATED["opportunity"])
    }


def _entry(kind: str, row: Any, *, at: dt.datetime, readers: frozenset[int] | None = None) -> Entry:
    closes_at = None
    if kind == "opportunity" and row.status(at=at) == Opportunity.Status.OPEN:
        closes_at = row.closes_at
    elif kind == "event" and row.takes_registrations and row.status(at=at) == Event.Status.UPCOMING:
        closes_at = row.last_moment_to_register()
    return Entry(row.title, str(row.organisation), row.get_absolute_url(), closes_at, kind == "framework", readers)
