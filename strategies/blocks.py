"""What each kind of block takes from the live registers, as plain data in a few shapes.

A block returns ``None`` where its register has nothing for it: an edition is not composed over a hole.
Shapes: ``messages`` (groups of statements), ``indicators``, ``table`` (columns and rows, maybe grouped),
``entries`` (titled items with facts), ``plan`` (the delivery plan by year), ``glossary``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q

from commissioning.evidence import indicator_data
from commissioning.models import Contact, CycleStage, OrganisationValue
from core.models import Place
from providers.models import Service
from tenders.models import Contract, Forum, Framework, Opportunity

from .models import Message, Milestone, Section, Strategy

Block = dict[str, Any]
UNKNOWN = "Not stated"


def build(section: Section, *, at: dt.datetime) -> Block | None:
    """Return a section's block as plain data, or nothing where the register is empty for it.

    Rows that are only samples never enter a document.
    """
    return _BUILDERS[Section.Block(section.block)](section, at)


def _messages(section: Section, at: dt.datetime) -> Block | None:
    rows = section.strategy.message_set.select_related("source", "made_by", "place")
    if section.message_kinds:
        rows = rows.filter(kind__in=section.message_kinds)
    if section.message_headings:
        rows = rows.filter(heading__in=section.message_headings)
    rows = _narrowed(rows, section)
    groups: dict[str, dict[str, Any]] = {}
    for row in rows.order_by("order", "pk"):
        heading = row.heading if row.heading != section.title else ""
        group = groups.setdefault(heading, {"heading": heading, "items": []})
        group["items"].append(
            {
                "text": row.text,
                "by": row.said_by or (str(row.made_by) if row.made_by else ""),
                "kind": row.kind,
                "place": row.place.name if row.place else "",
                "note": row.source_note,
            }
        )
    if len(groups) == 1:
        next(iter(groups.values()))["heading"] = ""
    kinds = set(section.message_kinds)
    emphasis = "key" if kinds and kinds <= {Message.Kind.KEY_MESSAGE, Message.Kind.VISION} else ""
    return {"shape": "messages", "emphasis": emphasis, "groups": list(groups.values())} if groups else None


def _indicators(section: Section, at: dt.datetime) -> Block | None:
    rows = section.indicators.filter(is_sample=False).for_charts().order_by("order", "pk")
    items = [indicator_data(row) for row in rows]
    return {"shape": "indicators", "items": items} if items else None


def _priorities(section: Section, at: dt.datetime) -> Block | None:
    """Priorities with their intentions; a section's headings name the themes it takes."""
    rows = section.strategy.priority_set.select_related("theme").prefetch_related("intentions")
    loose = section.strategy.intention_set.filter(priority=None).order_by("order", "pk")
    if section.message_headings:
        rows = rows.filter(theme__title__in=section.message_headings)
        loose = loose.filter(heading__in=section.message_headings)
    items = [
        {
            "number": row.number,
            "title": row.title,
            "text": row.text,
            "above": row.theme.title if row.theme and row.theme.title != section.title else "",
            "facts": [],
            "parts": _intentions(sorted(row.intentions.all(), key=lambda one: (one.order, one.pk))),
        }
        for row in rows.order_by("order", "pk")
    ]
    if loose:
        items.append({"title": "", "text": "", "facts": [], "parts": _intentions(loose)})
    return {"shape": "entries", "numbered": True, "items": items} if items else None


def _intentions(rows: Iterable[Any]) -> list[dict[str, str]]:
    return [{"heading": row.heading, "title": row.title, "text": row.text} for row in rows]


def _principles(section: Section, at: dt.datetime) -> Block | None:
    return _titled(section.strategy.principle_set.order_by("order", "pk"))


def _values(section: Section, at: dt.datetime) -> Block | None:
    rows = OrganisationValue.objects.owned_by(section.organisation).order_by("order", "pk")
    return _titled(rows, title="name")


def _cycle(section: Section, at: dt.datetime) -> Block | None:
    rows = CycleStage.objects.owned_by(section.organisation).order_by("order", "pk")
    return _titled(rows, title="name", numbered=True)


def _titled(rows: Iterable[Any], *, title: str = "title", numbered: bool = False) -> Block | None:
    items = [{"title": getattr(row, title), "text": row.text, "facts": [], "parts": []} for row in rows]
    if numbered:
        items = [{**item, "number": str(number)} for number, item in enumerate(items, 1)]
    return {"shape": "entries", "numbered": numbered, "items": items} if items else None


def _related(section: Section, at: dt.datetime) -> Block | None:
    groups: dict[str, list[Any]] = {}
    for row in section.strategy.relateddocument_set.order_by("order", "pk"):
        cells = [_cell(row.title, url=row.url), _cell(row.text), _cell(row.status)]
        groups.setdefault(row.get_kind_display(), []).append(cells)
    if not groups:
        return None
    return _table(
        "Plans, law and sources to read with this",
        ["Document", "What it is", "Status"],
        [{"title": title, "rows": rows} for title, rows in groups.items()],
        blank="",
    )


def _contacts(section: Section, at: dt.datetime) -> Block | None:
    items = [
        {
            "title": row.role,
            "url": "",
            "text": row.about,
            "facts": _facts(("E-mail", row.email), ("Phone", row.phone), ("Web", row.url), ("Address", row.address)),
            "parts": [],
        }
        for row in Contact.objects.owned_by(section.organisation).filter(is_sample=False).order_by("order", "pk")
    ]
    return {"shape": "entries", "numbered": False, "items": items} if items else None


def _forums(section: Section, at: dt.datetime) -> Block | None:
    rows = Forum.objects.public(at=at).filter(organisation=section.organisation, is_sample=False)
    items = [
        {
            "title": row.name,
            "url": row.url,
            "text": row.about,
            "facts": _facts(
                ("Kind", row.get_kind_display()),
                ("Members", row.members_as_stated),
                ("Meets", row.meets),
                ("E-mail", row.email),
                ("Phone", row.phone),
            ),
            "parts": [],
        }
        for row in _narrowed(rows, section, typed=True).order_by("order", "name")
    ]
    return {"shape": "entries", "numbered": False, "items": items} if items else None


def _partners(section: Section, at: dt.datetime) -> Block | None:
    strategy = section.strategy
    shared = strategy.partnerships.select_related("organisation").prefetch_related("organisation__coverage__place")
    rows = [(strategy.organisation, "Lead", "")] + [
        (row.organisation, row.get_role_display(), row.note) for row in shared.order_by("order", "pk")
    ]
    items = []
    for organisation, role, note in rows:
        places = [
            f"{cover.place.name} ({cover.note})" if cover.note else cover.place.name
            for cover in organisation.coverage.all()
        ]
        items.append(
            {
                "title": organisation.name,
                "url": organisation.website,
                "text": organisation.summary,
                "facts": _facts(
                    ("Part in this work", role),
                    ("Note", note),
                    ("Covers", ", ".join(places)),
                    ("Ended", str(organisation.ended or "")),
                    ("Followed by", str(organisation.succeeded_by or "")),
                ),
                "parts": [],
            }
        )
    return {"shape": "entries", "numbered": False, "items": items}


def _places(section: Section, at: dt.datetime) -> Block | None:
    covered = Place.objects.filter(coverage__organisation=section.organisation, kind=Place.Kind.COUNCIL)
    rows = Place.objects.within(covered).exclude(kind=Place.Kind.COUNCIL).order_by("kind", "name")
    table = [[_cell(row.name), _cell(row.get_kind_display()), _cell(row.note)] for row in rows]
    if not table:
        return None
    return _table("Places of the area", ["Place", "Kind", "Note"], [{"title": "", "rows": table}], blank="")


def _pipeline(section: Section, at: dt.datetime) -> Block | None:
    rows = Opportunity.objects.listed(at=at).filter(organisation=section.organisation, is_sample=False).for_list()
    groups: dict[str, list[Any]] = {}
    for row in _narrowed(rows, section, typed=True):
        running = row.replaces_contract
        cells = [
            _cell(row.title, url=row.get_absolute_url(), note=row.summary),
            _cell(str(row.tender_date), note=row.dates_as_stated) if row.tender_date else _cell(row.dates_as_stated),
            _cell(str(row.contract_start_date or "")),
            _cell(str(running.ends or "") if running else ""),
            _cell(row.joint_as_stated),
        ]
        groups.setdefault(row.service_area, []).append(cells)
    if not groups:
        return None
    columns = ["Service", "Tender", "Contract start", "Present contract ends", "Who buys"]
    return _table(
        "Planned procurements",
        columns,
        [{"title": title, "rows": cells} for title, cells in groups.items()],
    )


def _frameworks(section: Section, at: dt.datetime) -> Block | None:
    rows = (
        Framework.objects.public(at=at)
        .filter(organisation=section.organisation, is_sample=False)
        .for_list()
        .prefetch_related("rates__lot", "admissions__provider", "partnerships__organisation")
    )
    items = []
    for row in _narrowed(rows, section, typed=True):
        callers = [str(one.organisation) for one in row.partnerships.all() if one.role == "may_call_off"]
        items.append(
            {
                "title": row.title,
                "url": row.get_absolute_url(),
                "text": row.summary,
                "facts": _facts(
                    ("Kind", row.get_kind_display()),
                    ("Joining", row.get_joining_display() if row.joining != Framework.Joining.UNKNOWN else ""),
                    ("How to join", row.joining_note),
                    ("Start", str(row.starts or "")),
                    ("Term", row.term_as_stated),
                    ("End", str(row.ends or "")),
                    ("Extension", row.extension_as_stated),
                    ("Providers", row.providers_as_stated or _number(row.provider_count)),
                    ("On it", ", ".join(str(one.provider) for one in row.admissions.all())),
                    ("Capacity", row.capacity_as_stated),
                    ("Rates", row.rates_as_stated),
                    ("Entry conditions", row.conditions),
                    ("Who may call off", "; ".join(part for part in (row.call_off_note, ", ".join(callers)) if part)),
                    ("Note", row.note),
                ),
                "parts": [
                    {
                        "heading": "Lots" if row.lots.all() else "",
                        "title": str(lot),
                        "text": ". ".join(
                            part.rstrip(".")
                            for part in (
                                lot.summary,
                                f"Providers: {lot.providers_as_stated or _number(lot.provider_count)}"
                                if lot.providers_as_stated or lot.provider_count
                                else "",
                                f"Capacity: {lot.capacity_as_stated}" if lot.capacity_as_stated else "",
                                f"Conditions: {lot.conditions}" if lot.conditions else "",
                            )
                            if part
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
    return {"shape": "entries", "numbered": False, "items": items} if items else None


def _contracts(section: Section, at: dt.datetime) -> Block | None:
    rows = Contract.objects.public(at=at).filter(organisation=section.organisation, is_sample=False).for_list()
    table = []
    for row in _narrowed(rows, section, typed=True):
        ends = ", ".join(part for part in (str(row.ends or ""), row.term_as_stated, row.extension_as_stated) if part)
        table.append(
            [
                _cell(row.title, url=row.get_absolute_url(), note=row.summary),
                _cell(suppliers_text(row)),
                _cell(row.commissioner_as_stated or ", ".join(str(one) for one in row.commissioners.all())),
                _cell(str(row.starts or "")),
                _cell(ends),
                _cell(row.value_as_stated),
            ]
        )
    if not table:
        return None
    columns = ["Service", "Provider", "Commissioner", "Start", "Term and end", "Value"]
    return _table("Currently commissioned services", columns, [{"title": "", "rows": table}])


def suppliers_text(contract: Contract) -> str:
    """Who provides, in words: names with their part where they have one."""
    names = []
    for supplier in sorted(contract.suppliers.all(), key=lambda one: (one.order, one.pk)):
        role = "" if supplier.role in ("supplier", "various") else f" ({supplier.get_role_display().lower()})"
        names.append(f"{supplier}{role}")
    if not names and contract.arrangement == Contract.Arrangement.IN_HOUSE:
        return "In-house"
    return "; ".join(names)


def _services(section: Section, at: dt.datetime) -> Block | None:
    covered = Place.objects.within(Place.objects.filter(coverage__organisation=section.organisation))
    rows = (
        Service.objects.public(at=at)
        .filter(is_sample=False)
        .filter(
            Q(locations__place__in=covered) | Q(areas_served__in=covered) | Q(source__organisation=section.organisation)
        )
        .for_list()
        .distinct()
    )
    table = []
    for row in _narrowed(rows, section, typed=True):
        units = [
            " ".join(part for part in (_number(unit.count) or unit.stated, unit.kind, _tenure(unit)) if part)
            for unit in sorted(row.units.all(), key=lambda one: (one.order, one.pk))
        ]
        if not units and row.capacity:
            units = [f"{row.capacity:,} {row.capacity_unit}".strip()]
        table.append(
            [
                _cell(row.name, url=row.get_absolute_url(), note=row.summary),
                _cell("; ".join(place.address_line for place in row.locations.all() if place.address_line)),
                _cell(", ".join(units)),
                _cell(str(row.provider or "") or row.provider_as_stated),
            ]
        )
    if not table:
        return None
    return _table(
        "Services and schemes",
        ["Scheme", "Address", "Units", "Provider"],
        [{"title": "", "rows": table}],
    )


def _tenure(unit: Any) -> str:
    return "" if unit.tenure == unit.Tenure.UNKNOWN else f"({unit.get_tenure_display().lower()})"


def delivery_plan(strategy: Strategy, *, public_url: bool = True) -> Block | None:
    """The plan by year: one row an action, grouped as the document groups them."""
    actions = list(
        strategy.action_set.select_related("priority")
        .prefetch_related("milestones", "teams", "intentions", "progress")
        .order_by("priority__order", "order", "pk")
    )
    if not actions:
        return None
    milestones = [one for action in actions for one in action.milestones.all()]
    years = _years(milestones)
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for action in actions:
        priority = action.priority
        above = f"Priority {priority.number}: {priority.title}" if priority and priority.number else str(priority or "")
        cells = []
        for year in years:
            due = [one for one in action.milestones.all() if one.due.words == year]
            due.sort(key=lambda one: (one.order, one.pk))
            cells.append(
                {"text": "; ".join(one.title for one in due), "buys": any(one.is_buying for one in due), "label": year}
            )
        teams = [str(team) for team in action.teams.all()]
        groups.setdefault((above, action.heading), []).append(
            {
                "title": action.title,
                "text": action.text,
                "cells": cells,
                "responsible": action.responsible_as_stated or ", ".join(teams),
                "progress": [
                    {"date": f"{one.reported_date:%-d %B %Y}", "text": one.text}
                    for one in sorted(action.progress.all(), key=lambda one: one.reported_date, reverse=True)[:1]
                ],
            }
        )
    return {
        "shape": "plan",
        "years": years,
        "groups": [{"above": above, "title": heading, "rows": rows} for (above, heading), rows in groups.items()],
    }


def _years(milestones: Iterable[Milestone]) -> list[str]:
    order = {one.due.words: (one.due.earliest or dt.date.max, one.due.words) for one in milestones}
    return sorted(order, key=lambda words: order[words])


def _delivery_plan(section: Section, at: dt.datetime) -> Block | None:
    return delivery_plan(section.strategy)


def _glossary(section: Section, at: dt.datetime) -> Block | None:
    items = [{"term": row.term, "meaning": row.meaning} for row in section.strategy.term_set.order_by("term", "pk")]
    items.sort(key=lambda item: item["term"].casefold())
    return {"shape": "glossary", "items": items} if items else None


def _narrowed(rows: Any, section: Section, *, typed: bool = False) -> Any:
    """Apply a section's filters; a parent type or group finds its children."""
    model = rows.model
    names = {field.name for field in model._meta.get_fields()}
    if section.life_stages and "life_stage" in names:
        rows = rows.filter(life_stage__in=section.life_stages)
    types, groups = list(section.types.all()), list(section.client_groups.all())
    if types and "types" in names:
        rows = rows.filter(types__in=type(types[0]).objects.within(types))
    if groups and "client_groups" in names:
        rows = rows.filter(client_groups__in=type(groups[0]).objects.within(groups))
    return rows.distinct() if types or groups else rows


def _cell(text: str, *, url: str = "", note: str = "") -> dict[str, str]:
    cell = {"text": text}
    if url:
        cell["url"] = url
    if note:
        cell["note"] = note
    return cell


def _table(caption: str, columns: list[str], groups: list[dict[str, Any]], *, blank: str = UNKNOWN) -> Block:
    # A column in which the register knows nothing at all says nothing.
    keep = [
        place
        for place in range(len(columns))
        if place == 0 or any(row[place]["text"] for group in groups for row in group["rows"])
    ]
    return {
        "shape": "table",
        "caption": caption,
        "blank": blank,
        "columns": [columns[place] for place in keep],
        "groups": [
            {"title": group["title"], "rows": [[row[place] for place in keep] for row in group["rows"]]}
            for group in groups
        ],
    }


def _facts(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"label": label, "text": text} for label, text in pairs if text]


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


_BUILDERS: dict[Section.Block, Callable[[Section, dt.datetime], Block | None]] = {
    Section.Block.MESSAGES: _messages,
    Section.Block.INDICATORS: _indicators,
    Section.Block.PRIORITIES: _priorities,
    Section.Block.PRINCIPLES: _principles,
    Section.Block.DELIVERY_PLAN: _delivery_plan,
    Section.Block.PIPELINE: _pipeline,
    Section.Block.FRAMEWORKS: _frameworks,
    Section.Block.CONTRACTS: _contracts,
    Section.Block.SERVICES: _services,
    Section.Block.FORUMS: _forums,
    Section.Block.CONTACTS: _contacts,
    Section.Block.RELATED: _related,
    Section.Block.GLOSSARY: _glossary,
    Section.Block.VALUES: _values,
    Section.Block.CYCLE: _cycle,
    Section.Block.PARTNERS: _partners,
    Section.Block.PLACES: _places,
}
