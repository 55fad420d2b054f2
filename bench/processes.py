"""How much memory a process and all it starts take, watched from outside. Linux only; elsewhere nothing is known."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

SECONDS_BETWEEN_LOOKS = 0.05


class MemoryOfChildren:
    """Looks again and again at all processes below this one while a block runs.

    ``peak_mb`` is the most they took together at one look, memory that several share counted once (PSS).
    """

    def __init__(self) -> None:
        self.peak_mb: float | None = None
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> MemoryOfChildren:
        if Path("/proc/self/smaps_rollup").exists():
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _watch(self) -> None:
        while not self._is_over.wait(SECONDS_BETWEEN_LOOKS):
            total = sum(_proportional_kb(number) for number in _descendants(os.getpid())) / 1024
            if total:
                self.peak_mb = max(self.peak_mb or 0.0, total)


def _descendants(parent: int) -> list[int]:
    below: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            # A process may end between two looks. Its name, in brackets, may hold spaces.
            with contextlib.suppress(OSError, IndexError, ValueError):
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                below.setdefault(int(fields[1]), []).append(int(folder.name))
    found, waiting = [], [parent]
    while waiting:
        children = below.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def _proportional_kb(number: int) -> int:
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{number}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
