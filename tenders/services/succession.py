"""What follows a contract: the next entry of the pipeline, and the decision to extend, buy anew or let it end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction

from core import audit, versions
from core.dates import EstimatedDate, london_date, months_after, parse
from core.errors import AlreadyDone, DomainError
from tenders.models import Contract, ContractChange, ExtensionOption, Opportunity

from .releases import record_release

DECISION_FIELDS = ["end_decision", "end_decided_date", "end_decision_reason"]


EXTENDED_FIELDS = ["ends", "ends_if_extended", *DECISION_FIELDS]


class DecisionRefused(DomainError):
    """The decision does not fit the contract as it stands."""


class ExtensionRefused(DomainError):
    """The contract cannot run on like this."""


def propose_successors(*, at: dt.datetime, progress: Callable[[str], object] = lambda words: None) -> int:
    """Write a draft of the next pipeline entry for each contract that comes near its end; return how many.

    The drafts are private and linked to the contract and to the record it came from; officers complete and publish
    them. A contract that has an entry already gets no second one, so that a run may be repeated or stop half-way.
    """
    made = 0
    for contract in Contract.objects.near_their_end(at=at):
        made += _propose(contract.pk, at=at) is not None
        progress(f"{made} entries proposed")
    return made


@transaction.atomic
def _propose(contract_id: int, *, at: dt.datetime) -> Opportunity | None:
    contract = Contract.objects.select_for_update(of=("self",)).get(pk=contract_id)
    if not contract.is_near_end(at=at) or contract.replaced_by.exists():
        return None
    came_from = Opportunity.objects.filter(contract=contract).first()
    successor = Opportunity.objects.create(
        organisation=contract.organisation,
        reference=_free_reference(contract.reference),
        title=contract.title,
        life_stage=contract.life_stage,
        replaces_contract=contract,
        renews=came_from,
        contract_start_date=_start_after(contract),
        is_sample=contract.is_sample,
        note="Proposed because the present contract comes near its end.",
    )
    for name in ("types", "client_groups", "places"):
        getattr(successor, name).set(getattr(contract, name).all())
    audit.record("opportunity.proposed", successor, by=None, at=at, organisation=contract.organisation)
    return successor


def _free_reference(reference: str) -> str:
    """The contract's reference with "next", and a number where that is taken."""
    stem = f"{reference[:70]}-next"
    taken = set(Opportunity.objects.filter(reference__startswith=stem).values_list("reference", flat=True))
    number, candidate = 2, stem
    while candidate in taken:
        candidate = f"{stem}-{number}"
        number += 1
    return candidate


def _start_after(contract: Contract) -> Any:
    end = contract.planned_end()
    return None if end is None else parse((end + dt.timedelta(days=1)).isoformat())


@transaction.atomic
def decide_end(
    *, contract: Contract, decision: str, decided_date: dt.date, reason: str, by: Any, at: dt.datetime
) -> Contract:
    """Record what follows a contract's end.

    To extend moves a proposed draft to the extended end. To let it end deletes such a draft; an entry that is public
    already is withdrawn with the reason, since what was public does not vanish.

    :param decision: a `Contract.EndDecision`.
    :raises DecisionRefused: if the day lies ahead, no reason is given, or nobody has said until when it can be extended.
    """
    row = _locked(contract)
    reason = reason.strip()
    if not reason:
        raise DecisionRefused("Say why: providers and the people who use the service will ask.")
    if decided_date > london_date(at):
        raise DecisionRefused("Give the day it was decided, not one that lies ahead.")
    if decision == Contract.EndDecision.EXTEND and not (row.ends_if_extended and row.ends_if_extended.latest):
        raise DecisionRefused("First say in the contract until when it can be extended (“end if extended”).")
    before = audit.snapshot(row, DECISION_FIELDS)
    row.end_decision, row.end_decided_date, row.end_decision_reason = decision, decided_date, reason
    row.save(update_fields=DECISION_FIELDS)
    audit.record(
        "contract.end_decided",
        row,
        by=by,
        at=at,
        organisation=row.organisation,
        before=before,
        after=audit.snapshot(row, DECISION_FIELDS),
    )
    for successor in row.replaced_by.select_for_update(of=("self",)):
        _follow(successor, row, reason=reason, by=by, at=at)
    record_release(row, at=at)
    versions.touch(*Contract.REGISTERS)
    return row


def _follow(successor: Opportunity, contract: Contract, *, reason: str, by: Any, at: dt.datetime) -> None:
    is_draft = successor.published_at is None
    if contract.end_decision == Contract.EndDecision.DECOMMISSION:
        if is_draft:
            audit.record("opportunity.dropped", successor, by=by, at=at, organisation=successor.organisation)
            successor.delete()
        elif successor.withdrawn_at is None and successor.cancelled_at is None:
            successor.withdrawn_at, successor.withdrawn_by, successor.ended_reason = at, by, reason
            successor.save(update_fields=["withdrawn_at", "withdrawn_by", "ended_reason"])
            audit.record("opportunity.withdrawn", successor, by=by, at=at, organisation=successor.organisation)
            record_release(successor, at=at)
            versions.touch(*Opportunity.REGISTERS)
    elif contract.end_decision == Contract.EndDecision.EXTEND and is_draft:
        # A public entry's dates move by an officer's own action, with the reason.
        successor.contract_start_date = _start_after(contract)
        successor.save(update_fields=["contract_start_date"])


@transaction.atomic
def extend_contract(
    *,
    contract: Contract,
    reason: str,
    decided_date: dt.date,
    by: Any,
    at: dt.datetime,
    option: ExtensionOption | None = None,
    to: EstimatedDate | None = None,
) -> ContractChange:
    """Let a contract run on: by an option's months, or until a day within what was agreed. The old end is kept.

    A decision to extend is carried out by this, so that the new end asks for its own.

    :raises AlreadyDone: if the option was taken up before.
    :raises ExtensionRefused: if the new end is unknown, not later, or beyond what was agreed; or the reason or the day
        does not hold.
    """
    row = _locked(contract)
    if not reason.strip():
        raise ExtensionRefused("Say why: providers and the people who use the service will ask.")
    if decided_date > london_date(at):
        raise ExtensionRefused("Give the day it was decided, not one that lies ahead.")
    if row.ends is None or row.ends.latest is None:
        raise ExtensionRefused("First state in the contract when it ends.")
    old = row.ends
    new = _end_after(row, option) if option else to
    if new is None or new.latest is None:
        raise ExtensionRefused("Choose an option, or say until when it runs.")
    if new.latest <= row.ends.latest:
        raise ExtensionRefused("The new end is later than the present one.")
    furthest = row.ends_if_extended.latest if row.ends_if_extended else None
    if option is None and (furthest is None or new.latest > furthest):
        raise ExtensionRefused(
            "That is beyond what was agreed when the contract was made. If it is lawful all the same, first write its "
            "furthest end into the contract (“end if extended”)."
        )
    if row.changes.filter(kind=ContractChange.Kind.EXTENSION, decided_date=decided_date).exists():
        raise AlreadyDone("An extension decided on that day is recorded already.")
    before = audit.snapshot(row, EXTENDED_FIELDS)
    row.ends = new
    if furthest is not None and furthest <= new.latest:
        row.ends_if_extended = None
    if row.end_decision == Contract.EndDecision.EXTEND:
        row.end_decision, row.end_decided_date, row.end_decision_reason = "", None, ""
    row.save(update_fields=EXTENDED_FIELDS)
    change = ContractChange.objects.create(
        contract=row,
        kind=ContractChange.Kind.EXTENSION,
        option=option,
        old_end=old,
        new_end=new,
        decided_date=decided_date,
        reason=reason.strip(),
        changed_at=at,
        changed_by=by,
    )
    audit.record(
        "contract.extended",
        row,
        by=by,
        at=at,
        organisation=row.organisation,
        before=before,
        after=audit.snapshot(row, EXTENDED_FIELDS),
    )
    for successor in row.replaced_by.filter(published_at=None).select_for_update(of=("self",)):
        # A public entry's dates move by an officer's own action, with the reason.
        successor.contract_start_date = _start_after(row)
        successor.save(update_fields=["contract_start_date"])
    record_release(change, at=at)
    versions.touch(*Contract.REGISTERS)
    return change


def _locked(contract: Contract) -> Contract:
    """Lock a contract and what follows it: that first, as whoever publishes it does, so that nobody waits in a ring."""
    list(Opportunity.objects.select_for_update(of=("self",)).filter(replaces_contract=contract).order_by("pk"))
    return Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk)


def _end_after(contract: Contract, option: ExtensionOption) -> EstimatedDate:
    if option.contract_id != contract.pk:
        raise ExtensionRefused("Choose an option of this contract.")
    if ContractChange.objects.filter(option=option).exists():
        raise AlreadyDone("This option was taken up before.")
    assert contract.ends is not None and contract.ends.latest is not None
    # Counted from the day after the end, so that the end of a month stays one.
    first = contract.ends.latest + dt.timedelta(days=1)
    last = months_after(first, option.months) - dt.timedelta(days=1)
    return parse(f"{last.day} {last:%B %Y}")
