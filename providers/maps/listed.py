"""The map beside a list of results: its numbers stand where the places are, and lead to their cards.

It is second to the list, which says all of it in words. What is known by its postcode district alone, be it that its
address is withheld, is an area with a number and never a point; what comes to people is not drawn. A search by a full
postcode has its map in its own private page and nowhere else: a map has no address.

It is written as plain strings: a page has some ten milliseconds for all that it shows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from core.charts.canvas import EDGE, INK, SOFT, WHITE
from core.charts.maps import MILES_A_DEGREE, SAND
from core.charts.model import PINE
from core.charts.words import width_of
from core.geography import Kind, Located
from core.geography.ground import UNITS, Box, Ground, Land, NamedSpot, ground

from ..search import RADII_MILES, Hit

WIDTH = 320.0
LOWEST, TALLEST = 200.0, 400.0
# Between what is shown and the sheet's edge: half a door at the sides, and a whole one at the top.
MARGIN, ABOVE = 22.0, 40.0
# The circles that a map is drawn around: for places that stand close together one that nobody can ask for too.
RINGS = (0.5, *RADII_MILES)
# Wider maps are drawn on coarser outlines.
COARSE_FROM_MILES = 15.0
METRES_A_MILE = 1609.344
MOST_TOWNS = 7
TOWN_SIZE = 14
FONT = "Atkinson Hyperlegible Next, Verdana, sans-serif"
HONEY = "#f2b544"
# How accurate the point of a location is, where only its outcode is known or may be.
DISTRICT = "outcode"

# A door of the list, its foot on the place.
DOOR_WIDE, DOOR_HIGH = 28.0, 37.0
DOOR = "v-16a14 14 0 0 1 28 0v16h-9l-5 7-5-7z"
TAG_HIGH = 26.0
# Where a mark may move to where others stand close by: further and further away, in twelve directions.
MOVES = tuple(
    (round(far * math.sin(math.radians(turn)), 1), round(-far * math.cos(math.radians(turn)), 1))
    for far in (30.0, 44.0, 60.0, 80.0, 104.0)
    for turn in range(0, 360, 30)
)

Edges = tuple[float, float, float, float]


@dataclass(frozen=True)
class ListMap:
    """A drawn map of one page of a list.

    ``numbers`` are those on the map, by service; those in ``areas`` stand in a shaded district. ``caption`` says what
    its marks mean, sentence by sentence, ``credit`` are the words its sources ask for.
    """

    drawing: SafeString
    numbers: dict[int, int]
    areas: frozenset[int]
    caption: tuple[str, ...]
    credit: str


@dataclass(frozen=True, slots=True)
class _Mark:
    """A result on the map: where it is, and its outcode where no more is to be told."""

    service_id: int
    number: int
    name: str
    latitude: float
    longitude: float
    outcode: str
    distance_miles: float | None


def map_of_list(
    hits: Sequence[Hit], *, first: int, place: Located | None, radius_miles: float, council: str = ""
) -> ListMap | None:
    """Draw the results of a page around the place asked for, or in the council asked for; None without either.

    :param first: the number of the first result.
    :param council: the slug of the one council whose results they are.
    """
    marks = list(_marks(hits, first))
    if not marks or not (place or council):
        return None
    known = ground()
    if place is not None:
        ring = _ring(marks, radius_miles)
        sheet = _Sheet.around(place, ring)
        own = place.council.slug if place.council else ""
    else:
        area = known.land(council)
        if area is None:
            return None
        sheet, ring, own = _Sheet.of(area.box), 0.0, council
        marks = [mark for mark in marks if sheet.box.holds(mark.latitude, mark.longitude)]
        if not marks:
            return None
    return _drawn(marks, len(hits), sheet, known, place=place, ring=ring, own=own)


def _marks(hits: Iterable[Hit], first: int) -> Iterator[_Mark]:
    for number, hit in enumerate(hits, start=first):
        at = hit.location
        if at is None or at.get("latitude") is None or hit.card["setting"] == "home":
            continue
        is_district = at["is_withheld"] or at.get("accuracy") == DISTRICT
        outcode = at["outcode"] if is_district else ""
        yield _Mark(
            hit.service_id, number, hit.card["name"], at["latitude"], at["longitude"], outcode, hit.distance_miles
        )


def _ring(marks: list[_Mark], radius_miles: float) -> float:
    """Return the smallest of the circles one may ask for that holds all marks: with many near, the map comes nearer."""
    furthest = max(mark.distance_miles or 0.0 for mark in marks)
    return next((float(miles) for miles in RINGS if furthest <= miles < radius_miles), radius_miles)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Which part of the country a map shows, and how large: pixels to a degree eastwards and northwards."""

    box: Box
    height: float
    right: float
    up: float

    @classmethod
    def around(cls, place: Located, miles: float) -> _Sheet:
        radius = WIDTH / 2 - MARGIN
        up = radius / (miles / MILES_A_DEGREE)
        right = up * math.cos(math.radians(place.latitude))
        over, under, beside = (radius + ABOVE) / up, (radius + MARGIN) / up, WIDTH / 2 / right
        box = Box(place.latitude - under, place.longitude - beside, place.latitude + over, place.longitude + beside)
        return cls(box, 2 * radius + ABOVE + MARGIN, right, up)

    @classmethod
    def of(cls, area: Box) -> _Sheet:
        squeeze = math.cos(math.radians((area.south + area.north) / 2))
        wide, high = max((area.east - area.west) * squeeze, 0.01), max(area.north - area.south, 0.01)
        up = min((WIDTH - 2 * MARGIN) / wide, (TALLEST - ABOVE - MARGIN) / high)
        height = max(high * up + ABOVE + MARGIN, LOWEST)
        spare, beside = (height - high * up - ABOVE - MARGIN) / 2, (WIDTH / up - wide) / squeeze / 2
        box = Box(
            area.south - (MARGIN + spare) / up,
            area.west - beside,
            area.north + (ABOVE + spare) / up,
            area.east + beside,
        )
        return cls(box, height, up * squeeze, up)

    @property
    def miles_wide(self) -> float:
        return WIDTH / self.up * MILES_A_DEGREE

    def pixels(self, miles: float) -> float:
        return miles / MILES_A_DEGREE * self.up

    def at(self, latitude: float, longitude: float) -> tuple[float, float]:
        return (longitude - self.box.west) * self.right, (self.box.north - latitude) * self.up

    @property
    def matrix(self) -> str:
        """The transformation from the units of the ground's paths to the sheet's."""
        return (
            f"matrix({self.right / UNITS:.6g} 0 0 {self.up / UNITS:.6g}"
            f" {-self.box.west * self.right:.1f} {self.box.north * self.up:.1f})"
        )


def _drawn(
    marks: list[_Mark], listed: int, sheet: _Sheet, known: Ground, *, place: Located | None, ring: float, own: str
) -> ListMap:
    lands = known.lands_in(sheet.box)
    towns = known.towns_in(sheet.box)
    reach = {mark.outcode: known.reaches.get(mark.outcode, 0) for mark in marks if mark.outcode}
    doors, ways, taken = _doors(marks, sheet)
    parts = [
        f'<rect width="{WIDTH:g}" height="{sheet.height:g}" fill="{SAND}"/>',
        *_outlines(lands, own, sheet),
        *_districts(marks, reach, sheet),
    ]
    if place is not None:
        x, y = sheet.at(place.latitude, place.longitude)
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{sheet.pixels(ring):.1f}" fill="{PINE}" fill-opacity=".06"'
            f' stroke="{PINE}" stroke-width="1.5" stroke-dasharray="5 5"/>'
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="{HONEY}" stroke="{INK}" stroke-width="2"/>'
        )
        taken.append((x - 8, y - 8, x + 8, y + 8))
    parts += [*_towns(towns, sheet, taken), *ways]
    said = place.public_label if place else next((land.name for land in lands if land.slug == own), "the council")
    near = f"near {said}" if place else f"in {said}"
    count = "the place" if len(marks) == 1 else f"{len(marks)} places"
    label = f"Map of {count} of the list {near}; each number leads to its entry in the list"
    drawing = (
        f'<svg class="ccp-map" viewBox="0 0 {WIDTH:g} {sheet.height:g}" role="group" aria-label="{escape(label)}"'
        f' font-family="{FONT}" text-anchor="middle"><g aria-hidden="true">{"".join(parts)}</g>{"".join(doors)}</svg>'
    )
    areas = frozenset(mark.service_id for mark in marks if mark.outcode)
    return ListMap(
        drawing=mark_safe(drawing),  # noqa: S308 - made of numbers and escaped parts
        numbers={mark.service_id: mark.number for mark in marks},
        areas=areas,
        caption=tuple(_caption(marks, listed, place, ring)),
        credit=" ".join(dict.fromkeys(land.licence for land in lands)),
    )


def _caption(marks: list[_Mark], listed: int, place: Located | None, ring: float) -> Iterator[str]:
    if place is not None:
        middle = "your postcode" if place.kind == Kind.POSTCODE else f"the middle of {place.public_label}"
        far = "half a mile" if ring == 0.5 else f"{ring:g} mile{'' if ring == 1 else 's'}"
        yield f"Dashed line: {far} from {middle}."
    if districts := [str(mark.number) for mark in marks if mark.outcode]:
        yield f"Shaded: of number {_listed(districts)} only the postcode district may be told or is known."
    if missing := listed - len(marks):
        yield f"Not on the map: {missing} of {listed} here, which come to people or whose place we do not know."


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _outlines(lands: list[Land], own: str, sheet: _Sheet) -> Iterator[str]:
    """The councils' outlines, the searcher's own the last and the thickest."""
    is_wide = sheet.miles_wide > 2 * COARSE_FROM_MILES
    paths = [(land.coarse if is_wide else land.fine, land.slug == own) for land in lands]
    if not paths:
        return
    stroke = 'vector-effect="non-scaling-stroke" stroke-linejoin="round"'
    others = "".join(path for path, is_own in paths if not is_own)
    mine = "".join(path for path, is_own in paths if is_own)
    yield f'<g transform="{sheet.matrix}" fill="{WHITE}">'
    if others:
        yield f'<path d="{others}" stroke="{EDGE}" stroke-width="1" {stroke}/>'
    if mine:
        yield f'<path d="{mine}" stroke="{PINE}" stroke-width="2" {stroke}/>'
    yield "</g>"


def _districts(marks: list[_Mark], reach: dict[str, int], sheet: _Sheet) -> Iterator[str]:
    """The districts of which no more is told, each once."""
    middles = {mark.outcode: sheet.at(mark.latitude, mark.longitude) for mark in marks if mark.outcode}
    for outcode, (x, y) in middles.items():
        radius = max(sheet.pixels(reach[outcode] / METRES_A_MILE), TAG_HIGH)
        yield (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{HONEY}" fill-opacity=".18"'
            f' stroke="{SOFT}" stroke-width="1.5" stroke-dasharray="1.5 4" stroke-linecap="round"/>'
        )


def _doors(marks: list[_Mark], sheet: _Sheet) -> tuple[list[str], list[str], list[Edges]]:
    """The numbers as links, lines back to the place of those that stand aside so as to hide none, and the room taken."""
    doors: list[str] = []
    ways: list[str] = []
    taken: list[Edges] = []
    for mark in marks:
        x, y = sheet.at(mark.latitude, mark.longitude)
        words = str(mark.number)
        wide = max(DOOR_WIDE, 12.0 + 9.0 * len(words)) if mark.outcode else DOOR_WIDE
        above, below = (TAG_HIGH / 2, TAG_HIGH / 2) if mark.outcode else (DOOR_HIGH, 0.0)
        left, top = _free(x, y, wide, above, below, sheet, taken)
        taken.append((left, top, left + wide, top + above + below))
        foot_x, foot_y = left + wide / 2, top + above
        distance = "" if mark.distance_miles is None else f", {mark.distance_miles:.1f} miles"
        link = f'<a href="#place-{mark.number}" aria-label="{mark.number}: {escape(mark.name)}{distance}">'
        size = 15 if len(words) < 3 else 12 if len(words) == 3 else 9
        if mark.outcode:
            shape = (
                f'<rect x="{left:.1f}" y="{top:.1f}" width="{wide:g}" height="{TAG_HIGH:g}" rx="6" fill="{WHITE}"'
                f' stroke="{PINE}" stroke-width="2" stroke-dasharray="4 2"/>'
                f'<text x="{foot_x:.1f}" y="{foot_y + 5:.1f}" font-size="{size}" font-weight="700" fill="{PINE}">'
            )
        else:
            if abs(foot_x - x) + abs(foot_y - y) > 1:
                ways.append(
                    f'<path d="M{x:.1f} {y:.1f}L{foot_x:.1f} {foot_y:.1f}" stroke="{PINE}" stroke-width="1.5"/>'
                    f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{PINE}"/>'
                )
            shape = (
                f'<path d="M{left:.1f} {foot_y - 7:.1f}{DOOR}" fill="{PINE}" stroke="{WHITE}" stroke-width="2"/>'
                f'<text x="{foot_x:.1f}" y="{foot_y - 16:.1f}" font-size="{size}" font-weight="700" fill="{WHITE}">'
            )
        doors.append(f"{link}{shape}{words}</text></a>")
    return doors, ways, taken


def _free(
    x: float, y: float, wide: float, above: float, below: float, sheet: _Sheet, taken: list[Edges]
) -> tuple[float, float]:
    """Return where a mark's upper left corner goes: at its place, or at the nearest room beside others."""
    left, top = x - wide / 2, y - above
    high = above + below
    for right, down in ((0.0, 0.0), *MOVES):
        west, north = left + right, top + down
        if west < 1 or north < 1 or west + wide > WIDTH - 1 or north + high > sheet.height - 1:
            continue
        if all(
            west + wide <= other[0] or west >= other[2] or north + high <= other[1] or north >= other[3]
            for other in taken
        ):
            return west, north
    return min(max(left, 1.0), WIDTH - wide - 1), min(max(top, 1.0), sheet.height - high - 1)


def _towns(towns: list[NamedSpot], sheet: _Sheet, taken: list[Edges]) -> Iterator[str]:
    """The biggest towns that find room for their names, so that people know where they are."""
    shown = 0
    for town in towns:
        if shown == MOST_TOWNS:
            return
        x, y = sheet.at(town.latitude, town.longitude)
        long = width_of(town.name, TOWN_SIZE) * 0.92
        for left, top in ((x + 6, y - 9), (x - 6 - long, y - 9), (x - long / 2, y + 3), (x - long / 2, y - 21)):
            right, bottom = left + long, top + 18
            if left < 2 or top < 2 or right > WIDTH - 2 or bottom > sheet.height - 2:
                continue
            if all(right < box[0] or left > box[2] or bottom < box[1] or top > box[3] for box in taken):
                taken.append((left, top, right, bottom))
                shown += 1
                yield (
                    f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{EDGE}"/><text x="{left + long / 2:.1f}"'
                    f' y="{top + 14:.1f}" font-size="{TOWN_SIZE}" fill="{SOFT}" stroke="{WHITE}" stroke-width="4"'
                    f' stroke-linejoin="round" paint-order="stroke">{escape(town.name)}</text>'
                )
                break
