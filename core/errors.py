"""Refusals and faults that a person is told about.

``str(error)`` is a whole sentence in plain words: a view shows it, a job keeps it as its reason. What no sentence
can help with (a bug, a lost connection) is not a `DomainError`.
"""

from __future__ import annotations

from collections.abc import Iterable


class DomainError(Exception):
    """A rule of the business refuses what was asked. Nothing has changed."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        return self.sentence


class NotReady(DomainError):
    """Something is still missing. ``missing`` names each thing, one short line apiece, for a list on the page."""

    def __init__(self, sentence: str, *, missing: Iterable[str] = ()) -> None:
        super().__init__(sentence)
        self.missing = list(missing)


class AlreadyDone(DomainError):
    """What was asked has happened before, and must not happen twice."""


class TemporaryFault(DomainError):
    """It cannot be done now and may be possible later: a job that meets one is tried again."""


class StorageFull(TemporaryFault):
    """There is no room left where files are kept. What was there before is untouched."""

    def __init__(self, sentence: str = "There is no space left to store the file.") -> None:
        super().__init__(sentence)


class StorageShut(TemporaryFault):
    """The place where files are kept takes none, such as a disk that can only be read."""

    def __init__(self, sentence: str = "Files cannot be stored at the moment. Try again later.") -> None:
        super().__init__(sentence)
