"""A council's outline with its towns and numbered doors, without tiles. Always second to a list of the same places."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.safestring import SafeString

from .canvas import EDGE, INK, SOFT, WHITE, Canvas
from .model import PINE
from .output import WIDE, to_svg
from .words import width_of

SAND = "#e9e4d9"
MARGIN = 26.0
LABEL = 15
SCALE_ROOM = 22.0
SCALES = (20, 10, 5, 2, 1, 0.5)
MILES_A_DEGREE = 69.0

Ring = tuple[tuple[float, float], ...]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Town:
    """A name for finding one's way, in degrees of latitude and longitude."""

    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Pin:
    """A place of the list beside the map, under its number there; without one it is the only place of its page.

    A withheld address gets none.
    """

    number: int | None
    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class OutlineMap:
    """An outline of one or more rings of (latitude, longitude), with towns and pins.

    Without a ``description`` it is said which doors the map has.
    """

    title: str
    rings: tuple[Ring, ...]
    towns: tuple[Town, ...] = ()
    pins: tuple[Pin, ...] = ()
    accent: str = PINE
    description: str = ""
    has_scale: bool = False


def render_map(shown: OutlineMap, width: int = WIDE, *, css_class: str = "", key: str = "") -> SafeString:
    """Draw the map as inline SVG.

    :raises ValueError: if it has neither an outline nor a place.
    """
    canvas = Canvas(width=width)
    across, height, mile = _projection(shown, width)
    if shown.has_scale:
        height += SCALE_ROOM
    canvas.rect(0, 0, width, height, SAND, stroke=False)
    canvas.height = height
    for ring in shown.rings:
        places = " L".join("{:.1f} {:.1f}".format(*across(latitude, longitude)) for latitude, longitude in ring)
        canvas.add(
            "path", d=f"M{places} Z", fill=WHITE, stroke=shown.accent, stroke_width="2.5", stroke_linejoin="round"
        )
    if shown.has_scale:
        _scale_bar(canvas, mile, height)
    doors = [(pin, across(pin.latitude, pin.longitude)) for pin in shown.pins]
    taken: list[Box] = [(x - 15, y - 36, x + 15, y + 2) for _, (x, y) in doors]
    for town in shown.towns:
        _town(canvas, town, across(town.latitude, town.longitude), taken)
    for pin, (x, y) in doors:
        door = f"M{x - 14:.1f} {y:.1f} v-20 a14 14 0 0 1 28 0 v20 z"
        canvas.add("path", d=door, fill=shown.accent, stroke=WHITE, stroke_width="2")
        if pin.number is not None:
            canvas.words(str(pin.number), x, y - 26, 30, size=16, weight=700, fill=WHITE, anchor="middle")
    canvas.height = height
    return to_svg(
        canvas,
        shown,
        title=shown.title,
        description=shown.description or _described(shown),
        css_class=css_class,
        key=key,
    )


def _described(shown: OutlineMap) -> str:
    names = "; ".join(f"{pin.number}, {pin.name}" for pin in shown.pins if pin.number is not None)
    if names:
        return f"Outline map. Numbered doors: {names}."
    doors = ", ".join(pin.name for pin in shown.pins)
    return (
        f"Outline map with the names of towns. A door marks {doors}."
        if doors
        else "Outline map with the names of towns."
    )


def _scale_bar(canvas: Canvas, mile: float, height: float) -> None:
    """Draw how long some miles are: as many as fill a third of the sheet at most."""
    miles = next((one for one in SCALES if one * mile <= canvas.width / 3), SCALES[-1])
    left, y, end = 14.0, height - 14, 14.0 + miles * mile
    canvas.add("path", d=f"M{left} {y - 6:.1f} v6 H{end:.1f} v-6", fill="none", stroke=INK, stroke_width="1.5")
    canvas.words(f"{miles:g} mile{'' if miles == 1 else 's'}", end + 8, y - 14, 90, size=LABEL, fill=INK)


def _projection(shown: OutlineMap, width: float) -> tuple[Callable[[float, float], tuple[float, float]], float, float]:
    """Return where a place stands on the sheet, how high the sheet is, and how long a mile."""
    places = [place for ring in shown.rings for place in ring]
    places += [(town.latitude, town.longitude) for town in shown.towns]
    places += [(pin.latitude, pin.longitude) for pin in shown.pins]
    if not places:
        raise ValueError("A map needs an outline or a place.")
    south, north = min(p[0] for p in places), max(p[0] for p in places)
    west, east = min(p[1] for p in places), max(p[1] for p in places)
    squeeze = math.cos(math.radians((south + north) / 2))
    wide, high = max((east - west) * squeeze, 1e-6), max(north - south, 1e-6)
    # Never taller than one and a half times its width.
    scale = min((width - 2 * MARGIN) / wide, (width * 1.5 - 2 * MARGIN - 20) / high)
    left = (width - wide * scale) / 2

    def across(latitude: float, longitude: float) -> tuple[float, float]:
        return left + (longitude - west) * squeeze * scale, MARGIN + 20 + (north - latitude) * scale

    return across, high * scale + 2 * MARGIN + 20, scale / MILES_A_DEGREE


def _town(canvas: Canvas, town: Town, place: tuple[float, float], taken: list[Box]) -> None:
    """Mark a town, and name it on the first side that is free. Without a free side it stays a dot."""
    x, y = place
    canvas.add("circle", cx=x, cy=y, r="3", fill=EDGE)
    long = width_of(town.name, LABEL)
    for anchor, left, top in (
        ("start", x + 8, y - 10),
        ("end", x - 8 - long, y - 10),
        ("middle", x - long / 2, y + 5),
        ("middle", x - long / 2, y - 26),
    ):
        box = (left, top, left + long, top + 20)
        is_free = all(box[2] < b[0] or box[0] > b[2] or box[3] < b[1] or box[1] > b[3] for b in taken)
        if is_free and box[0] >= 0 and box[2] <= canvas.width and box[1] >= 0 and box[3] <= canvas.height:
            at = {"start": left, "end": left + long, "middle": x}[anchor]
            canvas.words(town.name, at, top, long + 1, size=LABEL, fill=SOFT, anchor=anchor, halo=True)
            taken.append(box)
            return
