"""The whole country, from the packages."""

import csv
import gzip
import io

import pytest
from django.conf import settings
from django.core.management import call_command

from config.fixtures import load_fixtures
from core.geography import council_of_code, distance_miles, locate
from core.models import Outcode, Outline, Place, Postcode
from tests.factories import NOON
from tests.tools.shared import shared_data

pytestmark = pytest.mark.django_db


@pytest.fixture
def england(councils, tmp_path):
    """The councils as the project carries them."""
    Place.objects.all().delete()
    reference = tmp_path / "fixtures" / "reference"
    reference.mkdir(parents=True)
    for name in ("places.yaml", "social-care-authorities.yaml"):
        (reference / name).write_bytes((settings.BASE_DIR / "fixtures" / "reference" / name).read_bytes())
    load_fixtures(folder=tmp_path / "fixtures", at=NOON)


def test_there_are_153_councils_and_every_district_leads_to_one(england):
    import qlacref_authorities

    assert Place.objects.filter(kind="council", gss_code__isnull=False).count() == 153
    lower = {row["LTLA21CD"] for row in qlacref_authorities.records if row["LTLA21CD"].startswith("E")}
    assert [code for code in lower if council_of_code(code) is None] == []


# What social care's council of a district or of an old code is today.
TODAY = {
    "E06000047": "county-durham",
    "E07000118": "lancashire",
    "E07000033": "derbyshire",
    "E10000017": "lancashire",
    # Cumbria was shared out in 2023.
    "E07000026": "cumberland",
    "E07000029": "cumberland",
    "E06000063": "cumberland",
    "E07000030": "westmorland-and-furness",
    "E06000064": "westmorland-and-furness",
    "E10000006": None,
    "E07000165": "north-yorkshire",
    "E06000065": "north-yorkshire",
    "E10000023": "north-yorkshire",
    "E07000188": "somerset",
    "E06000066": "somerset",
    # Recoded after a moved border.
    "E08000038": "barnsley",
    "E08000016": "barnsley",
    "E08000039": "sheffield",
    "E08000019": "sheffield",
    "E09000001": "city-of-london",
    "E06000053": "isles-of-scilly",
}


def test_districts_and_old_codes_lead_to_the_council_with_social_care(england):
    councils = {code: council_of_code(code) for code in TODAY}

    assert {code: council and council.slug for code, council in councils.items()} == TODAY


def test_file_of_the_councils_is_what_its_script_makes():
    import importlib.util

    path = settings.BASE_DIR / "bin" / "make_councils.py"
    spec = importlib.util.spec_from_file_location("make_councils", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)

    assert script.OUTPUT.read_text(encoding="utf-8") == script.as_yaml()


@pytest.fixture
def four_councils():
    """Every live postcode of the four councils, as measured by others."""
    path = shared_data("geo") / "postcodes_four_councils.csv.gz"
    with gzip.open(path, "rt") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.slow
def test_whole_country_from_the_packages(england, four_councils):
    said = io.StringIO()

    call_command("load_postcodes", stdout=said)

    assert Postcode.objects.count() > 1_700_000
    assert not Postcode.objects.filter(country="E", council=None).exists()
    assert Outcode.objects.count() == 2865
    assert Outline.objects.count() == 153
    codes = {row["lad25cd"] for row in four_councils}
    loaded = Postcode.objects.filter(council__gss_code__in=codes).select_related("council").in_bulk()
    outcodes = Outcode.objects.in_bulk()
    for row in four_councils:
        postcode = loaded[row["postcode"].replace(" ", "")]
        assert postcode.council.gss_code == row["lad25cd"], row
        # They were turned into degrees there without the survey's own grid, which is worth up to 2.6 m.
        away = distance_miles(postcode.latitude, postcode.longitude, float(row["latitude"]), float(row["longitude"]))
        assert away * 1609 < 3, row
    with (shared_data("geo") / "uk_outcode_centroids.csv").open() as lines:
        for row in csv.DictReader(lines):
            outcode = outcodes[row["outcode"]]
            assert outcode.postcodes == int(row["postcodes"])
            away = distance_miles(outcode.latitude, outcode.longitude, float(row["latitude"]), float(row["longitude"]))
            # The mean of degrees is not the mean of the grid's metres, and the wider a district the more that tells.
            assert away * 1609 < max(50, outcode.radius95 / 200), row
    assert locate("DL1").council.name == "Darlington"
    assert locate("CA28").reading == (
        "Care near CA28, Whitehaven: centre of the postcode district, accurate to about 2 miles."
    )
    assert [option.key for option in locate("Brampton").options] == ["brampton", "brampton-cambridgeshire"]
    assert len(locate("Newport").options) == 4

    call_command("load_postcodes", stdout=said)

    assert "0 new, 0 changed, 0 removed" in said.getvalue()
    assert "Towns: 0 changed" in said.getvalue()
    assert "Outlines: 0 changed" in said.getvalue()
