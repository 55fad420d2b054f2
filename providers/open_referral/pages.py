"""A page of the feed: the rows of it, found by their keys first, and the envelope of the standard."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from core.api import Problem

from .parameters import Paging
from .plain import Document


def page_of_keys(rows: QuerySet[Any], paging: Paging) -> tuple[int, list[Any]]:
    """Return how many rows there are and the keys on the page, so that a deep page carries no whole rows past.

    :param rows: of one value each, or of one tuple each.
    :raises Problem: if there is no such page.
    """
    total = rows.order_by().count()
    first = (paging.page - 1) * paging.per_page
    if first >= total and paging.page > 1:
        raise Problem(f"There is no page {paging.page}: the last is {pages(total, paging)}.", status=404)
    return total, list(rows[first : first + paging.per_page]) if total else []


def pages(total: int, paging: Paging) -> int:
    """Return how many pages there are: at least one, since an empty list is a page too."""
    return max(1, -(-total // paging.per_page))


def envelope(contents: list[Document], *, total: int, paging: Paging) -> Document:
    count = pages(total, paging)
    return {
        "total_items": total,
        "total_pages": count,
        "page_number": paging.page,
        "size": len(contents),
        "first_page": paging.page == 1,
        "last_page": paging.page >= count,
        "empty": not contents,
        "contents": contents,
    }


def sliced(rows: list[Any], paging: Paging) -> tuple[int, list[Any]]:
    """Return the same of rows that are at hand."""
    first = (paging.page - 1) * paging.per_page
    if first >= len(rows) and paging.page > 1:
        raise Problem(f"There is no page {paging.page}: the last is {pages(len(rows), paging)}.", status=404)
    return len(rows), rows[first : first + paging.per_page]
