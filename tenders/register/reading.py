from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.exports import NOT_STATED, unguarded
from core.imports import FileRefused, Problem, Problems, read_rows
from tenders.exports.contracts import COLUMNS

KEY = "Reference"
HEADINGS = {column.title.casefold(): column.title for column in COLUMNS}
MAX_ROWS = 5_000
# Some ten thousand letters for each contract: more is no register, and would keep a web process for a minute.
MAX_BYTES = 64 * 1024**2


@dataclass(frozen=True)
class SheetRow:
    """One line of the file: where it stands and what its cells say, by column."""

    sheet: str
    number: int
    cells: dict[str, str]

    def as_json(self) -> list[Any]:
        return [self.sheet, self.number, self.cells]


@dataclass
class Sheet:
    """The file's rows, and what of it was passed over."""

    rows: list[SheetRow] = field(default_factory=list)
    passed_columns: list[str] = field(default_factory=list)
    passed_sheets: list[str] = field(default_factory=list)


def read_register(path: Path, *, most: int = MAX_ROWS) -> Sheet:
    """Read a table of contracts; what each cell means is for `make_plan` to say.

    :raises FileRefused: if it is no table, has no column of references, one column twice, or too many rows.
    """
    found, problems = Sheet(), Problems()
    headings: dict[str, list[str]] = {}
    has_semicolons = False
    for sheet, number, cells in read_rows(path, max_bytes=MAX_BYTES):
        if sheet not in headings:
            has_semicolons = has_semicolons or len(cells) == 1 and ";" in cells[0]
            headings[sheet] = _headings(sheet, number, cells, found, problems)
            continue
        columns = headings[sheet]
        if not columns:
            continue
        values = {name: _told(cells[at] if at < len(cells) else "") for at, name in enumerate(columns) if name}
        if not any(values.values()):
            continue
        if len(found.rows) == most:
            raise FileRefused([Problem(f"The file holds more than {most:,} contracts. Part it.", sheet, number)])
        found.rows.append(SheetRow(sheet, number, values))
    problems.refuse_if_any()
    if not any(headings.values()):
        how = (
            "Columns are parted by commas here, not by semicolons"
            if has_semicolons
            else "Start from the template or from the export"
        )
        raise FileRefused([Problem(f"No column is headed “{KEY}”. {how}.")])
    if not found.rows:
        raise FileRefused([Problem("Below the headings stands nothing.")])
    return found


def _headings(sheet: str, number: int, cells: list[str], found: Sheet, problems: Problems) -> list[str]:
    """Return the known column above each cell of the rows to come; nothing where the sheet is none of ours."""
    titles = [" ".join(unguarded(cell).split()) for cell in cells]
    known = [HEADINGS.get(title.casefold(), "") for title in titles]
    if KEY not in known:
        if sheet:
            found.passed_sheets.append(sheet)
        return []
    for title in sorted({name for name in known if name and known.count(name) > 1}):
        problems.add("The column stands there twice.", sheet=sheet, row=number, column=title)
    for title, name in zip(titles, known, strict=True):
        if title and not name and title not in found.passed_columns:
            found.passed_columns.append(title)
    return known


def _told(cell: str) -> str:
    text = unguarded(cell).strip()
    return "" if text.casefold() == NOT_STATED.casefold() else text
