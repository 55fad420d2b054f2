from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

from django.utils.text import slugify

Cell = str | int | Decimal | bool | dt.date | dt.datetime | None
Row = TypeVar("Row")

NOT_STATED = "Not stated"
GUARD = "'"
# What spreadsheets read as the start of a formula or a command (OWASP, CSV injection). Full-width, small and raised
# forms are the same letters once normalised, and some programs normalise what is typed or pasted.
TRIGGERS = frozenset("=+-@")
MINUS_SIGN = "\N{MINUS SIGN}"
BLANKS_BEFORE = frozenset("\t\r\n")
QUOTES = frozenset("'\"`\u2018\u2019\u201c\u201d\uff02\uff07")
# XML 1.0 knows no control characters, no half surrogates and no non-characters.
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
SHEET_SIGNS = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
SHEET_LENGTH = 31
FILE_LENGTH = 80
# Names that Windows keeps for its devices.
DEVICES = {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))}


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column of a file.

    :param title: its heading.
    :param value: what the cell of a row holds. A moment is aware, and is shown in London time.
    :param width: in characters, for a spreadsheet.
    :param unknown: the words where there is no value; empty where nothing means that there is none.
    """

    title: str
    value: Callable[[Row], Cell]
    width: int = 24
    unknown: str = NOT_STATED


@dataclass(frozen=True)
class Table(Generic[Row]):
    """A list as a file: the sheet's name and the columns in their order."""

    name: str
    columns: Sequence[Column[Row]]

    def headings(self) -> list[str]:
        return [guarded(cleaned(column.title)) for column in self.columns]

    def cells(self, row: Row) -> list[Cell]:
        """Return the row's cells: texts clean and guarded, what is missing in words."""
        return [_said(column.value(row), column.unknown) for column in self.columns]


def _said(value: Cell, unknown: str) -> Cell:
    if value is None or value == "":
        return unknown
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, str):
        return guarded(cleaned(value))
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError("A cell holds a number that is none.")
    return value


def cleaned(text: str) -> str:
    """Return a text without what no file of a table can carry; its line ends become one kind."""
    return NOT_IN_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def begins_like_a_formula(text: str) -> bool:
    """Whether a spreadsheet may read the text as a formula, at once or once blanks and quotes before it are gone."""
    if text[:1] in BLANKS_BEFORE and text:
        return True
    for letter in text:
        if letter.isspace() or letter in QUOTES or unicodedata.category(letter) in {"Cc", "Cf"}:
            continue
        return letter == MINUS_SIGN or unicodedata.normalize("NFKC", letter)[:1] in TRIGGERS
    return False


def guarded(text: str) -> str:
    """Return the text with an apostrophe before it where a spreadsheet could read a formula."""
    return GUARD + text if begins_like_a_formula(text) else text


def unguarded(text: str) -> str:
    """Return what a text was before `guarded`."""
    return text[1:] if text.startswith(GUARD) and begins_like_a_formula(text[1:]) else text


def sheet_name(name: str) -> str:
    """Return a name that every spreadsheet program takes for a sheet."""
    name = " ".join(SHEET_SIGNS.sub(" ", cleaned(name)).split()).strip("'")
    # Counted as Excel counts, in units of UTF-16.
    while len(name.encode("utf-16-le")) > 2 * SHEET_LENGTH:
        name = name[:-1]
    name = name.strip("' ")
    # Excel keeps one name for itself.
    return name if name and name.casefold() != "history" else "List"


def file_name(name: str, ending: str) -> str:
    """Return a file name of plain letters that every system takes."""
    stem = slugify(name)[:FILE_LENGTH].strip("-_")
    return f"{stem if stem and stem not in DEVICES else 'list'}.{ending}"
