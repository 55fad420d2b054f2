"""A saved search in columns, and all saved searches against very many entries in one statement.

The list of opportunities asks one question of all rows (`tenders.search`). Here it is the other way round: all
questions of a few rows, with the same masks, words and dates, so that a search finds by mail what it finds on the page.
Questions that are the same are asked once, however many people have saved them.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.db import connection

from core import search as core_search
from tenders.models import SavedSearch
from tenders.search import NAMES, OpportunityQuery, rows

DATES = ("opens_from", "opens_to", "closes_from", "closes_to")

# Set in each entry's first column of a filter, and in each question's that does not ask for it: one AND then tells
# whether the question is met. The masks have 63 bits, so that the sign is free.
FREE = "(-9223372036854775808)::bigint"


def columns_of(query: OpportunityQuery) -> dict[str, Any]:
    """Return a question as the columns of a `SavedSearch`."""
    chosen = []
    for facet in rows.FACETS:
        value = getattr(query, facet.name)
        values = value if isinstance(value, tuple) else (value,) if value else ()
        chosen += [f"{facet.name}:{one}" for one in values]
    return {
        "words": list(core_search.read(query.words)),
        "chosen": chosen,
        "framework": query.framework,
        **{name: getattr(query, name) for name in DATES},
    }


def fill(search: SavedSearch) -> None:
    """Set the columns of a saved search from its query."""
    for name, value in columns_of(OpportunityQuery.from_query_string(search.query)).items():
        setattr(search, name, value)


def _mask(facet: core_search.Facet, column: str, where: str) -> str:
    """The SQL of one column of a question's masks, gathered from its values."""
    number = facet.columns.index(column)
    own = f"value.facet = '{facet.name}' AND value.number = {number}"
    mask = f"coalesce(bit_or(value.mask) FILTER (WHERE {own}), 0)"
    if number or facet.must_all:
        return f"{mask} AS {where}"
    # A filter of which nothing is known is left out, as the list does.
    is_free = f"bool_or(value.facet = '{facet.name}') IS NOT TRUE"
    return f"{mask} | CASE WHEN {is_free} THEN {FREE} ELSE 0 END AS {where}"


_QUESTION_MASKS = [
    (facet, column, column if not facet.is_flag else f"flags_{facet.name}")
    for facet in rows.FACETS
    for column in facet.columns
]

# The values of all questions, each with its column's number and mask; a town's and an outcode's places beside it.
_VALUES = f"""
CREATE TEMPORARY TABLE alerts_value ON COMMIT DROP AS
WITH chosen AS (
    SELECT DISTINCT split_part(one, ':', 1) AS facet, split_part(one, ':', 2) AS value
    FROM tenders_savedsearch, unnest(chosen) AS one
), known AS (
    SELECT facet, value, bit FROM core_searchvalue WHERE index = '{rows.INDEX}'
    UNION ALL
    SELECT facet, value, bit FROM jsonb_to_recordset(%(fixed)s) AS fixed (facet text, value text, bit integer)
), council AS (
    SELECT chosen.value, known.bit
    FROM chosen
    JOIN core_outcode AS outcode ON chosen.facet = 'places' AND outcode.outcode = chosen.value
    JOIN core_place AS council ON council.id = outcode.council_id
        OR council.id IN (SELECT council_id FROM core_outcodecouncil WHERE outcode_id = outcode.outcode)
    JOIN known ON known.facet = 'places' AND known.value = council.slug
), town AS (
    SELECT chosen.value, array_agg(other.id) AS places
    FROM chosen
    JOIN core_place AS place ON chosen.facet = 'places' AND place.slug = chosen.value
    JOIN core_place AS other ON other.path = place.path OR starts_with(other.path, place.path || '/')
        OR starts_with(place.path, other.path || '/')
    WHERE NOT EXISTS (SELECT 1 FROM known WHERE known.facet = 'places' AND known.value = chosen.value)
    GROUP BY chosen.value
)
SELECT chosen.facet, chosen.value, known.bit / 63 AS number,
    1::bigint << ((known.bit %% 63) %% 3 * 21 + (known.bit %% 63) / 3) AS mask, NULL::bigint[] AS places
FROM chosen JOIN known USING (facet, value)
UNION ALL
SELECT 'places', value, bit / 63, 1::bigint << ((bit %% 63) %% 3 * 21 + (bit %% 63) / 3), NULL FROM council
UNION ALL
SELECT 'places', value, 0, 0, places FROM town
"""

# What each word means to the list at this moment: itself, and what it is corrected to.
_WORDS = """
CREATE TEMPORARY TABLE alerts_word ON COMMIT DROP AS
SELECT word, nullif(string_agg(one.query::text, ' | ') FILTER (WHERE numnode(one.query) > 0), '')::tsquery AS query
FROM jsonb_to_recordset(%(words)s) AS given (word text, instead jsonb)
CROSS JOIN LATERAL (
    SELECT plainto_tsquery('english', other) AS query FROM jsonb_array_elements_text(given.instead) AS other
) AS one
GROUP BY word
"""

_QUESTIONS = f"""
CREATE TEMPORARY TABLE alerts_question ON COMMIT DROP AS
WITH asked AS MATERIALIZED (
    SELECT min(search.id) AS id, search.query
    FROM tenders_savedsearch AS search JOIN tenders_subscriber AS subscriber ON subscriber.id = search.subscriber_id
    WHERE search.confirmed_at IS NOT NULL AND search.stopped_at IS NULL
        AND subscriber.confirmed_at IS NOT NULL AND subscriber.stopped_at IS NULL
    GROUP BY search.query
), masks AS (
    SELECT asked.id, {", ".join(_mask(*one) for one in _QUESTION_MASKS)}
    FROM asked
    JOIN tenders_savedsearch AS search USING (id)
    LEFT JOIN LATERAL unnest(search.chosen) AS one ON true
    LEFT JOIN alerts_value AS value
        ON value.facet = split_part(one, ':', 1) AND value.value = split_part(one, ':', 2)
    GROUP BY asked.id
), place AS (
    SELECT asked.id, array_agg(DISTINCT one_place) AS places
    FROM asked
    JOIN tenders_savedsearch AS search USING (id)
    CROSS JOIN LATERAL unnest(search.chosen) AS one
    JOIN alerts_value AS value ON value.places IS NOT NULL AND one = 'places:' || value.value
    CROSS JOIN LATERAL unnest(value.places) AS one_place
    GROUP BY asked.id
), worded AS (
    SELECT asked.id, string_agg('(' || word.query::text || ')', ' & ')::tsquery AS query
    FROM asked
    JOIN tenders_savedsearch AS search USING (id)
    CROSS JOIN LATERAL unnest(search.words) AS one
    JOIN alerts_word AS word ON word.word = one
    WHERE word.query IS NOT NULL
    GROUP BY asked.id
)
SELECT masks.*, asked.query, place.places, worded.query AS words, search.words <> '{{}}' AS has_words,
    framework.id AS framework_id,
    coalesce(search.opens_from, '-infinity') AS opens_from, coalesce(search.opens_to, 'infinity') AS opens_to,
    coalesce(search.closes_from, '-infinity') AS closes_from, coalesce(search.closes_to, 'infinity') AS closes_to,
    search.opens_from IS NOT NULL OR search.opens_to IS NOT NULL
        OR search.closes_from IS NOT NULL OR search.closes_to IS NOT NULL AS has_dates
FROM asked
JOIN tenders_savedsearch AS search USING (id)
JOIN masks USING (id)
LEFT JOIN place USING (id)
LEFT JOIN worded USING (id)
LEFT JOIN tenders_framework AS framework
    ON search.framework <> '' AND framework.slug = search.framework AND framework.published_at <= %(at)s
"""


def _met(facet: core_search.Facet) -> str:
    """The SQL condition that an entry meets a question's filter."""
    if facet.is_flag:
        asked = f"question.flags_{facet.name}"
        return f"entry.flags & {asked} = {asked}" if facet.must_all else f"entry.flags & {asked} <> 0"
    either = " | ".join(f"(entry.{column} & question.{column})" for column in facet.columns)
    if facet is rows.PLACES:
        return f"({either} <> 0 OR entry.places && question.places)"
    return f"({either}) <> 0"


_DATES_MET = """(NOT question.has_dates OR (
    coalesce(entry.opens_to, '-infinity') >= question.opens_from
    AND coalesce(entry.opens_from, 'infinity') <= question.opens_to
    AND coalesce(entry.closes_date, '-infinity') >= question.closes_from
    AND coalesce(entry.closes_date, 'infinity') <= question.closes_to
))"""

# The most telling filters first: most pairs fail at the first.
_ORDERED = (rows.TYPES, rows.PLACES, rows.GROUPS, rows.BUYERS, rows.STAGE, rows.VALUE, rows.ROUTE, rows.REGIME)
_CONDITIONS = {
    **{facet.name: _met(facet) for facet in (*_ORDERED, *(one for one in rows.FACETS if one not in _ORDERED))},
    "framework": "(question.framework_id IS NULL OR entry.framework_id = question.framework_id)",
    "dates": _DATES_MET,
    "words": "(NOT question.has_words OR entry.vector @@ question.words)",
}
_NAMES = {**NAMES, "dates": "when it opens or closes", "words": "its words"}

# What of a question an entry does not meet, in words: the elements of an array, NULL for what it meets.
UNMET = ", ".join(f"CASE WHEN ({met}) IS NOT TRUE THEN '{_NAMES[name]}' END" for name, met in _CONDITIONS.items())

_FIRST = {facet.columns[0] for facet in rows.GROUPED}
_ENTRY_COLUMNS = ", ".join(
    f"row.{column} | {FREE} AS {column}" if column in _FIRST else f"row.{column}" for column in rows.COLUMNS
)


def prepare(*, at: dt.datetime) -> None:
    """Lay out all questions that anybody wants answered, in tables of this transaction alone."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        for name in ("alerts_question", "alerts_word", "alerts_value"):
            cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
        cursor.execute(_VALUES, {"fixed": json.dumps(_fixed_bits())})
        cursor.execute(_WORDS, {"words": json.dumps(_instead(at=at))})
        cursor.execute("ANALYZE alerts_value")
        cursor.execute(_QUESTIONS, {"at": at})
        cursor.execute("ANALYZE alerts_question")


def matches_sql(at: dt.datetime, *, entries: str, ended: str = "NULL") -> tuple[str, list[Any]]:
    """Return SQL for all pairs of question and entry that belong together, after `prepare`.

    :param entries: SQL for the ids of the opportunities in question.
    :param ended: SQL for the ids of those that count though they are withdrawn or cancelled.
    """
    flags, params = rows.flags_sql(at)
    sql = f"""
    entry AS MATERIALIZED (
        SELECT row.opportunity_id, {_ENTRY_COLUMNS}, ({flags}) | {FREE} AS flags,
            row.opens_from, row.opens_to, row.closes_date, row.framework_id, text.vector,
            ARRAY(SELECT place_id FROM tenders_searcharea AS area WHERE area.opportunity_id = row.opportunity_id) AS places
        FROM tenders_searchrow AS row JOIN tenders_searchtext AS text USING (opportunity_id)
        WHERE row.opportunity_id IN ({entries}) AND row.public_from <= %s
            AND (row.ended_at IS NULL OR row.ended_at > %s OR row.opportunity_id IN ({ended}))
    ),
    pair AS MATERIALIZED (
        SELECT question.query, entry.opportunity_id
        FROM entry JOIN alerts_question AS question ON {" AND ".join(_CONDITIONS.values())}
    )
    """
    return sql, [*params, at, at]


def _fixed_bits() -> list[dict[str, Any]]:
    """The bits that stand in the code, as `core_searchvalue` has the others."""
    return [
        {"facet": facet.name, "value": value, "bit": bit}
        for facet in rows.FACETS
        if facet.is_flag
        for value, bit in facet.bits.items()
    ]


def _instead(*, at: dt.datetime) -> list[dict[str, Any]]:
    """For each word that anybody looks for, the words the list looks for: itself, and its corrections."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT unnest(words) FROM tenders_savedsearch")
        words = [word for (word,) in cursor.fetchall()]
    if not words:
        return []
    corrected = core_search.correct(rows.INDEX, rows.FACETS, tuple(words), at=at).corrected
    return [{"word": word, "instead": [word, *corrected.get(word, ())]} for word in words]
