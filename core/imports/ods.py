from __future__ import annotations

from collections.abc import Callable, Iterator

from .archives import LOCKED, Archive
from .problems import refused
from .xml import parse

OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
CELLS = {f"{TABLE}table-cell", f"{TABLE}covered-table-cell"}
NUMBERS = {"float", "currency", "percentage"}
MAX_CELL = 32_767
MAX_COLUMNS = 1_024
MAX_ROWS = 1_048_576
LONG_CELL = "A cell holds more text than a spreadsheet can."


def read(archive: Archive, progress: Callable[[int, int], None]) -> Iterator[tuple[str, int, list[str]]]:
    """Yield every row of every sheet that holds something, with the sheet's name and the row's number."""
    if "META-INF/manifest.xml" in archive and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise refused(LOCKED)
    size = archive.size("content.xml")
    handler = _Content()
    with archive.open("content.xml") as stream:
        for _ in parse(stream, handler, on_piece=lambda: progress(archive.bytes_read, size)):
            yield from handler.take()


class _Content:
    """Turns the events of content.xml into rows."""

    def __init__(self) -> None:
        # Each with how often it stands there: as many rows as that it becomes only when they are taken.
        self.ready: list[tuple[str, int, list[str], int]] = []
        self.sheet = ""
        self.number = 0
        self.row: list[str] = []
        self.blanks = 0
        self.row_repeats = 1
        self.in_cell = False
        self.in_paragraph = 0
        self.ignored_depth = 0
        self.value: str | None = None
        self.words: list[str] = []
        self.length = 0
        self.cell_repeats = 1

    def take(self) -> Iterator[tuple[str, int, list[str]]]:
        ready, self.ready = self.ready, []
        for sheet, number, row, repeats in ready:
            for step in range(repeats):
                yield sheet, number + step, list(row) if step else row

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self.ignored_depth:
            self.ignored_depth += 1
        elif name in CELLS:
            self.in_cell, self.value, self.length = True, None, 0
            self.words.clear()
            kind = attributes.get(f"{OFFICE}value-type")
            if kind in NUMBERS:
                self.value = attributes.get(f"{OFFICE}value", "")
            elif kind == "date":
                self.value = attributes.get(f"{OFFICE}date-value", "")
            elif kind == "boolean":
                self.value = attributes.get(f"{OFFICE}boolean-value", "")
            repeats = attributes.get(f"{TABLE}number-columns-repeated")
            self.cell_repeats = 1 if repeats is None else self._count(repeats)
        elif self.in_cell:
            if name == f"{TEXT}p":
                if self.words:
                    self._say("\n")
                self.in_paragraph += 1
            elif name == f"{TEXT}s":
                self._say(" " * min(self._count(attributes.get(f"{TEXT}c", "1")), MAX_CELL))
            elif name == f"{TEXT}tab" or name == f"{TEXT}line-break":
                self._say(" ")
            elif name.startswith(OFFICE) and name.endswith("}annotation"):
                # A remark pinned to a cell is not what the cell says.
                self.ignored_depth = 1
        elif name == f"{TABLE}table-row":
            self.row, self.blanks = [], 0
            self.row_repeats = self._count(attributes.get(f"{TABLE}number-rows-repeated", "1"))
        elif name == f"{TABLE}table":
            self.sheet = attributes.get(f"{TABLE}name", "")
            self.number = 0

    def text(self, words: str) -> None:
        if self.in_paragraph and not self.ignored_depth:
            self._say(words)

    def _say(self, words: str) -> None:
        # Counted as it comes: one cell may go on for as long as the file.
        self.length += len(words)
        if self.length > MAX_CELL:
            self._refuse(LONG_CELL)
        self.words.append(words)

    def end(self, name: str) -> None:
        if self.ignored_depth:
            self.ignored_depth -= 1
        elif self.in_cell:
            if name == f"{TEXT}p":
                self.in_paragraph -= 1
            elif name in CELLS:
                self.in_cell = False
                self._end_cell()
        elif name == f"{TABLE}table-row":
            self._end_row()

    def _end_cell(self) -> None:
        value = self.value if self.value is not None else "".join(self.words)
        if not value:
            self.blanks += self.cell_repeats
            return
        if len(value) > MAX_CELL:
            self._refuse(LONG_CELL)
        if len(self.row) + self.blanks + self.cell_repeats > MAX_COLUMNS:
            self._refuse(f"The row has more than {MAX_COLUMNS:,} filled columns.")
        if self.blanks:
            self.row += [""] * self.blanks
            self.blanks = 0
        self.row += [value] * self.cell_repeats

    def _end_row(self) -> None:
        if self.row:
            if self.row_repeats > 1_000:
                self._refuse("The same filled row is repeated over a thousand times.")
            self.ready.append((self.sheet, self.number + 1, self.row, self.row_repeats))
        self.number += self.row_repeats
        # A filler of blank rows fills the sheet to its end and may pass it by a few.
        if self.number > 2 * MAX_ROWS:
            self._refuse("The sheet has more rows than a spreadsheet can have.")

    def _count(self, words: str) -> int:
        if not words.isascii() or not words.isdigit() or len(words) > 7:
            self._refuse("The file is damaged: a count is not a number.")
        return max(int(words), 1)

    def _refuse(self, reason: str) -> None:
        raise refused(reason, sheet=self.sheet, row=self.number + 1)
