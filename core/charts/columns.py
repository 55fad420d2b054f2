"""Upright bars along time, such as tenders by quarter."""

from __future__ import annotations

from . import bars
from .canvas import EDGE, INK, SOFT, Canvas
from .colours import MUTED, series_fills
from .model import Chart
from .words import wrap

PLOT_HEIGHT = 190.0
SIZE = 15


def draw(chart: Chart, canvas: Canvas) -> None:
    """Draw a column for each label and series; where the words have no room, or a value falls, level bars instead."""
    labels = chart.labels
    slot = canvas.width / max(len(labels), 1)
    texts = [chart.text_of(point) for series in chart.series for point in series.points]
    own = (slot - 12) / max(len(chart.series), 1)
    does_fit = all(canvas.text_width(text) <= own + 8 for text in texts) and all(
        len(wrap(label, SIZE, slot - 8)) <= 3 and all(canvas.text_width(w, SIZE) <= slot - 8 for w in label.split())
        for label in labels
    )
    if not does_fit or any(value < 0 for value in chart.values()):
        bars.draw(chart, canvas)
        return
    fills = series_fills(chart)
    top = 0.0
    if len(chart.series) > 1:
        top = canvas.key([(fill, series.name) for fill, series in zip(fills, chart.series, strict=True)], 0)
    high = max((float(value) for value in chart.values()), default=0.0)
    plot_top = top + canvas.size * 1.4
    floor = plot_top + PLOT_HEIGHT
    width = min(own, 72.0)
    for position, label in enumerate(labels):
        middle = slot * (position + 0.5)
        x = middle - width * len(chart.series) / 2
        for series, fill in zip(chart.series, fills, strict=True):
            point = series.at(label)
            height = float(point.value) / high * PLOT_HEIGHT if point and point.value and high else 0.0
            if height:
                is_muted = bool(point and (point.is_comparator or point.is_projection)) and len(chart.series) == 1
                canvas.rect(x, floor - height, width, height, MUTED if is_muted else fill)
            is_known = bool(point and (point.text or point.value is not None))
            canvas.words(
                chart.text_of(point),
                x + width / 2,
                floor - height - canvas.size * 1.35,
                own + 10,
                weight=700 if is_known else 400,
                fill=INK if is_known else SOFT,
                anchor="middle",
            )
            x += width
        canvas.words(label, middle, floor + 6, slot - 8, size=SIZE, fill=SOFT, anchor="middle")
    canvas.line(0, floor, canvas.width, floor, stroke=EDGE, width=2)
