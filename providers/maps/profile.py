"""The map of a service's page: its door in its council's outline, among the towns people know. No tiles, no third party.

A building whose address is withheld is on no map.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.safestring import SafeString

from core import geography
from core.charts import NARROW, OutlineMap, Pin, render_map
from core.charts import Town as Label
from core.models import Outline, Place, Postcode, Town

MOST_TOWNS = 12
READ_TOWNS = 40
# Maps each process keeps, of some 10 KB each.
KEPT = 256
# Without an outline the map shows so much around the door.
AROUND_MILES = 8.0
MILES_A_DEGREE = 69.0
# Two names nearer than this are hard to tell apart on a small map.
APART = 0.06
COMPASS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")

Point = tuple[float, float]
Corners = tuple[float, float, float, float]


@dataclass(frozen=True)
class ServiceMap:
    """A drawn map, what it shows in words, and the words its sources ask for."""

    drawing: SafeString
    said: str
    credit: str


_kept: dict[tuple[Any, ...], ServiceMap | None] = {}
_lock = threading.Lock()


def map_of(service: Any, *, places_version: int | None) -> ServiceMap | None:
    """Draw where a service's buildings are, in four queries at most; None where nobody knows, or may know.

    It is made once in each process for as long as nothing that it shows changes: then it costs no query.

    :param places_version: the version of the register of places, read before the map: postcodes, towns and outlines
        belong to it.
    """
    shown = [location for location in service.locations.all() if not location.is_address_withheld]
    key = (places_version, service.name, *(_shown_of(location) for location in shown))
    with _lock:
        if key in _kept:
            return _kept[key]
    made = _map_of(service, shown)
    with _lock:
        while len(_kept) >= KEPT:
            del _kept[next(iter(_kept))]
        _kept[key] = made
    return made


def _shown_of(location: Any) -> tuple[Any, ...]:
    """Return all of a building that a map depends on."""
    path = location.place.path if location.place else ""
    return location.pk, location.name, location.latitude, location.longitude, location.postcode, path


def _map_of(service: Any, shown: list[Any]) -> ServiceMap | None:
    keys = {location.pk: _key(location.postcode) for location in shown}
    postcodes = {row.pk: row for row in Postcode.objects.filter(pk__in=list(keys.values())).select_related("council")}
    points: list[tuple[Any, Point]] = []
    for location in shown:
        postcode = postcodes.get(keys[location.pk])
        if location.latitude is not None and location.longitude is not None:
            points.append((location, (location.latitude, location.longitude)))
        elif postcode is not None:
            points.append((location, (postcode.latitude, postcode.longitude)))
    if not points:
        return None
    councils = {row.council.pk: row.council for row in postcodes.values() if row.council}
    outlines = _outlines([location for location, _ in points], councils)
    rings = tuple(tuple((place[0], place[1]) for place in ring) for outline in outlines for ring in outline.rings)
    corners = _corners(rings, [point for _, point in points])
    towns, nearest = _towns(corners, points[0][1])
    if not rings and not towns:
        return None
    said = _said(nearest, points[0][1]) if len(points) == 1 else ""
    area = " and ".join(outline.place.name for outline in outlines)
    title = f"Map of {area}" if area else f"Map of the area around {service.name}"
    drawn = OutlineMap(
        title=f"{title}: {service.name}{f' is {said}' if said else ''}",
        rings=rings,
        towns=tuple(towns),
        pins=tuple(
            Pin(number if len(points) > 1 else None, location.name or service.name, *point)
            for number, (location, point) in enumerate(points, start=1)
        ),
        description="" if len(points) > 1 else "A door marks the place, among the main towns of the area.",
        has_scale=True,
    )
    credit = " ".join(dict.fromkeys(outline.licence for outline in outlines))
    return ServiceMap(render_map(drawn, NARROW, css_class="ccp-map"), said, credit)


def _key(postcode: str) -> str:
    return (geography.normalise_postcode(postcode) or "").replace(" ", "")


def _outlines(locations: list[Any], councils: dict[int, Place]) -> list[Outline]:
    """Return the outlines of the councils the postcodes belong to, or that the buildings' places lie in."""
    above: set[str] = set()
    for location in locations:
        if location.place:
            parts = location.place.path.split("/")
            above |= {"/".join(parts[:count]) for count in range(1, len(parts) + 1)}
    wanted = Q(place__in=list(councils)) if councils else Q(place__path__in=above, place__kind=Place.Kind.COUNCIL)
    return list(Outline.objects.filter(wanted).select_related("place").order_by("place__name"))


def _corners(rings: tuple[tuple[Point, ...], ...], points: list[Point]) -> Corners:
    """Return south, west, north and east of what the map shows."""
    places = [place for ring in rings for place in ring]
    if not places:
        high = AROUND_MILES / MILES_A_DEGREE
        wide = high / math.cos(math.radians(points[0][0]))
        places = [(a + up * high, b + right * wide) for a, b in points for up, right in ((-1, -1), (1, 1))]
    places = [*places, *points]
    latitudes, longitudes = [place[0] for place in places], [place[1] for place in places]
    return min(latitudes), min(longitudes), max(latitudes), max(longitudes)


def _towns(corners: Corners, point: Point) -> tuple[list[Label], Town | None]:
    """Return the towns to name, the one nearest to the door first and then the biggest, and that nearest one."""
    south, west, north, east = corners
    inside = Town.objects.filter(latitude__range=(south, north), longitude__range=(west, east))
    biggest = inside.only("name", "latitude", "longitude").order_by("-population", "name")[:READ_TOWNS]
    nearest = geography.nearest_town(*point)
    chosen = [nearest] if nearest and _is_inside(nearest, corners) else []
    apart = max(north - south, (east - west) * 0.6) * APART
    for town in biggest:
        if len(chosen) < MOST_TOWNS and all(_apart(town, other) > apart for other in chosen):
            chosen.append(town)
    return [Label(town.name, town.latitude, town.longitude) for town in chosen], nearest


def _is_inside(town: Town, corners: Corners) -> bool:
    south, west, north, east = corners
    return south <= town.latitude <= north and west <= town.longitude <= east


def _apart(one: Town, other: Town) -> float:
    return math.hypot(one.latitude - other.latitude, (one.longitude - other.longitude) * 0.6)


def _said(town: Town | None, point: Point) -> str:
    """Say where a point is from the nearest town: "in Congleton", "about 2 miles north of Congleton"."""
    if town is None:
        return ""
    miles = geography.distance_miles(town.latitude, town.longitude, *point)
    if miles < 0.75:
        return f"in {town.name}"
    east = (point[1] - town.longitude) * math.cos(math.radians(town.latitude))
    angle = math.degrees(math.atan2(east, point[0] - town.latitude)) % 360
    way = COMPASS[round(angle / 45) % 8]
    count = "a mile" if miles < 1.5 else f"{miles:.0f} miles"
    return f"about {count} {way} of {town.name}"
