"""The outline map: whole, within its sheet, and said in words."""

import re

import pytest
from defusedxml import ElementTree

from core.charts import LARGE_PRINT, NARROW, WIDE, OutlineMap, Pin, Town, render_map

from .test_charts import SVG, forbidden, outside

RING = ((53.38, -2.75), (53.38, -2.0), (52.95, -2.0), (52.95, -2.75))
TOWNS = tuple(Town(f"A town with the long name of {n}", 53.16 + n / 1000, -2.2) for n in range(12))
PINS = (Pin(1, "North Court", 53.38, -2.75), Pin(20, "South Court", 52.95, -2.0))


@pytest.mark.parametrize("width", [WIDE, NARROW, LARGE_PRINT])
def test_everything_is_within_the_sheet(width):
    shown = OutlineMap("Two schemes", rings=(RING,), towns=TOWNS, pins=PINS)

    root = ElementTree.fromstring(render_map(shown, width))

    assert outside(root) == []
    assert forbidden(root) == []


def test_the_doors_are_said_by_number_and_name():
    root = ElementTree.fromstring(render_map(OutlineMap("Two schemes", rings=(RING,), pins=PINS)))

    assert root.findtext(f"{SVG}desc") == "Outline map. Numbered doors: 1, North Court; 20, South Court."


def test_names_that_would_cover_each_other_are_left_out():
    shown = OutlineMap("Crowded", rings=(RING,), towns=TOWNS)

    drawn = render_map(shown)
    places = re.findall(r'y="([\d.]+)" fill="#3f5056"', drawn)

    assert drawn.count("<circle") == 12
    assert 0 < len(places) < 12


def test_one_place_alone_is_a_map():
    root = ElementTree.fromstring(render_map(OutlineMap("One", rings=(), pins=PINS[:1])))

    assert outside(root) == []


def test_nothing_at_all_is_refused():
    with pytest.raises(ValueError, match="needs an outline"):
        render_map(OutlineMap("None", rings=()))


def test_the_only_place_of_a_page_has_a_door_without_a_number():
    drawn = render_map(OutlineMap("One", rings=(RING,), pins=(Pin(None, "North Court", 53.2, -2.3),)))

    root = ElementTree.fromstring(drawn)

    assert root.findtext(f"{SVG}desc") == "Outline map with the names of towns. A door marks North Court."
    assert "None" not in drawn


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_scale_is_as_long_as_it_says(width):
    north, south = (53.3, -2.3), (53.3 - 10 / 69, -2.3)
    towns = (Town("", *north), Town("", *south))

    root = ElementTree.fromstring(render_map(OutlineMap("Scale", rings=(RING,), towns=towns, has_scale=True), width))
    y = [float(one.get("cy")) for one in root.findall(f"{SVG}circle")]
    words = next(one.text for one in root.findall(f"{SVG}text") if one.text and "mile" in one.text)
    bar = next(one.get("d") for one in root.findall(f"{SVG}path") if one.get("fill") == "none")
    left, right = (float(part) for part in re.match(r"M(\S+) .*H(\S+)", bar).groups())

    assert (right - left) / float(words.split()[0]) == pytest.approx((y[1] - y[0]) / 10, rel=0.02)
    assert outside(root) == []
