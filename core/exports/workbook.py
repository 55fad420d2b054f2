from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from tempfile import TemporaryFile
from typing import Any, TypeVar

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from .cells import Cell, Table, sheet_name
from .delimited import LONDON, PIECE

Row = TypeVar("Row")

MAX_ROWS = 1_048_576
MAX_TEXT = 32_767
# Excel keeps 15 digits; a longer number is a name, and stays whole as a text.
MAX_NUMBER = 10**15
FIRST_DAY = dt.date(1900, 3, 1)
# Excel reads _x0041_ in a text as the letter A.
ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
DAY_LOOK, MOMENT_LOOK = "d mmmm yyyy", "d mmmm yyyy hh:mm"
# What openpyxl takes for a formula or an error at the start of a text, and so must be told that it is a text.
TYPED = ("=", "#")


def xlsx_bytes(table: Table[Row], rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield a workbook in pieces: one sheet, its headings frozen; more sheets where Excel's million rows are full.

    The file is written to the disk before its first piece: memory does not grow with the number of rows.
    """
    book = Workbook(write_only=True)
    name, count = sheet_name(table.name), 0
    sheet = _sheet(book, name, table)
    for row in rows:
        if count == MAX_ROWS - 1:
            _filter(sheet, table, count)
            count, sheet = 0, _sheet(book, f"{name[:26]} {len(book.worksheets) + 1}", table)
        sheet.append([_cell(sheet, cell) for cell in table.cells(row)])
        count += 1
    _filter(sheet, table, count)
    with TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _sheet(book: Workbook, name: str, table: Table[Row]) -> Any:
    """Begin a sheet: its look must be told before its first row."""
    sheet: Any = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    for number, column in enumerate(table.columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    headings: list[Any] = [WriteOnlyCell(sheet, heading) for heading in table.headings()]
    for heading in headings:
        heading.font = Font(bold=True)
    sheet.append(headings)
    return sheet


def _filter(sheet: Any, table: Table[Row], count: int) -> None:
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{count + 1}"


def _cell(sheet: Any, cell: Cell) -> Any:
    if isinstance(cell, dt.datetime):
        local = cell.astimezone(LONDON)
        # An hour that comes twice would lose which of the two it was.
        is_twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
        if is_twice or local.date() < FIRST_DAY:
            return local.isoformat(timespec="minutes")
        return _as(sheet, local.replace(second=0, microsecond=0, tzinfo=None), MOMENT_LOOK)
    if isinstance(cell, dt.date):
        return cell.isoformat() if cell < FIRST_DAY else _as(sheet, cell, DAY_LOOK)
    if isinstance(cell, int | Decimal):
        return f"{Decimal(cell):f}" if abs(Decimal(cell)) >= MAX_NUMBER else cell
    return _text(sheet, str(cell)) if cell else None


def _as(sheet: Any, value: Any, look: str) -> Any:
    cell: Any = WriteOnlyCell(sheet, value)
    cell.number_format = look
    return cell


def _text(sheet: Any, text: str) -> Any:
    # Cut as Excel counts, in units of UTF-16, and never through the middle of a letter.
    if len(text) > MAX_TEXT // 2 and len(text.encode("utf-16-le")) > 2 * MAX_TEXT:
        text = text.encode("utf-16-le")[: 2 * (MAX_TEXT - 1)].decode("utf-16-le", "ignore") + "…"
    text = ESCAPED.sub("_x005F_", text)
    if text[:1] not in TYPED:
        return text
    cell: Any = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell
