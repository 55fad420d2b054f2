"""The contracts register as a file, in the columns of the Local Government Transparency Code 2015 and a few more.

The Code (part 2.1, paragraphs 31 and 32) asks of each contract over £5,000: reference number, title, local authority
department, description, supplier name and details, sum paid over the length of the contract or a year, value added tax
that cannot be recovered, start, end and review dates, whether it followed an invitation to quote or to tender, and
whether the supplier is a small or medium-sized enterprise or a voluntary or community organisation, with its number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, CharField, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, JSONObject, NullIf

from core.dates import DAY, EstimatedDate, london_date
from core.exports import NOT_STATED, Cell, Column, Table
from tenders.models import (
    Contract,
    ContractCommissioner,
    ContractSupplier,
    ExtensionOption,
    Notice,
    Opportunity,
)

from .documents import absolute

BETWEEN = "; "


def for_export(rows: QuerySet[Contract], *, at: dt.datetime) -> QuerySet[Contract]:
    """Fetch of contracts all that their rows of the file hold, in one query however many they are."""
    here = {"contract": OuterRef("pk")}
    named = Q(provider=None) | Q(provider__published_at__lte=at)
    suppliers = ContractSupplier.objects.filter(named, **here).order_by("order", "pk")
    supplier = JSONObject(
        name=Coalesce(NullIf("name_as_stated", Value("")), "provider__name"),
        number=Coalesce(
            NullIf("registration_number", Value("")),
            NullIf("provider__company_number", Value("")),
            NullIf("provider__charity_number", Value("")),
            Value(""),
        ),
        sme="is_sme",
        vcse="is_vcse",
        role="role",
    )
    commissioners = ContractCommissioner.objects.filter(**here).order_by("organisation__name", "pk")
    options = ExtensionOption.objects.filter(taken_up__isnull=True, **here).order_by("number")
    tenders = Opportunity.objects.public(at=at).filter(contract=OuterRef(OuterRef("pk")))
    notices = Notice.objects.published(at=at).filter(opportunity__in=tenders.values("pk")).exclude(url="")
    return (
        rows.prefetch_related(None)
        .select_related(None)
        .select_related("organisation")
        .defer("note", "source_note", "source_section")
        .annotate(
            shown_suppliers=ArraySubquery(suppliers.values(row=supplier)),
            shown_commissioners=ArraySubquery(commissioners.values("organisation__name")),
            shown_types=ArraySubquery(_names(Contract.types, "servicetype")),
            shown_groups=ArraySubquery(_names(Contract.client_groups, "clientgroup")),
            shown_options=ArraySubquery(options.values(row=JSONObject(months="months", by="decide_by_date"))),
            shown_notices=ArraySubquery(notices.values("url")),
            shown_framework=_if_public("framework", "title", at),
            shown_lot=_if_public("framework", "lot__title", at),
        )
    )


def _names(relation: Any, name: str) -> QuerySet[Any]:
    links: QuerySet[Any] = relation.through.objects.filter(contract=OuterRef("pk"))
    return links.order_by(f"{name}__name").values(f"{name}__name")


def _if_public(parent: str, field: str, at: dt.datetime) -> Case:
    path = field if "__" in field else f"{parent}__{field}"
    shown = When(**{f"{parent}__published_at__lte": at}, then=F(path))
    return Case(shown, default=Value(""), output_field=CharField())


def register(at: dt.datetime) -> Table[Any]:
    """Return the file's table. A status and an address are added to what the Code asks for."""
    return Table(
        "Contracts register",
        [
            *COLUMNS,
            Column("Who buys", lambda row: row.organisation.name, width=30),
            Column("Bought together with", lambda row: row.commissioner_as_stated or listed(row.shown_commissioners), unknown=""),
            Column("Extension options left", _options, width=30, unknown=""),
            Column("What follows its end", lambda row: row.get_end_decision_display() if row.end_decision else "", unknown="Not decided"),
            Column("Decided on", lambda row: row.end_decided_date, width=16, unknown=""),
            Column("Notices", lambda row: listed(row.shown_notices), unknown=""),
            Column("Status", lambda row: str(row.status(at=at).label), width=18),
            Column("Published here on", lambda row: row.published_at and london_date(row.published_at), width=16),
            Column("Invented sample", lambda row: row.is_sample, width=12),
            Column("Page", lambda row: absolute(row.get_absolute_url()), width=40),
        ],
    )  # fmt: skip


def template() -> Table[Any]:
    """Return an empty file's table: the columns that the register reads back."""
    return Table("Contracts register", COLUMNS)


def as_data(row: Any, *, at: dt.datetime) -> dict[str, Any]:
    """Return a row of `for_export` as plain data. What is not known is null; a date keeps its words and its days."""

    def date(value: EstimatedDate | None) -> dict[str, str | None] | None:
        return value.as_json() if value else None

    def choice(value: str) -> str | None:
        return None if value in ("", "unknown") else value

    return {
        "reference": row.reference,
        "url": absolute(row.get_absolute_url()),
        "title": row.title,
        "summary": row.summary or None,
        "department": row.department or None,
        "buyer": {"slug": row.organisation.slug, "name": row.organisation.name},
        "commissioners": list(row.shown_commissioners),
        "commissioner_as_stated": row.commissioner_as_stated or None,
        "suppliers": [
            {
                "name": one["name"], "role": one["role"], "number": one["number"] or None,
                "is_sme": one["sme"], "is_vcse": one["vcse"],
            }
            for one in row.shown_suppliers
        ],
        "types": list(row.shown_types),
        "client_groups": list(row.shown_groups),
        "framework": row.shown_framework or None,
        "lot": row.shown_lot or None,
        "arrangement": choice(row.arrangement),
        "procured_by": choice(row.procured_by),
        "regime": choice(row.regime),
        "status": str(row.status(at=at)),
        "value": str(row.value_amount) if row.value_amount is not None else None,
        "value_as_stated": row.value_as_stated or None,
        "irrecoverable_vat": str(row.irrecoverable_vat) if row.irrecoverable_vat is not None else None,
        "starts": date(row.starts),
        "ends": date(row.ends),
        "review": date(row.review),
        "term_as_stated": row.term_as_stated or None,
        "extension_as_stated": row.extension_as_stated or None,
        "extension_months": row.extension_months,
        "ends_if_extended": date(row.ends_if_extended),
        "extension_options": [{"months": one["months"], "decide_by": one["by"]} for one in row.shown_options],
        "end_decision": choice(row.end_decision),
        "end_decided_date": row.end_decided_date.isoformat() if row.end_decided_date else None,
        "notices": list(row.shown_notices),
        "is_sample": row.is_sample,
        "published_at": row.published_at.isoformat() if row.published_at else None,
    }  # fmt: skip


def listed(words: Iterable[str]) -> str:
    """Several names in one cell. A semicolon inside a name would part it in two."""
    return BETWEEN.join(word.replace(";", ",") for word in words)


def date_cell(value: EstimatedDate | None) -> Cell:
    """A day as a day; what is rougher in the words of its author."""
    if not value:
        return None
    return value.earliest if value.precision == DAY else str(value)


def _each(name: str) -> Any:
    """One word for each supplier, in their order; nothing where none is known."""

    def cell(row: Any) -> Cell:
        told = [one[name] for one in row.shown_suppliers]
        words = [NOT_STATED if one is None or one == "" else _word(one) for one in told]
        return None if all(word == NOT_STATED for word in words) else listed(words)

    return cell


def _word(value: Any) -> str:
    return ("Yes" if value else "No") if isinstance(value, bool) else str(value)


def _roles(row: Any) -> Cell:
    """As what each supplier provides, in their order."""
    return listed(str(ContractSupplier.Role(one["role"]).label) for one in row.shown_suppliers) or None


def _options(row: Any) -> str:
    def words(option: dict[str, Any]) -> str:
        by = f", to be decided by {option['by']}" if option["by"] else ""
        return f"{option['months']} month{'' if option['months'] == 1 else 's'}{by}"

    return listed(words(one) for one in row.shown_options)


def _choice(name: str, unknown: str = "") -> Any:
    """A choice in words; the one that says it is unknown as if it were empty."""

    def cell(row: Any) -> Cell:
        value = getattr(row, name)
        return None if value in ("", unknown) else str(getattr(row, f"get_{name}_display")())

    return cell


# What an officer may keep in a spreadsheet and read in again: `tenders.register`.
COLUMNS: list[Column[Any]] = [
    Column("Reference", lambda row: row.reference, width=28),
    Column("Title", lambda row: row.title, width=44),
    Column("Department", lambda row: row.department),
    Column("Description", lambda row: row.summary, width=50),
    Column("Supplier", _each("name"), width=34),
    Column("Supplier number", _each("number"), width=18),
    Column("SME", _each("sme"), width=12),
    Column("VCSE", _each("vcse"), width=12),
    Column("Supplier role", _roles, width=18),
    Column("Value in pounds", lambda row: row.value_amount, width=18),
    Column("Value as stated", lambda row: row.value_as_stated),
    Column("VAT that cannot be recovered", lambda row: row.irrecoverable_vat, width=18),
    Column("Start", lambda row: date_cell(row.starts), width=18),
    Column("End", lambda row: date_cell(row.ends), width=18),
    Column("Review", lambda row: date_cell(row.review), width=18),
    Column("Term as stated", lambda row: row.term_as_stated),
    Column("Extension as stated", lambda row: row.extension_as_stated),
    Column("Extension months", lambda row: row.extension_months, width=12),
    Column("End if extended", lambda row: date_cell(row.ends_if_extended), width=18),
    Column("Quote or tender", _choice("procured_by"), width=20),
    Column("Arrangement", _choice("arrangement", "unknown"), width=24),
    Column("Law", _choice("regime", "unknown"), width=24),
    Column("Framework", lambda row: row.shown_framework or "", unknown=""),
    Column("Lot", lambda row: row.shown_lot or "", unknown=""),
    Column("Type of care", lambda row: listed(row.shown_types), width=30),
    Column("Who it is for", lambda row: listed(row.shown_groups), width=30),
]
