"""Turns an indicator's observations into what a chart, a table or a key figure shows.

The result is plain data: a live page draws it, and an edition keeps it as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from core.charts import value_text

from .models import Accent, Indicator, Observation

# The stylesheet's ten accents (static/src/tokens.scss), for charts, whose colours no stylesheet reaches.
ACCENT_COLOURS = {
    Accent.PINE: "#0d4a50",
    Accent.HEATHER: "#5a3583",
    Accent.MOSS: "#365314",
    Accent.BRICK: "#8a2c17",
    Accent.INDIGO: "#2f3f94",
    Accent.ROSEWOOD: "#86204a",
    Accent.BARK: "#5f4413",
    Accent.SLATE: "#3b4a57",
    Accent.FJORD: "#0e4f7c",
    Accent.PLUM: "#6d2466",
}


def observation_text(observation: Observation, unit: str) -> str:
    """The document's words where it has them, else the number; empty where it gives neither."""
    return observation.stated or ("" if observation.value is None else value_text(observation.value, unit))


def indicator_data(indicator: Indicator) -> dict[str, Any]:
    """Return an indicator as plain data: labels, series of points, key figures, source.

    The axis runs along what varies: categories first, then periods, then series.
    """
    observations = sorted(indicator.observations.all(), key=lambda row: (row.order, row.pk))
    categories = _distinct(row.category for row in observations)
    periods = _distinct(row.period for row in observations)
    names = _distinct(row.series for row in observations)
    stacked_over_time = indicator.chart == Indicator.Chart.STACKED and len(periods) > 1 and len(categories) > 1

    def label(row: Observation) -> str:
        if stacked_over_time:
            return row.period
        if len(categories) > 1:
            return row.category
        return row.period if len(periods) > 1 else (row.series or row.category or row.period)

    def series(row: Observation) -> str:
        parts = []
        if len(names) > 1 and (len(categories) > 1 or len(periods) > 1):
            parts.append(row.series)
        if stacked_over_time:
            parts.append(row.category)
        elif len(categories) > 1 and len(periods) > 1:
            parts.append(row.period)
        return ", ".join(part for part in parts if part)

    table: dict[str, dict[str, Any]] = {}
    for row in observations:
        entry = table.setdefault(series(row), {"name": series(row), "is_comparator": row.is_comparator, "points": []})
        entry["points"].append(
            {
                "label": label(row),
                "value": _plain(row.value),
                "low": _plain(row.low),
                "text": row.stated,
                "is_projection": row.is_projection,
                "is_comparator": row.is_comparator,
                "note": row.note,
            }
        )
    return {
        "slug": indicator.slug,
        "title": indicator.title,
        "measure": indicator.measure,
        "unit": indicator.unit,
        "chart": indicator.chart,
        "labels": _distinct(label(row) for row in observations),
        "series": list(table.values()),
        "figures": [
            {
                "value": observation_text(row, indicator.unit),
                "what": " · ".join(part for part in (row.series, row.category) if part) or indicator.measure,
                "when": row.period,
                "note": row.note,
                "is_headline": row.is_headline,
            }
            for row in observations
        ],
        "topic": indicator.topic,
        "figure_source": indicator.figure_source,
        "source": indicator.source_line,
        "source_note": indicator.source_note,
        "note": " ".join(part for part in (indicator.note, *_footnotes(observations)) if part),
        "is_sample": indicator.is_sample,
    }


def _plain(value: Decimal | None) -> str | None:
    """A number as stored text without idle noughts or an exponent."""
    return None if value is None else f"{value.normalize():f}"


def _footnotes(observations: list[Observation]) -> Iterator[str]:
    """What is said of single figures among several, each note once and with the names of its figures.

    A lone figure carries its note beside it. Where no figure is given at all, the notes stand in the figures' places.
    """
    if len(observations) < 2 or not any(row.stated or row.value is not None for row in observations):
        return
    fields = ("series", "category", "period")
    varying = [field for field in fields if len(_distinct(getattr(row, field) for row in observations)) > 1]
    named: dict[str, list[str]] = {}
    for row in observations:
        if row.note:
            named.setdefault(row.note, []).append(", ".join(filter(None, (getattr(row, field) for field in varying))))
    for note, names in named.items():
        yield f"{'; '.join(names)}: {note}{'' if note.endswith(('.', '?', '!')) else '.'}"


def _distinct(values: Any) -> list[str]:
    return list(dict.fromkeys(value for value in values))
