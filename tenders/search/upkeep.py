"""Makes all search rows anew. Triggers keep them up; this is for after a restore, or when what they are made of changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db import connection, transaction

from core import search

from . import rows

PORTION = 500
# Besides the opportunities, whatever rows are left of ones that are gone.
_EVERY = """
SELECT id FROM tenders_opportunity UNION SELECT opportunity_id FROM tenders_searchrow
UNION SELECT opportunity_id FROM tenders_searchcard UNION SELECT opportunity_id FROM tenders_searchtext
UNION SELECT opportunity_id FROM tenders_searcharea ORDER BY 1
"""


def rebuild() -> Iterator[tuple[int, int]]:
    """Make every opportunity's search rows anew, portion by portion, and yield how many are done of how many.

    Searches go on meanwhile: each portion is a transaction of its own.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT tenders_search_values()")
        cursor.execute("UPDATE core_searchword SET rows = 0 WHERE index = 'opportunities'")
        cursor.execute(_EVERY)
        ids = [row[0] for row in cursor.fetchall()]
    for start in range(0, len(ids), PORTION):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT tenders_search_refresh(%s, true)", [ids[start : start + PORTION]])
        yield min(start + PORTION, len(ids)), len(ids)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_searchword WHERE index = 'opportunities' AND rows = 0")
        cursor.execute("SELECT core_search_renew('opportunities', 'words')")


def make_bits(*, at: dt.datetime, fewest: int = search.FEWEST) -> int:
    """Make the bitmaps of the search anew as of a moment, and return of how many entries; none where there are few."""
    memory, _ = search.learn(rows.INDEX, rows.FACETS, (), at=at)
    facets = [(facet, memory.values[facet.name]) for facet in rows.FACETS]
    return search.build(rows.INDEX, rows.BIT_ROWS, facets, at=at, fewest=fewest)


def is_due(*, at: dt.datetime) -> bool:
    """Whether the bitmaps should be made anew."""
    return search.is_due(rows.INDEX, at=at)
