"""The rows a fact sheet is made of."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch

from core.models import ClientGroup, Place, ServiceType
from providers.models import Fee, Location, Photo, Rating, Representative, Vacancy


def with_facts(services: Any, *, at: dt.datetime) -> Any:
    """Fetch of these services all that `sheet.of` reads, in a number of queries that their number does not change.

    The provider comes along only where it is public. ``is_claimed`` tells whether somebody keeps the entry for it.
    """
    return with_claims(services.with_public_provider(at=at)).prefetch_related(
        Prefetch("types", ServiceType.objects.order_by("order", "pk")),
        Prefetch("client_groups", ClientGroup.objects.order_by("order", "pk")),
        Prefetch("locations", Location.objects.select_related("place", "cqc_registration").order_by("name", "pk")),
        Prefetch("areas_served", Place.objects.order_by("name", "pk")),
        "units",
        Prefetch("fees", Fee.objects.order_by("pk")),
        Prefetch("vacancies", Vacancy.objects.order_by("unit", "pk")),
        Prefetch("ratings", Rating.objects.select_related("source__organisation")),
        Prefetch("photos", Photo.objects.shown(at=at), to_attr="shown_photos"),
    )


def with_claims(services: Any) -> Any:
    """Add whether somebody keeps the entry, and the documents the services come from."""
    kept = Representative.objects.filter(provider=OuterRef("provider"))
    return services.select_related(None).select_related("source__organisation").annotate(is_claimed=Exists(kept))
