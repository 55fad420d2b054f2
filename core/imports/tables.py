from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from . import delimited, ods, xlsx
from .archives import LOCKED, MAX_BYTES, Archive
from .problems import refused

Row = tuple[str, int, list[str]]
Progress = Callable[[int, int], None]

ZIP, OLD_OFFICE = b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NO_TABLE = "The file is none that can be read here: give an .ods, .xlsx or .csv file."


def read_rows(path: Path, *, progress: Progress = lambda done, size: None, max_bytes: int = MAX_BYTES) -> Iterator[Row]:
    """Yield sheet, row number and cells of every row that holds something, whatever kind of table the file is.

    What a file is, its content tells and not its name. Cells are text, with trailing blank ones left out. ``progress``
    is told now and then how many bytes of how many are read.

    :param max_bytes: how much a workbook may hold once it is unpacked.
    :raises FileRefused: as soon as something cannot be read.
    """
    with path.open("rb") as stream:
        head = stream.read(8)
    if not head:
        raise refused("The file is empty.")
    if head.startswith(OLD_OFFICE):
        raise refused(f"{LOCKED} If it is an old .xls file, save it as .xlsx.")
    if not head.startswith(ZIP):
        if path.suffix.lower() not in {".csv", ".txt"}:
            raise refused(NO_TABLE)
        yield from delimited.read(path, progress)
        return
    with Archive(path, max_bytes=max_bytes) as archive:
        if "xl/workbook.xml" in archive:
            yield from xlsx.read(archive, progress)
        elif "content.xml" in archive:
            yield from ods.read(archive, progress)
        else:
            raise refused(NO_TABLE)


def looks_like_json(path: Path) -> bool:
    """Whether a file, a folder or an archive holds JSON and no table."""
    if path.is_dir():
        return True
    with path.open("rb") as stream:
        head = stream.read(64)
    if head.startswith(ZIP):
        with Archive(path) as archive:
            is_table = {"xl/workbook.xml", "content.xml"} & set(archive.names)
            return not is_table and any(name.lower().endswith(JSON_ENDINGS) for name in archive.names)
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"["}


JSON_ENDINGS = (".json", ".jsonl", ".ndjson")
