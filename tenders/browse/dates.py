"""Asks the database for the dates of a whole list: what of them falls in a month, and when its tenders may open.

A list may hold a hundred thousand opportunities, so none of them is read here: each question is one query of the dates
that stand ready (`tenders.models.ToldDate`), whose answer is small however long the list is. What `tenders.browse.happenings` says of one entry the database says of all; a test
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

# Wherever a list is long, the planner is kept from weighing each of its ids, and from reading all titles for a month's.
_TOLD = "(told_until IS NULL OR told_until > %(at)s)"
_NEAR = f"""
    (SELECT first FROM tenders_tolddate WHERE first {{}} AND {_TOLD} AND (opportunity_id IN (SELECT id FROM wanted)) IS TRUE
     ORDER BY first {{}} LIMIT 1)
"""
_MONTH = f"""
WITH wanted AS MATERIALIZED (SELECT unnest(%(ids)s::bigint[]) AS id), told AS MATERIALIZED (
    SELECT one.* FROM tenders_tolddate AS one JOIN wanted ON wanted.id = one.opportunity_id
    WHERE one.first < %(following)s AND one.last >= %(month)s AND {_TOLD}
), shown AS (
    SELECT opportunity_id AS id, kind, day, count(*) OVER (PARTITION BY day) AS count, row_number() OVER (
        PARTITION BY day
        ORDER BY CASE WHEN day IS NULL THEN last END, CASE WHEN day IS NULL THEN first END, moment NULLS FIRST,
            entry.title COLLATE "C", kind, opportunity_id
    ) AS number
    FROM told CROSS JOIN LATERAL (
        SELECT title FROM tenders_opportunity WHERE tenders_opportunity.id = told.opportunity_id OFFSET 0
    ) AS entry
)
SELECT {_NEAR.format("< %(month)s", "DESC")}, {_NEAR.format(">= %(following)s", "ASC")},
    ARRAY(SELECT id FROM shown WHERE number <= most ORDER BY day, number),
    ARRAY(SELECT kind FROM shown WHERE number <= most ORDER BY day, number),
    ARRAY(SELECT day FROM shown WHERE number = 1 ORDER BY day), ARRAY(SELECT count FROM shown WHERE number = 1 ORDER BY day)
FROM (SELECT 1) AS one
""".replace("number <= most", "number <= CASE WHEN day IS NULL THEN %(loose)s ELSE %(daily)s END")
_OPENINGS = """
WITH ahead AS MATERIALIZED (
    SELECT row.opportunity_id AS id, opens.first, opens.last,
        CASE WHEN opens.moment IS NULL THEN opens.words ELSE to_char(opens.first, 'FMDD FMMonth FMYYYY') END AS words
    FROM unnest(%(ids)s::bigint[]) AS wanted (id) JOIN tenders_searchrow AS row ON row.opportunity_id = wanted.id
    LEFT JOIN tenders_tolddate AS opens ON opens.opportunity_id = row.opportunity_id AND opens.kind = 'opens'
    WHERE (row.awarded_at IS NULL OR row.awarded_at > %(at)s) AND (row.closes_at IS NULL OR row.closes_at > %(at)s)
), told AS MATERIALIZED (
    SELECT * FROM ahead WHERE first IS NOT NULL
), quarter AS (
    SELECT date_trunc('quarter', first)::date AS day, count(*) AS count FROM told GROUP BY 1
), phrase AS (
    SELECT words, count(*) AS count FROM told GROUP BY words ORDER BY count DESC, words LIMIT 1
)
SELECT (SELECT count(*) FROM told), (SELECT count(*) FROM ahead), (SELECT min(first) FROM told),
    (SELECT max(last) FROM told),
    (SELECT max(start.first) FROM told JOIN tenders_tolddate AS start ON opportunity_id = told.id AND kind = 'start'),
    (SELECT words FROM phrase), (SELECT count FROM phrase),
    ARRAY(SELECT day FROM quarter ORDER BY day), ARRAY(SELECT count FROM quarter ORDER BY day),
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


def array(ids: Sequence[int]) -> str:
    """Return ids as PostgreSQL writes an array: of a hundred thousand a text is sent sooner than a list."""
    return f"{{{','.join(map(str, ids))}}}"


def _ask(sql: str, ids: Sequence[int], **params: Any) -> Sequence[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"ids": array(ids), **params})
        row: Sequence[Any] = cursor.fetchone()
    return row


def dates_in(ids: Sequence[int], month: dt.date, *, at: dt.datetime) -> MonthDates:
    """Return what of these opportunities falls in a month. ``month`` is its first day. One query."""
    earlier, later, keys, kinds, days, counts = _ask(
        _MONTH,
        ids,
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
    told, ahead, first, last, start, words, said, days, counts, some = _ask(_OPENINGS, ids, at=at, most=most)
    quarters = dict(zip(days, counts, strict=True))
    return Openings(told, ahead, first, last, start, words or "", said or 0, quarters, some)


def newest(ids: Sequence[int], *, at: dt.datetime) -> dt.datetime | None:
    """Return when any of these opportunities last changed in public, as their entries' ``updated_at`` says. One query."""
    moment: dt.datetime | None = _ask(_NEWEST, ids, at=at)[0]
    return moment
