"""Renders a composed edition: the web page's body, and the PDFs in standard and large print."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.template.loader import render_to_string

from core.pdf import print_assets, render_pdf

from . import composition
from .composition import Content
from .models import Edition, EditionFile

Progress = Callable[..., None]
# Letters that one half of the running head holds.
HEAD_ROOM = 46
HEAD_ROOM_LARGE = 34


@dataclass(frozen=True)
class Rendered:
    """One file of an edition, ready to be stored."""

    kind: str
    content: bytes
    pages: int | None


def render(edition: Edition, content: Content, *, at: dt.datetime, progress: Progress) -> Iterator[Rendered]:
    """Yield the page and both PDFs, reporting progress page by page.

    :raises core.pdf.RenderFailed: with a plain reason, if a PDF cannot be laid out within its limits.
    """
    yield Rendered(EditionFile.Kind.PAGE, page(content).encode(), None)
    assets = print_assets()
    for kind, label in ((EditionFile.Kind.STANDARD, "PDF"), (EditionFile.Kind.LARGE_PRINT, "large print PDF")):
        is_large = kind == EditionFile.Kind.LARGE_PRINT
        progress(f"Laying out the {label}")

        def report(step: str, number: int, label: str = label) -> None:
            # Before the first page there is nothing to count.
            if number:
                progress(f"Laying out the {label}: page", number)
            else:
                progress(f"Laying out the {label}")

        html = render_to_string("pdf/edition.html", print_context(edition, content, at=at, is_large=is_large))
        pdf = render_pdf(html=html, assets=assets, large_print=is_large, created_at=at, on_progress=report)
        yield Rendered(kind, pdf.content, pdf.pages)


def page(content: Content) -> str:
    """The body of the web page, made once and stored with the edition."""
    return render_to_string("strategies/edition_body.html", {"content": content})


def print_context(edition: Edition, content: Content, *, at: dt.datetime, is_large: bool) -> dict[str, Any]:
    """What the printed document's template shows, with the words of its margins shortened to one line."""
    room = HEAD_ROOM_LARGE if is_large else HEAD_ROOM
    short_names = [content["organisation"]["short_name"], *content.get("partner_short_names", [])]
    return {
        "content": content,
        "sections": sections_for_print(content["sections"], room=room),
        "publisher": " and ".join([content["organisation"]["name"], *content["partners"]][:3]),
        "running_publisher": shortened(" · ".join(short_names), int(room * 1.6)),
        "running_title": shortened(content["headline"], room),
        "number": edition.number,
        "composed_at": at,
        "large_print": is_large,
        "accent": content["organisation"]["accent"],
        "lang": "en-GB",
    }


def sections_for_print(sections: list[dict[str, Any]], *, room: int) -> list[dict[str, Any]]:
    """The sections as they are printed: one source line for those that follow each other and share it."""
    copies = [_copied(section, room) for section in sections]
    flat = [one for copy in copies for one in composition.walk([copy])]
    for one, following in pairwise(flat):
        if following["number"].count(".") and _says_as_much(following, one):
            one["source_section"] = ""
    return copies


def _copied(section: dict[str, Any], room: int) -> dict[str, Any]:
    children = [_copied(child, room) for child in section["children"]]
    block = section["block"]
    if block and block["shape"] == "table":
        block = _labelled(block)
        block["alone"] = _only_row(block)
    return {
        **section,
        "block": block,
        "running_title": shortened(section["title"], room),
        "children": children,
        # A chapter with a plan by year stands on landscape pages as a whole: its first words share one with the plan.
        "is_wide": _is_plan(section) or any(_is_plan(child) for child in children),
    }


def _is_plan(section: dict[str, Any]) -> bool:
    return bool(section["block"]) and section["block"]["shape"] == "plan"


def _labelled(block: dict[str, Any]) -> dict[str, Any]:
    """Every cell with its column's name: large print shows a row below its title, where columns would be too narrow."""
    columns = block["columns"]
    groups = [
        {
            **group,
            "rows": [
                [{**cell, "label": column} for column, cell in zip(columns, row, strict=True)] for row in group["rows"]
            ],
        }
        for group in block["groups"]
    ]
    return {**block, "groups": groups}


def _only_row(block: dict[str, Any]) -> dict[str, Any] | None:
    """A table of one row reads better as a title with its facts."""
    rows = [row for group in block["groups"] for row in group["rows"]]
    if len(rows) != 1:
        return None
    first, *others = rows[0]
    return {**first, "above": block["groups"][0]["title"], "facts": [cell for cell in others if cell["text"]]}


def _says_as_much(following: dict[str, Any], one: dict[str, Any]) -> bool:
    is_same = following["source_section"].startswith(one["source_section"])
    return is_same and one["source_note"] in ("", following["source_note"])


def shortened(text: str, room: int) -> str:
    """Words that fit into one line of the margin."""
    if len(text) <= room:
        return text
    return f"{text[: room - 1].rsplit(' ', 1)[0].rstrip(' ,;:·')} …"
