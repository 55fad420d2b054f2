"""What lies around a place, as SQL over the search rows: points within a circle, and areas that hold the place.

Points stand on a ball of radius 1, and the straight line through it tells how far two of them are apart over ground.
The index `providers_searchrow_around` cuts the ball into slices (`SLICES`), some two miles from south to north, in each
of which rows stand from west to east: so a circle's rows are read, and hardly any besides.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from core.geography import Kind, Located
from providers.models.search import SLICES

EARTH_MILES = 3958.7613
# More than the error of any of these numbers, and less than an inch: what is read besides lies outside the circle.
_MARGIN = 1e-9

SQUARED = "(row.x - %s)^2 + (row.y - %s)^2 + (row.z - %s)^2"
WITHIN = f"floor(row.z * {SLICES})::integer = ANY (%s) AND row.y BETWEEN %s AND %s AND {SQUARED} <= %s"


@dataclass(frozen=True)
class Circle:
    """A circle on the ball: its centre, the slices that it lies in, its ends along y, and the square of its line."""

    point: tuple[float, float, float]
    slices: list[int]
    ends: tuple[float, float]
    squared: float

    @classmethod
    def around(cls, latitude: float, longitude: float, miles: float) -> Circle:
        up, along = math.radians(latitude), math.radians(longitude)
        point = math.cos(up) * math.cos(along), math.cos(up) * math.sin(along), math.sin(up)
        angle = min(max(miles, 0) / EARTH_MILES, math.pi)
        south, north = _ends(point[2], angle)
        # A little more than the line, for numbers are not exact.
        squared = (2 * math.sin(angle / 2)) ** 2 * (1 + 1e-12)
        slices = list(range(math.floor(south * SLICES), math.floor(north * SLICES) + 1))
        return cls(point, slices, _ends(point[1], angle), squared)

    @property
    def within(self) -> tuple[Any, ...]:
        """The parameters of `WITHIN`; those of `SQUARED` are the ``point``."""
        return (self.slices, *self.ends, *self.point, self.squared)


def _ends(middle: float, angle: float) -> tuple[float, float]:
    """Return between which values of a coordinate a circle of this angle lies whose centre has this one."""
    at = math.asin(min(max(middle, -1), 1))
    lowest, highest = max(at - angle, -math.pi / 2), min(at + angle, math.pi / 2)
    return math.sin(lowest) - _MARGIN, math.sin(highest) + _MARGIN


def miles_of(squared: float) -> float:
    """Return how far over ground two points are apart whose straight line through the ball has this square."""
    return 2 * EARTH_MILES * math.asin(min(1.0, math.sqrt(squared) / 2))


def areas_of(near: Located) -> tuple[list[str], list[str]]:
    """Return the areas that count: around the place asked for, its outcode, and within a council or town asked for."""
    around: set[str] = set()
    for one in (near.place, near.council):
        if one is not None:
            parts = one.path.split("/")
            around |= {"/".join(parts[:count]) for count in range(1, len(parts) + 1)}
    if near.outcode and near.kind in (Kind.POSTCODE, Kind.OUTCODE):
        around.add(f"@{near.outcode}")
    within = []
    if near.kind == Kind.PLACE and near.place is not None:
        within = [near.place.path.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "/%"]
    return sorted(around), within
