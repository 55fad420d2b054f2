"""All of a list at once, a line each (``format=ndjson``)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from .plain import Document

ROWS_AT_A_TIME = 500


def lines(rows: QuerySet[Any] | None, make: Callable[[list[Any]], list[Document]]) -> StreamingHttpResponse:
    """Return every row as a line of JSON.

    The keys are read at once, while the request's transaction holds, so that nothing is told twice or left out when
    rows change on the way. The rows follow by the hundred when their line is due, and are public rows only.
    """
    keys = [] if rows is None else list(rows)

    def told() -> Iterator[str]:
        # What is at hand anyway is one part without keys.
        starts = range(0, len(keys), ROWS_AT_A_TIME) if rows is not None else [0]
        for start in starts:
            for document in make(keys[start : start + ROWS_AT_A_TIME]):
                yield json.dumps(document, ensure_ascii=False) + "\n"

    return StreamingHttpResponse(told(), content_type="application/x-ndjson")
