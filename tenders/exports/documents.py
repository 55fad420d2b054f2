"""A list as one JSON document, written row by row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings

LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"


def absolute(path: str) -> str:
    """Return a path as a whole address."""
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}"


def json_bytes(name: str, rows: Iterable[dict[str, Any]], *, title: str, page: str, count: int) -> Iterator[bytes]:
    """Yield a list of a name as one JSON document; ``page`` is the path of the list for people."""
    head = {"title": title, "url": absolute(page), "licence": LICENCE, "count": count}
    yield f'{_text(head)[:-1]}, "{name}": ['.encode()
    between = b"\n"
    for row in rows:
        yield between + _text(row).encode()
        between = b",\n"
    yield b"\n]}\n"


def _text(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, allow_nan=False)
