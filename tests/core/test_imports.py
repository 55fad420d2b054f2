"""Reading others' tables and JSON: what a cell says, and what is refused before it can do harm."""

import json
import tracemalloc
import zipfile

import pytest

from core.imports import FileRefused, Problems, read_documents, read_rows
from core.imports import ods as ods_module
from core.imports import xlsx as xlsx_module
from tests.tools.cqc_files import LINK_SPACE, ODS_HEAD, RELATIONS, SHEET_SPACE

ODS_TAIL = "</office:spreadsheet></office:body></office:document-content>"


@pytest.fixture
def ods(tmp_path):
    """Return a function that writes a table's rows, given as XML, and reads them."""

    def ods(rows, *, name="T"):
        path = tmp_path / "table.ods"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(
                "content.xml", f'{ODS_HEAD}<table:table table:name="{name}">{rows}</table:table>{ODS_TAIL}'
            )
        return list(read_rows(path))

    return ods


@pytest.fixture
def xlsx(tmp_path):
    """Return a function that writes a sheet's rows and the workbook's texts, given as XML, and reads them."""

    def xlsx(rows, *, words="", properties="", target="worksheets/sheet1.xml"):
        path = tmp_path / "table.xlsx"
        sheets = "<sheets><sheet name='T' sheetId='1' r:id='r1'/></sheets>"
        link = f"<Relationship Id='r1' Target='{target}'/>"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", f"<workbook {SHEET_SPACE} {LINK_SPACE}>{properties}{sheets}</workbook>")
            archive.writestr("xl/_rels/workbook.xml.rels", f"<Relationships xmlns='{RELATIONS}'>{link}</Relationships>")
            archive.writestr("xl/sharedStrings.xml", f"<sst {SHEET_SPACE}>{words}</sst>")
            archive.writestr(
                "xl/worksheets/sheet1.xml", f"<worksheet {SHEET_SPACE}><sheetData>{rows}</sheetData></worksheet>"
            )
        return list(read_rows(path))

    return xlsx


def reason(call, *args, **options):
    with pytest.raises(FileRefused) as caught:
        call(*args, **options)

    return str(caught.value)


def cell(inner="", **attributes):
    given = " ".join(f'{name.replace("_", ":", 1).replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f"<table:table-cell {given}>{inner}</table:table-cell>"


def test_an_ods_cell_says_what_a_person_reads(ods):
    cells = [
        cell(
            "<text:p>two<text:s text:c='2'/>spaces<text:tab/>and <text:span>a span</text:span></text:p><text:p>line</text:p>"
        ),
        cell("<office:annotation><text:p>a remark</text:p></office:annotation><text:p>value</text:p>"),
        cell("<text:p>1,5</text:p>", office_value_type="float", office_value="1.5"),
        cell("<text:p>1 May</text:p>", office_value_type="date", office_date_value="2026-05-01"),
        cell(office_value_type="boolean", office_boolean_value="true"),
    ]

    rows = ods(f"<table:table-row>{''.join(cells)}</table:table-row>")

    assert rows == [("T", 1, ["two  spaces and a span\nline", "value", "1.5", "2026-05-01", "true"])]


def test_repeated_cells_and_rows_are_repeated_and_filler_is_not(ods):
    row = (
        f"{cell('<text:p>a</text:p>', table_number_columns_repeated='2')}{cell(table_number_columns_repeated='16000')}"
    )

    rows = ods(
        f"<table:table-row>{row}</table:table-row>"
        f"<table:table-row table:number-rows-repeated='7'>{cell()}</table:table-row>"
        f"<table:table-row table:number-rows-repeated='2'>{row}</table:table-row>"
        f"<table:table-row table:number-rows-repeated='1048000'>{cell()}</table:table-row>"
    )

    assert rows == [("T", 1, ["a", "a"]), ("T", 9, ["a", "a"]), ("T", 10, ["a", "a"])]


def test_an_ods_that_repeats_without_end_is_refused(ods):
    wide = cell("<text:p>a</text:p>", table_number_columns_repeated="16000")
    narrow, long = cell("<text:p>a</text:p>"), cell(f"<text:p>{'x' * 40_000}</text:p>")

    assert "Sheet “T”, row 1: The row has more than 1,024 filled columns." in reason(
        ods, f"<table:table-row>{wide}</table:table-row>"
    )
    assert "repeated over a thousand times" in reason(
        ods, f"<table:table-row table:number-rows-repeated='9999'>{narrow}</table:table-row>"
    )
    assert "a count is not a number" in reason(ods, "<table:table-row table:number-rows-repeated='x'/>")
    assert "more text than a spreadsheet can" in reason(ods, f"<table:table-row>{long}</table:table-row>")


def test_rows_that_an_ods_repeats_are_made_one_by_one(ods, monkeypatch):
    made = 0
    taken = ods_module._Content.take

    def counted(handler):
        nonlocal made
        for row in taken(handler):
            made += 1
            yield row
            if made == 5:
                raise LookupError("Enough is read.")

    monkeypatch.setattr(ods_module._Content, "take", counted)
    wide = cell("<text:p>a</text:p>", table_number_columns_repeated="1000")
    row = f"<table:table-row table:number-rows-repeated='1000'>{wide}</table:table-row>"

    tracemalloc.start()
    with pytest.raises(LookupError):
        ods(row * 200)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    # Made at once, the rows of this small file would take 1.6 GB.
    assert most < 30 * 1024**2


def test_a_text_without_an_end_is_refused_as_it_comes(ods, xlsx):
    # Nothing ends what is begun, so that only what is counted on the way can refuse it.
    endless = "1" * 140_000
    with pytest.raises(FileRefused, match="more text than a spreadsheet can"):
        ods(f"<table:table-row><table:table-cell><text:p>{endless}")
    with pytest.raises(FileRefused, match="more text than a spreadsheet can"):
        xlsx("", words=f"<si><t>{endless}")
    with pytest.raises(FileRefused, match="more text than a spreadsheet can"):
        xlsx(f'<row r="1"><c r="A1"><v>{endless}')


def test_a_workbook_of_more_texts_or_bytes_than_wanted_is_refused(xlsx, tmp_path, monkeypatch):
    monkeypatch.setattr(xlsx_module, "MAX_WORDS", 3)

    assert "far more than its size" in reason(xlsx, "", words="<si/>" * 4)
    assert "far more than its size" in reason(lambda: list(read_rows(tmp_path / "table.xlsx", max_bytes=100)))


def test_an_xlsx_cell_says_what_a_person_reads(xlsx):
    words = "<si><r><t>rich </t></r><r><t>text</t></r><rPh><t>read aloud</t></rPh></si><si><t/></si>"
    row = (
        '<row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3" t="s"><v>1</v></c><c r="D3" t="inlineStr"><is><t>inline</t></is></c>'
        '<c r="E3"><v>45931</v></c><c r="F3" t="str"><f>A1</f><v>worked out</v></c><c r="AA3" t="b"><v>1</v></c></row>'
    )

    rows = xlsx(row, words=words)

    assert rows == [("T", 3, ["rich text", "", "", "inline", "45931", "worked out", *[""] * 20, "1"])]


def test_a_broken_xlsx_is_refused(xlsx):
    assert "refers to a text the file does not hold" in reason(xlsx, '<row r="1"><c r="A1" t="s"><v>5</v></c></row>')
    assert "refers to a text" in reason(
        xlsx, '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>', words="<si><t>a</t></si>"
    )
    assert "beyond the 1,024th" in reason(xlsx, '<row r="1"><c r="XFD1"><v>5</v></c></row>')
    assert "not in order" in reason(xlsx, '<row r="1"><c r="B1"><v>5</v></c><c r="A1"><v>5</v></c></row>')
    assert "a row's number is not a number" in reason(xlsx, '<row r="one"/>')
    assert "counts days from 1904" in reason(xlsx, "", properties="<workbookPr date1904='1'/>")
    assert "The workbook has no sheets" in reason(xlsx, "", target="../../etc/passwd")


def test_an_archive_with_a_part_twice_is_refused(tmp_path):
    path = tmp_path / "twice.ods"
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.xml", "<a/>")
        archive.writestr("content.xml", "<b/>")

    assert "holds one of its parts twice" in reason(lambda: list(read_rows(path)))


def test_json_is_read_value_by_value_across_pieces(tmp_path):
    path = tmp_path / "many.json"
    values = [{"number": number, "words": "é" * 5_000} for number in range(40)]
    path.write_text(json.dumps(values, ensure_ascii=False))

    assert list(read_documents(path)) == [("many.json", number + 1, value) for number, value in enumerate(values)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[]", []),
        ('{"a": 1} {"b": 2}\n', [{"a": 1}, {"b": 2}]),
        ("\ufeff[1,\n 2 ]\n", [1, 2]),
    ],
)
def test_the_forms_of_a_json_file(tmp_path, text, expected):
    path = tmp_path / "dump.json"
    path.write_text(text, encoding="utf-8")

    assert [value for _, _, value in read_documents(path)] == expected


@pytest.mark.parametrize("text", ["", "[1 2]", "[1,", "[1] 2", "{'a': 1}", "[1,,2]", '"cut'])
def test_json_that_is_none_is_refused(tmp_path, text):
    path = tmp_path / "dump.json"
    path.write_text(text)

    assert "Nothing was imported." in reason(lambda: list(read_documents(path)))


def test_problems_are_told_together_and_end_the_reading_in_time():
    problems = Problems(limit=3)
    problems.add("first", sheet="S", row=1_234, column="C")
    problems.add("second")

    assert reason(problems.refuse_if_any) == "Nothing was imported.\nSheet “S”, row 1,234, column “C”: first\nsecond"
    assert reason(problems.add, "third").endswith("third\nReading stopped here: there may be more.")
