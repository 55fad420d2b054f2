"""Shows indicators kept as plain data: charts with their tables, key figures in rows of cards, plain tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import template

from commissioning.evidence import ACCENT_COLOURS
from core.charts import Kind, chart_from_data, table_of

register = template.Library()


@register.inclusion_tag("commissioning/indicators.html")
def indicators(items: Iterable[Mapping[str, Any]], accent: str = "pine", level: int = 2) -> dict[str, Any]:
    """Show indicators on a page below a heading of ``level``."""
    return {"groups": list(_groups(items, accent)), "level": level + 1}


@register.inclusion_tag("commissioning/indicators_for_print.html")
def indicators_for_print(
    items: Iterable[Mapping[str, Any]], accent: str = "pine", level: int = 2, large_print: bool = False
) -> dict[str, Any]:
    """Show indicators in a printed document."""
    return {"groups": list(_groups(items, accent)), "level": level + 1, "large_print": large_print}


def _groups(items: Iterable[Mapping[str, Any]], accent: str) -> Iterator[dict[str, Any]]:
    """Key figures that follow each other stand in one row of cards."""
    figures: list[Mapping[str, Any]] = []
    colour = ACCENT_COLOURS.get(accent, ACCENT_COLOURS["pine"])
    for data in items:
        chart = chart_from_data(data, accent=colour)
        if chart is None and len(data["figures"]) == 1:
            figures.append(data)
            continue
        if figures:
            yield {"shape": "figures", "items": figures}
            figures = []
        if chart is not None:
            yield {"shape": "chart", "chart": chart, "data": data}
        else:
            drawn = chart_from_data({**data, "chart": Kind.BARS}, accent=colour)
            table = table_of(drawn) if drawn else None
            yield {"shape": "table", "table": table, "data": data}
    if figures:
        yield {"shape": "figures", "items": figures}
