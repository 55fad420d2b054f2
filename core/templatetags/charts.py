"""Tags that show a chart with its table, on a page and in print."""

from __future__ import annotations

from typing import Any

from django import template

from core.charts import BROAD, LARGE_PRINT, NARROW, WIDE, Chart, describe, render, table_of
from core.charts.output import draw, to_svg

register = template.Library()


@register.inclusion_tag("charts/figure.html")
def chart(chart: Chart, level: int = 3, key: str = "", is_broad: bool = False) -> dict[str, Any]:
    """Show a chart on a page: ``{% chart chart %}``. Give each a ``key`` where two might have the same words.

    ``is_broad`` is for one that has the page's whole width: drawn for it, its words keep their size.
    """
    return {
        "chart": chart,
        "level": level,
        "is_broad": is_broad,
        "wide": render(chart, BROAD if is_broad else WIDE, css_class="ccp-chart__wide", key=key),
        "narrow": render(chart, NARROW, css_class="ccp-chart__narrow", key=key),
        "table": table_of(chart),
    }


@register.inclusion_tag("charts/print_figure.html")
def chart_for_print(chart: Chart, large_print: bool = False, with_table: bool = True, key: str = "") -> dict[str, Any]:
    """Show a chart in a printed document: ``{% chart_for_print chart large_print %}``.

    A printed drawing's only text alternative is its title, so that it says the figures where no table does.
    """
    width = LARGE_PRINT if large_print else WIDE
    if with_table:
        drawing = render(chart, width, key=key)
    else:
        title = f"{chart.title}. {describe(chart)}"
        drawing = to_svg(draw(chart, width), chart, title=title, description=describe(chart), key=key)
    return {"chart": chart, "drawing": drawing, "table": table_of(chart) if with_table else None}
