"""Round numbers for an axis."""

from __future__ import annotations

import math


def nice_ticks(low: float, high: float, count: int) -> list[float]:
    """Return about ``count`` round numbers whose first and last enclose the values."""
    if high <= low:
        high = low + (abs(low) or 1)
    step = _nice((high - low) / max(count - 1, 1))
    first = math.floor(low / step)
    last = math.ceil(high / step)
    return [round(step * n, 6) for n in range(first, last + 1)]


def _nice(step: float) -> float:
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= step * 0.999)
