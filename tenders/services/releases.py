"""Each publication leaves an OCDS release behind, in its own transaction."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
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
from tenders.ocds.opportunities import opportunity_release
from tenders.ocds.values import Document, dumped, moment

BATCH = 500


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

    Due is a public record without any, such as one that was loaded, and one whose state the clock alone has changed:
    a tender opened, a contract ended. It may stop half-way and be repeated.

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


def _append(rows: list[Any], *, at: dt.datetime) -> list[Release]:
    told = list(_bodies(rows, at=at))
    last = {
        one.ocid: one
        for one in Release.objects.filter(ocid__in=[ocid for _, ocid, _ in told])
        .order_by("ocid", "-number")
        .distinct("ocid")
    }
    new = []
    for row, ocid, body in told:
        facts = _checksum(dumped(body))
        before = last.get(ocid)
        if before is not None and before.facts_sha256 == facts:
            continue
        if before is not None and before.published_at > at:
            # Nobody has read it, and nobody is to read what was corrected before its day.
            Release.objects.filter(ocid=ocid, published_at__gt=at).delete()
            before = Release.objects.filter(ocid=ocid).order_by("-number").first()
        new.append(_release(row, ocid, body, before, facts, at=at))
    if new:
        Release.objects.bulk_create(new)
        versions.touch(*Release.REGISTERS)
    return new


def _release(row: Record, ocid: str, body: Document, before: Release | None, facts: str, *, at: dt.datetime) -> Release:
    was = state_of(json.loads(before.body)) if before is not None else None
    assert row.published_at is not None
    published_at = max(at, row.published_at, *([before.published_at] if before else []))
    number = before.number + 1 if before else 1
    tags = tags_of(body, was)
    release_id = release_of(ocid, number)
    head = {"ocid": ocid, "id": release_id, "date": moment(published_at), "tag": tags}
    text = dumped(head | (taking_back(body, was) if was is not None else body))
    return Release(
        organisation_id=row.organisation_id,
        **{row._meta.model_name or "": row},
        ocid=ocid,
        number=number,
        release_id=release_id,
        tags=tags,
        stage=stage_of(body),
        published_at=published_at,
        recorded_at=at,
        body=text,
        sha256=_checksum(text),
        facts_sha256=facts,
    )


def _bodies(rows: list[Any], *, at: dt.datetime) -> Iterator[tuple[Record, str, Document]]:
    """Tell of each record as of now, or as of the moment it becomes public."""
    now = [row for row in rows if row.published_at <= at]
    for row, ocid, linked in fetched(now, at=at):
        yield row, ocid, _body(row, ocid, linked, at=at)
    for later in rows:
        if later.published_at > at:
            for row, ocid, linked in fetched([later], at=later.published_at):
                yield row, ocid, _body(row, ocid, linked, at=later.published_at)


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


def _due(rows: QuerySet[Any], crossed: Q, is_thorough: bool) -> QuerySet[Any]:
    told = rows.filter(published_at__isnull=False).order_by("pk")
    return told if is_thorough else told.filter(Q(releases__isnull=True) | crossed).distinct()


def _passed(at: dt.datetime, *, moments: Iterable[str] = (), first: Iterable[str] = (), last: Iterable[str] = ()) -> Q:
    """Rows of which a moment, or the first or the last day of an estimated date, has passed lately."""
    since, today = london_date(at - LOOKED_BACK), london_date(at)
    crossed = Q(pk__in=[])
    for name in moments:
        crossed |= Q(**{f"{name}__range": (at - LOOKED_BACK, at)})
    for name in first:
        crossed |= Q(**{f"{name}__earliest__gte": since, f"{name}__earliest__lte": today})
    for name in last:
        crossed |= Q(**{f"{name}__latest__gte": since, f"{name}__latest__lt": today})
    return crossed


def _opportunities(at: dt.datetime, is_thorough: bool) -> QuerySet[Any]:
    moments = ("opens_at", "closes_at", "awarded_at", "withdrawn_at", "cancelled_at")
    crossed = _passed(at, moments=moments) | Q(
        awards__standstill_ends_date__range=(london_date(at - LOOKED_BACK), london_date(at))
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
