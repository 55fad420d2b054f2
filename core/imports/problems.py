from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import DomainError


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a file, with the place where a person finds it."""

    reason: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    pointer: str = ""  # in JSON, as RFC 6901 writes it

    def __str__(self) -> str:
        places = [
            f"sheet “{self.sheet}”" if self.sheet else "",
            f"row {self.row:,}" if self.row else "",
            f"column “{self.column}”" if self.column else "",
            f"at “{self.pointer}”" if self.pointer else "",
        ]
        where = ", ".join(place for place in places if place)
        return f"{where[:1].upper()}{where[1:]}: {self.reason}" if where else self.reason


class FileRefused(DomainError):
    """The whole file is refused and nothing has changed. ``problems`` holds the faults found."""

    def __init__(self, problems: Iterable[Problem], *, is_cut_short: bool = False) -> None:
        self.problems = list(problems)
        lines = [str(problem) for problem in self.problems]
        if is_cut_short:
            lines.append("Reading stopped here: there may be more.")
        super().__init__("\n".join(["Nothing was imported.", *lines]))


class Problems:
    """Collects the faults of one file, and stops the reading once there are too many to be of use.

    :param limit: how many are collected before the file is refused without reading on.
    """

    def __init__(self, *, limit: int = 50) -> None:
        self.limit = limit
        self.found: list[Problem] = []

    def add(self, reason: str, *, sheet: str = "", row: int | None = None, column: str = "", pointer: str = "") -> None:
        """Note a fault.

        :raises FileRefused: with all found so far, once there are as many as the limit.
        """
        self.found.append(Problem(reason, sheet, row, column, pointer))
        if len(self.found) >= self.limit:
            raise FileRefused(self.found, is_cut_short=True)

    def refuse_if_any(self) -> None:
        """
        :raises FileRefused: if anything was found.
        """
        if self.found:
            raise FileRefused(self.found)


def refused(reason: str, *, sheet: str = "", row: int | None = None, column: str = "") -> FileRefused:
    """Return the refusal of a file for one reason."""
    return FileRefused([Problem(reason, sheet, row, column)])
