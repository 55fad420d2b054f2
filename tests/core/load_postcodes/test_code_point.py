"""Code-Point Open, other layouts, and the command."""

import zipfile

import pytest
from django.core.management import CommandError, call_command

from core.geography import distance_miles, loading, point_of, reading
from core.models import AuthorityCode, Place, Postcode
from tests.core.load_postcodes.files import CODE_POINT, DIRECTORY, DURHAM, HEADER, line

pytestmark = pytest.mark.django_db


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
