"""What is bought: planned procurements, frameworks and purchasing systems, contracts that run."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tenders.models import Contract, Framework, Opportunity

from ..models import Section
from .shapes import Block, cell, entries, facts, narrowed, number, sentences, table


def pipeline(section: Section, at: dt.datetime) -> Block | None:
    rows = (
        Opportunity.objects.listed(at=at)
        .filter(organisation=section.organisation, is_sample=False)
        .for_public_list(at=at)
    )
    groups: dict[str, list[Any]] = {}
    for row in narrowed(rows, section):
        running = row.replaces_contract
        cells = [
            cell(row.title, url=row.get_absolute_url(), note=sentences((row.summary, row.source_note))),
            cell(str(row.tender_date), note=row.dates_as_stated) if row.tender_date else cell(row.dates_as_stated),
            cell(str(row.contract_start_date or "")),
            cell(str(running.ends or "") if running else ""),
            cell(row.joint_as_stated),
        ]
        groups.setdefault(row.service_area, []).append(cells)
    if not groups:
        return None
    columns = ["Service", "Tender", "Contract start", "Present contract ends", "Who buys"]
    return table(
        "Planned procurements",
        columns,
        _grouped(groups),
    )


def frameworks(section: Section, at: dt.datetime) -> Block | None:
    rows = (
        Framework.objects.public(at=at)
        .filter(organisation=section.organisation, is_sample=False)
        .for_list()
        .prefetch_related("rates__lot", "admissions__provider", "partnerships__organisation")
    )
    items = []
    for row in narrowed(rows, section):
        callers = [str(one.organisation) for one in row.partnerships.all() if one.role == "may_call_off"]
        items.append(
            {
                "title": row.title,
                "url": row.get_absolute_url(),
                "text": row.summary,
                "facts": facts(
                    ("Kind", row.get_kind_display()),
                    ("Joining", row.get_joining_display() if row.joining != Framework.Joining.UNKNOWN else ""),
                    ("How to join", row.joining_note),
                    ("Start", str(row.starts or "")),
                    ("Term", row.term_as_stated),
                    ("End", str(row.ends or "")),
                    ("Extension", row.extension_as_stated),
                    ("Providers", row.providers_as_stated or number(row.provider_count)),
                    (
                        "On it",
                        ", ".join(str(one.provider) for one in row.admissions.all() if one.provider.is_public(at=at)),
                    ),
                    ("Capacity", row.capacity_as_stated),
                    ("Rates", row.rates_as_stated),
                    ("Entry conditions", row.conditions),
                    ("Who may call off", "; ".join(part for part in (row.call_off_note, ", ".join(callers)) if part)),
                    ("Note", row.note),
                    ("In doubt", row.source_note),
                ),
                "parts": [
                    {
                        "heading": "Lots" if row.lots.all() else "",
                        "title": str(lot),
                        "text": sentences(
                            (
                                lot.summary,
                                f"Providers: {lot.providers_as_stated or number(lot.provider_count)}"
                                if lot.providers_as_stated or lot.provider_count
                                else "",
                                f"Capacity: {lot.capacity_as_stated}" if lot.capacity_as_stated else "",
                                f"Conditions: {lot.conditions}" if lot.conditions else "",
                            )
                        ),
                    }
                    for lot in sorted(row.lots.all(), key=lambda one: (one.order, one.pk))
                ]
                + [
                    {
                        "heading": "Rates",
                        "title": rate.name,
                        "text": rate.stated or f"£{rate.amount:,} {rate.unit}".strip(),
                    }
                    for rate in sorted(row.rates.all(), key=lambda one: (one.order, one.pk))
                ],
            }
        )
    return entries(items)


def contracts(section: Section, at: dt.datetime) -> Block | None:
    rows = (
        Contract.objects.public(at=at).filter(organisation=section.organisation, is_sample=False).for_public_list(at=at)
    )
    listed = []
    for row in narrowed(rows, section):
        term = [part for part in (_span(row), row.term_as_stated, row.extension_as_stated) if part]
        listed.append(
            [
                cell(
                    row.title,
                    url=row.get_absolute_url(),
                    note=sentences((row.summary, _arrangement(row), row.note, row.source_note)),
                ),
                cell(suppliers_text(row)),
                cell(row.commissioner_as_stated or ", ".join(str(one) for one in row.commissioners.all())),
                cell(term[0] if term else "", note=sentences(term[1:])),
                cell(row.value_as_stated),
            ]
        )
    if not listed:
        return None
    columns = ["Service", "Provider", "Commissioner", "Start and end", "Value"]
    return table("Currently commissioned services", columns, [{"title": "", "rows": listed}])


def _arrangement(contract: Contract) -> str:
    """How it is bought, where that is more than a contract; in-house stands in the provider's column."""
    plain = (Contract.Arrangement.CONTRACT, Contract.Arrangement.IN_HOUSE, Contract.Arrangement.UNKNOWN)
    return "" if contract.arrangement in plain else contract.get_arrangement_display()


def _span(contract: Contract) -> str:
    if contract.starts and contract.ends:
        return f"{contract.starts} to {contract.ends}"
    if contract.starts:
        return f"From {contract.starts}"
    return f"Until {contract.ends}" if contract.ends else ""


def suppliers_text(contract: Contract) -> str:
    """Who provides, in words: names with their part where they have one."""
    names = []
    for supplier in sorted(contract.suppliers.all(), key=lambda one: (one.order, one.pk)):
        role = "" if supplier.role in ("supplier", "various") else f" ({supplier.get_role_display().lower()})"
        names.append(f"{supplier}{role}")
    if not names and contract.arrangement == Contract.Arrangement.IN_HOUSE:
        return "In-house"
    return "; ".join(names)


def _grouped(groups: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Rows below their service areas, unless most areas have one row only: then the area is a note of the row."""
    rows = [row for cells in groups.values() for row in cells]
    if len(groups) * 2 <= len(rows):
        return [{"title": title, "rows": cells} for title, cells in groups.items()]
    for title, cells in groups.items():
        for first, *_ in cells:
            if title and title.casefold() not in first["text"].casefold():
                first["note"] = sentences((first.get("note", ""), f"Part of: {title}"))
    return [{"title": "", "rows": rows}]
