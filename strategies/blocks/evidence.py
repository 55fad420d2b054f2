"""What is known and what there is: indicators with their figures, services and accommodation schemes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q

from commissioning.evidence import indicator_data
from core.models import Place
from providers.models import Service

from ..models import Section
from .shapes import Block, cell, narrowed, number, table


def indicators(section: Section, at: dt.datetime) -> Block | None:
    rows = section.indicators.filter(is_sample=False).for_charts().order_by("order", "pk")
    items = [indicator_data(row) for row in rows]
    return {"shape": "indicators", "items": items} if items else None


def services(section: Section, at: dt.datetime) -> Block | None:
    covered = Place.objects.within(Place.objects.filter(coverage__organisation=section.organisation))
    rows = (
        Service.objects.public(at=at)
        .filter(is_sample=False)
        .filter(
            Q(locations__place__in=covered) | Q(areas_served__in=covered) | Q(source__organisation=section.organisation)
        )
        .with_public_provider(at=at)
        .prefetch_related("locations", "units")
        .order_by("name", "pk")
        .distinct()
    )
    cells = []
    for row in narrowed(rows, section):
        units = [
            " ".join(part for part in (number(unit.count) or unit.stated, unit.kind, _tenure(unit)) if part)
            for unit in sorted(row.units.all(), key=lambda one: (one.order, one.pk))
        ]
        if not units and row.capacity:
            units = [f"{row.capacity:,} {row.capacity_unit}".strip()]
        cells.append(
            [
                cell(row.name, url=row.get_absolute_url(), note=row.summary),
                cell("; ".join(place.address_line for place in row.locations.all() if place.address_line)),
                cell(", ".join(units)),
                cell(str(row.provider or "") or row.provider_as_stated),
            ]
        )
    if not cells:
        return None
    return table(
        "Services and schemes",
        ["Scheme", "Address", "Units", "Provider"],
        [{"title": "", "rows": cells}],
    )


def _tenure(unit: Any) -> str:
    return "" if unit.tenure == unit.Tenure.UNKNOWN else f"({unit.get_tenure_display().lower()})"
