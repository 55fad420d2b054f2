from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import IO, TypeVar, cast
from xml.sax.saxutils import escape

from .cells import Cell, Table, sheet_name
from .delimited import LONDON, PIECE

Row = TypeVar("Row")

MAX_ROWS = 1_048_576
MAX_TEXT = 32_767
# Excel keeps 15 digits; a longer number is a name, and stays whole as a text.
MAX_NUMBER = 10**15
FIRST_DAY = dt.date(1900, 3, 1)
DAY_NOUGHT = dt.date(1899, 12, 30)
# The same for every file, so that the same list makes the same bytes.
MADE = (1980, 1, 1, 0, 0, 0)
# Excel reads _x0041_ in a text as the letter A.
ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
TEXT, NUMBER, DAY, MOMENT, HEADING = range(5)

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"

# Every sheet is XML of the default kind, so that this part can stand first, before the number of sheets is known.
CONTENT_TYPES = (
    f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Default Extension="xml" ContentType="{KIND}.worksheet+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{KIND}.styles+xml"/></Types>'
)
ROOT = (
    f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
# Five looks, in the order of TEXT, NUMBER, DAY, MOMENT, HEADING.
STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}">'
    '<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="5">'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>'
    "</cellXfs>"
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def xlsx_bytes(table: Table[Row], rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield a workbook in pieces: one sheet, its headings frozen; more sheets where Excel's million rows are full.

    The same rows make the same bytes, and memory does not grow with their number.
    """
    sink = _Sink()
    name = sheet_name(table.name)
    names: list[str] = []
    letters = [_letters(number) for number in range(1, len(table.columns) + 1)]
    remaining = iter(rows)
    with zipfile.ZipFile(cast(IO[bytes], sink), "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in [("[Content_Types].xml", CONTENT_TYPES), ("_rels/.rels", ROOT), ("xl/styles.xml", STYLES)]:
            archive.writestr(_member(path), content)
        following = next(remaining, None)
        while following is not None or not names:
            names.append(name if not names else f"{name[:26]} {len(names) + 1}")
            with archive.open(_member(f"xl/worksheets/sheet{len(names)}.xml"), "w") as sheet:
                sheet.write(_beginning(table, letters).encode())
                first = [] if following is None else [following]
                count = 1
                for row in _chain(first, islice(remaining, MAX_ROWS - 1 - len(first))):
                    count += 1
                    sheet.write(_row(count, letters, table.cells(row)).encode())
                    if sink.length > PIECE:
                        yield sink.taken()
                sheet.write(f'</sheetData><autoFilter ref="A1:{letters[-1]}{count}"/></worksheet>'.encode())
            following = next(remaining, None)
        archive.writestr(_member("xl/workbook.xml"), _workbook(names))
        archive.writestr(_member("xl/_rels/workbook.xml.rels"), _relations(len(names)))
    yield sink.taken()


def _chain(first: list[Row], rest: Iterable[Row]) -> Iterator[Row]:
    yield from first
    yield from rest


def _member(path: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(path, MADE)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o600 << 16
    return member


def _beginning(table: Table[Row], letters: list[str]) -> str:
    widths = "".join(
        f'<col min="{number}" max="{number}" width="{column.width}" customWidth="1"/>'
        for number, column in enumerate(table.columns, start=1)
    )
    headings = "".join(
        _text(f"{letter}1", heading, HEADING) for letter, heading in zip(letters, table.headings(), strict=True)
    )
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<cols>{widths}</cols><sheetData><row r="1">{headings}</row>'
    )


def _row(number: int, letters: list[str], cells: list[Cell]) -> str:
    written = [
        _cell(f"{letter}{number}", cell)
        for letter, cell in zip(letters, cells, strict=True)
        if cell is not None and cell != ""
    ]
    return f'<row r="{number}">{"".join(written)}</row>'


def _cell(place: str, cell: Cell) -> str:
    if isinstance(cell, dt.datetime):
        local = cell.astimezone(LONDON)
        # An hour that comes twice would lose which of the two it was.
        is_twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
        if is_twice or local.date() < FIRST_DAY:
            return _text(place, local.isoformat(timespec="minutes"), TEXT)
        days = (local.date() - DAY_NOUGHT).days + Decimal(local.hour * 60 + local.minute) / 1440
        return _number(place, f"{days:.10f}", MOMENT)
    if isinstance(cell, dt.date):
        if cell < FIRST_DAY:
            return _text(place, cell.isoformat(), TEXT)
        return _number(place, str((cell - DAY_NOUGHT).days), DAY)
    if isinstance(cell, int | Decimal):
        written = f"{Decimal(cell):f}"
        return _text(place, written, TEXT) if abs(Decimal(cell)) >= MAX_NUMBER else _number(place, written, NUMBER)
    return _text(place, str(cell), TEXT)


def _number(place: str, written: str, look: int) -> str:
    return f'<c r="{place}" s="{look}"><v>{written}</v></c>'


def _text(place: str, text: str, look: int) -> str:
    # Cut as Excel counts, in units of UTF-16, and never through the middle of a letter.
    if len(text) > MAX_TEXT // 2 and len(text.encode("utf-16-le")) > 2 * MAX_TEXT:
        text = text.encode("utf-16-le")[: 2 * (MAX_TEXT - 1)].decode("utf-16-le", "ignore") + "…"
    words = escape(ESCAPED.sub("_x005F_", text))
    return f'<c r="{place}" s="{look}" t="inlineStr"><is><t xml:space="preserve">{words}</t></is></c>'


def _workbook(names: list[str]) -> str:
    sheets = "".join(
        f'<sheet name="{escape(name, {chr(34): "&quot;"})}" sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(names, start=1)
    )
    return f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>'


def _relations(count: int) -> str:
    sheets = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, count + 1)
    )
    styles = f'<Relationship Id="rId{count + 1}" Type="{OFFICE}/styles" Target="styles.xml"/>'
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{sheets}{styles}</Relationships>'


def _letters(number: int) -> str:
    """Return a column's name: A to Z, AA, AB, ..."""
    letters = ""
    while number:
        number, remainder = divmod(number - 1, 26)
        letters = chr(65 + remainder) + letters
    return letters


class _Sink:
    """What the archive is written to, until it is taken; it cannot go back, so the archive never asks it to."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.length = 0

    def write(self, piece: bytes) -> int:
        self.pieces.append(bytes(piece))
        self.length += len(piece)
        return len(piece)

    def flush(self) -> None:
        pass

    def taken(self) -> bytes:
        content = b"".join(self.pieces)
        self.pieces, self.length = [], 0
        return content
