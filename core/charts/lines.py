"""A line for each series along time."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from .canvas import INK, LINE, SOFT, WHITE, Canvas
from .model import Chart, Series
from .scale import nice_ticks
from .words import width_of

Across = Callable[[int], float]
Up = Callable[[Decimal], float]

PLOT_HEIGHT = 240.0
OTHER_LINES = ("#16262b", "#b4532c", "#6b4686", "#3d7f9c")
DASHES = ("7 5", "2 4", "12 4 2 4", "16 6")


def draw(chart: Chart, canvas: Canvas) -> None:
    """Draw the lines over a scale that need not begin at nought. A year without a figure is a gap, never a nought."""
    looks = _looks(chart)
    top = 0.0
    if len(chart.series) > 1:
        top = _key(canvas, chart, looks)
    values = [float(value) for value in chart.values()]
    ticks = nice_ticks(min(values, default=0), max(values, default=1), 4)
    labels = chart.labels
    tick_room = max(width_of(chart.texts(Decimal(str(tick))), 15) for tick in ticks) + 10
    tick_room = min(tick_room, canvas.width * 0.4)
    ends = max((width_of(chart.text_of(p), canvas.size) for s in chart.series for p in s.points[-1:]), default=0)
    right_room = min(max(ends / 2, 26.0), canvas.width * 0.2) + 4
    left, right = tick_room + 12, canvas.width - right_room
    plot_top = top + canvas.size * 1.6
    plot_bottom = plot_top + PLOT_HEIGHT

    def across(position: int) -> float:
        return left + (right - left) * (position / (len(labels) - 1) if len(labels) > 1 else 0.5)

    def up(value: Decimal) -> float:
        return plot_bottom - (float(value) - ticks[0]) / (ticks[-1] - ticks[0]) * PLOT_HEIGHT

    for tick in ticks:
        canvas.line(left, up(Decimal(str(tick))), right, up(Decimal(str(tick))), stroke=LINE)
        text = chart.texts(Decimal(str(tick)))
        canvas.words(text, tick_room, up(Decimal(str(tick))) - 12, tick_room, size=15, fill=SOFT, anchor="end")
    for series, (colour, dash) in zip(chart.series, looks, strict=True):
        places = [
            (across(labels.index(point.label)), up(point.value)) if point.value is not None else None
            for point in series.points
        ]
        _path(canvas, places, colour, dash)
    told = _told(chart)
    if told:
        _ends(chart, canvas, told, across, up)
    _labels(canvas, labels, across, plot_bottom + 6)


def _looks(chart: Chart) -> list[tuple[str, str]]:
    told = _told(chart)
    others = iter(zip(OTHER_LINES * len(chart.series), DASHES * len(chart.series), strict=True))
    return [(chart.accent, "") if series is told else next(others) for series in chart.series]


def _told(chart: Chart) -> Series | None:
    """The series the chart is about."""
    marked = [series for series in chart.series if series.highlight]
    own = [series for series in chart.series if not series.is_comparator]
    return next(iter([*marked, *own, *chart.series]), None)


def _key(canvas: Canvas, chart: Chart, looks: list[tuple[str, str]]) -> float:
    top = 0.0
    for series, (colour, dash) in zip(chart.series, looks, strict=True):
        _stroke(canvas, f"M0 {top + 11:.1f} H34", colour, dash)
        _mark(canvas, 17, top + 11, colour, dash)
        top = canvas.words(series.name, 44, top, canvas.width - 44, size=16) + 4
    return top + 6


def _stroke(canvas: Canvas, path: str, colour: str, dash: str) -> None:
    more = {"stroke_dasharray": dash} if dash else {}
    canvas.add("path", d=path, fill="none", stroke=colour, stroke_width="3", stroke_linejoin="round", **more)


def _mark(canvas: Canvas, x: float, y: float, colour: str, dash: str) -> None:
    canvas.add("circle", cx=x, cy=y, r="5", fill=WHITE if dash else colour, stroke=colour, stroke_width="2.5")
    canvas.reach(y + 6)


def _path(canvas: Canvas, places: list[tuple[float, float] | None], colour: str, dash: str) -> None:
    path, is_down = "", False
    for place in places:
        if place:
            path += f"{'L' if is_down else 'M'}{place[0]:.1f} {place[1]:.1f} "
        is_down = bool(place)
    if path:
        _stroke(canvas, path.strip(), colour, dash)
    for place in places:
        if place:
            _mark(canvas, place[0], place[1], colour, dash)


def _ends(chart: Chart, canvas: Canvas, series: Series, across: Across, up: Up) -> None:
    """Write the told series' first and last figure on its marks."""
    given = [point for point in series.points if point.value is not None]
    for point in dict.fromkeys([*given[:1], *given[-1:]]):
        if point.value is None:
            continue
        text = chart.text_of(point)
        x = across(chart.labels.index(point.label))
        half = width_of(text, canvas.size) / 2
        x = min(max(x, half + 2), canvas.width - half - 2) if half * 2 < canvas.width - 8 else canvas.width / 2
        top = up(point.value) - canvas.size * 1.25 - 8
        canvas.words(text, x, top, min(half * 2 + 4, canvas.width), weight=700, fill=INK, anchor="middle", halo=True)


def _labels(canvas: Canvas, labels: tuple[str, ...], across: Across, top: float) -> None:
    """Write as many labels as there is room for, the first and the last always."""
    size = 15
    slot = (across(1) - across(0)) if len(labels) > 1 else canvas.width
    widest = max((width_of(label, size) for label in labels), default=0) + 10
    every = max(1, -(-int(min(widest, 110)) // max(int(slot), 1)))
    last = len(labels) - 1
    for position, label in enumerate(labels):
        if position % every and position != last or (0 < last - position < every):
            continue
        room = min(slot * every - 8 if every < last else canvas.width / 2, 120)
        half = min(width_of(label, size), room) / 2
        x = min(max(across(position), half), canvas.width - half - 1)
        canvas.words(label, x, top, room, size=size, fill=SOFT, anchor="middle")
