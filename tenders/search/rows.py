"""How the rows of the search for opportunities (`tenders.models.SearchRow`) are read: filters and the bits of each."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass
from typing import Any

from core.dates import london_date
from core.search import FLAGS, Facet, FacetValue, Rows, place
from tenders.models import Framework

from .question import JOINING, LIVES, REGIMES, RESERVED, ROUTES, STAGES, SUITABLE, VALUES

INDEX = "opportunities"

# The bits of the column ``flags``, as `tenders_search_refresh` sets them. Those of the stages, and whether one can join
# now, are set by the search at its moment.
JOIN_NOW, IS_MARKET = 38, 39
LIST, FOUND = 40, 41
FLAGS_USED = 42

STAGE = Facet("stages", FLAGS, {value: bit for bit, value in enumerate(STAGES)})
LIFE = Facet("lives", FLAGS, {value: 6 + bit for bit, value in enumerate(LIVES)})
ROUTE = Facet("routes", FLAGS, {value: 9 + bit for bit, value in enumerate(ROUTES)})
REGIME = Facet("regimes", FLAGS, {value: 20 + bit for bit, value in enumerate(REGIMES)})
VALUE = Facet("values", FLAGS, {value: 26 + bit for bit, value in enumerate(VALUES)})
RESERVATION = Facet("reserved", FLAGS, {value: 33 + bit for bit, value in enumerate(RESERVED)})
SUITS = Facet("suitable", FLAGS, {value: 36 + bit for bit, value in enumerate(SUITABLE)}, must_all=True)
JOIN = Facet("joining", FLAGS, {"now": JOIN_NOW})
TYPES = Facet("types", ("types_0", "types_1"))
GROUPS = Facet("groups", ("groups_0",))
PLACES = Facet("places", tuple(f"councils_{number}" for number in range(4)))
BUYERS = Facet("buyers", tuple(f"buyers_{number}" for number in range(5)))
FACETS = (STAGE, TYPES, GROUPS, PLACES, VALUE, LIFE, ROUTE, REGIME, RESERVATION, SUITS, JOIN, BUYERS)
GROUPED = tuple(facet for facet in FACETS if not facet.is_flag)
COLUMNS = tuple(column for facet in GROUPED for column in facet.columns)

_FIXED = {
    "stages": STAGES,
    "lives": LIVES,
    "routes": ROUTES,
    "regimes": REGIMES,
    "values": VALUES,
    "reserved": RESERVED,
    "suitable": SUITABLE,
    "joining": JOINING,
}
FIXED_VALUES = {
    name: tuple(FacetValue(value, label) for value, label in values.items()) for name, values in _FIXED.items()
}

_BITS = {value: place(bit) for value, bit in STAGE.bits.items()}
OPEN = _BITS["open"]
AHEAD = _BITS["planned"] | _BITS["engaging"]
PASSED = _BITS["closed"] | _BITS["awarded"] | _BITS["date_passed"]


def _status(at: str, day: str) -> str:
    """Return the SQL of the bit of a row's status at a moment, the same as of `Opportunity.status`: a test compares."""
    return (
        f"CASE WHEN row.awarded_at <= {at} THEN {_BITS['awarded']} WHEN row.closes_at <= {at} THEN {_BITS['closed']}"
        f" WHEN row.opens_at <= {at} THEN {OPEN}"
        f" WHEN row.opens_at IS NULL AND row.planned_until < {day} THEN {_BITS['date_passed']}"
        f" WHEN row.engaging_from <= {day} THEN {_BITS['engaging']} ELSE {_BITS['planned']} END"
    )


def _is_open_market(at: str) -> str:
    """Return the SQL whether a row is a framework or market that is itself out to tender at a moment."""
    return (
        f"row.flags & {place(IS_MARKET)} <> 0 AND row.opens_at <= {at} AND (row.closes_at IS NULL OR row.closes_at > {at})"
        f" AND (row.awarded_at IS NULL OR row.awarded_at > {at})"
    )


def flags_sql(at: dt.datetime) -> tuple[str, tuple[Any, ...]]:
    """Return the SQL of a row's flags at the moment of the search: with its status, and whether one can join now."""
    frameworks, framework_params = open_frameworks(at)
    today = london_date(at)
    joins = f"CASE WHEN row.framework_id IN ({frameworks}) OR {_is_open_market('%s')} THEN {place(JOIN_NOW)} ELSE 0 END"
    return f"row.flags | {_status('%s', '%s')} | {joins}", (at, at, at, today, today, *framework_params, at, at, at)


_DAY = "(now.at AT TIME ZONE 'Europe/London')::date"
# In the bitmaps one can join what is a market itself. Whose framework can be joined changes with the framework: that is
# asked at the moment of the search, so an entry's framework is its part here.
BIT_ROWS = Rows(
    found=(
        "SELECT opportunity_id AS id, coalesce(framework_id, 0) AS part, sort_name, framework_id IS NOT NULL AS is_several,"
        f" CASE WHEN now_flags & {OPEN} <> 0 THEN closes_at ELSE opens_first END AS at, value AS amount,"
        f" now_flags AS flags, {', '.join(COLUMNS)} FROM ("
        f"SELECT row.*, row.flags | {_status('now.at', _DAY)}"
        f" | CASE WHEN {_is_open_market('now.at')} THEN {place(JOIN_NOW)} ELSE 0 END AS now_flags"
        " FROM tenders_searchrow AS row CROSS JOIN (SELECT %s::timestamptz AS at) AS now"
        " WHERE row.public_from <= now.at AND (row.ended_at IS NULL OR row.ended_at > now.at)) AS row"
    ),
    found_params=1,
    moments=(
        "SELECT DISTINCT opportunity_id AS id, at FROM tenders_searchrow, unnest(ARRAY["
        "public_from, ended_at, opens_at, closes_at, awarded_at,"
        " (planned_until + 1)::timestamp AT TIME ZONE 'Europe/London',"
        " engaging_from::timestamp AT TIME ZONE 'Europe/London']) AS at WHERE at > %s"
    ),
    text="tenders_searchtext",
    id_column="opportunity_id",
    order=f"(flags & {PASSED} <> 0), at NULLS LAST, sort_name, id",
)


def open_frameworks(at: dt.datetime) -> tuple[str, tuple[Any, ...]]:
    """Return the SQL of the frameworks that one can join at a moment.

    Django takes longer to write it than the database to search, so it is written once; the moment and its day in London
    are all that differs from one to the next, which `_written` sees to.
    """
    sql, params = _written()
    known = {"moment": at, "day": london_date(at)}
    return sql, tuple(known[param.name] if isinstance(param, _Slot) else param for param in params)


@dataclass(frozen=True)
class _Slot:
    """Where a moment or its day goes among parameters."""

    name: str


@functools.cache
def _written() -> tuple[str, tuple[Any, ...]]:
    # Two moments of which nothing is alike.
    samples = (dt.datetime(1901, 2, 3, 4, 5, 6, tzinfo=dt.UTC), dt.datetime(2002, 12, 11, 10, 9, 8, tzinfo=dt.UTC))
    (sql, first), (other_sql, second) = map(_compiled, samples)
    params: list[Any] = []
    for values in zip(first, second, strict=True):
        if values == samples:
            params.append(_Slot("moment"))
        elif values == tuple(london_date(at) for at in samples):
            params.append(_Slot("day"))
        else:
            params.append(values[0])
            assert values[0] == values[1], values
    assert sql == other_sql
    return sql, tuple(params)


def _compiled(at: dt.datetime) -> tuple[str, tuple[Any, ...]]:
    rows = Framework.objects.public(at=at).open_to_join(at=at).order_by().values("pk")
    sql, params = rows.query.sql_with_params()
    return sql, tuple(params)
