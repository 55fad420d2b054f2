"""The rows a fact sheet is made of."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch

from providers.models import Location, Photo, Rating, Representative, Vacancy


def with_facts(services: Any, *, at: dt.datetime) -> Any:
    """Fetch of these services all that `sheet.of` reads, in a number of queries that their number does not change.

    The provider comes along only where it is public. ``is_claimed`` tells whether somebody keeps the entry for it.
    """
    kept = Representative.objects.filter(provider=OuterRef("provider"))
    return (
        services.with_public_provider(at=at)
        .annotate(is_claimed=Exists(kept))
        .prefetch_related(
            "types",
            "client_groups",
            Prefetch("locations", Location.objects.select_related("place", "cqc_registration").order_by("name", "pk")),
            "areas_served",
            "units",
            "fees",
            Prefetch("vacancies", Vacancy.objects.order_by("unit", "pk")),
            Prefetch("ratings", Rating.objects.select_related("source__organisation")),
            Prefetch("photos", Photo.objects.shown(at=at), to_attr="shown_photos"),
        )
    )
