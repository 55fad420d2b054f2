"""How much one document may cost."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """What the process of one document may use before it is ended.

    The largest document measured, 360 large-print pages of tables, takes about 50 seconds and 600 MiB.
    """

    memory_bytes: int = 1024 * MEBIBYTE
    cpu_seconds: int = 120
    wall_seconds: float = 200
    output_bytes: int = 20 * MEBIBYTE
    open_files: int = 64
