"""Reading and checking one file whole, before the database is touched."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.imports import Problems, Progress, looks_like_json, read_documents, read_rows
from core.imports.problems import refused
from providers.models import CqcImport

from . import layout, values
from .api import ApiReader
from .directory import DirectoryReader, as_at_of, check_headers
from .ratings import RatingsReader
from .records import Ignored, Sink, Taxonomy
from .spill import Spill

Kind = CqcImport.Kind
NO_TABLE = (
    "There is no sheet “HSCA_Active_Locations” (care directory with filters) or “Locations” (latest ratings) in it"
)
NO_DATE = (
    "The file does not say of which day it is. Give the day with --as-at, as in --as-at 2026-10-01, or keep the name "
    "the CQC gave the file."
)
NO_ROWS = "The file holds no rows."


@dataclass(frozen=True)
class Checked:
    """A file that was read whole and found sound. Its rows wait in ``spill``."""

    kind: str
    file_name: str
    sha256: str
    as_at_date: dt.date
    rows: int
    ignored: Ignored
    spill: Spill


@contextmanager
def read_file(
    path: Path,
    *,
    kind: str | None = None,
    as_at_date: dt.date | None = None,
    today: dt.date,
    taxonomy: Taxonomy,
    progress: Progress = lambda done, size: None,
) -> Iterator[Checked]:
    """Read and check a file, or a folder of JSON; its rows are kept on disk until the block ends.

    :param kind: what the file must be; None to find out.
    :param as_at_date: the day the CQC took the data, where neither the file nor its name says.
    :param today: the day of a dump of the API that says none, and no data can be of a later one.
    :raises FileRefused: with the faults found.
    """
    if not path.exists():
        raise refused(f"There is no file {path}.")
    with Spill() as spill:
        sink, problems = Sink(spill, taxonomy), Problems()
        if looks_like_json(path):
            found, named = Kind.JSON, as_at_of(path.name) or today
            reader = ApiReader(sink, problems)
            for document in read_documents(path, progress=progress):
                reader.add(*document)
        else:
            found, named = _read_table(path, sink, problems, progress)
        if kind and kind != found:
            raise refused(f"The file is no “{Kind(kind).label}” but a “{Kind(found).label}”.")
        problems.refuse_if_any()
        date = as_at_date or named
        if not sink.rows:
            raise refused(NO_ROWS)
        if date is None:
            raise refused(NO_DATE)
        if date > today:
            raise refused(f"The file says it is of {date:%-d %B %Y}, which has not come yet.")
        yield Checked(found, path.name, sha256_of(path), date, sink.rows, sink.ignored, spill)


def _read_table(path: Path, sink: Sink, problems: Problems, progress: Progress) -> tuple[str, dt.date | None]:
    kind: str = ""
    date = as_at_of(path.name)
    reader: DirectoryReader | RatingsReader | None = None
    current, sheets = None, []
    for sheet, number, cells in read_rows(path, progress=progress):
        if sheet != current:
            current, reader = sheet, None
            sheets.append(sheet)
            wanted = _kind_of(sheet, cells)
            if wanted and kind:
                raise refused("The file has two sheets of data. Keep one.", sheet=sheet)
            if wanted == Kind.DIRECTORY:
                check_headers(cells, problems, sheet=sheet, row=number)
                kind, reader = wanted, DirectoryReader(sink, problems, sheet=sheet)
            elif wanted == Kind.RATINGS:
                kind, reader = wanted, RatingsReader(cells, sink, problems, sheet=sheet, row=number)
            if reader is not None or not sheet:
                if reader is None:
                    raise refused(f"{NO_TABLE}, and its first line is not the header of one.", row=number)
                continue
        if reader is not None:
            reader.add(number, cells)
        else:
            date = as_at_of(" ".join(cells)) or date
    if not kind:
        names = ", ".join(f"“{name}”" for name in sheets)
        raise refused(f"{NO_TABLE}; it has {names}." if names else NO_ROWS)
    return kind, date


def _kind_of(sheet: str, cells: list[str]) -> str | None:
    """Tell what a sheet is by its name; a file without sheets by its header."""
    name = "".join(letter for letter in sheet.casefold() if letter.isalnum())
    if sheet:
        named = {
            layout.DIRECTORY_SHEET.replace("_", "").casefold(): Kind.DIRECTORY,
            layout.RATINGS_SHEET.casefold(): Kind.RATINGS,
        }
        return named.get(name)
    header = {values.words(cell).casefold() for cell in cells}
    if {"domain", "latest rating"} & header:
        return Kind.RATINGS
    is_directory = {"location id", "location name", "provider id"} & header
    if is_directory or cells[0].casefold().startswith("location id;"):
        return Kind.DIRECTORY
    return None


def sha256_of(path: Path) -> str:
    """Return the checksum of a file; of a folder, that of its files' names and contents."""
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            if path.is_dir():
                digest.update(f"{file.relative_to(path)}\n".encode())
            with file.open("rb") as stream:
                while piece := stream.read(1024 * 1024):
                    digest.update(piece)
    return digest.hexdigest()
