from __future__ import annotations

import mmap
import posixpath
import tempfile
from array import array
from collections.abc import Callable, Iterator
from types import TracebackType

from .archives import BOMB, Archive
from .ods import LONG_CELL, MAX_CELL, MAX_COLUMNS
from .problems import refused
from .xml import parse

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
# The same vocabulary under the name that "strict" files use.
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main}"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships}"
LINKS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)
KEPT_WORDS = 20_000
# Ten times those of the care directory; where each ends takes eight bytes of memory.
MAX_WORDS = 5_000_000


def read(archive: Archive, progress: Callable[[int, int], None]) -> Iterator[tuple[str, int, list[str]]]:
    """Yield every row of every sheet that holds something, with the sheet's name and the row's number.

    A number is given as the file writes it, a date as the number of its day: which columns hold days the reader of
    the rows knows.
    """
    sheets = _sheets(archive)
    parts = [*sheets.values(), *(["xl/sharedStrings.xml"] if "xl/sharedStrings.xml" in archive else [])]
    size = sum(archive.size(part) for part in parts if part in archive)

    def on_piece() -> None:
        progress(archive.bytes_read, size)

    with _SharedWords(archive, on_piece) as words:
        for name, part in sheets.items():
            handler = _Sheet(name, words)
            with archive.open(part) as stream:
                for _ in parse(stream, handler, on_piece=on_piece):
                    yield from handler.take()


def _sheets(archive: Archive) -> dict[str, str]:
    """Each sheet's name and the part of the archive that holds it, in the workbook's order."""
    targets, book = _Relations(), _Workbook()
    for part, handler in (("xl/_rels/workbook.xml.rels", targets), ("xl/workbook.xml", book)):
        with archive.open(part) as stream:
            for _ in parse(stream, handler):
                pass
    if book.counts_from_1904:
        raise refused("The workbook counts days from 1904. Save it with the usual dates.")
    found = {}
    for name, link in book.sheets:
        target = targets.targets.get(link, "")
        part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        if part in archive:
            found[name] = part
    if not found:
        raise refused("The workbook has no sheets.")
    return found


class _Nothing:
    def start(self, name: str, attributes: dict[str, str]) -> None:
        pass

    def end(self, name: str) -> None:
        pass

    def text(self, words: str) -> None:
        pass


class _Relations(_Nothing):
    def __init__(self) -> None:
        self.targets: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == f"{RELATIONS}Relationship" and attributes.get("TargetMode") != "External":
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")


class _Workbook(_Nothing):
    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.counts_from_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition("}")[2]
        if local == "sheet":
            self.sheets.append(
                (attributes.get("name", ""), next((attributes[k] for k in LINKS if k in attributes), ""))
            )
        elif local == "workbookPr":
            self.counts_from_1904 = attributes.get("date1904") in {"1", "true"}


class _SharedWords:
    """The workbook's texts, kept in a file: in memory, those of the care directory alone would take over 100 MB."""

    def __init__(self, archive: Archive, on_piece: Callable[[], None]) -> None:
        # Closed with the block this object opens.
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        self._ends = array("Q")
        self._map: mmap.mmap | None = None
        self._kept: dict[int, str] = {}
        if "xl/sharedStrings.xml" in archive:
            handler = _Words()
            end = 0
            with archive.open("xl/sharedStrings.xml") as stream:
                for _ in parse(stream, handler, on_piece=on_piece):
                    for words in handler.take():
                        end += self._file.write(words.encode())
                        self._ends.append(end)
                    if len(self._ends) > MAX_WORDS:
                        raise refused(BOMB)
            self._file.flush()
            if end:
                self._map = mmap.mmap(self._file.fileno(), end, access=mmap.ACCESS_READ)

    def __enter__(self) -> _SharedWords:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._map is not None:
            self._map.close()
        self._file.close()

    def __getitem__(self, number: int) -> str:
        known = self._kept.get(number)
        if known is not None:
            return known
        if number < 0:
            raise IndexError("Below nought it would count from the end.")
        end = self._ends[number]
        start = self._ends[number - 1] if number else 0
        words = self._map[start:end].decode() if self._map is not None and end > start else ""
        if len(self._kept) >= KEPT_WORDS:
            self._kept.clear()
        self._kept[number] = words
        return words


class _Words:
    def __init__(self) -> None:
        self.ready: list[str] = []
        self.words: list[str] = []
        self.length = 0
        self.in_text = False
        self.in_reading = 0

    def take(self) -> list[str]:
        ready, self.ready = self.ready, []
        return ready

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition("}")[2]
        if local == "si":
            self.words.clear()
            self.length = 0
        elif local == "t":
            self.in_text = not self.in_reading
        elif local == "rPh":
            # How a Japanese text is read aloud; not part of it.
            self.in_reading += 1

    def text(self, words: str) -> None:
        if self.in_text:
            # Counted as it comes: one text may go on for as long as the file.
            self.length += len(words)
            if self.length > MAX_CELL:
                raise refused(LONG_CELL)
            self.words.append(words)

    def end(self, name: str) -> None:
        local = name.rpartition("}")[2]
        if local == "t":
            self.in_text = False
        elif local == "rPh":
            self.in_reading -= 1
        elif local == "si":
            self.ready.append("".join(self.words))


class _Sheet:
    """Turns the events of one sheet into rows."""

    def __init__(self, name: str, words: _SharedWords) -> None:
        self.sheet, self.shared = name, words
        self.ready: list[tuple[str, int, list[str]]] = []
        self.number = 0
        self.row: list[str] = []
        self.column = 0
        self.kind = "n"
        self.in_value = False
        self.words: list[str] = []
        self.length = 0
        self.columns: dict[str, int] = {}
        # Both vocabularies have the same local names.
        self.names = {
            f"{space}{local}": local for space in (MAIN, STRICT) for local in ("c", "v", "t", "row", "f", "is")
        }

    def take(self) -> list[tuple[str, int, list[str]]]:
        ready, self.ready = self.ready, []
        return ready

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = self.names.get(name)
        if local == "c":
            reference = attributes.get("r")
            self.column = self.column + 1 if reference is None else self._column(reference)
            self.kind = attributes.get("t", "n")
            self.words.clear()
            self.length = 0
        elif local == "v" or local == "t":
            self.in_value = True
        elif local == "row":
            self.row, self.column = [], 0
            number = attributes.get("r")
            self.number = self.number + 1 if number is None else self._count(number)

    def text(self, words: str) -> None:
        if self.in_value:
            self.length += len(words)
            if self.length > MAX_CELL:
                raise refused(LONG_CELL, sheet=self.sheet, row=self.number)
            self.words.append(words)

    def end(self, name: str) -> None:
        local = self.names.get(name)
        if local == "v" or local == "t":
            self.in_value = False
        elif local == "c":
            if self.words:
                self._end_cell()
        elif local == "row":
            if self.row:
                self.ready.append((self.sheet, self.number, self.row))

    def _end_cell(self) -> None:
        value = "".join(self.words)
        if self.kind == "s":
            try:
                value = self.shared[int(value)]
            except (ValueError, IndexError):
                raise refused(
                    "A cell refers to a text the file does not hold.", sheet=self.sheet, row=self.number
                ) from None
        if not value:
            return
        missing = self.column - len(self.row) - 1
        if missing:
            if missing < 0:
                raise refused("The cells of the row are not in order.", sheet=self.sheet, row=self.number)
            self.row += [""] * missing
        self.row.append(value)

    def _column(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        number = self.columns.get(letters)
        if number is None:
            number = 0
            for letter in letters:
                if not "A" <= letter <= "Z" or number > MAX_COLUMNS:
                    raise refused(
                        f"A cell stands in a column beyond the {MAX_COLUMNS:,}th.", sheet=self.sheet, row=self.number
                    )
                number = number * 26 + ord(letter) - 64
            if not 0 < number <= MAX_COLUMNS:
                raise refused(
                    f"A cell stands in a column beyond the {MAX_COLUMNS:,}th.", sheet=self.sheet, row=self.number
                )
            self.columns[letters] = number
        return number

    def _count(self, words: str) -> int:
        if not words.isascii() or not words.isdigit() or len(words) > 7:
            raise refused("The file is damaged: a row's number is not a number.", sheet=self.sheet, row=self.number + 1)
        return int(words)
