"""Services at locations near a postcode, or that come to it.

A withheld location is measured from the centre of its outcode, in the database too, so that no search can close in.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Case, F, FloatField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import (
    ASin,
    Coalesce,
    Cos,
    Least,
    Left,
    Length,
    Power,
    Radians,
    Replace,
    Sin,
    Sqrt,
    Upper,
)
from django.http import QueryDict

from core import geography
from core.api import Problem
from core.geography import Kind, Located
from core.models import Outcode, Place, Postcode
from providers.models import Service

from . import parameters

EARTH_METRES = 6_371_008.8
METRES_A_DEGREE = 111_195


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

    A service that names no area is found everywhere, as the standard has it. With a postcode the nearest comes first.
    """
    links = Service.locations.through.objects.filter(service__in=services)
    if near is None:
        return links.order_by("pk")
    links = (
        links.annotate(**_point()).annotate(metres=_metres_from(near)).order_by(F("metres").asc(nulls_last=True), "pk")
    )
    if metres is None:
        return links.filter(_comes_to(near))
    high = metres / METRES_A_DEGREE * 1.01
    return links.filter(latitude__range=(near.latitude - high, near.latitude + high), metres__lte=metres)


def _point() -> dict[str, Any]:
    code = Upper(Replace(OuterRef("location__postcode"), Value(" "), Value("")))
    outward = Case(When(Q(length__gt=4), then=Left("code", F("length") - 3)), default=F("code"))
    outcodes = Outcode.objects.annotate(code=code, length=Length("code")).filter(pk=outward)
    postcodes = Postcode.objects.filter(pk=code)
    return {
        name: Case(
            When(location__is_address_withheld=True, then=Subquery(outcodes.values(name)[:1])),
            default=Coalesce(F(f"location__{name}"), Subquery(postcodes.values(name)[:1])),
            output_field=FloatField(),
        )
        for name in ("latitude", "longitude")
    }


def _metres_from(near: Located) -> Any:
    """The distance along the ground (haversine), in metres."""
    across = Power(Sin(Radians(F("longitude") - near.longitude) / 2), 2)
    along = Power(Sin(Radians(F("latitude") - near.latitude) / 2), 2)
    half = along + Cos(Radians(Value(near.latitude))) * Cos(Radians(F("latitude"))) * across
    return 2 * EARTH_METRES * ASin(Sqrt(Least(Value(1.0), half)))


def _comes_to(near: Located) -> Q:
    """Services whose areas hold the postcode: its council and whatever is above that, or its outcode."""
    covering = near.place or near.council
    paths = covering.path.split("/") if covering else []
    above = Place.objects.filter(path__in=["/".join(paths[:count]) for count in range(1, len(paths) + 1)])
    by_area = Service.areas_served.through.objects.filter(place__in=above).values("service_id")
    without_area = Q(service__areas_served__isnull=True, service__served_outcodes=[])
    return Q(service__in=by_area) | Q(service__served_outcodes__contains=[near.outcode]) | without_area
