"""What a list, a feed or a file shows of an opportunity, read from its card.

A card holds facts and moments; what of them may be told, and the status, are judged at the moment of asking.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models.base import ModelState

from commissioning.models import SourceDocument
from core.dates import EstimatedDate
from tenders.models import Contract, Opportunity

PORTION = 500

_TEXTS = (
    "reference", "ocid", "title", "summary", "life_stage", "service_area", "is_sample", "regime", "route",
    "dates_as_stated", "value_as_stated", "is_sme_suitable", "is_vcse_suitable", "reserved_for", "confidence",
    "portal_url",
)  # fmt: skip
_DATES = (
    "engagement_date", "tender_date", "award_date", "contract_start_date", "contract_end_date", "last_confirmed",
)  # fmt: skip
_MOMENTS = (
    "opens_at", "closes_at", "awarded_at", "withdrawn_at", "cancelled_at", "questions_close_at", "answers_by_at",
    "confirmed_at", "published_at",
)  # fmt: skip
_MONEY = ("value_from", "value_to", "value_gross")


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a page or a filter of its own."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Replaced:
    """The running contract that an opportunity replaces."""

    reference: str
    title: str
    ends: EstimatedDate | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One opportunity of a list at a moment.

    ``record`` is the opportunity as far as its card tells, not the database's row: it answers for its status, its
    dates and its address. A framework or a contract that is not public is left out.
    """

    record: Opportunity
    at: dt.datetime
    status: Opportunity.Status
    buyer: Named
    partners: tuple[Named, ...]
    types: tuple[Named, ...]
    groups: tuple[Named, ...]
    places: tuple[Named, ...]
    lots: tuple[str, ...]
    framework: Named | None
    replaces: Replaced | None
    updated_at: dt.datetime

    @property
    def pk(self) -> int:
        return int(self.record.pk)

    @property
    def url(self) -> str:
        return self.record.get_absolute_url()

    @property
    def unconfirmed_since(self) -> dt.date | None:
        """The day since which nobody has confirmed the plan, where that is too long ago."""
        return self.record.confirmed_date() if self.record.is_unconfirmed(at=self.at) else None


def read_entry(card: dict[str, Any], *, at: dt.datetime) -> Entry:
    """Read a card as it is at a moment."""
    facts: dict[str, Any] = {name: card[name] for name in _TEXTS}
    facts |= {name: _date(card[name]) for name in _DATES}
    facts |= {name: _moment(card[name]) for name in _MOMENTS}
    facts |= {name: Decimal(card[name]) if card[name] is not None else None for name in _MONEY}
    replaced, framework = card["replaces"], card["framework"]
    contract = Contract(ends=_date(replaced["ends"])) if replaced else None
    source = SourceDocument(published=_date(card["source_published"])) if card["source_published"] else None
    record = _record(facts | {"id": card["id"]})
    if contract:
        record.replaces_contract = contract
    if source:
        record.source = source
    moments = [facts[name] for name in ("opens_at", "closes_at", "awarded_at", "confirmed_at")]
    told = [one for one in (*moments, *map(_moment, card["told"])) if one is not None and one <= at]
    return Entry(
        record=record,
        at=at,
        status=record.status(at=at),
        buyer=_named(card["buyer"]),
        partners=tuple(map(_named, card["partners"])),
        types=tuple(map(_named, card["types"])),
        groups=tuple(map(_named, card["groups"])),
        places=tuple(map(_named, card["places"])),
        lots=tuple(f"{lot['number']}: {lot['title']}" if lot["number"] else lot["title"] for lot in card["lots"]),
        framework=Named(framework["slug"], framework["title"]) if _is_public(framework, at) else None,
        replaces=Replaced(replaced["reference"], replaced["title"], _date(replaced["ends"]))
        if _is_public(replaced, at)
        else None,
        updated_at=max([facts["published_at"], *told]),
    )


def read_entries(ids: Sequence[int], *, at: dt.datetime) -> Iterator[Entry]:
    """Yield the entries of these ids in their order, some hundred in one query. Those gone meanwhile are left out."""
    for start in range(0, len(ids), PORTION):
        portion = ids[start : start + PORTION]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT card.card FROM unnest(%s::bigint[]) WITH ORDINALITY AS wanted (id, number)"
                " JOIN tenders_searchcard AS card ON card.opportunity_id = wanted.id ORDER BY wanted.number",
                [list(portion)],
            )
            cards = cursor.fetchall()
        for (card,) in cards:
            yield read_entry(json.loads(card), at=at)


@functools.cache
def _blank() -> dict[str, Any]:
    """What a record holds that is told nothing."""
    return {name: value for name, value in vars(Opportunity()).items() if name != "_state"}


def _record(facts: dict[str, Any]) -> Opportunity:
    """Return a record that holds these facts. Django's own way of making one takes ten times as long, for each card."""
    record = Opportunity.__new__(Opportunity)
    vars(record).update(_blank() | facts, _state=ModelState())
    return record


def _is_public(thing: dict[str, Any] | None, at: dt.datetime) -> bool:
    published_at = _moment(thing["public_from"]) if thing else None
    return published_at is not None and published_at <= at


def _named(thing: dict[str, str]) -> Named:
    return Named(thing["slug"], thing["name"])


def _date(value: dict[str, Any] | None) -> EstimatedDate | None:
    return EstimatedDate.from_json(value) if value else None


def _moment(value: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(value) if value else None
