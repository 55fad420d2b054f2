"""Services at locations near a postcode, or that come to it.

A withheld location stands at the centre of its outcode in the search's rows, so that no question can close in on it.
"""

from __future__ import annotations

import math
from typing import Any

from django.db.models import F, FloatField, Q, QuerySet, Value
from django.db.models.functions import Power
from django.http import QueryDict

from core import geography
from core.api import Problem
from core.geography import Kind, Located
from core.models import Place
from providers.models import SearchRow, Service

from . import parameters

EARTH_METRES = 6_371_008.8
# A service at a location has no key of its own in the search's rows: these two are it.
KEY = ("service_id", "location_id")


def postcode_asked(query: QueryDict) -> Located | None:
    """Return the point of the postcode or outcode asked for.

    :raises Problem: if it is none, or not England's; or if a distance is given from nowhere.
    """
    words = parameters.text(query, "postcode")
    if not words:
        if parameters.text(query, "proximity"):
            raise Problem("Say from where: proximity needs a postcode.", parameter="proximity")
        return None
    found = geography.locate(words)
    if isinstance(found, Located) and found.kind in {Kind.POSTCODE, Kind.OUTCODE}:
        return found
    message = getattr(found, "message", "") or "Write postcode as a postcode or its first half, such as CA28."
    raise Problem(message, parameter="postcode")


def links_near(services: QuerySet[Service], *, near: Located | None, metres: int | None) -> QuerySet[Any]:
    """Return services at locations; with a distance those within it, else those whose area holds the postcode.

    A service that names no area is found everywhere, as the standard has it. With a postcode the nearest comes first,
    by the points that the search measures from: of a withheld address its outcode's centre.
    """
    if near is None:
        return Service.locations.through.objects.filter(service__in=services).order_by("pk")
    if metres is None:
        services = services.filter(_comes_to(near))
    # The square of the straight line through a ball of radius 1, which grows with the way over its surface.
    x, y, z = _on_ball(near.latitude, near.longitude)
    line = Power(F("x") - x, 2) + Power(F("y") - y, 2) + Power(F("z") - z, 2)
    links = SearchRow.objects.filter(location_id__gt=0, service_id__in=services.order_by().values("pk")).annotate(
        line=line
    )
    if metres is not None:
        reach = 2 * math.sin(metres / EARTH_METRES / 2)
        links = links.filter(
            z__range=(z - reach, z + reach), y__range=(y - reach, y + reach), line__lte=Value(reach**2, FloatField())
        )
    return links.order_by(F("line").asc(nulls_last=True), *KEY)


def _on_ball(latitude: float, longitude: float) -> tuple[float, float, float]:
    up, along = math.radians(latitude), math.radians(longitude)
    return math.cos(up) * math.cos(along), math.cos(up) * math.sin(along), math.sin(up)


def _comes_to(near: Located) -> Q:
    """Services whose areas hold the postcode: its council and whatever is above that, or its outcode."""
    covering = near.place or near.council
    paths = covering.path.split("/") if covering else []
    above = Place.objects.filter(path__in=["/".join(paths[:count]) for count in range(1, len(paths) + 1)])
    by_area = Service.areas_served.through.objects.filter(place__in=above).values("service_id")
    without_area = Q(areas_served__isnull=True, served_outcodes=[])
    return Q(pk__in=by_area) | Q(served_outcodes__contains=[near.outcode]) | without_area
