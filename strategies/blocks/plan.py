"""The delivery plan by year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from core.dates import london_date

from ..models import Milestone, Progress, Section, Strategy
from .shapes import Block, own

# Word, shape and colour say the same: the tags of the stylesheet.
STATE_TAGS = {
    Progress.Rag.GREEN: "engaging",
    Progress.Rag.AMBER: "closing",
    Progress.Rag.RED: "late",
    Progress.Rag.DONE: "awarded",
}


def delivery_plan(strategy: Strategy, *, at: dt.datetime) -> Block | None:
    """The plan by year: one row an action, grouped as the document groups them, with how it stands at the moment."""
    actions = list(
        own(strategy.action_set.all(), strategy)
        .select_related("priority")
        .prefetch_related("milestones", "teams", "intentions", "progress")
        .order_by("priority__order", "order", "pk")
    )
    if not actions:
        return None
    milestones = [one for action in actions for one in action.milestones.all()]
    years = _years(milestones)
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for action in actions:
        priority = action.priority
        above = f"Priority {priority.number}: {priority.title}" if priority and priority.number else str(priority or "")
        cells = []
        for year in years:
            due = [one for one in action.milestones.all() if one.due.words == year]
            due.sort(key=lambda one: (one.order, one.pk))
            cells.append(
                {"text": "; ".join(one.title for one in due), "buys": any(one.is_buying for one in due), "label": year}
            )
        teams = [str(team) for team in action.teams.all()]
        rag = action.rag(on=london_date(at))
        groups.setdefault((above, action.heading), []).append(
            {
                "title": action.title,
                "text": action.text,
                "cells": cells,
                "responsible": action.responsible_as_stated or ", ".join(teams),
                "state": {"word": rag.label, "kind": STATE_TAGS[rag]} if rag else None,
                "progress": [
                    {"date": f"{one.reported_date:%-d %B %Y}", "text": one.text}
                    for one in sorted(action.progress.all(), key=lambda one: one.reported_date, reverse=True)[:1]
                ],
            }
        )
    return {
        "shape": "plan",
        "years": years,
        "is_reported": any(row["state"] for rows in groups.values() for row in rows),
        "groups": [{"above": above, "title": heading, "rows": rows} for (above, heading), rows in groups.items()],
    }


def _years(milestones: Iterable[Milestone]) -> list[str]:
    order = {one.due.words: (one.due.earliest or dt.date.max, one.due.words) for one in milestones}
    return sorted(order, key=lambda words: order[words])


def block(section: Section, at: dt.datetime) -> Block | None:
    """The plan of the section's own strategy."""
    return delivery_plan(section.strategy, at=at)
