"""The few shapes that a block's data take, and what its rows are narrowed by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..models import Section, Strategy

Block = dict[str, Any]
UNKNOWN = "Not stated"
# A column that fewer rows than this share can fill moves into a note below the row's title.
SPARSE = 1 / 3


def own(rows: Any, strategy: Strategy) -> Any:
    """Leave out sample rows, unless the whole document is a sample."""
    names = {field.name for field in rows.model._meta.get_fields()}
    if strategy.is_sample or "is_sample" not in names:
        return rows
    return rows.filter(is_sample=False)


def narrowed(rows: Any, section: Section) -> Any:
    """Apply a section's filters; a parent type or group finds its children."""
    names = {field.name for field in rows.model._meta.get_fields()}
    if section.life_stages and "life_stage" in names:
        rows = rows.filter(life_stage__in=section.life_stages)
    types, groups = list(section.types.all()), list(section.client_groups.all())
    if types and "types" in names:
        rows = rows.filter(types__in=type(types[0]).objects.within(types))
    if groups and "client_groups" in names:
        rows = rows.filter(client_groups__in=type(groups[0]).objects.within(groups))
    return rows.distinct() if types or groups else rows


def entries(items: list[dict[str, Any]], *, numbered: bool = False) -> Block | None:
    """Titled items with facts and parts; nothing where there are none."""
    return {"shape": "entries", "numbered": numbered, "items": items} if items else None


def cell(text: str, *, url: str = "", note: str = "") -> dict[str, str]:
    """One cell of a table: its words, maybe an address and a note in small."""
    made = {"text": text}
    if url:
        made["url"] = url
    if note:
        made["note"] = note
    return made


def table(caption: str, columns: list[str], groups: list[dict[str, Any]], *, blank: str = UNKNOWN) -> Block:
    """A register's rows in groups.

    A column in which the register knows nothing at all says nothing and is left out; one that only a few rows fill
    becomes a note below their titles.
    """
    rows = [row for group in groups for row in group["rows"]]
    filled = {place: sum(1 for row in rows if row[place]["text"]) for place in range(1, len(columns))}
    keep = [place for place, count in filled.items() if count >= SPARSE * len(rows)]
    if not keep and any(filled.values()):
        keep = [max(filled, key=lambda place: filled[place])]
    moved = [place for place, count in filled.items() if count and place not in keep]
    return {
        "shape": "table",
        "caption": caption,
        "blank": blank,
        "columns": [columns[place] for place in (0, *keep)],
        "groups": [
            {
                "title": group["title"],
                "rows": [[_with_notes(row, columns, moved), *(row[place] for place in keep)] for row in group["rows"]],
            }
            for group in groups
        ],
    }


def _with_notes(row: list[dict[str, str]], columns: list[str], moved: list[int]) -> dict[str, str]:
    first = row[0]
    said = [first.get("note", "")]
    for place in moved:
        if row[place]["text"]:
            said.append(f"{columns[place]}: {row[place]['text']}")
            said.append(row[place].get("note", ""))
    return cell(first["text"], url=first.get("url", ""), note=sentences(said))


def sentences(parts: Iterable[str]) -> str:
    """Join statements, each ended as a sentence where another follows."""
    given = [part.strip() for part in parts if part.strip()]
    ended = [part if part[-1] in ".?!" else f"{part}." for part in given[:-1]]
    return " ".join([*ended, *given[-1:]])


def facts(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    """Labelled facts; those not known are left out."""
    return [{"label": label, "text": text} for label, text in pairs if text]


def number(value: int | None) -> str:
    """A count with its thousands separated; empty where it is not known."""
    return "" if value is None else f"{value:,}"
