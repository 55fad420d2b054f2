"""Which entries hold words, listed or not: for feeds that also tell of what was withdrawn or has ended."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from core import search as core_search
from tenders.models import Opportunity

from . import rows
from .question import OpportunityQuery


def holding(entries: QuerySet[Opportunity], words: str, *, at: dt.datetime) -> QuerySet[Opportunity]:
    """Return the entries that hold all the words, as `search` finds them: word forms alike, typing errors corrected.

    Words that say nothing, such as “the”, narrow nothing.
    """
    typed, _ = core_search.know(
        rows.INDEX, rows.FACETS, OpportunityQuery.from_query_string(urlencode({"q": words})).words, at=at
    )
    if not typed.words:
        return entries
    wanted, params = typed.wanted()
    found = f"SELECT opportunity_id FROM tenders_searchtext WHERE vector @@ ({wanted})"
    return entries.filter(pk__in=RawSQL(found, params))
