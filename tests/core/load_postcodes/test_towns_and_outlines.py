"""Towns, and the outlines of councils."""

import json
from collections import Counter

import pytest

from core.geography import loading, outlines, reading, towns
from core.models import Outcode, Outline, Town
from tests.core.load_postcodes.files import DARLINGTON, DURHAM
from tests.factories.core import PlaceFactory

pytestmark = pytest.mark.django_db


def test_towns_get_outcode_and_council_of_the_nearest_postcode_and_their_place_of_the_tree(councils):
    city = PlaceFactory(
        slug="durham-city", name="Durham (city)", parent=councils[0], latitude=54.7768, longitude=-1.5757
    )
    points = loading.Points()
    for postcode, latitude, longitude, code in (
        ("DH13UJ", 54.7768, -1.5757, DURHAM),
        ("DL11AA", 54.5236, -1.5550, DARLINGTON),
    ):
        points.take(reading.Row(postcode, latitude, longitude, code, "a", 1))
    Outcode.objects.create(
        outcode="DH1", latitude=54.7768, longitude=-1.5757, radius95=900, postcodes=1, country="E", council=councils[0]
    )

    changed = towns.load_towns(points=points)

    durham, darlington = Town.objects.get(name="Durham"), Town.objects.get(name="Darlington")
    assert (durham.outcode, durham.council, durham.place) == ("DH1", councils[0], city)
    assert (darlington.outcode, darlington.council, darlington.slug) == ("DL1", councils[1], "darlington-town")
    assert Outcode.objects.get().town == durham
    assert changed > 4000
    assert Town.objects.get(name="Penzance").council is None
    assert max(Counter(Town.objects.values_list("slug", flat=True)).values()) == 1
    assert towns.load_towns(points=points) == 0


# --- Outlines ---


def square(points, code, latitude, longitude, step=0.01, count=12):
    for row in range(count):
        for column in range(count):
            points.take(reading.Row("DH13UJ", latitude + row * step, longitude + column * step, code, "a", 1))


def test_outline_is_drawn_around_the_postcodes(councils):
    points = loading.Points()
    square(points, DURHAM, 54.7, -1.7)

    assert outlines.draw_outlines(points=points) == 1
    assert outlines.draw_outlines(points=points) == 0

    outline = Outline.objects.get(place=councils[0])
    (ring,) = outline.rings
    assert ring[0] == ring[-1]
    assert all(54.69 <= latitude <= 54.82 and -1.72 <= longitude <= -1.57 for latitude, longitude in ring)
    assert "Open Government Licence" in outline.licence


def geojson(code=DURHAM, **changes):
    ring = [[-1.7, 54.7], [-1.5, 54.7], [-1.5, 54.9], [-1.7, 54.7]]
    feature = {
        "type": "Feature",
        "properties": {"LAD25CD": code, "LAD25NM": "County Durham"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    return {"type": "FeatureCollection", "features": [{**feature, **changes}]}


@pytest.fixture
def boundaries(tmp_path):
    def write(content):
        path = tmp_path / "boundaries.geojson"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return write


def test_outline_of_a_boundary_file_replaces_the_drawn_one_and_stays(boundaries, councils):
    points = loading.Points()
    square(points, DURHAM, 54.7, -1.7)
    outlines.draw_outlines(points=points)

    assert outlines.load_outlines(path=boundaries(geojson()), licence="OGL") == 1
    assert outlines.load_outlines(path=boundaries(geojson()), licence="OGL") == 0
    assert outlines.draw_outlines(points=points) == 0

    outline = Outline.objects.get(place=councils[0])
    assert (outline.source, outline.licence) == ("boundaries.geojson", "OGL")
    assert outline.rings[0][0] == [54.7, -1.7]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "cannot be read as GeoJSON"),
        ("[]", "no GeoJSON collection"),
        ({"type": "FeatureCollection", "features": []}, "no feature with the GSS code"),
        (geojson(code="E00000000"), "no feature with the GSS code"),
        (geojson(geometry=None), "feature 1 (County Durham): the geometry is no Polygon"),
        (geojson(geometry={"type": "Point", "coordinates": [1, 2]}), "is no Polygon"),
        (geojson(geometry={"type": "Polygon", "coordinates": [[[427000, 542000]] * 4]}), "longitudes and latitudes"),
        (geojson(geometry={"type": "Polygon", "coordinates": [[["a", 1]] * 4]}), "longitudes and latitudes"),
        (geojson(geometry={"type": "Polygon", "coordinates": [[]]}), "longitudes and latitudes"),
    ],
)
def test_broken_boundary_file_is_refused(boundaries, content, why):
    with pytest.raises(outlines.DomainError) as refusal:
        outlines.load_outlines(path=boundaries(content))

    assert why in str(refusal.value)
    assert not Outline.objects.exists()
