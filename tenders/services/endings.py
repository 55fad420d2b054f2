"""A procurement that ends without a contract. What was once public stays on its page, which says when and why."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from core import audit, versions
from core.errors import AlreadyDone, DomainError
from tenders.models import Opportunity

from .releases import record_release


class EndingRefused(DomainError):
    """The entry cannot end like this as it stands."""


@transaction.atomic
def withdraw_opportunity(*, opportunity: Opportunity, reason: str, by: Any, at: dt.datetime) -> Opportunity:
    """Take a plan back before bids were invited: it leaves the lists, and its page says when and why.

    :raises AlreadyDone: if it was withdrawn or cancelled before.
    :raises EndingRefused: if it is a draft, bids were invited, it is awarded, or no reason is given.
    """
    row = _locked(opportunity, reason, at=at)
    if row.opens_at is not None and row.opens_at <= at:
        raise EndingRefused("Bids were invited already: cancel it instead.")
    if row.awarded_at is not None or row.signed_date is not None:
        raise EndingRefused("It is awarded already: cancel it instead, unless its contract is signed.")
    row.withdrawn_at, row.withdrawn_by = at, by
    return _end(row, "opportunity.withdrawn", ["withdrawn_at", "withdrawn_by"], reason, by=by, at=at)


@transaction.atomic
def cancel_opportunity(*, opportunity: Opportunity, reason: str, by: Any, at: dt.datetime) -> Opportunity:
    """End a procurement for which bids were invited, without a contract: as `withdraw_opportunity` else.

    :raises AlreadyDone: if it was withdrawn or cancelled before.
    :raises EndingRefused: if it is a draft, a contract is signed, or no reason is given.
    """
    row = _locked(opportunity, reason, at=at)
    if row.signed_date is not None or row.awards.filter(signed_date__isnull=False).exists():
        raise EndingRefused("A contract is signed: it ends by its own terms.")
    row.cancelled_at, row.cancelled_by = at, by
    return _end(row, "opportunity.cancelled", ["cancelled_at", "cancelled_by"], reason, by=by, at=at)


def _locked(opportunity: Opportunity, reason: str, *, at: dt.datetime) -> Opportunity:
    row = Opportunity.objects.select_for_update(of=("self",)).get(pk=opportunity.pk)
    if not row.is_published(at=at):
        raise EndingRefused("Nobody has seen it yet: a draft is simply deleted.")
    if row.withdrawn_at or row.cancelled_at:
        raise AlreadyDone("It has ended already.")
    if not reason.strip():
        raise EndingRefused("Say why: everybody will read it.")
    return row


def _end(row: Opportunity, action: str, facts: list[str], reason: str, *, by: Any, at: dt.datetime) -> Opportunity:
    fields = [*facts, "ended_reason"]
    row.ended_reason = reason.strip()
    row.save(update_fields=fields)
    audit.record(action, row, by=by, at=at, organisation=row.organisation, after=audit.snapshot(row, fields))
    record_release(row, at=at)
    versions.touch(*Opportunity.REGISTERS)
    return row
