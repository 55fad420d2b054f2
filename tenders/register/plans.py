from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from commissioning.models import Organisation
from core.exports import NOT_STATED
from core.imports import Problems
from core.models import ClientGroup, ServiceType
from tenders.exports.contracts import for_export
from tenders.models import Contract, ContractSupplier, Regime

from . import cells
from .frameworks import Frameworks
from .reading import KEY, SheetRow

REFERENCE = re.compile(r"[-a-zA-Z0-9_]{1,80}")
NOTHING = NOT_STATED
Read = Callable[[str], Any]


def _pounds(name: str) -> Read:
    """Read a sum that the field can hold."""
    field: Any = Contract._meta.get_field(name)
    most = Decimal(10) ** (field.max_digits - field.decimal_places) - Decimal("0.01")
    return lambda words: cells.pounds(words, most=most)


# Column, field, and what its words mean.
FIELDS: dict[str, tuple[str, Read]] = {
    "Title": ("title", lambda words: cells.text(words, most=250)),
    "Department": ("department", lambda words: cells.text(words, most=160)),
    "Description": ("summary", lambda words: cells.text(words, multiline=True)),
    "Value in pounds": ("value_amount", _pounds("value_amount")),
    "Value as stated": ("value_as_stated", lambda words: cells.text(words, most=250)),
    "VAT that cannot be recovered": ("irrecoverable_vat", _pounds("irrecoverable_vat")),
    "Start": ("starts", cells.day),
    "End": ("ends", cells.day),
    "Review": ("review", cells.day),
    "Term as stated": ("term_as_stated", lambda words: cells.text(words, most=250)),
    "Extension as stated": ("extension_as_stated", lambda words: cells.text(words, most=250)),
    "Extension months": ("extension_months", lambda words: cells.whole(words, most=600)),
    "End if extended": ("ends_if_extended", cells.day),
    "Quote or tender": ("procured_by", lambda words: cells.choice(words, Contract.ProcuredBy.choices, "")),
    "Arrangement": ("arrangement", lambda words: cells.choice(words, Contract.Arrangement.choices, "unknown")),
    "Law": ("regime", lambda words: cells.choice(words, Regime.choices, "unknown")),
}
SUPPLIER, NUMBER, ROLE = "Supplier", "Supplier number", "Supplier role"
# In the order of `Supplier`.
DETAILS = (NUMBER, "SME", "VCSE", ROLE)
TYPES, GROUPS = "Type of care", "Who it is for"
FRAMEWORK, LOT = "Framework", "Lot"


@dataclass(frozen=True)
class Supplier:
    """A supplier as a row tells of it."""

    name: str
    number: str = ""
    sme: bool | None = None
    vcse: bool | None = None
    role: str = ContractSupplier.Role.SUPPLIER


@dataclass(frozen=True)
class FieldChange:
    """One cell that differs: what stands in the register and what would stand there."""

    column: str
    old: str
    new: str


@dataclass
class RowPlan:
    """What one row of the file would do."""

    number: int
    reference: str
    title: str
    pk: int | None
    changes: list[FieldChange] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    suppliers: list[Supplier] | None = None
    types: list[ServiceType] | None = None
    groups: list[ClientGroup] | None = None

    @property
    def is_new(self) -> bool:
        return self.pk is None


@dataclass
class Plan:
    """All that a file would change, row by row."""

    organisation: Organisation
    rows: list[RowPlan]
    left_out: int

    @property
    def added(self) -> list[RowPlan]:
        return [row for row in self.rows if row.is_new]

    @property
    def changed(self) -> list[RowPlan]:
        return [row for row in self.rows if not row.is_new and row.changes]

    @property
    def unchanged(self) -> list[RowPlan]:
        return [row for row in self.rows if not row.is_new and not row.changes]

    def fingerprint(self) -> str:
        """What tells this plan from another: if the register changed meanwhile, it differs."""
        told = [
            [row.reference, row.pk, [[one.column, one.old, one.new] for one in row.changes]]
            for row in (*self.added, *self.changed)
        ]
        return hashlib.sha256(json.dumps([self.organisation.pk, told]).encode()).hexdigest()


def make_plan(rows: Iterable[SheetRow], *, organisation: Organisation, at: dt.datetime) -> Plan:
    """Say what the rows would change in an organisation's own register. Nothing is changed by it.

    :raises FileRefused: with every cell that cannot be understood, by sheet, row and column.
    """
    rows = list(rows)
    problems = Problems()
    references = [row.cells.get(KEY, "") for row in rows]
    twice = {reference for reference, count in Counter(references).items() if count > 1}
    mine = {one.reference: one for one in for_export(Contract.objects.owned_by(organisation), at=at)}
    others = Contract.objects.filter(reference__in=references).exclude(organisation=organisation)
    taken = set(others.values_list("reference", flat=True))
    trees = (_by_name(ServiceType), _by_name(ClientGroup))
    frameworks = Frameworks(rows, at=at)
    planned = []
    for row, reference in zip(rows, references, strict=True):
        here = {"sheet": row.sheet, "row": row.number}
        if not REFERENCE.fullmatch(reference):
            problems.add("Write a reference of letters, digits and hyphens, at most 80.", column=KEY, **here)  # type: ignore[arg-type]
        elif reference in twice:
            problems.add(f"“{reference}” stands in more than one row.", column=KEY, **here)  # type: ignore[arg-type]
        elif reference in taken or reference == "new":
            # Whose it is, is not told.
            problems.add(f"“{reference}” cannot be used here. Choose another.", column=KEY, **here)  # type: ignore[arg-type]
        else:
            planned.append(_plan_row(row, reference, mine.get(reference), trees, frameworks, problems))
    problems.refuse_if_any()
    return Plan(organisation, planned, left_out=len(set(mine) - set(references)))


def _plan_row(
    row: SheetRow,
    reference: str,
    contract: Any,
    trees: tuple[dict[str, Any], dict[str, Any]],
    frameworks: Frameworks,
    problems: Problems,
) -> RowPlan:
    title = contract.title if contract else cells.text(row.cells.get("Title", ""))
    plan = RowPlan(row.number, reference, title, contract.pk if contract else None)

    def read(column: str, reader: Read) -> Any:
        try:
            return reader(row.cells[column])
        except ValueError as error:
            problems.add(str(error), sheet=row.sheet, row=row.number, column=column)
            return None

    if not cells.text(row.cells.get("Title", "")) and (contract is None or "Title" in row.cells):
        problems.add("A contract has a title.", sheet=row.sheet, row=row.number, column="Title")
    for column, (name, reader) in FIELDS.items():
        if column not in row.cells:
            continue
        new = read(column, reader)
        old = getattr(contract, name) if contract else _blank(name)
        if not cells.same(old, new):
            plan.values[name] = new
            plan.changes.append(FieldChange(column, _words(name, old), _words(name, new)))
    _plan_framework(plan, row, contract, frameworks, read)
    if SUPPLIER in row.cells:
        _plan_suppliers(plan, row, contract, problems)
    for column, attribute, tree in ((TYPES, "types", trees[0]), (GROUPS, "groups", trees[1])):
        if column in row.cells:
            found = read(column, lambda words, tree=tree: _nodes(words, tree))
            old_names = getattr(contract, f"shown_{attribute}") if contract else []
            if found is not None and {one.name for one in found} != set(old_names):
                setattr(plan, attribute, found)
                plan.changes.append(FieldChange(column, _list(old_names), _list(one.name for one in found)))
    return plan


def _plan_framework(plan: RowPlan, row: SheetRow, contract: Any, frameworks: Frameworks, read: Any) -> None:
    """Plan the framework and its lot. What the file says as the register does stays, also where that shows nothing."""
    old = {
        FRAMEWORK: (contract.shown_framework or "") if contract else "",
        LOT: (contract.shown_lot or "") if contract else "",
    }
    is_other = FRAMEWORK in row.cells and not cells.same(old[FRAMEWORK], row.cells[FRAMEWORK])
    key = contract.framework_id if contract else None
    if is_other:
        framework = read(FRAMEWORK, frameworks.called)
        key = framework.pk if framework else None
        plan.values["framework"] = framework
        plan.changes.append(
            FieldChange(FRAMEWORK, old[FRAMEWORK] or NOTHING, framework.title if framework else NOTHING)
        )
    # A lot goes with its framework.
    told = row.cells.get(LOT, "" if is_other else old[LOT])
    if (is_other and (told or old[LOT])) or not cells.same(old[LOT], told):
        lot = read(LOT, lambda words: frameworks.lot(key, words)) if told else None
        plan.values["lot"] = lot
        if not cells.same(old[LOT], lot.title if lot else ""):
            plan.changes.append(FieldChange(LOT, old[LOT] or NOTHING, lot.title if lot else NOTHING))


def _plan_suppliers(plan: RowPlan, row: SheetRow, contract: Any, problems: Problems) -> None:
    here = {"sheet": row.sheet, "row": row.number}
    try:
        names = cells.parted(row.cells[SUPPLIER])
    except ValueError as error:
        problems.add(str(error), column=SUPPLIER, **here)  # type: ignore[arg-type]
        return
    old = [
        Supplier(one["name"].replace(";", ","), one["number"] or "", one["sme"], one["vcse"], one["role"])
        for one in (contract.shown_suppliers if contract else [])
    ]
    details: dict[str, list[Any]] = {}
    for column in DETAILS:
        try:
            words = cells.parted(row.cells.get(column, ""))
            if words and len(words) != len(names):
                entries = "1 entry" if len(words) == 1 else f"{len(words)} entries"
                raise ValueError(
                    f"There are {len(names)} suppliers and {entries} here: write one for each, between "
                    f"semicolons, and “{NOT_STATED}” where it is not known."
                )
            details[column] = [_detail(column, word) for word in words] or [_unknown(column)] * len(names)
        except ValueError as error:
            problems.add(str(error), column=column, **here)  # type: ignore[arg-type]
            return
        if column not in row.cells:
            known = {one.name: one for one in old}
            details[column] = [_kept(column, known.get(name)) for name in names]
    too_long = next((name for name in names if len(name) > 250), None)
    if too_long or len(set(names)) < len(names):
        reason = "A name is longer than 250 signs." if too_long else "A supplier stands there twice."
        problems.add(reason, column=SUPPLIER, **here)  # type: ignore[arg-type]
        return
    new = [Supplier(*facts) for facts in zip(names, *(details[column] for column in DETAILS), strict=True)]
    if new != old:
        plan.suppliers = new
        plan.changes.append(FieldChange(SUPPLIER, _list(map(_told, old)), _list(map(_told, new))))


def _detail(column: str, word: str) -> Any:
    if column == ROLE:
        told = "" if word.casefold() == NOT_STATED.casefold() else word
        return cells.choice(told, ContractSupplier.Role.choices, ContractSupplier.Role.SUPPLIER)
    if column != NUMBER:
        return cells.yes_or_no(word)
    number = "" if word.casefold() == NOT_STATED.casefold() else word
    if len(number) > 20:
        raise ValueError("A company or charity number has at most 20 signs.")
    return number


def _unknown(column: str) -> Any:
    return {NUMBER: "", ROLE: ContractSupplier.Role.SUPPLIER}.get(column)


def _kept(column: str, supplier: Supplier | None) -> Any:
    if supplier is None:
        return _unknown(column)
    return dict(zip(DETAILS, (supplier.number, supplier.sme, supplier.vcse, supplier.role), strict=True))[column]


def _told(one: Supplier) -> str:
    facts = [one.number, *(word for flag, word in ((one.sme, "SME"), (one.vcse, "VCSE")) if flag)]
    denied = [f"no {word}" for flag, word in ((one.sme, "SME"), (one.vcse, "VCSE")) if flag is False]
    role = [] if one.role == ContractSupplier.Role.SUPPLIER else [str(ContractSupplier.Role(one.role).label).lower()]
    told = ", ".join([fact for fact in facts if fact] + denied + role)
    return f"{one.name} ({told})" if told else one.name


def _nodes(words: str, tree: dict[str, Any]) -> list[Any]:
    names = cells.parted(words)
    unknown = [name for name in names if name.casefold() not in tree]
    if unknown:
        raise ValueError(f"“{unknown[0][:60]}” is not in the list of the portal.")
    return [tree[name.casefold()] for name in names]


def _by_name(model: Any) -> dict[str, Any]:
    return {one.name.replace(";", ",").casefold(): one for one in model.objects.order_by("pk")}


def _blank(name: str) -> Any:
    default = Contract._meta.get_field(name).get_default()
    return default


def _words(name: str, value: Any) -> str:
    if value is None or value == "" or value == "unknown":
        return NOTHING
    if isinstance(value, Decimal):
        return f"£{value:,.2f}"
    choices = dict(Contract._meta.get_field(name).flatchoices)
    return str(choices.get(value, value))


def _list(names: Iterable[str]) -> str:
    return "; ".join(names) or NOTHING
