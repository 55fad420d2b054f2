from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q

from commissioning.models import Organisation
from commissioning.services import publish_record
from core import audit, versions
from core.errors import DomainError
from providers.models import Provider
from tenders.models import Contract, ContractSupplier, public_suppliers
from tenders.services import record_release

from .plans import Plan, Supplier, make_plan
from .reading import SheetRow


class PlanOutdated(DomainError):
    """The register is not as it was when the officer looked at what would change."""


@transaction.atomic
def apply_plan(
    rows: Iterable[SheetRow],
    *,
    organisation: Organisation,
    fingerprint: str,
    by: Any,
    at: dt.datetime,
    publishes: bool = False,
) -> Plan:
    """Change an organisation's register as its officer has seen it would be: all rows or none.

    :param fingerprint: of the plan that was looked at.
    :param publishes: whether new contracts are public at once; else they are drafts.
    :raises PlanOutdated: if the file would now change something else.
    :raises FileRefused: if a cell cannot be understood any more.
    """
    rows = list(rows)
    # A second import waits here, also where the register is empty; then the register itself stands still.
    Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=organisation.pk)
    keys = Contract.objects.owned_by(organisation).select_for_update(of=("self",)).order_by("pk")
    contracts = {row.pk: row for row in keys}
    plan = make_plan(rows, organisation=organisation, at=at)
    if plan.fingerprint() != fingerprint:
        raise PlanOutdated("The register has changed since you looked. Nothing was imported: look again.")
    providers = _providers(plan, at=at)
    for row in (*plan.added, *plan.changed):
        contract = contracts[row.pk] if row.pk else Contract(organisation=organisation, reference=row.reference)
        before = None if row.is_new else audit.snapshot(contract)
        for name, value in row.values.items():
            setattr(contract, name, value)
        contract.save()
        if row.types is not None:
            contract.types.set(row.types)
        if row.groups is not None:
            contract.client_groups.set(row.groups)
        if row.suppliers is not None:
            _set_suppliers(contract, row.suppliers, providers, at=at)
        after = audit.snapshot(contract) | {"changed_columns": [one.column for one in row.changes]}
        action = "contract.imported" if row.is_new else "contract.changed_by_import"
        audit.record(action, contract, by=by, at=at, organisation=organisation, before=before, after=after)
        if row.is_new and publishes:
            publish_record(record=contract, by=by, at=at)
        elif contract.is_public(at=at):
            record_release(contract, at=at)
    if plan.added or plan.changed:
        versions.touch(*Contract.REGISTERS)
    return plan


def _providers(plan: Plan, *, at: dt.datetime) -> dict[str, Provider | None]:
    """Public providers by number and by name, for the suppliers the file names; none where two have the same."""
    named = [one for row in plan.rows for one in row.suppliers or []]
    numbers, names = {one.number for one in named if one.number}, {one.name for one in named}
    rows = Provider.objects.public(at=at).filter(Q(company_number__in=numbers) | Q(name__in=names))
    found: dict[str, Provider | None] = {}
    for provider in rows.order_by("pk"):
        for key in filter(None, (provider.company_number, provider.name)):
            found[key] = None if key in found else provider
    return found


def _set_suppliers(
    contract: Contract, suppliers: list[Supplier], providers: dict[str, Provider | None], *, at: dt.datetime
) -> None:
    """Make the suppliers that pages show those of the file: who was there keeps its provider's entry.

    A provider stands there once: the second name for it stays a name.
    """
    present = {str(one).replace(";", ","): one for one in public_suppliers(at=at).filter(contract=contract)}
    stays = {told.name: present.pop(told.name) for told in suppliers if told.name in present}
    # Gone first: a provider may come back under another name.
    for gone in present.values():
        gone.delete()
    taken = set(contract.suppliers.filter(provider__isnull=False).values_list("provider", flat=True))
    for order, told in enumerate(suppliers):
        row = stays.get(told.name)
        if row is None:
            known = (providers.get(told.number) if told.number else None) or providers.get(told.name)
            if known is not None and known.pk in taken:
                known = None
            row = ContractSupplier(contract=contract, provider=known, name_as_stated="" if known else told.name)
            taken.add(row.provider_id)
        provider_number = (row.provider.company_number or row.provider.charity_number) if row.provider else ""
        row.registration_number = "" if told.number == provider_number else told.number
        row.is_sme, row.is_vcse, row.role, row.order = told.sme, told.vcse, told.role, order
        row.save()
