"""Reads a chart from plain data, as the registers and a stored edition keep it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from .model import PINE, Chart, Kind, Point, Series


def chart_from_data(data: Mapping[str, Any], *, accent: str = PINE) -> Chart | None:
    """Return the chart of an indicator kept as plain data, or nothing where it is no chart but a figure or a table.

    ``data`` has ``title``, ``measure``, ``unit``, ``chart`` (a `Kind`), ``series`` of ``name``, ``is_comparator`` and
    ``points`` (``label``, ``value`` and ``low`` as text or nothing, ``text``, ``is_comparator``, ``is_projection``).
    One figure alone, or words without any number, is not drawn.
    """
    if data["chart"] not in set(Kind):
        return None
    series = tuple(
        Series(
            name=row["name"],
            is_comparator=bool(row.get("is_comparator")),
            points=tuple(_point(point) for point in row["points"]),
        )
        for row in data["series"]
    )
    chart = Chart(
        kind=Kind(data["chart"]),
        title=data["title"],
        what=data.get("measure", ""),
        unit=data.get("unit", ""),
        accent=accent,
        series=series,
        source=data.get("figure_source") or data.get("source", ""),
        note=" ".join(part for part in (data.get("note", ""), data.get("source_note", "")) if part),
        is_sample=bool(data.get("is_sample")),
        slug=data.get("slug", ""),
    )
    return chart if len(chart.values()) > 1 else None


def _point(row: Mapping[str, Any]) -> Point:
    return Point(
        label=row["label"],
        value=_number(row.get("value")),
        low=_number(row.get("low")),
        text=row.get("text", ""),
        detail=row.get("detail", ""),
        is_comparator=bool(row.get("is_comparator")),
        is_projection=bool(row.get("is_projection")),
    )


def _number(value: Any) -> Decimal | None:
    return None if value is None or value == "" else Decimal(str(value))
