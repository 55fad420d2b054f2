"""Takes in what a reading of OCDS tells of lots, awards, contracts and amendments, as its plan says."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db.models import Max

from commissioning.services import publish_record
from core import audit
from tenders.models import (
    Addendum,
    Award,
    AwardSupplier,
    Contract,
    ContractSupplier,
    Criterion,
    Opportunity,
    OpportunityLot,
)
from tenders.ocds.reading import Outcome, PartPlan, ProcessPlan, Supplier

from .releases import record_release


def take_in_amendments(row: Opportunity, plan: ProcessPlan, *, by: Any) -> None:
    """Keep what the notices say has changed as addenda of the day they say."""
    number = row.addenda.aggregate(last=Max("number"))["last"] or 0
    for count, one in enumerate(plan.amendments, number + 1):
        told_at = dt.datetime.fromisoformat(one["at"])
        Addendum.objects.create(opportunity=row, number=count, text=one["text"], published_at=told_at, published_by=by)


def take_in_outcome(row: Opportunity, outcome: Outcome, *, publishes: bool, by: Any, at: dt.datetime) -> None:
    """Make and change the lots, awards and contracts of an entry.

    :param publishes: whether new contracts are public at once.
    :raises ValidationError: for one that cannot be as the file says.
    """
    for plan in outcome.lots:
        _take_in_lot(row, plan)
    lots = {one.slug: one for one in row.lots.all()}
    awards = [_take_in_award(row, plan, lots.get(plan.key), by=by, at=at) for plan in outcome.awards]
    made = [(plan, _take_in_contract(row, plan, by=by, at=at)) for plan in outcome.contracts]
    for plan, contract in made:
        if plan.is_new:
            _join(row, contract, outcome.signed_for.get(plan.key, []))
    if len(made) == 1 and outcome.contracts[0].is_new:
        _join_the_only(row, made[0][1], awards)
    # Once it is joined: a contract that a tender led to is told of in the tender's record.
    for plan, contract in made:
        if plan.is_new and publishes:
            publish_record(record=contract, by=by, at=at)
        elif contract.is_public(at=at):
            record_release(contract, at=at)


def _set(row: Any, plan: PartPlan) -> None:
    for change in plan.changes:
        if change.name not in ("suppliers", "criteria"):
            setattr(row, change.name, "" if change.new is None and isinstance(change.old, str) else change.new)
    row.full_clean()
    row.save()


def _take_in_lot(row: Opportunity, plan: PartPlan) -> None:
    lot = plan.row
    if lot is None:
        last = row.lots.aggregate(last=Max("order"))["last"] or 0
        number = plan.key if len(plan.key) <= 6 else ""
        lot = OpportunityLot(
            organisation=row.organisation, opportunity=row, slug=plan.key, number=number, order=last + 1
        )
    _set(lot, plan)
    if plan.criteria is not None:
        lot.criteria.all().delete()
        for order, one in enumerate(plan.criteria):
            Criterion.objects.create(
                opportunity=row,
                lot=lot,
                kind=one["kind"],
                name=one["name"],
                description=one["description"],
                weight=Decimal(one["weight"]),
                order=order,
            )


def _take_in_award(row: Opportunity, plan: PartPlan, lot: OpportunityLot | None, *, by: Any, at: dt.datetime) -> Award:
    award = plan.row or Award(organisation=row.organisation, opportunity=row, lot=lot, announced_at=at, announced_by=by)
    before = None if plan.is_new else audit.snapshot(award)
    _set(award, plan)
    if plan.suppliers is not None:
        _set_suppliers(award.suppliers, AwardSupplier, {"award": award}, plan.suppliers)
    verb = "recorded" if plan.is_new else "changed"
    after = audit.snapshot(award)
    audit.record(f"award.{verb}", award, by=by, at=at, organisation=row.organisation, before=before, after=after)
    return award


def _take_in_contract(row: Opportunity, plan: PartPlan, *, by: Any, at: dt.datetime) -> Contract:
    contract, before = plan.row, None
    if contract is None:
        contract = Contract(organisation=row.organisation, reference=plan.key, framework=row.framework)
        contract.arrangement = Contract.Arrangement.CALL_OFF if row.framework else Contract.Arrangement.CONTRACT
    else:
        before = audit.snapshot(contract)
    _set(contract, plan)
    if plan.is_new:
        contract.types.set(row.types.all())
        contract.client_groups.set(row.client_groups.all())
        contract.places.set(row.places.all())
    if plan.suppliers is not None:
        _set_suppliers(contract.suppliers, ContractSupplier, {"contract": contract}, plan.suppliers)
    action = "contract.imported" if plan.is_new else "contract.changed_by_import"
    after = audit.snapshot(contract)
    audit.record(action, contract, by=by, at=at, organisation=row.organisation, before=before, after=after)
    return contract


def _set_suppliers(here: Any, model: Any, of: dict[str, Any], suppliers: list[Supplier]) -> None:
    """Make the suppliers of an award or contract those of the file: who stays keeps its row, with its role."""
    rows = list(here.all())
    for order, told in enumerate(suppliers):
        row = next((one for one in rows if told.is_row(one)), None)
        if row is None:
            row = model(**of, provider=told.provider, name_as_stated=told.name_as_stated)
        else:
            rows.remove(row)
        row.registration_number = (told.registration_number or row.registration_number)[:20]
        row.is_sme = row.is_sme if told.is_sme is None else told.is_sme
        row.is_vcse = row.is_vcse if told.is_vcse is None else told.is_vcse
        row.order = order
        row.save()
    for gone in rows:
        gone.delete()


def _join(row: Opportunity, contract: Contract, lots: list[str | None]) -> None:
    """Say which awards a contract was signed for; an award that names one keeps it."""
    standing = row.awards.filter(cancelled_date=None, outcome=Award.Outcome.AWARDED, contract=None)
    for award in standing.select_related("lot"):
        if (award.lot.slug if award.lot else None) in lots:
            award.contract = contract
            award.save(update_fields=["contract"])


def _join_the_only(row: Opportunity, contract: Contract, awards: list[Award]) -> None:
    """Say what came of the tender, where the file tells of one contract alone."""
    standing = awards or list(row.awards.filter(cancelled_date=None))
    if len(standing) == 1:
        Award.objects.filter(pk=standing[0].pk, contract=None, outcome=Award.Outcome.AWARDED).update(contract=contract)
    if row.contract_id is None:
        row.contract = contract
        row.save(update_fields=["contract"])
