"""Asks the database for the dates of a whole list: what of them falls in a month, and when its tenders may open.

A list may hold a hundred thousand opportunities, so none of them is read here: each question is one query, whose answer
is small however long the list is. What `tenders.browse.happenings` says of one entry the database says of all; a test
compares the two.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from .months import next_month

# A day of the month's page, and what stands beside its days, show so many dates; the page says how many there are.
MOST_ON_A_DAY = 20
MOST_WITHOUT_DAY = 100

_LONDON = "({} AT TIME ZONE 'Europe/London')::date"
_MONTH = f"""
WITH told AS MATERIALIZED (
    SELECT entry.id, entry.title, one.kind, one.moment, edge.first, edge.last,
        CASE WHEN one.moment IS NOT NULL OR one.stated ->> 'precision' = 'day' THEN edge.first END AS day
    FROM unnest(%(ids)s::bigint[]) AS wanted (id)
    JOIN tenders_opportunity AS entry ON entry.id = wanted.id
    CROSS JOIN LATERAL (VALUES
        ('engagement', NULL, entry.engagement_date),
        ('opens', entry.opens_at, CASE WHEN entry.opens_at IS NULL THEN entry.tender_date END),
        ('questions', entry.questions_close_at, NULL),
        ('closes', entry.closes_at, NULL),
        ('award', NULL, CASE WHEN entry.awarded_at <= %(at)s THEN NULL ELSE entry.award_date END),
        ('start', NULL, entry.contract_start_date)
    ) AS one (kind, moment, stated)
    CROSS JOIN LATERAL (SELECT
        coalesce({_LONDON.format("one.moment")}, (one.stated ->> 'earliest')::date) AS first,
        coalesce({_LONDON.format("one.moment")}, (one.stated ->> 'latest')::date) AS last
    ) AS edge
    WHERE (one.moment IS NOT NULL OR one.stated IS NOT NULL) AND edge.first IS NOT NULL AND edge.last IS NOT NULL
), shown AS (
    SELECT id, kind, day, count(*) OVER (PARTITION BY day) AS count, row_number() OVER (
        PARTITION BY day
        ORDER BY CASE WHEN day IS NULL THEN last END, CASE WHEN day IS NULL THEN first END, moment NULLS FIRST,
            title COLLATE "C", kind, id
    ) AS number
    FROM told WHERE first < %(following)s AND last >= %(month)s
)
SELECT (SELECT max(first) FROM told WHERE first < %(month)s), (SELECT min(first) FROM told WHERE first >= %(following)s),
    ARRAY(SELECT id FROM shown WHERE number <= most ORDER BY day, number),
    ARRAY(SELECT kind FROM shown WHERE number <= most ORDER BY day, number),
    ARRAY(SELECT day FROM shown WHERE number = 1 ORDER BY day), ARRAY(SELECT count FROM shown WHERE number = 1 ORDER BY day)
FROM (SELECT 1) AS one
""".replace("number <= most", "number <= CASE WHEN day IS NULL THEN %(loose)s ELSE %(daily)s END")
_OPENINGS = f"""
WITH ahead AS MATERIALIZED (
    SELECT entry.id, edge.first, edge.last, (entry.contract_start_date ->> 'earliest')::date AS start,
        CASE WHEN entry.opens_at IS NULL THEN entry.tender_date ->> 'words'
            ELSE to_char(edge.first, 'FMDD FMMonth FMYYYY') END AS words
    FROM unnest(%(ids)s::bigint[]) AS wanted (id)
    JOIN tenders_opportunity AS entry ON entry.id = wanted.id
    CROSS JOIN LATERAL (SELECT
        coalesce({_LONDON.format("entry.opens_at")}, (entry.tender_date ->> 'earliest')::date) AS first,
        coalesce({_LONDON.format("entry.opens_at")}, (entry.tender_date ->> 'latest')::date) AS last
    ) AS edge
    WHERE (entry.awarded_at IS NULL OR entry.awarded_at > %(at)s)
        AND (entry.closes_at IS NULL OR entry.closes_at > %(at)s)
), told AS MATERIALIZED (
    SELECT * FROM ahead WHERE first IS NOT NULL AND last IS NOT NULL
), quarter AS (
    SELECT date_trunc('quarter', first)::date AS day, count(*) AS count FROM told GROUP BY 1
), phrase AS (
    SELECT words, count(*) AS count FROM told GROUP BY words ORDER BY count DESC, words LIMIT 1
)
SELECT (SELECT count(*) FROM told), (SELECT count(*) FROM ahead), (SELECT min(first) FROM told),
    (SELECT max(last) FROM told), (SELECT max(start) FROM told), (SELECT words FROM phrase),
    (SELECT count FROM phrase), ARRAY(SELECT day FROM quarter ORDER BY day), ARRAY(SELECT count FROM quarter ORDER BY day),
    ARRAY(SELECT id FROM told LIMIT %(most)s)
"""
_NEWEST = """
SELECT max(one.moment::timestamptz)
FROM unnest(%(ids)s::bigint[]) AS wanted (id)
JOIN tenders_searchcard AS card ON card.opportunity_id = wanted.id
CROSS JOIN LATERAL (SELECT card.card::jsonb AS facts) AS read
CROSS JOIN LATERAL (
    SELECT facts ->> name FROM unnest(ARRAY['published_at', 'opens_at', 'closes_at', 'awarded_at', 'confirmed_at']) AS name
    UNION ALL SELECT jsonb_array_elements_text(facts -> 'told')
) AS one (moment)
WHERE one.moment::timestamptz <= %(at)s
"""


@dataclass(frozen=True, slots=True)
class MonthDates:
    """What of a list falls in a month: the first dates of each day, and how many there are.

    ``shown`` has keys of opportunities, each with a kind of its dates; ``counts`` is by day, under None what stands on
    no day. ``earlier`` and ``later`` are the nearest days outside the month on which something of the list may begin.
    """

    shown: frozenset[tuple[int, str]]
    counts: Mapping[dt.date | None, int]
    earlier: dt.date | None
    later: dt.date | None


@dataclass(frozen=True, slots=True)
class Openings:
    """When the tenders of a list that are not over may open.

    ``told`` of ``ahead`` say when, between ``first`` and ``last``; ``words`` is what most of them say, and ``said`` how
    many do. ``quarters`` counts them by the first quarter in which each may open. ``ids`` are at most as many as asked.
    """

    told: int
    ahead: int
    first: dt.date | None
    last: dt.date | None
    last_start: dt.date | None
    words: str
    said: int
    quarters: Mapping[dt.date, int]
    ids: Sequence[int]


def _ask(sql: str, **params: Any) -> Sequence[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row: Sequence[Any] = cursor.fetchone()
    return row


def dates_in(ids: Sequence[int], month: dt.date, *, at: dt.datetime) -> MonthDates:
    """Return what of these opportunities falls in a month. ``month`` is its first day. One query."""
    earlier, later, keys, kinds, days, counts = _ask(
        _MONTH,
        ids=list(ids),
        at=at,
        month=month,
        following=next_month(month),
        daily=MOST_ON_A_DAY,
        loose=MOST_WITHOUT_DAY,
    )
    shown = frozenset(zip(keys, kinds, strict=True))
    return MonthDates(shown, dict(zip(days, counts, strict=True)), earlier, later)


def openings(ids: Sequence[int], *, at: dt.datetime, most: int) -> Openings:
    """Return when the tenders among these opportunities may open. One query.

    :param most: so many ids are told at most.
    """
    told, ahead, first, last, start, words, said, days, counts, some = _ask(_OPENINGS, ids=list(ids), at=at, most=most)
    quarters = dict(zip(days, counts, strict=True))
    return Openings(told, ahead, first, last, start, words or "", said or 0, quarters, some)


def newest(ids: Sequence[int], *, at: dt.datetime) -> dt.datetime | None:
    """Return when any of these opportunities last changed in public, as their entries' ``updated_at`` says. One query."""
    moment: dt.datetime | None = _ask(_NEWEST, ids=list(ids), at=at)[0]
    return moment
