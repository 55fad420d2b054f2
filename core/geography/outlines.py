"""The outlines of councils' areas for maps: drawn around their postcodes, or taken from a boundary file."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.db import transaction

from core import versions
from core.errors import DomainError
from core.models import Outline, Place

from .loading import Points

Ring = list[list[float]]

# Some 550 m: the grain of the drawing. Postcodes in one square count once.
GRAIN_DEGREES = 0.005
# Between the outline that loses moors without a postcode and the one that fills estuaries.
RATIO = 0.25
# In grains: dents narrower than twice the first are filled, and spikes thinner than twice the second cut.
DENT, SPIKE = 4, 1.6
# More squares than from the equator to the pole, on either side.
SQUARES = 20_000
DRAWN_FROM = "Drawn around the live postcodes of the area"
LICENCE = (
    "Contains OS data © Crown copyright and database right. Contains Royal Mail data © Royal Mail copyright and database "
    "right. Source: Office for National Statistics licensed under the Open Government Licence v.3.0."
)


def draw_outlines(*, points: Points) -> int:
    """Draw each council's outline around its postcodes; one loaded from a boundary file stays. Returns the changed.

    :raises DomainError: if the package that draws them is not installed.
    """
    if not find_spec("shapely"):
        raise DomainError("The package shapely is not installed: install requirements-demo.txt.")
    from .towns import councils_by_code

    squares = _squares(points, {code: council.pk for code, council in councils_by_code().items()})
    # Before the transaction, which must not stand idle while hulls are worked out.
    drawn = {place_id: _around(taken) for place_id, taken in sorted(squares.items())}
    changed = 0
    with transaction.atomic():
        stored = {outline.place_id: outline for outline in Outline.objects.all()}
        for place_id, rings in drawn.items():
            known = stored.get(place_id)
            if known is not None and known.source != DRAWN_FROM:
                continue
            if rings and (known is None or known.rings != rings):
                Outline.objects.update_or_create(
                    place_id=place_id, defaults={"rings": rings, "source": DRAWN_FROM, "licence": LICENCE}
                )
                changed += 1
        if changed:
            versions.touch("places")
    return changed


def _squares(points: Points, councils: dict[str, int]) -> dict[int, Any]:
    """Return the squares of the grain with a postcode in them, by council, as rows of whole (latitude, longitude)."""
    import numpy as np

    rows = np.empty((len(points.codes), 3), dtype=np.int64)
    rows[:, 0] = [councils.get(code, 0) for code in points.codes]
    rows[:, 1] = np.rint(np.asarray(points.latitudes) / GRAIN_DEGREES)
    rows[:, 2] = np.rint(np.asarray(points.longitudes) / GRAIN_DEGREES) + SQUARES
    # One number a square sorts much faster than rows of three.
    numbers = np.unique((rows[:, 0] * SQUARES * 4 + rows[:, 1]) * SQUARES * 4 + rows[:, 2])
    owners, spots = numbers // (SQUARES * 4) ** 2, numbers % (SQUARES * 4) ** 2
    pairs = np.stack([spots // (SQUARES * 4), spots % (SQUARES * 4) - SQUARES], axis=1)
    return {int(owner): pairs[owners == owner] for owner in np.unique(owners) if owner}


def _around(squares: Any) -> list[Ring]:
    from shapely import concave_hull, multipoints
    from shapely.affinity import scale

    squeeze = math.cos(math.radians(float(squares[:, 0].mean()) * GRAIN_DEGREES))
    spots = multipoints(squares[:, ::-1] * [GRAIN_DEGREES * squeeze, GRAIN_DEGREES])
    hull = concave_hull(spots, ratio=RATIO).buffer(GRAIN_DEGREES * 0.8)
    even = hull.buffer(GRAIN_DEGREES * DENT).buffer(-GRAIN_DEGREES * (DENT + SPIKE)).buffer(GRAIN_DEGREES * SPIKE)
    # Of a few squares in a row nothing would be left.
    drawn = (hull if even.is_empty else even).simplify(GRAIN_DEGREES * 0.4)
    return _rings(scale(drawn, 1 / squeeze, 1, origin=(0, 0)))


def load_outlines(*, path: Path, code_property: str = "", licence: str = LICENCE) -> int:
    """Take councils' outlines from a GeoJSON file of the operator's, found by their GSS code. Returns the changed.

    ``code_property`` names the property that holds the code; without it any whose value is a council's code.

    :raises DomainError: naming the feature that is wrong, or if no feature is a council's. Nothing has changed then.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DomainError(f"{path.name} cannot be read as GeoJSON: {error}") from None
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list):
        raise DomainError(f"{path.name} is no GeoJSON collection of features.")
    from .towns import councils_by_code

    councils = councils_by_code()
    found: dict[int, list[Ring]] = defaultdict(list)
    for number, feature in enumerate(features, start=1):
        council = _council_of(feature, code_property, councils)
        if council is not None:
            found[council.pk] += _rings_of(feature, f"{path.name}, feature {number} ({council})")
    if not found:
        raise DomainError(f"{path.name} has no feature with the GSS code of an English council in its properties.")
    changed = 0
    with transaction.atomic():
        stored = {outline.place_id: outline for outline in Outline.objects.all()}
        for place_id, rings in found.items():
            known = stored.get(place_id)
            if known is None or (known.rings, known.source, known.licence) != (rings, path.name, licence):
                Outline.objects.update_or_create(
                    place_id=place_id, defaults={"rings": rings, "source": path.name, "licence": licence}
                )
                changed += 1
        if changed:
            versions.touch("places")
    return changed


def _council_of(feature: Any, code_property: str, councils: dict[str, Place]) -> Place | None:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        return None
    values = [properties.get(code_property)] if code_property else list(properties.values())
    return next((councils[value] for value in values if isinstance(value, str) and value in councils), None)


def _rings_of(feature: dict[str, Any], where: str) -> list[Ring]:
    """Return the outer rings of a feature as (latitude, longitude)."""
    geometry = feature.get("geometry")
    shape: dict[str, Any] = geometry if isinstance(geometry, dict) else {}
    coordinates: Any = shape.get("coordinates")
    polygons = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(str(shape.get("type")))
    if not polygons:
        raise DomainError(f"{where}: the geometry is no Polygon and no MultiPolygon.")
    rings = []
    try:
        for polygon in polygons:
            ring = [[round(float(place[1]), 5), round(float(place[0]), 5)] for place in polygon[0]]
            if len(ring) < 4 or any(not (49 <= lat <= 61 and -9 <= long <= 3) for lat, long in ring):
                raise ValueError
            rings.append(ring)
    except (TypeError, ValueError, IndexError, KeyError):
        raise DomainError(
            f"{where}: a ring is no list of at least four longitudes and latitudes (WGS 84) in Great Britain."
        ) from None
    return rings


def _rings(shape: Any) -> list[Ring]:
    parts = list(getattr(shape, "geoms", [shape]))
    rings: list[Ring] = []
    for part in sorted(parts, key=lambda part: -part.area):
        if part.geom_type == "Polygon" and not part.is_empty:
            rings.append([[round(latitude, 4), round(longitude, 4)] for longitude, latitude in part.exterior.coords])
    return rings
