"""Each publication leaves an OCDS release behind, in its own transaction."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from core import versions
from core.dates import london_date
from tenders.models import Contract, Framework, Opportunity, Release
from tenders.ocds.changes import stage_of, state_of, tags_of, taking_back
from tenders.ocds.contracts import contract_release
from tenders.ocds.facts import fetched
from tenders.ocds.frameworks import framework_release
from tenders.ocds.ids import Record, release_of, root_of
from tenders.ocds.links import Linked
from tenders.ocds.moments import moments
from tenders.ocds.opportunities import opportunity_release
from tenders.ocds.values import Document, dumped, moment

BATCH = 500
# A release due so soon counts as told. The database refuses a transaction that takes one away and lasts until its moment.
SETTLED = dt.timedelta(minutes=1)


@transaction.atomic
def record_release(record: Any, *, at: dt.datetime) -> Release | None:
    """Append a release of what is public of a record now; nothing where nothing has changed since the last one.

    Call it at the end of each service that makes something public or changes what is.

    :param record: an opportunity, framework or contract, or a row that is part of one, such as a notice.
    :return: the release; none for a draft, for a call-off that only members see, and where nothing is new.
    """
    root = root_of(record)
    if root is None:
        return None
    locked = type(root)._default_manager.select_for_update(of=("self",)).get(pk=root.pk)
    if not is_told(locked):
        return None
    made = _append([locked], at=at)
    return made[0] if made else None


@transaction.atomic
def record_publication(record: Any, *, at: dt.datetime) -> Release | None:
    """Append the first release of what was just published, and tell what it follows on from that it is there."""
    made = record_release(record, at=at)
    if isinstance(record, Opportunity):
        for before in (record.renews, record.replaces_contract):
            if before is not None:
                record_release(before, at=at)
    return made


def is_told(record: Record) -> bool:
    """Whether releases tell of a record: it is public or will be, and not for members only."""
    return record.published_at is not None and not getattr(record, "is_members_only", False)


def make_releases(
    *, at: dt.datetime, is_thorough: bool = False, progress: Callable[[str], object] = lambda words: None
) -> int:
    """Append the releases that are due; return how many.

    Due is a public record without any, such as one that was loaded, and one whose state the clock alone has changed or
    will change soon: a tender opens, a contract ends. It may stop half-way and be repeated.

    :param is_thorough: compare every record with what was last told of it, not only those.
    """
    made = 0
    for rows in (_opportunities, _frameworks, _contracts):
        due = rows(at, is_thorough)
        keys = list(due.values_list("pk", flat=True))
        for start in range(0, len(keys), BATCH):
            made += _make(due.model, keys[start : start + BATCH], at=at)
            progress(f"{made} releases made")
    return made


@transaction.atomic
def _make(model: Any, keys: Iterable[int], *, at: dt.datetime) -> int:
    locked = model._default_manager.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    return len(_append([one for one in locked if is_told(one)], at=at))


@dataclass(frozen=True)
class _Told:
    """What is to be told of a record from a moment on."""

    row: Record
    ocid: str
    at: dt.datetime
    body: Document
    facts: str


def _append(rows: list[Any], *, at: dt.datetime) -> list[Release]:
    """Append what is new of these records, and what the clock will make of them within `LOOKED_AHEAD`.

    What nobody has read yet gives way to what is known now: what was corrected before its day is never told. What is due
    within `SETTLED` stands: before this transaction ends, it may have been read.
    """
    told = _told(rows, at=at)
    kept, settled = Release.objects.filter(ocid__in=told), at + SETTLED
    stand = kept.filter(published_at__lte=settled).order_by("ocid", "-number").distinct("ocid")
    last = {one.ocid: one for one in stand}
    waiting: dict[str, list[Release]] = defaultdict(list)
    for one in kept.filter(published_at__gt=settled).order_by("number"):
        waiting[one.ocid].append(one)
    new: list[Release] = []
    for ocid, states in told.items():
        before = last.get(ocid)
        wanted = list(_different(_following(states, before), before))
        if [(one.at, one.facts) for one in wanted] == [(one.published_at, one.facts_sha256) for one in waiting[ocid]]:
            continue
        if waiting[ocid]:
            kept.filter(ocid=ocid, published_at__gt=settled).delete()
        for state in wanted:
            before = _release(state, before, at=at)
            new.append(before)
    if new:
        Release.objects.bulk_create(new)
        versions.touch(*Release.REGISTERS)
    return new


def _following(states: list[_Told], before: Release | None) -> list[_Told]:
    """Leave out each state that is over by the moment of a release that stands."""
    if before is None:
        return states
    reached = [one for one in states if one.at <= before.published_at]
    return reached[-1:] + states[len(reached) :]


def _different(states: list[_Told], before: Release | None) -> Iterator[_Told]:
    """Leave out each state that tells what the one before it told."""
    facts = before.facts_sha256 if before else ""
    for one in states:
        if one.facts != facts:
            yield one
            facts = one.facts


def _release(state: _Told, before: Release | None, *, at: dt.datetime) -> Release:
    was = state_of(json.loads(before.body)) if before is not None else None
    published_at = max(state.at, before.published_at) if before else state.at
    number = before.number + 1 if before else 1
    tags = tags_of(state.body, was)
    release_id = release_of(state.ocid, number)
    head = {"ocid": state.ocid, "id": release_id, "date": moment(published_at), "tag": tags}
    text = dumped(head | (taking_back(state.body, was) if was is not None else state.body))
    return Release(
        organisation_id=state.row.organisation_id,
        **{state.row._meta.model_name or "": state.row},
        ocid=state.ocid,
        number=number,
        release_id=release_id,
        tags=tags,
        stage=stage_of(state.body),
        published_at=published_at,
        recorded_at=at,
        body=text,
        sha256=_checksum(text),
        facts_sha256=state.facts,
    )


def _told(rows: list[Any], *, at: dt.datetime) -> dict[str, list[_Told]]:
    """Tell of each record as of now, or as of the moment it becomes public; then as of each moment soon after."""
    told: dict[str, list[_Told]] = {}
    now = [row for row in rows if row.published_at <= at]
    batches = [(at, now)] + [(row.published_at, [row]) for row in rows if row.published_at > at]
    for first, batch in batches:
        for row, ocid, linked in fetched(batch, at=first):
            told[ocid] = [_state(row, ocid, linked, at=first)]
            for later in moments(row, linked, after=first, until=at + LOOKED_AHEAD):
                told[ocid] += [_state(*one, at=later) for one in fetched([row], at=later)]
    return told


def _state(row: Record, ocid: str, linked: Linked, *, at: dt.datetime) -> _Told:
    body = _body(row, ocid, linked, at=at)
    return _Told(row, ocid, at, body, _checksum(dumped(body)))


def _body(row: Record, ocid: str, linked: Linked, *, at: dt.datetime) -> Document:
    site = settings.PUBLIC_URL
    if isinstance(row, Opportunity):
        return opportunity_release(row, linked, at=at, site=site)
    if isinstance(row, Framework):
        return framework_release(row, linked, ocid=ocid, at=at, site=site)
    return contract_release(row, linked, ocid=ocid, at=at, site=site)


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# --- What is due ---

# How long the clock's changes are looked for: a run may have been missed for as long.
LOOKED_BACK = dt.timedelta(days=31)
# What the clock changes is written so long before, dated for its moment: one nightly run may be missed.
LOOKED_AHEAD = dt.timedelta(days=2)


def _due(rows: QuerySet[Any], crossed: Q, is_thorough: bool) -> QuerySet[Any]:
    told = rows.filter(published_at__isnull=False).order_by("pk")
    return told if is_thorough else told.filter(Q(releases__isnull=True) | crossed).distinct()


def _passed(at: dt.datetime, *, moments: Iterable[str] = (), first: Iterable[str] = (), last: Iterable[str] = ()) -> Q:
    """Rows of which a moment, or the first or the last day of an estimated date, has passed lately or will soon."""
    since, soon = london_date(at - LOOKED_BACK), london_date(at + LOOKED_AHEAD)
    crossed = Q(pk__in=[])
    for name in moments:
        crossed |= Q(**{f"{name}__range": (at - LOOKED_BACK, at + LOOKED_AHEAD)})
    for name in first:
        crossed |= Q(**{f"{name}__earliest__gte": since, f"{name}__earliest__lte": soon})
    for name in last:
        crossed |= Q(**{f"{name}__latest__gte": since, f"{name}__latest__lt": soon})
    return crossed


def _opportunities(at: dt.datetime, is_thorough: bool) -> QuerySet[Any]:
    moments = ("opens_at", "closes_at", "awarded_at", "withdrawn_at", "cancelled_at")
    crossed = _passed(at, moments=moments) | Q(
        awards__standstill_ends_date__range=(london_date(at - LOOKED_BACK), london_date(at + LOOKED_AHEAD))
    )
    for name in ("contract", "awards__contract"):
        crossed |= _passed(at, first=[f"{name}__starts"], last=[f"{name}__ends", f"{name}__ends_if_extended"])
    return _due(Opportunity.objects.filter(is_members_only=False), crossed, is_thorough)


def _frameworks(at: dt.datetime, is_thorough: bool) -> QuerySet[Any]:
    moments = ("opens_at", "closes_at", "lots__opens_at", "lots__closes_at")
    return _due(Framework.objects.all(), _passed(at, moments=moments, first=["starts"], last=["ends"]), is_thorough)


def _contracts(at: dt.datetime, is_thorough: bool) -> QuerySet[Any]:
    shown = Opportunity.objects.filter(published_at__isnull=False, is_members_only=False)
    led_here = shown.filter(
        Q(contract=OuterRef("pk")) | Q(awards__contract=OuterRef("pk"), awards__cancelled_date=None)
    )
    rows = Contract.objects.exclude(Exists(led_here))
    return _due(rows, _passed(at, first=["starts"], last=["ends", "ends_if_extended"]), is_thorough)
