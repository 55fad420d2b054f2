"""A council's outline with its towns and numbered doors, without tiles. Always second to a list of the same places."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.safestring import SafeString

from .canvas import EDGE, SOFT, WHITE, Canvas
from .model import PINE
from .output import WIDE, to_svg
from .words import width_of

SAND = "#e9e4d9"
MARGIN = 26.0
LABEL = 15

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
    """A place of the list beside the map, under its number there. A withheld address gets none."""

    number: int
    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class OutlineMap:
    """An outline of one or more rings of (latitude, longitude), with towns and pins."""

    title: str
    rings: tuple[Ring, ...]
    towns: tuple[Town, ...] = ()
    pins: tuple[Pin, ...] = ()
    accent: str = PINE


def render_map(shown: OutlineMap, width: int = WIDE, *, css_class: str = "", key: str = "") -> SafeString:
    """Draw the map as inline SVG.

    :raises ValueError: if it has neither an outline nor a place.
    """
    canvas = Canvas(width=width)
    across, height = _projection(shown, width)
    canvas.rect(0, 0, width, height, SAND, stroke=False)
    canvas.height = height
    for ring in shown.rings:
        places = " L".join("{:.1f} {:.1f}".format(*across(latitude, longitude)) for latitude, longitude in ring)
        canvas.add(
            "path", d=f"M{places} Z", fill=WHITE, stroke=shown.accent, stroke_width="2.5", stroke_linejoin="round"
        )
    doors = [(pin, across(pin.latitude, pin.longitude)) for pin in shown.pins]
    taken: list[Box] = [(x - 15, y - 36, x + 15, y + 2) for _, (x, y) in doors]
    for town in shown.towns:
        _town(canvas, town, across(town.latitude, town.longitude), taken)
    for pin, (x, y) in doors:
        door = f"M{x - 14:.1f} {y:.1f} v-20 a14 14 0 0 1 28 0 v20 z"
        canvas.add("path", d=door, fill=shown.accent, stroke=WHITE, stroke_width="2")
        canvas.words(str(pin.number), x, y - 26, 30, size=16, weight=700, fill=WHITE, anchor="middle")
    canvas.height = height
    names = "; ".join(f"{pin.number}, {pin.name}" for pin in shown.pins)
    description = f"Outline map. Numbered doors: {names}." if names else "Outline map with the names of towns."
    return to_svg(canvas, shown, title=shown.title, description=description, css_class=css_class, key=key)


def _projection(shown: OutlineMap, width: float) -> tuple[Callable[[float, float], tuple[float, float]], float]:
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

    return across, high * scale + 2 * MARGIN + 20


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
