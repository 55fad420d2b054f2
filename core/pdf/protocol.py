"""What the portal and the renderer's process say to each other.

To the process: one line of JSON, then the HTML and each asset, back to back. From it: the PDF on standard output and,
on standard error, one line of JSON for each thing to tell. Whatever else a library prints there is no JSON and is kept
only to explain a crash.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any


@dataclass(frozen=True)
class Request:
    """One document to lay out. ``created`` is its moment in UTC, as ``2026-11-21T09:30:00Z``."""

    html: str
    assets: Mapping[str, bytes]
    created: str
    large_print: bool

    def write(self, stream: IO[bytes]) -> None:
        html = self.html.encode()
        header = {
            "html": len(html),
            "assets": [[name, len(content)] for name, content in self.assets.items()],
            "created": self.created,
            "large_print": self.large_print,
        }
        stream.write(json.dumps(header).encode() + b"\n")
        stream.write(html)
        for content in self.assets.values():
            stream.write(content)

    @classmethod
    def read(cls, stream: IO[bytes]) -> Request:
        header = json.loads(stream.readline())
        html = stream.read(header["html"]).decode()
        assets = {name: stream.read(size) for name, size in header["assets"]}
        return cls(html=html, assets=assets, created=header["created"], large_print=header["large_print"])


def message(**facts: Any) -> str:
    """Write one thing to tell, as a line."""
    return json.dumps(facts) + "\n"


def parse(line: bytes) -> dict[str, Any] | None:
    """Read a line of standard error; nothing if a library wrote it."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
