"""Composes a strategy's document: its tree of sections with what the registers hold at one moment."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from . import blocks
from .models import Section, Strategy

Content = dict[str, Any]
MOST_KEY_FIGURES = 4
# Where no figure is marked as a headline, only figures on these matters may stand at the top.
HEADLINE_TOPICS = ("population", "supply", "spending", "health", "children", "deprivation")


def compose(strategy: Strategy, *, at: dt.datetime) -> tuple[Content, list[str]]:
    """Return the whole document as plain data, and the list of what it lacks.

    Read inside one transaction with a consistent snapshot, so that no table disagrees with another.
    """
    rows = list(
        Section.objects.filter(strategy=strategy)
        .select_related("strategy__organisation", "organisation", "source")
        .prefetch_related("types", "client_groups")
        .order_by("order", "pk")
    )
    below: dict[int | None, list[Section]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    missing: list[str] = []
    if not rows:
        missing.append("The document has no sections yet.")
    sections = [
        _compose_section(row, str(number), below, at, missing) for number, row in enumerate(below.get(None, []), 1)
    ]
    organisation = strategy.organisation
    partners = [
        row.organisation for row in strategy.partnerships.select_related("organisation").order_by("order", "pk")
    ]
    content = {
        "title": strategy.title,
        "headline": strategy.headline,
        "kind": strategy.get_kind_display(),
        "lede": strategy.lede,
        "period": strategy.period,
        "source": strategy.source_line,
        "source_status": strategy.source_status,
        "organisation": {
            "name": organisation.name,
            "short_name": organisation.short_name,
            "slug": organisation.slug,
            "accent": organisation.accent,
        },
        "partners": [partner.name for partner in partners],
        "partner_short_names": [partner.short_name for partner in partners],
        "figures": _key_figures(sections),
        "sections": sections,
    }
    return content, missing


def _compose_section(
    section: Section, number: str, below: dict[int | None, list[Section]], at: dt.datetime, missing: list[str]
) -> dict[str, Any]:
    block = None
    if section.block:
        block = blocks.build(section, at=at)
        if block is None:
            missing.append(f"{number} {section.title}: the register has nothing for “{section.get_block_display()}”.")
    children = below.get(section.pk, [])
    if not section.body and not section.block and not children:
        missing.append(f"{number} {section.title}: it has neither words nor a block.")
    return {
        "slug": section.slug,
        "number": number,
        "title": section.title,
        "body": section.body,
        "block": block,
        "source": section.source_line,
        "source_section": section.source_section,
        "source_note": section.source_note,
        "children": [
            _compose_section(child, f"{number}.{position}", below, at, missing)
            for position, child in enumerate(children, 1)
        ],
    }


def _key_figures(sections: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Up to four figures for the top of the page.

    Those marked as headlines; where a document marks none, the first short ones about people, supply and money.
    """
    marked, others = [], []
    for section in walk(sections):
        block = section["block"]
        if not block or block["shape"] != "indicators":
            continue
        for item in block["items"]:
            for figure in item["figures"]:
                if not figure["value"]:
                    continue
                is_alone = len(item["figures"]) == 1
                shown = {
                    "value": figure["value"],
                    "what": item["measure"] if is_alone else figure["what"],
                    "when": figure["when"],
                }
                if figure.get("is_headline"):
                    marked.append(shown)
                elif is_alone and item.get("topic") in HEADLINE_TOPICS and _is_short_number(figure["value"]):
                    others.append(shown)
    return _once(marked or others)[:MOST_KEY_FIGURES]


def _is_short_number(value: str) -> bool:
    return len(value) <= 9 and any(letter.isdigit() for letter in value)


def _once(figures: list[dict[str, str]]) -> list[dict[str, str]]:
    """An indicator that stands in two sections gives its figure once."""
    return [figure for place, figure in enumerate(figures) if figure not in figures[:place]]


def walk(sections: list[dict[str, Any]]) -> Any:
    """Yield every section, parents before their children."""
    for section in sections:
        yield section
        yield from walk(section["children"])


def checksum(content: Content) -> str:
    """SHA-256 of the content in one fixed form."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def changes(before: Content | None, after: Content) -> list[str]:
    """Say section by section what differs from the last published edition, in sentences."""
    if before is None:
        return []
    old = {section["slug"]: section for section in walk(before["sections"])}
    new = {section["slug"]: section for section in walk(after["sections"])}
    said = []
    for slug, section in new.items():
        title = f"{section['number']} {section['title']}"
        if slug not in old:
            said.append(f"New: {title}.")
            continue
        parts = _section_changes(old[slug], section)
        if parts:
            said.append(f"{title}: {', '.join(parts)}.")
    said += [f"Left out: {section['title']}." for slug, section in old.items() if slug not in new]
    return said


def _section_changes(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    parts = []
    if (old["body"], old["title"]) != (new["body"], new["title"]):
        parts.append("words changed")
    before, after = _items(old["block"]), _items(new["block"])
    added, dropped = len(after - before), len(before - after)
    if added or dropped:
        changed = min(added, dropped)
        counts = ((added - changed, "added"), (changed, "changed"), (dropped - changed, "left out"))
        parts += [f"{count} {word}" for count, word in counts if count]
    return parts


def _items(block: dict[str, Any] | None) -> set[str]:
    if block is None:
        return set()
    if "groups" in block:
        rows = [row for group in block["groups"] for row in (group.get("rows") or group.get("items") or [])]
    else:
        rows = block["items"]
    return {json.dumps(row, sort_keys=True) for row in rows}
