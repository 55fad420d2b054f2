from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from .cells import Cell, Table

Row = TypeVar("Row")

LONDON = ZoneInfo("Europe/London")
PIECE = 64 * 1024
# Excel takes a file without it for the local code page, and spoils pound signs, dashes and names with accents.
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def csv_bytes(table: Table[Row], rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield a file of comma-separated values in pieces: UTF-8 with a byte order mark, lines ended as RFC 4180 says."""
    lines = _Lines()
    writer = csv.writer(lines)
    writer.writerow(table.headings())
    yield BYTE_ORDER_MARK + lines.taken()
    for row in rows:
        writer.writerow([_word(cell) for cell in table.cells(row)])
        if lines.length > PIECE:
            yield lines.taken()
    if lines.length:
        yield lines.taken()


def _word(cell: Cell) -> str:
    if isinstance(cell, dt.datetime):
        return cell.astimezone(LONDON).isoformat(timespec="minutes")
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return str(cell)


class _Lines:
    """What the writer of lines writes to, until it is taken."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.length = 0

    def write(self, line: str) -> None:
        self.lines.append(line)
        self.length += len(line)

    def taken(self) -> bytes:
        content = "".join(self.lines).encode()
        self.lines, self.length = [], 0
        return content
