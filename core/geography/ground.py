"""What maps are drawn on: councils' outlines, towns and the reach of outcodes, read once and remembered.

Its towns also tell what a misspelt name may mean where a page has no query left to ask.

Outlines stand ready as the data of SVG paths in thousandths of a degree, eastwards and southwards: a map scales them with
one transformation, so that it costs no arithmetic of its own.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings

from core import versions
from core.models import Outcode, Outline, Town

from .locating import LIKE_ENOUGH, SUGGESTIONS, search_name

# The units of a path to a degree.
UNITS = 1000
# How far, in units, a simplified outline may be off: a quarter of a mile for near maps, some 0.7 miles for wide ones.
FINE, COARSE = 2.5, 9.0
# Towns are looked up by squares of a quarter of a degree.
SQUARES_A_DEGREE = 4

Spot = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Box:
    """An area between two parallels and two meridians, in degrees."""

    south: float
    west: float
    north: float
    east: float

    def meets(self, other: Box) -> bool:
        return (
            self.south <= other.north
            and other.south <= self.north
            and self.west <= other.east
            and other.west <= self.east
        )

    def holds(self, latitude: float, longitude: float) -> bool:
        return self.south <= latitude <= self.north and self.west <= longitude <= self.east


@dataclass(frozen=True, slots=True)
class Land:
    """A council's outline: the box around it, its path for near and for wide maps, and the words its licence asks for."""

    slug: str
    name: str
    box: Box
    fine: str
    coarse: str
    licence: str


@dataclass(frozen=True, slots=True)
class NamedSpot:
    """A town or village. ``key`` may stand in an address, and ``label`` tells it from others of its name."""

    key: str
    name: str
    label: str
    latitude: float
    longitude: float
    population: int


@dataclass(frozen=True)
class Ground:
    """All that maps are drawn on.

    ``reaches`` has for each outcode the metres from its centre within which 95 of 100 of its postcodes lie; ``letters``
    for each three letters of a name which of the towns have them, ``sizes`` how many each town's name has.
    """

    lands: tuple[Land, ...]
    reaches: Mapping[str, int]
    squares: Mapping[Spot, tuple[NamedSpot, ...]]
    towns: tuple[NamedSpot, ...]
    letters: Mapping[str, tuple[int, ...]]
    sizes: tuple[int, ...]

    def towns_like(self, words: str) -> list[NamedSpot]:
        """Return the towns whose names are most like these words, as PostgreSQL's pg_trgm measures it."""
        wanted = _letters(words)
        shared: Counter[int] = Counter()
        for three in wanted:
            shared.update(self.letters.get(three, ()))
        found = []
        for at, count in shared.items():
            # Hull is the end of a longer name.
            is_part = count == len(wanted)
            likeness = count / (len(wanted) + self.sizes[at] - count)
            if is_part or likeness >= LIKE_ENOUGH:
                found.append((not is_part, -likeness, -self.towns[at].population, at))
        return [self.towns[at] for *_, at in sorted(found)[:SUGGESTIONS]]

    def lands_in(self, box: Box) -> list[Land]:
        return [land for land in self.lands if land.box.meets(box)]

    def land(self, slug: str) -> Land | None:
        """Return a council's outline; None where none was loaded."""
        return next((land for land in self.lands if land.slug == slug), None)

    def towns_in(self, box: Box) -> list[NamedSpot]:
        """Return the towns of an area, the biggest first."""
        found = [
            town
            for up in range(_square(box.south), _square(box.north) + 1)
            for along in range(_square(box.west), _square(box.east) + 1)
            for town in self.squares.get((up, along), ())
            if box.holds(town.latitude, town.longitude)
        ]
        return sorted(found, key=lambda town: (-town.population, town.name))


_kept: tuple[int, Ground] | None = None
_lock = threading.Lock()


def ground() -> Ground:
    """Return what maps are drawn on, as it is now: three queries where the register of places has changed."""
    global _kept
    version = versions.version_of("places")
    kept = _kept
    # Where versions are not kept they may go back, as in tests that are undone.
    if kept is not None and kept[0] == version and settings.VERSIONS_KEPT_SECONDS:
        return kept[1]
    with _lock:
        kept = _kept
        if kept is None or kept[0] != version or not settings.VERSIONS_KEPT_SECONDS:
            _kept = kept = (version, _read())
        return kept[1]


def _read() -> Ground:
    squares: dict[Spot, list[NamedSpot]] = defaultdict(list)
    letters: dict[str, list[int]] = defaultdict(list)
    towns: list[NamedSpot] = []
    sizes: list[int] = []
    for slug, name, council, latitude, longitude, population in Town.objects.values_list(
        "slug", "name", "council__name", "latitude", "longitude", "population"
    ):
        label = f"{name}, {council}" if council and council != name else name
        town = NamedSpot(slug, name, label, latitude, longitude, population)
        squares[_square(latitude), _square(longitude)].append(town)
        for three in (own := _letters(name)):
            letters[three].append(len(towns))
        towns.append(town)
        sizes.append(len(own))
    outlines = Outline.objects.order_by("place__slug").values_list("place__slug", "place__name", "rings", "licence")
    return Ground(
        lands=tuple(_land(*row) for row in outlines.iterator(chunk_size=20)),
        reaches=dict(Outcode.objects.values_list("outcode", "radius95")),
        squares={square: tuple(inside) for square, inside in squares.items()},
        towns=tuple(towns),
        letters={three: tuple(which) for three, which in letters.items()},
        sizes=tuple(sizes),
    )


def _letters(words: str) -> set[str]:
    """Return each three letters in a row, with two spaces before a word and one after it."""
    return {f"  {word} "[at : at + 3] for word in search_name(words).split() for at in range(len(word) + 1)}


def _square(degrees: float) -> int:
    return int(degrees * SQUARES_A_DEGREE // 1)


def _land(slug: str, name: str, rings: list[list[list[float]]], licence: str) -> Land:
    latitudes = [place[0] for ring in rings for place in ring]
    longitudes = [place[1] for ring in rings for place in ring]
    drawn = [[(round(longitude * UNITS), round(-latitude * UNITS)) for latitude, longitude in ring] for ring in rings]
    return Land(
        slug=slug,
        name=name,
        box=Box(min(latitudes), min(longitudes), max(latitudes), max(longitudes)),
        fine="".join(_path(ring, FINE) for ring in drawn),
        coarse="".join(_path(ring, COARSE) for ring in drawn),
        licence=licence,
    )


def _path(ring: list[Spot], tolerance: float) -> str:
    """Return a closed ring as path data, or nothing of one too small to be seen."""
    spots = list(dict.fromkeys(ring))
    if len(spots) < 3:
        return ""
    # From two corners that surely stay: the first, and the one furthest from it.
    first = spots[0]
    turn = max(range(len(spots)), key=lambda at: (spots[at][0] - first[0]) ** 2 + (spots[at][1] - first[1]) ** 2)
    kept = sorted({*_corners(spots, 0, turn, tolerance), *_corners([*spots, first], turn, len(spots), tolerance)})
    corners = [spots[at] for at in kept if at < len(spots)]
    if len(corners) < 3:
        return ""
    steps = (f"{x - before[0]} {y - before[1]}" for before, (x, y) in zip(corners, corners[1:], strict=False))
    return f"M{corners[0][0]} {corners[0][1]}l{' '.join(steps)}z"


def _corners(spots: list[Spot], start: int, end: int, tolerance: float) -> Iterator[int]:
    """Yield which spots of a line one needs so that none is further from it than the tolerance (Douglas and Peucker)."""
    waiting = [(start, end)]
    yield start
    yield end
    while waiting:
        start, end = waiting.pop()
        if end - start < 2:
            continue
        (x1, y1), (x2, y2) = spots[start], spots[end]
        wide, high = x2 - x1, y2 - y1
        long = (wide * wide + high * high) ** 0.5 or 1.0
        far, where = max(
            (abs(wide * (y1 - spots[at][1]) - (x1 - spots[at][0]) * high) / long, at) for at in range(start + 1, end)
        )
        if far > tolerance:
            yield where
            waiting += [(start, where), (where, end)]
