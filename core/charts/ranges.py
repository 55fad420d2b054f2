"""From one value to another: a bar between two marks (years in good health, and in all)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from .canvas import HATCH, INK, LINE, SOFT, Canvas
from .model import Chart, Point, Series
from .scale import nice_ticks

BAR = 18.0


def draw(chart: Chart, canvas: Canvas) -> None:
    """Draw a row for each series and label. The scale need not begin at nought; its ticks say where it does."""
    rows = [(series, point) for series in chart.series for point in series.points]
    numbers = [float(n) for _, point in rows for n in (point.low, point.value) if n is not None]
    ticks = nice_ticks(min(numbers, default=0.0), max(numbers, default=1.0), 4 if canvas.is_narrow else 5)
    side = 8 + max((canvas.text_width(chart.texts(n)) for _, p in rows for n in (p.low, p.value)), default=0)
    side = min(side + 16, canvas.width * 0.3)
    label_room = 0.0 if canvas.is_narrow else canvas.width * 0.28
    left, right = label_room + side, canvas.width - side
    first, last = ticks[0], ticks[-1]

    def across(value: Decimal) -> float:
        return left + (float(value) - first) / (last - first) * (right - left)

    top = 0.0
    if chart.low_label or chart.high_label:
        words = f"Left mark: {chart.low_label}. Right mark: {chart.high_label}."
        top = canvas.words(words, 0, 0, canvas.width, size=16, fill=SOFT) + 8
    start = top
    for series, point in rows:
        name = _name(series, point)
        is_own = not (series.is_comparator or point.is_comparator)
        if canvas.is_narrow:
            top = canvas.words(name, 0, top, canvas.width, weight=700 if is_own else 400) + 5
            end = top
        else:
            end = canvas.words(name, 0, top, label_room - 10, weight=700 if is_own else 400)
        bottom = _row(chart, canvas, point, across, top, is_own, side)
        top = max(bottom, end) + 16
    for tick in ticks:
        x = across(Decimal(str(tick)))
        canvas.line(x, start, x, top, stroke=LINE)
        canvas.shapes.insert(0, canvas.shapes.pop())
    for tick in (first, last):
        text = chart.texts(Decimal(str(tick)))
        canvas.words(text, across(Decimal(str(tick))), top + 2, side * 2, size=15, fill=SOFT, anchor="middle")


def _name(series: Series, point: Point) -> str:
    return ", ".join(part for part in (point.label, series.name) if part)


def _row(
    chart: Chart,
    canvas: Canvas,
    point: Point,
    across: Callable[[Decimal], float],
    top: float,
    is_own: bool,
    side: float,
) -> float:
    if point.value is None:
        text = chart.text_of(point)
        left = 0.0 if canvas.is_narrow else canvas.width * 0.28
        return canvas.words(text, left + 4, top, canvas.width - left - 4, fill=SOFT, style="italic")
    low, high = point.low, point.value
    middle = top + 12
    if low is not None:
        fill = HATCH if is_own else "#cbd8d6"
        canvas.rect(across(low), middle - BAR / 2, across(high) - across(low), BAR, fill)
        mark = chart.accent if is_own else "#ffffff"
        canvas.add("circle", cx=across(low), cy=middle, r="11", fill=mark, stroke=INK, stroke_width="1")
        canvas.words(chart.texts(low), across(low) - 15, top + 1, side - 15, weight=700, anchor="end")
    canvas.line(across(high), middle - 14, across(high), middle + 14, stroke=INK, width=3)
    canvas.words(chart.texts(high), across(high) + 8, top + 1, side - 8, weight=700)
    return middle + 16
