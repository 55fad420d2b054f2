"""Lists of postcodes into the database: whole or not at all, as often as one likes."""

import csv
import gzip
import io
import json
import zipfile
from collections import Counter

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from config.fixtures import load_fixtures
from core import versions
from core.geography import council_of_code, distance_miles, loading, locate, outlines, point_of, reading, towns
from core.models import AuthorityCode, Outcode, OutcodeCouncil, Outline, Place, Postcode, RegisterVersion, Town
from tests.factories import NOON
from tests.factories.core import PlaceFactory
from tests.tools.shared import shared_data

pytestmark = pytest.mark.django_db

HEADER = "pcd7,pcd8,pcds,dointr,doterm,cty25cd,lad25cd,ctry25cd,east1m,north1m,gridind,lat,long"
DURHAM, DARLINGTON = "E06000047", "E06000005"


def line(postcode="DH1 3UJ", *, ended="", code=DURHAM, quality="1", lat="54.7761", long="-1.5733"):
    return f"{postcode},{postcode},{postcode},198001,{ended},E99999999,{code},E92000001,427000,542000,{quality},{lat},{long}"


DIRECTORY = [
    HEADER,
    line("DH1 3UJ"),
    line("DH1 3UN", lat="54.7771", long="-1.5743"),
    line("DL1 1AA", code=DARLINGTON, lat="54.52", long="-1.55"),
    line("DL1 1AB", lat="54.53", long="-1.56"),
    line("EH1 1YZ", code="S12000036", lat="55.95", long="-3.19"),
    line("DH1 9ZZ", ended="202001"),
    line("DH1 9ZY", quality="9", lat="99.999999", long="0.000000"),
    line("BT1 1AA", code="N09000003", lat="54.6", long="-5.93"),
    line("JE2 3AB", code="L99999999", quality="9", lat="99.999999", long="0"),
]
CODE_POINT = [
    f'"DH1 3UJ",10,427000,542000,"E92000001","E19000001","E18000001","","{DURHAM}","E05009056"',
    f'"NR30 5SX",10,651410,313177,"E92000001","E19000001","E18000001","","{DURHAM}","E05009056"',
    '"DH1 9ZY",90,0,0,"E92000001","","","","E06000047",""',
]


@pytest.fixture(autouse=True)
def councils():
    return [
        PlaceFactory(slug="county-durham", name="County Durham", kind="council", gss_code=DURHAM),
        PlaceFactory(slug="darlington", name="Darlington", kind="council", gss_code=DARLINGTON),
    ]


@pytest.fixture
def load(tmp_path):
    """Return a function that writes lines to a file and loads it."""

    def load(lines, name="directory.csv", **options):
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        report, _ = loading.load_postcodes(source=reading.from_file(path), **options)
        return report

    return load


def state():
    """Return every row the loader writes."""
    return [
        list(model.objects.order_by("pk").values_list())
        for model in (Postcode, Outcode, OutcodeCouncil, Place, RegisterVersion)
    ]


def test_directory_of_the_ons_is_loaded_live_postcodes_only(load):
    report = load(DIRECTORY)

    assert sorted(Postcode.objects.values_list("postcode", "council__name", "country")) == [
        ("DH13UJ", "County Durham", "E"),
        ("DH13UN", "County Durham", "E"),
        ("DL11AA", "Darlington", "E"),
        ("DL11AB", "County Durham", "E"),
        ("EH11YZ", None, "S"),
    ]
    assert (report.read, report.added, report.removed) == (5, 5, 0)
    assert report.left_out == {"ended": 1, "without a position": 1, "outside Great Britain": 2}
    assert point_of("DH1 3UJ") == (54.7761, -1.5733)


def test_outcodes_are_worked_out(load):
    load(DIRECTORY)

    dh1 = Outcode.objects.get(pk="DH1")
    assert (dh1.latitude, dh1.longitude, dh1.postcodes, dh1.council.name) == (54.7766, -1.5738, 2, "County Durham")
    assert dh1.radius95 == pytest.approx(distance_miles(54.7766, -1.5738, 54.7761, -1.5733) * 1609.344, abs=2)
    dl1 = Outcode.objects.get(pk="DL1")
    assert sorted(dl1.shares.values_list("council__name", "postcodes")) == [("County Durham", 1), ("Darlington", 1)]
    assert Outcode.objects.get(pk="EH1").council is None


def test_second_load_changes_nothing(load):
    load(DIRECTORY)
    before = state()

    report = load(DIRECTORY)

    assert report.is_unchanged
    assert state() == before


def test_newer_list_adds_changes_and_removes(load):
    load(DIRECTORY)

    report = load(
        [
            HEADER,
            line("DH1 3UJ", lat="54.8"),
            line("DH1 3UL"),
            *DIRECTORY[3:6],
            line("DH1 3UN", ended="202609"),
        ]
    )

    assert (report.added, report.changed, report.removed) == (1, 1, 1)
    assert set(Postcode.objects.values_list("pk", flat=True)) == {"DH13UJ", "DH13UL", "DL11AA", "DL11AB", "EH11YZ"}
    assert point_of("DH13UJ") == (54.8, -1.5733)


def test_pages_learn_that_places_changed_and_not_that_they_did_not(load):
    seen = [versions.read("places")[1]]

    for _ in range(2):
        load(DIRECTORY)
        connection.check_constraints()
        seen.append(versions.read("places")[1])

    assert seen == ["", "places 1", "places 1"]


def test_full_postcodes_of_some_areas_and_outcodes_of_all(load):
    load(DIRECTORY)

    report = load(DIRECTORY, areas=["dh"])

    assert set(Postcode.objects.values_list("pk", flat=True)) == {"DH13UJ", "DH13UN"}
    assert set(Outcode.objects.values_list("pk", flat=True)) == {"DH1", "DL1", "EH1"}
    assert (report.removed, load(DIRECTORY, areas=["DH"]).is_unchanged) == (3, True)


@pytest.mark.parametrize(
    ("broken", "where"),
    [
        ([HEADER, line("DH1 3U")], "row 2, column pcds: “DH1 3U” is no postcode"),
        ([HEADER, line(), line("DH1 3UN", lat="abc")], "row 3, column lat: “abc” is not a number from 49 to 61"),
        ([HEADER, line(lat="4.7")], "row 2, column lat: “4.7” is not a number"),
        ([HEADER, line(lat="nan")], "row 2, column lat"),
        ([HEADER, line(long="inf")], "row 2, column long"),
        ([HEADER, line(code="E0600004")], "row 2, column lad25cd: “E0600004” is no GSS code"),
        ([HEADER, line(code="E06\\t0047")], "row 2, column lad25cd"),
        (
            [HEADER, line(), line(code="E07999999", postcode="DH1 3UN")],
            "row 3, column of the council's code: no council is known for E07999999",
        ),
        ([HEADER, line(), line("dh13uj")], "row 3, column postcode: DH13UJ is in directory.csv, row 2, already"),
        ([HEADER, line(), "DH1 3UN,too,few"], "row 3, column pcds: the row has 3 values and the first row 13 names"),
        (
            [HEADER.replace("lad25cd", "district"), line()],
            "row 1: no column for the code (lad\\d\\dcd or oslaua or laua)",
        ),
        ([HEADER.replace("doterm", "ended"), line()], "row 1: no column for the ended"),
        ([HEADER.replace(",lat,", ",north,"), line()], "row 1: no column for the latitude"),
    ],
)
def test_broken_directory_names_row_and_column_and_changes_nothing(load, broken, where):
    load(DIRECTORY)
    before = state()

    with pytest.raises(reading.FileRefused) as refusal:
        load(broken, allow_fewer=True)

    assert where in str(refusal.value)
    assert "directory.csv" in str(refusal.value)
    assert state() == before


def test_many_faults_are_told_at_once_and_not_for_ever(load):
    with pytest.raises(reading.FileRefused) as refusal:
        load([HEADER, *[line(lat="x") for _ in range(5000)]])

    assert len(refusal.value.problems) == 100
    assert str(refusal.value).endswith("… and 80 more.")


def test_half_a_file_does_not_empty_the_country(load):
    load(DIRECTORY)
    before = state()

    with pytest.raises(loading.DomainError, match="looks incomplete"):
        load(DIRECTORY[:2])

    assert state() == before
    assert load(DIRECTORY[:2], allow_fewer=True).removed == 4


@pytest.mark.parametrize(
    "content", ["", "\n", "name,age\nAnn,3\n", '{"a": 1}', "\x00\x01\x02", "PK\x03\x04broken", "pcds\n"]
)
def test_file_that_is_no_list_of_postcodes_is_refused(tmp_path, content):
    path = tmp_path / "other.csv"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(reading.DomainError):
        loading.load_postcodes(source=reading.from_file(path))

    assert not Postcode.objects.exists()


def test_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(reading.DomainError, match="There is no file"):
        reading.from_file(tmp_path / "nowhere.zip")


def test_older_names_of_columns_are_known(load):
    header = HEADER.replace("pcd7,pcd8", "pcd,pcd2").replace("lad25cd", "oslaua").replace("gridind", "osgrdind")

    assert load([header, *DIRECTORY[1:]]).added == 5


def test_zip_of_the_ons_is_read_once_and_not_again_in_pieces(tmp_path):
    path = tmp_path / "ONSPD.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Data/ONSPD_NOV_2025_UK.csv", "\ufeff" + "\r\n".join(DIRECTORY))
        archive.writestr("Data/multi_csv/ONSPD_NOV_2025_UK_DH.csv", "\r\n".join(DIRECTORY[:3]))
        archive.writestr("Documents/2011 names.csv", "code,name\n1,a\n")

    report, _ = loading.load_postcodes(source=reading.from_file(path))

    assert report.added == 5


def test_code_point_open_is_loaded_with_degrees_of_the_survey_itself(tmp_path):
    path = tmp_path / "codepo_gb.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Data/CSV/dh.csv", "\n".join(CODE_POINT))
        archive.writestr("Doc/Code-Point_Open_Column_Headers.csv", "PC,PQ,EA,NO,CY,RH,LH,CC,DC,WC\n")

    report, _ = loading.load_postcodes(source=reading.from_file(path))

    assert (report.added, report.left_out) == (2, {"without a position": 1})
    latitude, longitude = point_of("NR30 5SX")
    # Caister water tower, the example of the Ordnance Survey's guide to coordinate systems.
    assert distance_miles(latitude, longitude, 52.657978, 1.716053) * 1609 < 5


@pytest.mark.parametrize(
    ("broken", "where"),
    [
        (CODE_POINT[0].replace("427000", "x"), "dh.csv, row 2, column 3 (easting): “x”"),
        (CODE_POINT[0].replace("542000", "9999999"), "dh.csv, row 2, column 4 (northing)"),
        (CODE_POINT[0].replace(DURHAM, "00EJ"), "dh.csv, row 2, column 9 (district): “00EJ”"),
        (CODE_POINT[0].replace("DH1 3UJ", "DH1"), "dh.csv, row 2, column 1 (postcode): “DH1”"),
        (CODE_POINT[0] + ",1", "dh.csv, row 2, column 11: Code-Point Open has ten columns"),
        (CODE_POINT[0].replace("427000", "1").replace("542000", "1"), "lies outside the national grid"),
    ],
)
def test_broken_code_point_names_row_and_column(load, broken, where):
    with pytest.raises(reading.FileRefused) as refusal:
        load([CODE_POINT[1], broken], name="dh.csv")

    assert where in str(refusal.value)
    assert not Postcode.objects.exists()


def test_without_councils_nothing_is_loaded(load):
    Place.objects.all().delete()

    with pytest.raises(loading.DomainError, match="run load_fixtures first"):
        load(DIRECTORY)

    assert not Postcode.objects.exists()


def test_unknown_area_is_refused(load):
    with pytest.raises(loading.DomainError, match="no postcodes of the areas ZZ"):
        load(DIRECTORY, areas=["DH", "ZZ"])
    with pytest.raises(loading.DomainError, match="such as CA,DH"):
        loading.areas_of("DH1, CA")

    assert loading.areas_of("dh, ca  la") == ["DH", "CA", "LA"]


def test_code_of_before_a_reorganisation_leads_to_todays_council(load, councils):
    AuthorityCode.objects.create(code="E07000026", name="Allerdale", council=councils[0])

    load([HEADER, line("CA13 0AA", code="E07000026")])

    assert Postcode.objects.get().council == councils[0]


def test_command_tells_what_it_did_and_refuses_in_words(tmp_path, capsys):
    path = tmp_path / "directory.csv"
    path.write_text("\n".join(DIRECTORY), encoding="utf-8")

    call_command("load_postcodes", str(path))
    said = capsys.readouterr().out
    path.write_text("\n".join([HEADER, line(lat="x")]), encoding="utf-8")

    assert "Postcodes: 5 read, 5 new, 0 changed, 0 removed" in said
    assert "Outlines:" in said
    with pytest.raises(CommandError, match="row 2, column lat"):
        call_command("load_postcodes", str(path))


# --- Towns ---


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


# --- The whole country, from the packages ---


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


@pytest.mark.parametrize(
    ("code", "slug"),
    [
        ("E06000047", "county-durham"),
        ("E07000118", "lancashire"),
        ("E07000033", "derbyshire"),
        ("E10000017", "lancashire"),
        # Cumbria was shared out in 2023.
        ("E07000026", "cumberland"),
        ("E07000029", "cumberland"),
        ("E06000063", "cumberland"),
        ("E07000030", "westmorland-and-furness"),
        ("E06000064", "westmorland-and-furness"),
        ("E10000006", None),
        ("E07000165", "north-yorkshire"),
        ("E06000065", "north-yorkshire"),
        ("E10000023", "north-yorkshire"),
        ("E07000188", "somerset"),
        ("E06000066", "somerset"),
        # Recoded after a moved border.
        ("E08000038", "barnsley"),
        ("E08000016", "barnsley"),
        ("E08000039", "sheffield"),
        ("E08000019", "sheffield"),
        ("E09000001", "city-of-london"),
        ("E06000053", "isles-of-scilly"),
    ],
)
def test_districts_and_old_codes_lead_to_the_council_with_social_care(england, code, slug):
    council = council_of_code(code)

    assert (council.slug if council else None) == slug


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
            # The mean of degrees is not the mean of the grid's metres, and in wide districts that tells.
            assert away * 1609 < 50, row
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
