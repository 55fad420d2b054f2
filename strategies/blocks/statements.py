"""What the document says: messages, priorities, principles, values, its steps, related plans and its words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from commissioning.models import CycleStage, OrganisationValue

from ..models import Message, Section
from .shapes import Block, cell, entries, narrowed, own, table


def messages(section: Section, at: dt.datetime) -> Block | None:
    rows = section.strategy.message_set.select_related("source", "made_by", "place")
    if section.message_kinds:
        rows = rows.filter(kind__in=section.message_kinds)
    if section.message_headings:
        rows = rows.filter(heading__in=section.message_headings)
    rows = narrowed(own(rows, section.strategy), section)
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


def priorities(section: Section, at: dt.datetime) -> Block | None:
    """Priorities with their intentions; a section's headings name the themes it takes."""
    rows = own(section.strategy.priority_set.select_related("theme").prefetch_related("intentions"), section.strategy)
    loose = own(section.strategy.intention_set.filter(priority=None), section.strategy).order_by("order", "pk")
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
    return entries(items, numbered=True)


def _intentions(rows: Iterable[Any]) -> list[dict[str, str]]:
    return [{"heading": row.heading, "title": row.title, "text": row.text} for row in rows]


def principles(section: Section, at: dt.datetime) -> Block | None:
    return _titled(own(section.strategy.principle_set.all(), section.strategy).order_by("order", "pk"))


def values(section: Section, at: dt.datetime) -> Block | None:
    rows = own(OrganisationValue.objects.owned_by(section.organisation), section.strategy)
    return _titled(rows.order_by("order", "pk"), title="name")


def cycle(section: Section, at: dt.datetime) -> Block | None:
    rows = own(CycleStage.objects.owned_by(section.organisation), section.strategy)
    return _titled(rows.order_by("order", "pk"), title="name", numbered=True)


def _titled(rows: Iterable[Any], *, title: str = "title", numbered: bool = False) -> Block | None:
    items = [{"title": getattr(row, title), "text": row.text, "facts": [], "parts": []} for row in rows]
    if numbered:
        items = [{**item, "number": str(number)} for number, item in enumerate(items, 1)]
    return entries(items, numbered=numbered)


def related(section: Section, at: dt.datetime) -> Block | None:
    groups: dict[str, list[Any]] = {}
    for row in own(section.strategy.relateddocument_set.all(), section.strategy).order_by("order", "pk"):
        cells = [cell(row.title, url=row.url), cell(row.text), cell(row.status)]
        groups.setdefault(row.get_kind_display(), []).append(cells)
    if not groups:
        return None
    return table(
        "Plans, law and sources to read with this",
        ["Document", "What it is", "Status"],
        [{"title": title, "rows": rows} for title, rows in groups.items()],
        blank="",
    )


def glossary(section: Section, at: dt.datetime) -> Block | None:
    rows = own(section.strategy.term_set.all(), section.strategy).order_by("term", "pk")
    items = [{"term": row.term, "meaning": row.meaning} for row in rows]
    items.sort(key=lambda item: item["term"].casefold())
    return {"shape": "glossary", "items": items} if items else None
