"""Contracts that come near their end, run on, or are changed, and what is decided for the time after them."""

from __future__ import annotations

import datetime as dt

from core.dates import london_date
from core.templatetags.portal import gov_date
from tenders.models import AlertNews, Contract, ContractChange

from .. import statuses
from .looking import DAYS_LATE, Look, compared, short

Kind = AlertNews.Kind


def contracts(look: Look) -> None:
    for row, one in compared("contract", statuses.contracts(at=look.at), look):
        if one.status == statuses.NEAR_END:
            text = f"This contract ends {gov_date(row.planned_end())}. What follows it is being planned."
            key = f"near-end:contract:{row.pk}:{row.planned_end():%Y-%m-%d}"
            look.add(key, Kind.CONTRACT_END, text, contract_id=row.pk)
    _changes(look)
    _decisions(look)


def _changes(look: Look) -> None:
    rows = ContractChange.objects.filter(changed_at__range=look.window)
    for row in rows.filter(contract__in=_public(look)).order_by("changed_at", "pk"):
        what = "Changed"
        if row.kind == ContractChange.Kind.EXTENSION:
            what = f"Extended: the end was {row.old_end or 'not stated'}, now {row.new_end}"
        text = f"{what}. Decided on {gov_date(row.decided_date)}. The reason: {row.reason}"
        key = f"contract-change:{row.pk}"
        look.add(key, Kind.CONTRACT, short(text), happened_at=row.changed_at, contract_id=row.contract_id)


def _decisions(look: Look) -> None:
    """What follows a contract's end: the decision has a day, and may be entered later."""
    first = london_date(look.at) - dt.timedelta(days=DAYS_LATE)
    rows = Contract.objects.public(at=look.at).exclude(end_decision="").filter(end_decided_date__gte=first)
    found = {f"end-decided:{row.pk}:{row.end_decision}:{row.end_decided_date}": row for row in rows.order_by("pk")}
    known = look.has_told_before(list(found))
    for key, row in found.items():
        if key not in known:
            text = (
                f"What follows it: {row.get_end_decision_display().lower()}. "
                f"Decided on {gov_date(row.end_decided_date)}. The reason: {row.end_decision_reason}"
            )
            look.add(key, Kind.CONTRACT, short(text), contract_id=row.pk)


def _public(look: Look) -> object:
    return Contract.objects.public(at=look.at).values("pk")
