"""Figures as text: medians, ratios and tables that also read well in a terminal."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence


def milliseconds(work: Callable[[], object], *, rounds: int) -> list[float]:
    """Do the work so many times and return how long each time took."""
    found = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        found.append((time.perf_counter() - started) * 1000)
    return found


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table in Markdown, the first column to the left and figures to the right."""
    cells = [[_text(cell) for cell in row] for row in rows]
    widths = [max(len(row[number]) for row in [list(heads), *cells]) for number in range(len(heads))]

    def line(row: Sequence[str]) -> str:
        first, *rest = (
            cell.ljust(width) if not n else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        return f"| {' | '.join([first, *rest])} |"

    print(f"\n{title}\n")
    print(line(list(heads)))
    print(f"| {' | '.join('-' * width if not n else '-' * (width - 1) + ':' for n, width in enumerate(widths))} |")
    for row in cells:
        print(line(row))


def _text(cell: object) -> str:
    if cell is None:
        return "not measured"
    return f"{cell:.2f}" if isinstance(cell, float) else str(cell)
