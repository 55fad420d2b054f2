"""Level bars from nought: one or several for each label, up and down."""

from __future__ import annotations

from .canvas import EDGE, INK, SOFT, WHITE, Canvas
from .colours import MUTED, series_fills
from .model import Chart, Kind, Point

BAR = 26.0
GAP = 8.0


def draw(chart: Chart, canvas: Canvas) -> None:
    """Draw the bars. Labels stand left of them on a wide sheet and above them on a narrow one."""
    named = [series for series in chart.series if series.name]
    is_grouped = len(chart.series) > 1
    fills = series_fills(chart)
    top = 0.0
    if is_grouped and named:
        top = canvas.key([(fill, series.name) for fill, series in zip(fills, chart.series, strict=True)], 0)
    label_room = _label_room(chart, canvas)
    left = 0.0 if canvas.is_narrow else label_room + 14
    zero, scale, text_room = _scale(chart, canvas, left)
    start = top
    for label in chart.labels:
        if canvas.is_narrow:
            top = canvas.words(label, 0, top, canvas.width) + 3
            first = len(canvas.shapes)
        bars = [
            (point, fill)
            for series, fill in zip(chart.series, fills, strict=True)
            if (point := series.at(label)) or not is_grouped
        ] or [(None, MUTED)]
        height = 0.0
        for point, fill in bars:
            own = fill if is_grouped else _single_fill(chart, point)
            height += _bar(chart, canvas, point, own, top + height, zero, scale, text_room) + 4
        if canvas.is_narrow:
            # The labels stand over the axis, so it is drawn beside the bars alone.
            canvas.line(zero, top - 2, zero, top + height - 2, stroke=EDGE, width=2)
            canvas.shapes.insert(first, canvas.shapes.pop())
        else:
            is_told = not is_grouped and any(point and point.highlight for point, _ in bars)
            end = canvas.words(label, 0, top + 3, label_room, weight=700 if is_told else 400)
            height = max(height, end - top)
        top += height + GAP
    if not canvas.is_narrow:
        canvas.line(zero, start, zero, top - GAP / 2, stroke=EDGE, width=2)
        # Under the bars.
        canvas.shapes.insert(0, canvas.shapes.pop())
    canvas.reach(top)


def _label_room(chart: Chart, canvas: Canvas) -> float:
    longest = max((canvas.text_width(label) for label in chart.labels), default=0)
    return min(longest, canvas.width * 0.36)


def _single_fill(chart: Chart, point: Point | None) -> str:
    """In one series the marked bar has the accent; with none marked, every bar but a comparator's has it."""
    is_marked = any(each.highlight for series in chart.series for each in series.points)
    if point is None or point.is_comparator or (is_marked and not point.highlight):
        return MUTED
    return chart.accent


def _scale(chart: Chart, canvas: Canvas, left: float) -> tuple[float, float, float]:
    """Return where nought is, the units of width for one of value, and the room for words after a bar."""
    values = [float(value) for value in chart.values()]
    high, low = max([0.0, *values]), min([0.0, *values])
    room = canvas.width - left
    widest = max(
        (canvas.text_width(_words(chart, point)) + 16 for series in chart.series for point in series.points), default=0
    )
    text_room = min(max(widest, 90.0), room * 0.55)
    plot = room - text_room - 4
    if not high and low:
        plot = room - 4
    scale = plot / (high - low) if high > low else 0.0
    if low and high == 0:
        # Only falls: words stand right of nought, so the bars leave them their room.
        scale = (room - text_room - 4) / -low
    return left + 2 - low * scale, scale, text_room


def _words(chart: Chart, point: Point | None) -> str:
    text = chart.text_of(point)
    return f"{text} {point.detail}" if point and point.detail else text


def _bar(
    chart: Chart,
    canvas: Canvas,
    point: Point | None,
    fill: str,
    top: float,
    zero: float,
    scale: float,
    text_room: float,
) -> float:
    """Draw one bar and its words. Return the height taken."""
    value = float(point.value) if point and point.value is not None else None
    after = zero
    if value is not None:
        length = abs(value) * scale
        if value < 0:
            canvas.rect(zero - length, top, length, BAR, WHITE if chart.kind is Kind.CHANGE else fill)
        else:
            canvas.rect(zero, top, length, BAR, fill)
            after = zero + length
    text, detail = chart.text_of(point), point.detail if point else ""
    beside = after + 10 + canvas.text_width(f"{text} ")
    if detail and beside + canvas.text_width(detail, 16) < canvas.width:
        canvas.words(detail, beside, top + 3, canvas.width - beside, size=16, fill=SOFT)
    else:
        text = _words(chart, point)
    room = max(canvas.width - after - 10, text_room - 10)
    is_known = value is not None or bool(point and point.text)
    end = canvas.words(
        text,
        after + 10,
        top + 2,
        room,
        weight=600 if is_known else 400,
        fill=INK if is_known else SOFT,
        style="" if is_known else "italic",
    )
    return max(BAR, end - top)
