"""Which fill each series gets: one accent, the rest muted, neighbours told apart by pattern as well as colour."""

from __future__ import annotations

from .canvas import DOTS, HATCH, STRIPES, WHITE
from .model import Chart

MUTED = "#8fb0ae"
PALE = "#cbd8d6"
SKY = "#7fb0c9"
CLAY = "#e0a48c"
OTHERS = (DOTS, PALE, HATCH, WHITE, MUTED, STRIPES, SKY, CLAY)


def series_fills(chart: Chart, *, accent_last: bool = False) -> list[str]:
    """Return a fill for each series. The accent goes to the highlighted one, else to the first that is no comparator
    (in a stack, where the last group is the one the story is about, to the last)."""
    own = [index for index, series in enumerate(chart.series) if not series.is_comparator]
    marked = [index for index, series in enumerate(chart.series) if series.highlight]
    chosen = (marked or own[-1 if accent_last else 0 :][:1] or [0])[0]
    others = iter(OTHERS * (len(chart.series) // len(OTHERS) + 1))
    return [chart.accent if index == chosen else next(others) for index in range(len(chart.series))]


def is_dark(fill: str) -> bool:
    """Whether white words are read better on a fill than ink."""
    if not fill.startswith("#"):
        return False
    red, green, blue = (int(fill[place : place + 2], 16) for place in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 120
