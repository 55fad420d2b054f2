"""A chart as SVG, as words and as a table."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from . import bars, columns, lines, ranges, stacked, timeline
from .canvas import Canvas
from .model import NOT_STATED, Chart, Kind

WIDE = 720
BROAD = 1040
NARROW = 318
LARGE_PRINT = 430

_DRAW: dict[Kind, Callable[[Chart, Canvas], None]] = {
    Kind.BARS: bars.draw,
    Kind.GROUPED: bars.draw,
    Kind.CHANGE: bars.draw,
    Kind.STACKED: stacked.draw,
    Kind.LINE: lines.draw,
    Kind.RANGE: ranges.draw,
    Kind.COLUMNS: columns.draw,
    Kind.TIMELINE: timeline.draw,
}


@dataclass(frozen=True)
class Row:
    """One row of a chart's table. A cell without a figure says so."""

    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """The same figures as the chart's."""

    caption: str
    corner: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]


def draw(chart: Chart, width: int) -> Canvas:
    """Lay a chart out on a sheet of this width."""
    canvas = Canvas(width=width)
    _DRAW[chart.kind](chart, canvas)
    canvas.reach(24)
    return canvas


def render(chart: Chart, width: int = WIDE, *, css_class: str = "", key: str = "") -> SafeString:
    """Draw a chart as inline SVG: presentation attributes only, with a title and a description of its own.

    Two charts with the same words on one page need a ``key`` each, from which their ids are made.
    """
    return to_svg(
        draw(chart, width), chart, title=chart.title, description=describe(chart), css_class=css_class, key=key
    )


def to_svg(
    canvas: Canvas, drawn: object, *, title: str, description: str, css_class: str = "", key: str = ""
) -> SafeString:
    """Write a sheet as SVG. What is drawn gives the ids, with the sheet's width and the key."""
    prefix = f"c{_digest(drawn, canvas.width, key)}"
    shapes = [
        {
            "element": shape.element,
            "text": shape.text,
            "attributes": [(name, value.replace("PREFIX", prefix)) for name, value in shape.attributes],
        }
        for shape in canvas.shapes
    ]
    return render_to_string(
        "charts/drawing.svg",
        {
            "prefix": prefix,
            "css_class": css_class,
            "width": f"{canvas.width:g}",
            "height": f"{canvas.height:.0f}",
            "title": title,
            "description": description,
            "patterns": sorted(canvas.patterns),
            "shapes": shapes,
        },
    )


def _digest(drawn: object, width: float, key: str) -> str:
    return hashlib.sha256(repr((drawn, width, key)).encode()).hexdigest()[:10]


def describe(chart: Chart) -> str:
    """Say every figure of a chart in words, for those who do not see it."""
    parts = []
    for series in chart.series:
        figures = "; ".join(
            f"{point.label}: {chart.text_of(point)}{f' ({point.detail})' if point.detail else ''}"
            for point in series.points
        )
        parts.append(f"{series.name}: {figures}" if series.name else figures)
    what = f"{chart.what}. " if chart.what else ""
    return f"{what}{'. '.join(parts)}."


def table_of(chart: Chart) -> Table:
    """Return the chart's figures as a table: a row for each label, a column for each series."""
    names = tuple(series.name or chart.what or "Figure" for series in chart.series)
    rows = []
    for label in chart.labels:
        cells = []
        for series in chart.series:
            point = series.at(label)
            text = chart.text_of(point) if point else NOT_STATED
            cells.append(f"{text}, {point.detail}" if point and point.detail else text)
        rows.append(Row(label=label, cells=tuple(cells)))
    return Table(caption=chart.what or chart.title, corner=_corner(chart), heads=names, rows=tuple(rows))


def _corner(chart: Chart) -> str:
    if all(label[:4].isdigit() for label in chart.labels):
        return "Period"
    return "Group"
