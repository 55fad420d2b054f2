"""Takes in what a reading of OCDS says: all of it or nothing, each release once, and never an entry twice."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify

from commissioning.models import Organisation
from core import audit, versions
from core.errors import AlreadyDone, DomainError
from tenders.models import (
    Contract,
    DateChange,
    Document,
    Notice,
    OcdsImport,
    Opportunity,
    OpportunityPartner,
    ReadRelease,
)
from tenders.ocds.reading import FieldChange, Plan, Process, ProcessPlan, make_plan, read_file, read_processes

from .ocds_outcomes import take_in_amendments, take_in_outcome
from .releases import record_release

# How long a reading that nobody applied is kept.
PREVIEW_KEPT = dt.timedelta(days=30)


class ImportRefused(DomainError):
    """Some process of the file cannot be taken in as chosen. Nothing has changed."""


@transaction.atomic
def keep_reading(*, content: bytes, file_name: str, organisation: Organisation, by: Any, at: dt.datetime) -> OcdsImport:
    """Read a file and keep what was understood of it, for the officer to look at. No entry changes.

    :raises FileRefused: with the path and the reason of each fault.
    """
    processes = read_processes(read_file(content))
    OcdsImport.objects.filter(applied_at=None, read_at__lt=at - PREVIEW_KEPT).delete()
    return OcdsImport.objects.create(
        organisation=organisation,
        file_name=file_name[:200],
        sha256=hashlib.sha256(content).hexdigest(),
        reading=[one.as_json() for one in processes],
        read_at=at,
        read_by=by,
    )


def plan_of(
    *,
    reading: OcdsImport,
    choices: Mapping[str, str],
    suppliers: Mapping[str, str] | None = None,
    may_publish: bool,
    at: dt.datetime,
) -> Plan:
    """Say what a kept reading would do now.

    :param choices: by OCID, as for `make_plan`.
    :param suppliers: which provider each supplier is that could be several, as for `make_plan`.
    """
    return make_plan(
        [Process.from_json(one) for one in reading.reading],
        organisation=reading.organisation,
        choices=choices,
        suppliers=suppliers or {},
        may_publish=may_publish,
        at=at,
    )


@transaction.atomic
def apply_reading(
    *,
    reading: OcdsImport,
    choices: Mapping[str, str],
    suppliers: Mapping[str, str] | None = None,
    may_publish: bool,
    publishes: bool = False,
    fingerprint: str | None = None,
    by: Any,
    at: dt.datetime,
) -> Plan:
    """Do what the plan says, all of it.

    New entries and contracts are drafts unless a publisher chooses otherwise. A public entry's date moves as by
    `move_date`, with the notice as the reason.

    :param choices: by OCID, and ``suppliers`` by their tokens, as for `make_plan`.
    :param fingerprint: of the plan that was looked at, if anybody did.
    :raises AlreadyDone: if it was applied before.
    :raises ImportRefused: if any process is refused, or something else would change than what was looked at.
    """
    kept = OcdsImport.objects.select_for_update(of=("self",)).get(pk=reading.pk)
    if kept.applied_at is not None:
        raise AlreadyDone("This file was taken in before. Read it again to see whether anything is new.")
    # Two imports of one organisation at once would each see nothing there.
    Organisation.objects.select_for_update(of=("self",)).get(pk=kept.organisation_id)
    plan = plan_of(reading=kept, choices=choices, suppliers=suppliers, may_publish=may_publish, at=at)
    if fingerprint is not None and plan.fingerprint() != fingerprint:
        raise ImportRefused("What would change is different now. Look at it again; nothing was imported yet.")
    if refused := plan.doing("refused"):
        lines = [f"{one.process.ocid}: {one.refusal}" for one in refused[:20]]
        raise ImportRefused("\n".join(["Nothing was imported.", *lines]))
    for one in plan.processes:
        if one.does in ("added", "changed", "joined"):
            _take_in(one, kept, publishes=publishes and may_publish, by=by, at=at)
        elif one.does == "unchanged" and one.unread and one.opportunity is not None:
            _remember(one.opportunity, one, kept)
    kept.applied_at, kept.applied_by, kept.report = at, by, plan.counts()
    kept.save(update_fields=["applied_at", "applied_by", "report"])
    audit.record("ocdsimport.applied", kept, by=by, at=at, organisation=kept.organisation)
    versions.touch(*Opportunity.REGISTERS, *Contract.REGISTERS)
    return plan


def _take_in(plan: ProcessPlan, reading: OcdsImport, *, publishes: bool, by: Any, at: dt.datetime) -> None:
    row, before = plan.opportunity, None
    if row is None:
        row = Opportunity(
            organisation=reading.organisation, ocid=plan.process.ocid, reference=_free_reference(plan.process.ocid)
        )
        if publishes:
            row.published_at, row.published_by = at, by
    else:
        row = Opportunity.objects.select_for_update(of=("self",)).get(pk=row.pk)
        before = audit.snapshot(row)
        if not plan.is_found and not row.releases.exists() and row.published_at is None:
            # Nobody has been told of the one that was minted here.
            row.ocid = plan.process.ocid
    is_public = before is not None and row.published_at is not None
    for change in plan.changes:
        setattr(row, change.name, "" if change.new is None and isinstance(change.old, str) else change.new)
    with _refused_as_one(plan):
        row.full_clean(exclude=["owner"])
    row.save()
    row.cpv_codes.add(*plan.cpv)
    row.places.add(*plan.places)
    for change in plan.changes if is_public else []:
        if change.name in DateChange.Field.values:
            _keep_old_date(row, change, plan, by=by, at=at)
    for notice in plan.notices:
        Notice.objects.create(opportunity=row, **notice)
    for paper in plan.documents:
        Document.objects.create(opportunity=row, **paper)
    for partner in plan.partners:
        OpportunityPartner.objects.create(opportunity=row, organisation=partner)
    take_in_amendments(row, plan, by=by)
    with _refused_as_one(plan):
        take_in_outcome(row, plan.outcome, publishes=publishes, by=by, at=at)
    _remember(row, plan, reading)
    verb = "added" if before is None else "changed"
    audit.record(
        f"opportunity.{verb}",
        row,
        by=by,
        at=at,
        organisation=row.organisation,
        before=before,
        after=audit.snapshot(row),
    )
    record_release(row, at=at)


@contextmanager
def _refused_as_one(plan: ProcessPlan) -> Iterator[None]:
    """Refuse the whole file where a row cannot be as the file says."""
    try:
        yield
    except ValidationError as error:
        lines = [f"{plan.process.ocid}: {reason}" for reason in error.messages]
        raise ImportRefused("\n".join(["Nothing was imported.", *lines])) from error


def _remember(row: Opportunity, plan: ProcessPlan, reading: OcdsImport) -> None:
    """Note what was read, also where it said nothing new: what an officer writes later is not undone by it."""
    ReadRelease.objects.filter(
        organisation=row.organisation, ocid=plan.process.ocid, release_id__in=[one.release_id for one in plan.unread]
    ).delete()
    ReadRelease.objects.bulk_create(
        ReadRelease(
            organisation=row.organisation,
            opportunity=row,
            found_in=reading,
            ocid=plan.process.ocid,
            release_id=one.release_id,
            released_at=dt.datetime.fromisoformat(one.date),
            sha256=one.sha256,
            pieces=one.pieces,
        )
        for one in plan.unread
    )


def _keep_old_date(row: Opportunity, change: FieldChange, plan: ProcessPlan, *, by: Any, at: dt.datetime) -> None:
    is_moment = change.name in DateChange.MOMENTS
    values = {"old_at": change.old, "new_at": change.new} if is_moment else {"old": change.old, "new": change.new}
    DateChange.objects.create(
        opportunity=row,
        field=change.name,
        reason=f"As published in notice {plan.unread[-1].release_id[:120]}.",
        changed_at=at,
        changed_by=by,
        **values,
    )


def _free_reference(ocid: str) -> str:
    stem = slugify(ocid)[:70] or "ocds"
    taken = set(Opportunity.objects.filter(reference__startswith=stem).values_list("reference", flat=True))
    number, candidate = 2, stem
    while candidate in taken:
        candidate = f"{stem}-{number}"
        number += 1
    return candidate
