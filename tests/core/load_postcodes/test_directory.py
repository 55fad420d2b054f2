"""The postcode directory: what is loaded, what follows from it, and which files are refused."""

import pytest
from django.db import connection

from core import versions
from core.geography import distance_miles, loading, point_of, reading
from core.models import Outcode, Postcode
from tests.core.load_postcodes.files import DIRECTORY, HEADER, line, state

pytestmark = pytest.mark.django_db


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
