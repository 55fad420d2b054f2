"""All releases at once, a line each, from the stored bytes to the socket in constant memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db import connection
from django.db.models import Max, Min

from tenders.models import Release

# Each part is read by a statement of its own, so that a slow reader holds no transaction open.
KEYS_AT_A_TIME = 2_000

LINES = """COPY (
    SELECT body FROM tenders_release
    WHERE id >= {first} AND id < {end} AND published_at <= '{at}'
      AND (opportunity_id IS NULL
           OR opportunity_id NOT IN (SELECT id FROM tenders_opportunity WHERE is_members_only))
    ORDER BY id
) TO STDOUT"""


def lines(*, at: dt.datetime) -> Iterator[bytes]:
    """Yield every release public at ``at``, in the order they were made."""
    span = Release.objects.aggregate(first=Min("pk"), last=Max("pk"))
    if span["first"] is None:
        return
    for first in range(span["first"], span["last"] + 1, KEYS_AT_A_TIME):
        end = min(first + KEYS_AT_A_TIME, span["last"] + 1)
        part = _part(LINES.format(first=int(first), end=int(end), at=at.astimezone(dt.UTC).isoformat()))
        if part:
            yield part


def _part(statement: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(statement) as rows:
        text = b"".join(bytes(row) for row in rows)
    # The only thing COPY writes otherwise than it is stored: JSON on one line holds no control character.
    return text.replace(b"\\\\", b"\\")
