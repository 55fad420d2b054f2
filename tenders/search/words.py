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
    typed = core_search.read(OpportunityQuery.from_query_string(urlencode({"q": words})).words)
    if not typed:
        return entries
    memory, alike = core_search.remembered(rows.INDEX), {}
    if memory is None or any(word not in memory.vocabulary and core_search.is_correctable(word) for word in typed):
        memory, alike = core_search.learn(rows.INDEX, rows.FACETS, typed, at=at)
    parts, params = [], []
    for word in typed:
        is_known = word in memory.vocabulary or not core_search.is_correctable(word)
        instead = () if is_known else memory.vocabulary.corrections(word, alike.get(word, ()))
        parts.append("(" + " || ".join("plainto_tsquery('english', %s)" for _ in (word, *instead)) + ")")
        params += [word, *instead]
    found = f"SELECT opportunity_id FROM tenders_searchtext WHERE vector @@ ({' && '.join(parts)})"
    return entries.filter(pk__in=RawSQL(found, params))
