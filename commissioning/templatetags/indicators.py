"""Shows indicators kept as plain data: charts with their tables, key figures in rows of cards, plain tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from django import template

from commissioning.evidence import ACCENT_COLOURS
from core.charts import Chart, Kind, chart_from_data, table_of

register = template.Library()

FIGURES_ON_THE_MARK = (Kind.BARS, Kind.CHANGE, Kind.GROUPED, Kind.COLUMNS)
MOST_BARS_WITHOUT_TABLE = 16
MOST_WITHOUT_TABLE = 3


@register.inclusion_tag("commissioning/indicators.html")
def indicators(items: Iterable[Mapping[str, Any]], accent: str = "pine", level: int = 2) -> dict[str, Any]:
    """Show indicators on a page below a heading of ``level``."""
    return {"groups": list(_groups(items, accent)), "level": level + 1}


@register.inclusion_tag("commissioning/indicators_for_print.html")
def indicators_for_print(
    items: Iterable[Mapping[str, Any]], accent: str = "pine", level: int = 2, large_print: bool = False
) -> dict[str, Any]:
    """Show indicators in a printed document: the figures once, and a source that several share below the last."""
    groups = list(_groups(items, accent))
    sources = [_source(group) for group in groups]
    for group, source, following in zip(groups, sources, [*sources[1:], ""], strict=True):
        group["source"] = "" if source == following else source
        if group["shape"] == "chart":
            group["note"] = " ".join(part for part in (group["data"]["note"], group["data"]["source_note"]) if part)
            group["chart"] = replace(group["chart"], source=group["source"], note=group["note"])
            group["with_table"] = _table_adds(group["chart"])
        if group["shape"] == "table":
            group["note"] = " ".join(part for part in (group["data"]["note"], group["data"]["source_note"]) if part)
    return {"groups": groups, "level": level + 1, "large_print": large_print}


def _source(group: Mapping[str, Any]) -> str:
    """Who measured it. The document itself is named once, by the section."""
    named = [item["figure_source"] for item in group.get("items", [group.get("data")])]
    return str(named[0]) if len(set(named)) == 1 else ""


def _table_adds(chart: Chart) -> bool:
    """Bars carry their figures, so that a table of the same few would only repeat them."""
    most = MOST_BARS_WITHOUT_TABLE if chart.kind in FIGURES_ON_THE_MARK else MOST_WITHOUT_TABLE
    return len(chart.values()) > most


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
