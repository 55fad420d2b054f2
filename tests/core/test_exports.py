"""Lists as files: no cell is a formula, numbers and days stay what they are, and what is read back is what was said."""

import csv
import datetime as dt
import io
import unicodedata
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from core.exports import (
    Column,
    Table,
    begins_like_a_formula,
    csv_bytes,
    csv_response,
    file_name,
    guarded,
    sheet_name,
    unguarded,
    xlsx_response,
)
from core.exports.cells import cleaned
from core.exports.workbook import xlsx_bytes
from core.imports import read_rows

LONDON = ZoneInfo("Europe/London")
BEGINNINGS = [
    "=1+1", "+44 191 372 0000", "-5", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "'=1", "\"=1", " ' \" =1", "\ufeff=1",
    "\u200b=1", "\u00a0=1", "＝1+1", "＋1", "－1", "＠x", "﹦1", "⁼1", "\u2212" "5", "“=1”", "''=1", "\x00=1",
]  # fmt: skip
HARMLESS = ["", "Home care", "1 = 1", "a-b", "– a list", "'quoted'", "5", "£5", "#REF", "(=1)", "'", "'s"]
texts = st.one_of(st.text(), st.builds(lambda a, b: a + b, st.sampled_from([*BEGINNINGS, "'", '"', " "]), st.text()))


def table(*titles, unknown="Not stated"):
    return Table(
        "Things", [Column(title, lambda row, at=at: row[at], unknown=unknown) for at, title in enumerate(titles)]
    )


def read_csv(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def sheet(content):
    return load_workbook(io.BytesIO(content)).worksheets[0]


@pytest.mark.parametrize("text", BEGINNINGS)
def test_a_text_that_begins_like_a_formula_is_guarded_and_can_be_had_back(text):
    guard = guarded(text)

    assert guard == "'" + text
    assert unguarded(guard) == text


@pytest.mark.parametrize("text", HARMLESS)
def test_other_texts_stay_as_they_are(text):
    assert guarded(text) == text
    assert unguarded(text) == text


@given(texts)
def test_a_guard_is_taken_off_as_it_was_put_on(text):
    assert unguarded(guarded(text)) == text


@given(texts)
def test_no_text_of_a_csv_is_a_formula(text):
    content = b"".join(csv_bytes(table("A", unknown=""), [[text]]))

    [_, [cell]] = read_csv(content)
    first = unicodedata.normalize("NFKC", cell.lstrip())[:1]
    assert first not in {"=", "+", "-", "@", "\u2212"}
    assert not cell.startswith(("\t", "\n", "\r"))
    assert unguarded(cell) == cleaned(text)


@given(texts.filter(lambda text: "_x" not in text))
def test_no_text_of_a_workbook_is_a_formula(text):
    content = b"".join(xlsx_bytes(table("A", "B", unknown=""), [[text, 1]]))

    cell = sheet(content)["A2"]
    assert cell.data_type != "f"
    assert not begins_like_a_formula(cell.value or "") or (cell.value or "").startswith("'")
    assert unguarded(cell.value or "") == cleaned(text)


@given(st.lists(st.lists(texts, min_size=2, max_size=2), max_size=5))
def test_both_files_hold_the_same_list(tmp_path_factory, rows):
    rows = [[f"x{a}".replace("_x", "_y"), f"x{b}".replace("_x", "_y")] for a, b in rows]
    folder = tmp_path_factory.mktemp("same")
    for ending, make in {"csv": csv_bytes, "xlsx": xlsx_bytes}.items():
        (folder / f"a.{ending}").write_bytes(b"".join(make(table("A", "B"), rows)))

    read = {name: [cells for _, _, cells in read_rows(folder / f"a.{name}")] for name in ("csv", "xlsx")}

    assert read["csv"] == read["xlsx"] == [["A", "B"], *[[cleaned(a), cleaned(b)] for a, b in rows]]


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12),
    st.integers(min_value=-(10**14), max_value=10**14),
    st.dates(min_value=dt.date(1900, 3, 1), max_value=dt.date(2500, 1, 1)),
)
def test_numbers_and_days_stay_numbers_and_days(amount, count, day):
    row = [amount, count, day]

    words = read_csv(b"".join(csv_bytes(table("A", "B", "C"), [row])))[1]
    cells = [cell.value for cell in sheet(b"".join(xlsx_bytes(table("A", "B", "C"), [row])))[2]]

    assert [Decimal(words[0]), int(words[1]), dt.date.fromisoformat(words[2])] == row
    assert cells == [pytest.approx(float(amount)), count, dt.datetime(day.year, day.month, day.day)]  # noqa: DTZ001


@given(st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)), st.times())
def test_a_moment_is_london_time_and_never_doubtful(day, time):
    moment = dt.datetime.combine(day, time.replace(second=0, microsecond=0), dt.UTC)

    word = read_csv(b"".join(csv_bytes(table("A"), [[moment]])))[1][0]
    value = sheet(b"".join(xlsx_bytes(table("A"), [[moment]])))["A2"].value

    assert dt.datetime.fromisoformat(word) == moment
    if isinstance(value, str):
        assert dt.datetime.fromisoformat(value) == moment
    else:
        assert value.replace(tzinfo=LONDON) == moment.astimezone(LONDON)


def test_the_hour_that_comes_twice_says_which_it_is():
    first, second = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC), dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)

    read = sheet(b"".join(xlsx_bytes(table("A"), [[first], [second]])))

    assert [read["A2"].value, read["A3"].value] == ["2026-10-25T01:30+01:00", "2026-10-25T01:30+00:00"]


def test_what_is_missing_is_said_in_words():
    rows = [[None, "", True, False, 0]]

    content = b"".join(csv_bytes(table(*"ABCDE"), rows))

    assert read_csv(content)[1] == ["Not stated", "Not stated", "Yes", "No", "0"]


def test_headings_are_frozen_and_columns_have_their_width():
    read = sheet(b"".join(xlsx_bytes(Table("Things", [Column("=A", lambda row: row, width=31)]), ["x"])))

    assert (read.freeze_panes, read.title, read["A1"].value) == ("A2", "Things", "'=A")
    assert read.column_dimensions["A"].width == 31


def test_a_number_too_long_for_a_spreadsheet_stays_whole():
    read = sheet(b"".join(xlsx_bytes(table("A"), [[12345678901234567890]])))

    assert read["A2"].value == "12345678901234567890"


def test_a_text_too_long_for_a_cell_is_cut_with_a_sign():
    read = sheet(b"".join(xlsx_bytes(table("A"), [["😀" * 20_000]])))

    assert read["A2"].value == "😀" * 16_383 + "…"


def test_an_escape_of_excels_own_is_not_read_as_a_letter():
    content = b"".join(xlsx_bytes(table("A"), [["_x003D_1+1"]]))

    assert sheet(content)["A2"].value.replace("_x005F_", "_") == "_x003D_1+1"


def test_a_csv_begins_before_its_last_row_is_known():
    def rows():
        for number in range(20_000):
            yield [f"{number:06} {'abcdefgh'[number % 8 :]} {number * 7919 % 104729}"]
        raise AssertionError("asked for everything before anything was given")

    assert next(iter(csv_bytes(table("A"), rows())))


def test_a_list_without_rows_is_its_headings():
    assert read_csv(b"".join(csv_bytes(table("A", "B"), []))) == [["A", "B"]]
    assert [cell.value for cell in sheet(b"".join(xlsx_bytes(table("A", "B"), [])))[1]] == ["A", "B"]


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(monkeypatch):
    monkeypatch.setattr("core.exports.workbook.MAX_ROWS", 3)

    book = load_workbook(io.BytesIO(b"".join(xlsx_bytes(table("A"), [["1"], ["2"], ["3"], ["4"], ["5"]]))))

    assert book.sheetnames == ["Things", "Things 2", "Things 3"]
    assert [[row[0].value for row in sheet] for sheet in book] == [["A", "1", "2"], ["A", "3", "4"], ["A", "5"]]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Contracts", "Contracts"),
        ("a/b:c?*[d]", "a b c d"),
        ("'x'", "x"),
        ("History", "List"),
        ("", "List"),
        ("x" * 40, "x" * 31),
    ],
)
def test_a_sheets_name_is_one_excel_takes(name, expected):
    assert sheet_name(name) == expected


@given(st.text())
def test_any_name_becomes_one_that_systems_take(name):
    assert 0 < len(sheet_name(name)) <= 31
    assert file_name(name, "csv").isascii()
    assert not set(file_name(name, "csv")) & set('/\\:*?"<>|\r\n')


@pytest.mark.parametrize(("make", "ending"), [(csv_response, "csv"), (xlsx_response, "xlsx")])
def test_an_answer_is_a_file_to_keep(make, ending):
    response = make(table("A"), [["x"]], name="Contracts of “Durham”\r\nX: y")

    assert response["Content-Disposition"] == f'attachment; filename="contracts-of-durham-x-y.{ending}"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert len(response.getvalue()) > 5
