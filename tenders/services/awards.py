"""What a tender came to: an award for it or for each of its lots, its contract, and an award taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from core import audit, versions
from core.dates import london_date
from core.errors import AlreadyDone, DomainError
from providers.models import Provider
from tenders.models import Award, AwardSupplier, Contract, Opportunity, OpportunityLot

from .releases import record_release

SIGNED_FIELDS = ["signed_date", "contract"]
CANCELLED_FIELDS = ["cancelled_date", "cancelled_reason"]


class AwardRefused(DomainError):
    """The award does not fit the tender as it stands."""


@dataclass(frozen=True)
class Winner:
    """One of those chosen: a provider known here, or a name with its company or charity number."""

    provider: Provider | None = None
    name: str = ""
    registration_number: str = ""
    is_sme: bool | None = None
    is_vcse: bool | None = None


@transaction.atomic
def record_award(
    *,
    opportunity: Opportunity,
    award_date: dt.date,
    winners: Iterable[Winner],
    by: Any,
    at: dt.datetime,
    lot: OpportunityLot | None = None,
    standstill_ends_date: dt.date | None = None,
    value_amount: Decimal | None = None,
    value_as_stated: str = "",
    note: str = "",
) -> Award:
    """Make public who was chosen for a tender or for one of its lots; without winners, that nobody was.

    The tender counts as awarded once each of its lots is decided and one at least has a winner.

    :raises AlreadyDone: if the same was decided before and not taken back.
    :raises AwardRefused: if the tender cannot be awarded as it stands, or the dates cannot be.
    """
    row = Opportunity.objects.select_for_update(of=("self",)).get(pk=opportunity.pk)
    lots = list(row.lots.all())
    winners = list(winners)
    _check_tender(row, lots, lot, at=at)
    _check_dates(award_date, standstill_ends_date, at=at)
    standing = row.awards.filter(cancelled_date__isnull=True)
    if standing.filter(lot=lot).exists():
        raise AlreadyDone("This is decided already. Take that award back first.")
    if row.awards.filter(lot=lot, award_date=award_date).exists():
        raise AwardRefused("An award of that day was taken back. Give the day of the new decision.")
    made = Award.objects.create(
        opportunity=row,
        lot=lot,
        outcome=Award.Outcome.AWARDED if winners else Award.Outcome.NOT_AWARDED,
        award_date=award_date,
        standstill_ends_date=standstill_ends_date if winners else None,
        value_amount=value_amount,
        value_as_stated=value_as_stated.strip(),
        note=note.strip(),
        announced_at=at,
        announced_by=by,
    )
    for number, winner in enumerate(winners):
        AwardSupplier.objects.create(
            award=made,
            provider=winner.provider,
            name_as_stated=winner.name,
            registration_number=winner.registration_number,
            is_sme=winner.is_sme,
            is_vcse=winner.is_vcse,
            order=number,
        )
    audit.record("award.recorded", made, by=by, at=at, organisation=row.organisation, after=audit.snapshot(made))
    _settle(row, lots, at=at)
    record_release(made, at=at)
    versions.touch(*Award.REGISTERS)
    return made


@transaction.atomic
def sign_contract(
    *, award: Award, signed_date: dt.date, by: Any, at: dt.datetime, contract: Contract | None = None
) -> Award:
    """Record that the award's contract is signed, and which row of the contracts register it is.

    :raises AwardRefused: if the award was taken back, nobody was chosen, the day cannot be, or the contract is another
        organisation's.
    """
    row = Award.objects.select_for_update(of=("self",)).select_related("opportunity").get(pk=award.pk)
    if row.cancelled_date or row.outcome == Award.Outcome.NOT_AWARDED:
        raise AwardRefused("There is nothing to sign: nobody was chosen, or the award was taken back.")
    if signed_date < row.award_date or signed_date > london_date(at):
        raise AwardRefused("Give the day it was signed: on or after the decision, and not one that lies ahead.")
    if contract is not None and contract.organisation_id != row.organisation_id:
        raise AwardRefused("Choose a contract of your own register.")
    before = audit.snapshot(row, SIGNED_FIELDS)
    row.signed_date = signed_date
    row.contract = contract or row.contract
    row.save(update_fields=SIGNED_FIELDS)
    record = Opportunity.objects.select_for_update(of=("self",)).get(pk=row.opportunity_id)
    record.signed_date = min(filter(None, [record.signed_date, signed_date]))
    if record.contract_id is None and row.contract and not Opportunity.objects.filter(contract=row.contract).exists():
        record.contract = row.contract
    record.save(update_fields=["signed_date", "contract"])
    audit.record(
        "award.signed",
        row,
        by=by,
        at=at,
        organisation=row.organisation,
        before=before,
        after=audit.snapshot(row, SIGNED_FIELDS),
    )
    record_release(row, at=at)
    versions.touch(*Award.REGISTERS, *Contract.REGISTERS)
    return row


@transaction.atomic
def take_back_award(*, award: Award, reason: str, by: Any, at: dt.datetime) -> Award:
    """Take an award back before its contract is signed; it stays on the page with the day and the reason.

    :raises AlreadyDone: if it was taken back before.
    :raises AwardRefused: if no reason is given, or the contract is signed.
    """
    row = Award.objects.select_for_update(of=("self",)).get(pk=award.pk)
    if row.cancelled_date:
        raise AlreadyDone("This award was taken back before.")
    if row.signed_date:
        raise AwardRefused("The contract is signed: it ends by its own terms.")
    if not reason.strip():
        raise AwardRefused("Say why: everybody will read it.")
    row.cancelled_date, row.cancelled_reason = london_date(at), reason.strip()
    row.save(update_fields=CANCELLED_FIELDS)
    audit.record(
        "award.taken_back",
        row,
        by=by,
        at=at,
        organisation=row.organisation,
        after=audit.snapshot(row, CANCELLED_FIELDS),
    )
    record = Opportunity.objects.select_for_update(of=("self",)).get(pk=row.opportunity_id)
    _settle(record, list(record.lots.all()), at=at)
    record_release(row, at=at)
    versions.touch(*Award.REGISTERS)
    return row


def _check_tender(row: Opportunity, lots: list[OpportunityLot], lot: OpportunityLot | None, *, at: dt.datetime) -> None:
    if not row.is_published(at=at):
        raise AwardRefused("Publish the tender first: nobody has seen it yet.")
    if row.withdrawn_at or row.cancelled_at:
        raise AwardRefused("It was withdrawn or cancelled, so that nothing can be awarded.")
    if row.closes_at and row.closes_at > at:
        raise AwardRefused("Bids can still be made. Nothing is awarded before they close.")
    if lots and lot is None:
        raise AwardRefused("Choose the lot: each is awarded by itself.")
    if lot is not None and lot not in lots:
        raise AwardRefused("Choose a lot of this tender.")


def _check_dates(award_date: dt.date, standstill_ends_date: dt.date | None, *, at: dt.datetime) -> None:
    if award_date > london_date(at):
        raise AwardRefused("Give the day it was decided, not one that lies ahead.")
    if standstill_ends_date and standstill_ends_date < award_date:
        raise AwardRefused("The standstill ends after the decision.")


def _settle(row: Opportunity, lots: list[OpportunityLot], *, at: dt.datetime) -> None:
    """Set or take back the moment from which the whole tender counts as awarded."""
    standing = list(row.awards.filter(cancelled_date__isnull=True))
    decided = {one.lot_id for one in standing}
    is_whole = None in decided or bool(lots) and decided >= {lot.pk for lot in lots}
    is_awarded = is_whole and any(one.outcome == Award.Outcome.AWARDED for one in standing)
    if is_awarded and row.awarded_at is None:
        row.awarded_at = at
    elif not is_awarded:
        row.awarded_at = None
    row.save(update_fields=["awarded_at"])
