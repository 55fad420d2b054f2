"""A row of the contracts register as an OCDS release, and as the award and contract of an opportunity's."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from tenders.models import Award, Contract, ContractSupplier, Regime

from .links import Linked, related
from .parties import Parties
from .tender import LAWS
from .values import (
    Document,
    addresses,
    description_of,
    earliest,
    end_of,
    latest,
    moment,
    period,
    pounds,
    present,
    sentences,
    start_of,
)

Status = Contract.Status

STATUSES = {
    Status.PLANNED: "pending",
    Status.RUNNING: "active",
    Status.EXTENDED: "active",
    Status.ENDED: "terminated",
}

AWARD_STATUSES = {
    Award.Status.PENDING: "pending",
    Award.Status.ACTIVE: "active",
    Award.Status.UNSUCCESSFUL: "unsuccessful",
    Award.Status.CANCELLED: "cancelled",
}


@dataclass(frozen=True)
class Made:
    """What one row of the register becomes."""

    contract: Document
    award: Document | None


def contract_of(row: Contract, parties: Parties, *, at: dt.datetime, site: str, award: Award | None = None) -> Made:
    """Return the contract, and the award it needs unless there is one.

    ``row.suppliers`` holds only those that pages may name.
    """
    suppliers = [one for one in row.suppliers.all() if one.role != ContractSupplier.Role.VARIOUS]
    named = [(one.role, parties.supplier(one)) for one in suppliers]
    chosen = [party for role, party in named if role != ContractSupplier.Role.SUBCONTRACTOR]
    status = STATUSES.get(row.status(at=at))
    key = award_id(award) if award is not None else f"award-{row.pk}"
    contract = present(
        {
            "id": f"contract-{row.pk}",
            "awardID": key,
            "title": row.title,
            "description": sentences([row.summary, row.value_as_stated, row.term_as_stated]),
            "status": status,
            "period": period(
                startDate=earliest(row.starts), endDate=latest(row.ends), maxExtentDate=latest(row.ends_if_extended)
            ),
            "value": pounds(row.value_amount),
            "hasRenewal": True if row.extension_as_stated or row.extension_months else None,
            "renewal": present({"description": _extension(row)}),
            "documents": [
                {
                    "id": "page",
                    "title": "Page in the contracts register",
                    "url": f"{site}{row.get_absolute_url()}",
                    "format": "text/html",
                }
            ],
            "milestones": _decision(row),
            "amendments": [
                {
                    "id": f"change-{count}",
                    "date": moment(one.changed_at),
                    "description": f"{one.get_kind_display()}: ends {one.new_end or 'as before'}, before {one.old_end or 'not stated'}.",
                    "rationale": one.reason,
                }
                for count, one in enumerate(row.changes.all(), 1)
            ],
        }
    )
    if award is not None:
        return Made(contract, None)
    various = [str(one) for one in row.suppliers.all() if one.role == ContractSupplier.Role.VARIOUS]
    made = present(
        {
            "id": key,
            "title": row.title,
            "description": sentences(various),
            "status": "active" if status != "pending" else "pending",
            "suppliers": _once(chosen),
            "value": pounds(row.value_amount),
        }
    )
    return Made(contract, made)


def contract_release(row: Contract, linked: Linked, *, ocid: str, at: dt.datetime, site: str) -> Document:
    """Return the body of a contract that no opportunity here led to, without its own id, date and tags."""
    parties = Parties(site=site)
    buyer = parties.organisation(row.organisation, "buyer")
    for one in row.commissioners.all():
        parties.organisation(
            one.organisation, {"funder": "funder", "supporter": "interestedParty"}.get(one.role, "buyer")
        )
    made = contract_of(row, parties, at=at, site=site)
    how = [] if row.arrangement == Contract.Arrangement.UNKNOWN else [row.get_arrangement_display()]
    how += [row.get_procured_by_display()] if row.procured_by else []
    return present(
        {
            "ocid": ocid,
            "language": "en",
            "initiationType": "tender",
            "parties": parties.all(),
            "buyer": buyer,
            "tender": present(
                {
                    "id": ocid,
                    "title": row.title,
                    "description": sentences([description_of(row), row.commissioner_as_stated]),
                    "status": "complete",
                    "mainProcurementCategory": "services",
                    "procurementMethodDetails": ", ".join(how),
                    "legalBasis": LAWS.get(Regime(row.regime)),
                    "deliveryAddresses": addresses(row.places.all()),
                }
            ),
            "awards": [made.award] if made.award else [],
            "contracts": [made.contract],
            "relatedProcesses": related(linked),
        }
    )


def award_id(row: Award) -> str:
    return f"award-of-{row.pk}"


def award_of(row: Award, parties: Parties, *, at: dt.datetime) -> Document:
    """One award of an opportunity: a lot or the whole, to whom, and the standstill.

    ``row.suppliers`` holds only those that pages may name.
    """
    named = [
        parties.supplying(one.provider, one.name_as_stated, one.registration_number, one.is_sme, one.is_vcse)
        for one in row.suppliers.all()
    ]
    return present(
        {
            "id": award_id(row),
            "title": str(row.lot or row.opportunity),
            "description": sentences([row.value_as_stated, row.note, row.cancelled_reason]),
            "status": AWARD_STATUSES[row.status(at=at)],
            "date": start_of(row.award_date),
            "relatedLots": [row.lot.slug] if row.lot else [],
            "suppliers": _once(named),
            "value": pounds(row.value_amount),
            "standstillPeriod": period(endDate=end_of(row.standstill_ends_date)),
        }
    )


def _once(references: list[Document]) -> list[Document]:
    return list({one["id"]: one for one in references}.values())


def _extension(row: Contract) -> str:
    months = f"{row.extension_months} months in all" if row.extension_months else ""
    return sentences([row.extension_as_stated, months])


def _decision(row: Contract) -> list[Document]:
    if not row.end_decision:
        return []
    return [
        present(
            {
                "id": "end",
                "title": f"What follows its end: {row.get_end_decision_display().lower()}",
                "description": row.end_decision_reason,
                "dateMet": start_of(row.end_decided_date),
                "status": "met",
            }
        )
    ]
