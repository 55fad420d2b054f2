"""A row for each thing and a bar from its beginning to its end: a pipeline over seasons."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from .canvas import BAND, DOTS, HATCH, INK, SOFT, STRIPES, Canvas
from .model import Chart, Point

Across = Callable[[Decimal], float]

BAR = 22.0
HONEY = "#f2b544"
PATTERNS = (DOTS, HATCH, STRIPES)


def draw(chart: Chart, canvas: Canvas) -> None:
    """Draw rows over banded seasons. ``low`` is the beginning and ``value`` the end; either alone is a short mark."""
    rows = [(series, point) for series in chart.series for point in series.points]
    label_room = 0.0 if canvas.is_narrow else canvas.width * 0.36
    left, right = label_room + (0 if canvas.is_narrow else 14), canvas.width - 2
    places = [tick for tick, _ in chart.ticks] or [n for _, p in rows for n in (p.low, p.value) if n is not None]
    first, last = float(min(places, default=0)), float(max(places, default=1))

    def across(value: Decimal) -> float:
        share = (float(value) - first) / (last - first) if last > first else 0.5
        return left + min(max(share, 0.0), 1.0) * (right - left)

    top = _head(chart, canvas, across, right)
    start = top
    for series, point in rows:
        is_told = series.highlight or point.highlight
        if canvas.is_narrow:
            top = canvas.words(point.label, 0, top, canvas.width, weight=700 if is_told else 400) + 3
            end = top
        else:
            end = canvas.words(point.label, 0, top, label_room, weight=700 if is_told else 400)
        top = max(end, _bar(chart, canvas, point, across, top, left, right)) + 8
    for (begin, _), (finish, _) in list(zip(chart.ticks, chart.ticks[1:], strict=False))[::2]:
        canvas.rect(across(begin), start - 4, across(finish) - across(begin), top - start, BAND, stroke=False)
        canvas.shapes.insert(0, canvas.shapes.pop())
    used = {point.kind for _, point in rows}
    if len(used) > 1:
        top = canvas.key([(_fill(chart, kind), kind) for kind in chart.kinds if kind in used], top + 2) - 8
    if chart.mark_label and any(point.mark is not None for _, point in rows):
        _door(canvas, 11, top + 2)
        top = canvas.words(chart.mark_label, 30, top + 4, right - 30, size=16)
    canvas.reach(top)


def _fill(chart: Chart, kind: str) -> str:
    """The accent for the first kind of bar, a pattern for each other."""
    number = chart.kinds.index(kind) if kind in chart.kinds else 0
    return PATTERNS[(number - 1) % len(PATTERNS)] if number else chart.accent


def _door(canvas: Canvas, middle: float, top: float) -> None:
    """Draw the mark: a door, as on the portal's pages."""
    bottom = top + BAR
    canvas.add(
        "path",
        d=f"M{middle - 9:.1f} {bottom:.1f} v-13 a9 9 0 0 1 18 0 v13 z",
        fill=HONEY,
        stroke=INK,
        stroke_width="1.5",
    )
    canvas.reach(bottom + 1)


def _head(chart: Chart, canvas: Canvas, across: Across, right: float) -> float:
    """Write the names of the ticks that have one, as many as have room until the next."""
    end, bottom = -1.0, 0.0
    named = [tick for tick in chart.ticks if tick[1]]
    for (place, words), following in zip(named, (*named[1:], None), strict=False):
        x = across(place)
        room = (across(following[0]) if following else right) - x - 6
        if x < end or any(canvas.text_width(word, 15) > room for word in words.split()):
            continue
        bottom = max(bottom, canvas.words(words, x + 3, 0, room, size=15, fill=SOFT))
        end = x + min(canvas.text_width(words, 15), room)
    return bottom + 8


def _bar(chart: Chart, canvas: Canvas, point: Point, across: Across, top: float, left: float, right: float) -> float:
    begin = point.low if point.low is not None else point.value
    finish = point.value if point.value is not None else point.low
    if begin is None or finish is None:
        return canvas.words(chart.text_of(point), left + 4, top, right - left - 4, fill=SOFT, style="italic")
    x, end = across(begin), across(finish)
    canvas.rect(min(x, right - 6), top, max(end - x, 6.0), BAR, _fill(chart, point.kind))
    if point.mark is not None:
        middle = min(max(across(point.mark), left + 9), right - 9)
        if middle > end:
            canvas.add(
                "line", x1=end, y1=top + BAR / 2, x2=middle, y2=top + BAR / 2, stroke=INK, stroke_width="1.5",
                stroke_dasharray="2 4",
            )  # fmt: skip
        _door(canvas, middle, top)
        end = max(end, middle + 9)
    text = point.text
    if not text:
        return top + BAR
    width = canvas.text_width(text, 15)
    if end + 10 + width <= right:
        return max(canvas.words(text, end + 10, top + 2, right - end, size=15, fill=INK), top + BAR)
    if x - 8 - width >= left:
        return max(canvas.words(text, x - 8, top + 2, x - left, size=15, fill=INK, anchor="end"), top + BAR)
    return canvas.words(text, left + 2, top + BAR + 2, right - left - 2, size=15, fill=INK)
