"""Files that are refused, with the reason and its place, and the forms a sound one may have."""

import csv
import datetime as dt
import io
import json
import zipfile

import pytest

from providers.cqc.layout import DIRECTORY_HEADERS
from providers.models import Location, Service
from providers.services.cqc import import_cqc
from tests.factories import NOON
from tests.providers.cqc.outcomes import refusal
from tests.tools.cqc_files import (
    api_location,
    api_provider,
    change,
    directory_row,
    directory_rows,
    location_id,
    ratings_row,
    write_ratings,
)


@pytest.mark.parametrize("suffix", [".csv", ".ods", ".xlsx"])
def test_a_wrong_day_in_row_5_is_told_by_its_place(good, suffix):
    rows = list(directory_rows(10))
    rows[3]["Publication Date"] = "soon"
    path = good(suffix, rows=rows)

    sheet = "" if suffix == ".csv" else "Sheet “HSCA_Active_Locations”, row"
    assert refusal(path) == f"{sheet or 'Row'} 5, column “Publication Date”: “soon” is no date. Write it as 2026-10-31"


@pytest.mark.parametrize(
    ("header", "value", "reason"),
    [
        ("Location_ID", "", "“” is no ID of the CQC's register"),
        ("Location_ID", location_id(1), f"the file has {location_id(1)} twice"),
        ("Provider_ID", "x y", "“x y” is no ID of the CQC's register"),
        ("Location_Name", " ", "it is blank"),
        ("Location_Name", "x" * 201, "the name is longer than 200 characters"),
        ("Care_home", "", "it is blank; only Y or N may stand here"),
        ("Dormant_YN", "maybe", "“maybe” stands where only Y or N may"),
        ("Care_homes_beds", "many", "“many” is no whole number up to 5,000"),
        ("Location_Latitude", 12.5, "12.5, "),
        ("Location_Postal_Code", "nowhere", "“nowhere” is no postcode"),
        ("Inherited_Rating_YN", "?", "“?” stands where only Y, N or nothing may"),
        ("Service_user_band_Dementia", "X", "“X” stands where only Y, N or nothing may"),
        ("Location_HSCA_start_date", "31/31/2020", "“31/31/2020” is no date"),
        ("Location_Inspection_Directorate", "", "it is blank"),
        ("Location_Dual_Registered", "Twice", "“Twice” stands where only “Dual Registration” may"),
    ],
)
def test_a_faulty_cell_refuses_the_whole_file(good, header, value, reason):
    rows = list(directory_rows(4))
    rows[2] = change(rows[2], **{header: value})

    found = refusal(good(rows=rows))

    assert found.startswith("Row 4, column “")
    assert f": {reason}" in found


def test_faults_are_told_together_up_to_fifty(good):
    rows = [change(row, Location_Name="") for row in directory_rows(10_000)]

    lines = refusal(good(rows=rows)).splitlines()

    assert (len(lines), lines[0], lines[-1]) == (
        51,
        "Row 2, column “Location Name”: it is blank",
        "Reading stopped here: there may be more.",
    )


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda names: names[:5] + names[6:], "column “Location ODS Code”: there is no such header"),
        (
            lambda names: [names[1], names[0], *names[2:]],
            "column “Location ID”: the header stands in column B, and not in A",
        ),
        (lambda names: [*names, "Location Mood"], "column “Location Mood”: column DS is new and not known here"),
        (
            lambda names: ["Location Id Number", *names[1:]],
            "column A is headed “Location Id Number”, which is not known here",
        ),
    ],
)
def test_a_header_missing_moved_or_new_refuses_the_file(good, spoil, reason):
    path = good()
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    header = io.StringIO()
    csv.writer(header, lineterminator="").writerow(spoil(list(DIRECTORY_HEADERS)))
    lines[0] = header.getvalue()
    path.write_text("\n".join(lines))

    assert reason in refusal(path)


def test_columns_parted_by_semicolons_are_told(good):
    path = good()
    path.write_text(";".join(DIRECTORY_HEADERS) + "\n" + ";" * 121)

    assert "the columns are parted by semicolons" in refusal(path)


def test_headers_in_the_short_form_are_understood(good):
    path = good()
    text = path.read_text(encoding="utf-8-sig")
    for name in ("Street Address", "Postal Code", "Web Address"):
        text = text.replace(f"Provider {name}", name).replace(f"Location {name}", name)
    path.write_text(text)

    import_cqc(path=path, by=None, at=NOON)

    assert Service.objects.count() == 10


def rewrite(path, change_part):
    """Write the archive anew with other parts."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts = change_part(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_files_that_cannot_be_read(good, tmp_path):
    empty, words, image = tmp_path / "empty.csv", tmp_path / "words.csv", tmp_path / "image.ods"
    empty.write_bytes(b"")
    words.write_text("Dear colleague,\nplease find attached the file.\n")
    image.write_bytes(b"\x89PNG\r\n\x1a\n")
    locked = tmp_path / "locked.xlsx"
    locked.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    cut = good(".ods")
    cut.write_bytes(cut.read_bytes()[:-400])

    assert refusal(empty) == "The file is empty."
    assert "There is no sheet “HSCA_Active_Locations”" in refusal(words)
    assert "give an .ods, .xlsx or .csv file" in refusal(image)
    assert "locked with a password" in refusal(locked)
    assert "damaged or was not downloaded whole" in refusal(cut)
    assert "There is no file" in refusal(tmp_path / "none.ods")


def test_an_ods_cut_inside_or_locked_or_declaring_entities_is_refused(good):
    half = rewrite(good(".ods"), lambda parts: parts | {"content.xml": parts["content.xml"][:5_000]})
    assert "its XML breaks off or is wrong" in refusal(half)

    manifest = b"<manifest><manifest:encryption-data/></manifest>"
    locked = rewrite(good(".ods"), lambda parts: parts | {"META-INF/manifest.xml": manifest})
    assert "locked with a password" in refusal(locked)

    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    declaring = rewrite(good(".ods"), lambda parts: parts | {"content.xml": bomb})
    assert "declares entities or a document type" in refusal(declaring)


@pytest.mark.parametrize("suffix", [".ods", ".xlsx"])
def test_a_zip_bomb_ends_early(good, suffix):
    part = "content.xml" if suffix == ".ods" else "xl/worksheets/sheet1.xml"
    path = rewrite(good(suffix), lambda parts: parts | {part: b"<x>" + b" " * 80_000_000})

    assert "far more than its size can honestly hold" in refusal(path)


def test_another_sheet_is_named(good):
    path = rewrite(
        good(".ods"),
        lambda parts: parts | {"content.xml": parts["content.xml"].replace(b"HSCA_Active_Locations", b"Sheet1")},
    )

    assert refusal(path).endswith("it has “README”, “Sheet1”.")


@pytest.mark.parametrize(
    ("find", "put", "reason"),
    [
        (b"Adult social care", b"Adult\0social care", "Row 2: The line holds a NUL character"),
        (b"Adult social care", "Añadult".encode("cp1252"), "Row 2: The file is not in UTF-8"),
        (b"Adult social care", b'"Adult', "Row 2: The row cannot be read"),
    ],
)
def test_a_csv_that_is_no_text_is_refused(good, find, put, reason):
    path = good()
    path.write_bytes(path.read_bytes().replace(find, put, 1))

    assert refusal(path).startswith(reason)


def test_a_file_without_a_day_or_of_a_day_to_come_is_refused(good, tmp_path):
    path = good()
    nameless = tmp_path / "locations.csv"
    nameless.write_bytes(path.read_bytes())

    assert "does not say of which day it is" in refusal(nameless)
    assert "which has not come yet" in refusal(nameless, as_at_date=dt.date(2027, 1, 1))
    assert "no “Latest ratings” but a “Care directory with filters”" in refusal(path, kind="ratings")


def test_broken_ratings_files_are_refused(taxonomy, tmp_path):
    row = directory_row(0)
    path = tmp_path / "01_October_2026_Latest_ratings.csv"

    write_ratings(path, [ratings_row(row, "Safe", "Good"), ratings_row(row, "Safe", "Good")])
    assert refusal(path) == f"Row 3, column “Domain”: the file has “Safe” of {location_id(0)} twice"

    write_ratings(path, [ratings_row(row, "Safe", "Good", **{"Publication Date": "June"})])
    assert refusal(path).startswith("Row 2, column “Publication Date”: “June” is no date")

    path.write_text("Location ID,Domain,Rating\n1-1,Safe,Good\n")
    assert "column “Latest Rating”: there is no such header" in refusal(path)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[1, 2]", "it is no object"),
        ('[{"locationId": "1-1", "locationName": "A"}]', "this is the list of locations, and not what each is"),
        ('[{"locationId": "1-1"', "breaks off"),
        ('{"a": 1}', "it has neither locationId nor providerId"),
        ('{"a": NaN}', "NaN"),
        ("[" * 100_000, "breaks off"),
    ],
)
def test_broken_json_is_refused(taxonomy, tmp_path, text, reason):
    path = tmp_path / "dump.json"
    path.write_text(text)

    assert reason in refusal(path)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"registrationStatus": "Perhaps"},
            "column “registrationStatus”: “perhaps” is neither Registered nor Deregistered",
        ),
        ({"name": ""}, "column “name”: it is blank"),
        ({"name": "A\0B"}, "column “name”: it holds a NUL character"),
        ({"registrationDate": "yesterday"}, "column “registrationDate”: “yesterday” is no date"),
        ({"gacServiceTypes": "many"}, "column “gacServiceTypes”: it is no list of objects"),
        (
            {"currentRatings": {"overall": {"rating": "Good", "reportDate": "bad"}}},
            "column “currentRatings”: its ratings cannot be read",
        ),
        ({"currentRatings": ["Good"]}, "column “currentRatings”: its ratings cannot be read"),
    ],
)
def test_a_faulty_object_refuses_the_whole_dump(taxonomy, tmp_path, changes, reason):
    path = tmp_path / "dump.json"
    path.write_text(json.dumps([api_provider(0), api_location(0), api_location(1, **changes)]))

    assert f"Sheet “dump.json”, row 3, {reason}" in refusal(path)


def test_a_dump_may_be_lines_a_folder_or_an_archive(taxonomy, tmp_path):
    lines, folder, archive = tmp_path / "dump.jsonl", tmp_path / "folder", tmp_path / "dump.zip"
    lines.write_text("\n".join(json.dumps(one) for one in (api_location(0), api_provider(0))))
    folder.mkdir()
    (folder / "l.json").write_text(json.dumps(api_location(2)))
    (folder / "p.json").write_text(json.dumps(api_provider(2)))
    with zipfile.ZipFile(archive, "w") as parts:
        parts.writestr("a.json", json.dumps([api_location(4), api_provider(4)]))

    for path in (lines, folder, archive):
        import_cqc(path=path, by=None, at=NOON)

    assert set(Location.objects.values_list("cqc_location_id", flat=True)) == {location_id(n) for n in (0, 2, 4)}
