from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

from .ods import MAX_CELL, MAX_COLUMNS
from .problems import refused

# What the library says of a row, and what a person is told.
REASONS = {
    "unexpected end": "a quotation mark is opened and not closed",
    "new-line character": "its lines end as on a very old computer; save the file anew as “CSV UTF-8”",
}
NOT_UTF8 = "The file is not in UTF-8, so names with accents would be spoilt. Save it as “CSV UTF-8”."


def read(path: Path, progress: Callable[[int, int], None]) -> Iterator[tuple[str, int, list[str]]]:
    """Yield every line of a comma-separated file that holds something, with its number; it has no sheets."""
    size = path.stat().st_size
    done = 0

    def lines() -> Iterator[str]:
        nonlocal done
        with path.open("rb") as stream:
            for count, line in enumerate(stream, start=1):
                done += len(line)
                if count % 1_000 == 0:
                    progress(done, size)
                if len(line) > MAX_CELL * 8:
                    raise refused("The line is longer than any row can be.", row=count)
                if b"\0" in line:
                    raise refused("The line holds a NUL character: the file is damaged, or it is no text.", row=count)
                try:
                    yield line.decode("utf-8-sig" if count == 1 else "utf-8")
                except UnicodeDecodeError as error:
                    raise refused(NOT_UTF8, row=count) from error
        progress(size, size)

    reader = csv.reader(lines(), strict=True)
    number = 1
    while True:
        start = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = next((told for said, told in REASONS.items() if said in str(error)), str(error))
            raise refused(f"The row cannot be read: {reason}.", row=start) from error
        number = start
        if len(cells) > MAX_COLUMNS:
            raise refused(f"The row has more than {MAX_COLUMNS:,} columns.", row=number)
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield "", number, cells
