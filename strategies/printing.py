"""Renders a composed edition: the web page's body, and the PDFs in standard and large print."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from core.pdf import print_assets, render_pdf

from .composition import Content
from .models import Edition, EditionFile

Progress = Callable[..., None]


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
            progress(f"Laying out the {label}: page", number)

        html = render_to_string("pdf/edition.html", print_context(edition, content, at=at, is_large=is_large))
        pdf = render_pdf(html=html, assets=assets, large_print=is_large, created_at=at, on_progress=report)
        yield Rendered(kind, pdf.content, pdf.pages)


def page(content: Content) -> str:
    """The body of the web page, made once and stored with the edition."""
    return render_to_string("strategies/edition_body.html", {"content": content})


def print_context(edition: Edition, content: Content, *, at: dt.datetime, is_large: bool) -> dict[str, Any]:
    publisher = " and ".join([content["organisation"]["name"], *content["partners"]][:3])
    return {
        "content": content,
        "publisher": publisher,
        "number": edition.number,
        "composed_at": at,
        "large_print": is_large,
        "accent": content["organisation"]["accent"],
        "lang": "en-GB",
    }
