"""Shares of a whole: one bar for each label, cut into its groups."""

from __future__ import annotations

from decimal import Decimal

from .canvas import INK, SOFT, WHITE, Canvas
from .colours import is_dark, series_fills
from .model import Chart, Point, number_text
from .words import width_of

BAR = 44.0


def draw(chart: Chart, canvas: Canvas) -> None:
    """Draw a bar of full length for each label; below it, how many that is in all where the unit can be summed."""
    fills = series_fills(chart, accent_last=True)
    top = canvas.key([(fill, series.name) for fill, series in zip(fills, chart.series, strict=True)], 0)
    longest = max((canvas.text_width(label, 18) for label in chart.labels), default=0)
    label_room = min(longest, canvas.width * 0.3)
    for label in chart.labels:
        parts = [(series.at(label), fill, series.name) for series, fill in zip(chart.series, fills, strict=True)]
        left = 0.0
        if canvas.is_narrow:
            top = canvas.words(label, 0, top, canvas.width, weight=700) + 4
            bottom = _segments(chart, canvas, parts, 1, canvas.width - 2, top)
        else:
            left = label_room + 14
            end = canvas.words(label, 0, top + 10, label_room, size=18, weight=700)
            bottom = max(_segments(chart, canvas, parts, left, canvas.width - left - 2, top), end)
        top = bottom + 12
    canvas.reach(top)


def share_text(chart: Chart, point: Point, total: Decimal) -> str:
    """A group's share: as the source writes it where the figures are shares already, else worked out."""
    assert point.value is not None
    if chart.unit == "%":
        return chart.text_of(point)
    return f"{number_text((point.value * 100 / total).quantize(Decimal(1)))}%"


def _segments(
    chart: Chart, canvas: Canvas, parts: list[tuple[Point | None, str, str]], left: float, room: float, top: float
) -> float:
    given = [(point, fill) for point, fill, _ in parts if point and point.value is not None and point.value >= 0]
    missing = [name for point, _, name in parts if not (point and point.value is not None and point.value >= 0)]
    total = sum((point.value for point, _ in given if point.value is not None), Decimal(0))
    x = left
    for point, fill in given:
        assert point.value is not None
        width = room * float(point.value / total) if total else 0.0
        canvas.rect(x, top, width, BAR, fill)
        if total:
            _share(canvas, share_text(chart, point, total), fill, x, width, top)
        x += width
    notes = []
    if not total and not missing:
        notes.append("None")
    if total and chart.unit not in ("%", ""):
        notes.append(
            f"{chart.texts(total)} {'' if chart.unit.startswith('£') else chart.unit} in all".replace("  ", " ")
        )
    notes += [f"{name}: not stated" for name in missing]
    if not notes:
        return top + BAR
    return canvas.words(". ".join(notes), left + room, top + BAR + 2, room, size=16, fill=SOFT, anchor="end")


def _share(canvas: Canvas, text: str, fill: str, x: float, width: float, top: float) -> None:
    size = canvas.size
    needed = width_of(text, size) + 8
    if needed > width - 2:
        return
    middle = x + width / 2
    if not fill.startswith("#"):
        canvas.add("rect", x=middle - needed / 2, y=top + 9, width=needed, height=26.0, fill=WHITE, rx="5")
    canvas.words(text, middle, top + 12, width, weight=600, fill=WHITE if is_dark(fill) else INK, anchor="middle")
