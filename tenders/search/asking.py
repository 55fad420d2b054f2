"""Asks the search rows: a page with its counts in one statement, or the whole list's ids for feeds and files."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection

from core import search as core_search
from core.search import Chosen, FacetValue, Memory, Page, Source, Statement, Values, read_groups, read_sums

from . import rows
from .entries import Entry, read_entry
from .question import DATES, NAMES, OUTCODE, PAGE_SIZE, Labels, OpportunityQuery, Order

_SOONEST = (
    f"(flags & {rows.PASSED} <> 0), CASE WHEN flags & {rows.OPEN} <> 0 THEN closes_at ELSE opens_first END NULLS LAST,"
    " sort_name, id"
)
_ORDERS = {
    Order.MATCH: f"is_named DESC, {_SOONEST}",
    Order.SOONEST: _SOONEST,
    Order.CLOSING: f"CASE WHEN flags & {rows.OPEN} <> 0 THEN closes_at END NULLS LAST, {_SOONEST}",
    Order.OPENING: (
        f"CASE WHEN flags & {rows.AHEAD} <> 0 THEN 0 WHEN flags & {rows.OPEN} <> 0 THEN 1 ELSE 2 END,"
        " opens_first NULLS LAST, sort_name, id"
    ),
    Order.NEWEST: "public_from DESC, sort_name, id",
    Order.VALUE: "value DESC NULLS LAST, sort_name, id",
    Order.NAME: "sort_name, id",
}
_CARRIED = ("closes_at", "opens_first", "public_from", "value", "sort_name")
_VERSIONS = (
    "(SELECT max(version) FROM core_searchversion WHERE index = 'opportunities' AND part = 'values'),"
    " (SELECT max(version) FROM core_searchversion WHERE index = 'opportunities' AND part = 'words')"
)
# The columns of an answer without bitmaps; with them there are their counts and their total besides.
_PLAIN_ANSWER = 5
# Orders that the bitmaps have what they need for; the moment by which the soonest are ordered stands ready there.
_SOON = ("known.flags", "known.at AS closes_at", "known.at AS opens_first")
_BIT_ORDERED = {
    Order.MATCH: ("is_named", *_SOON),
    Order.SOONEST: _SOON,
    Order.CLOSING: _SOON,
    Order.VALUE: ("known.amount AS value",),
    Order.NAME: (),
}
# What an address names that has no bit: towns and what lies above and below them, outcodes' councils, a framework.
_NAMED = """
SELECT 'place', place.slug, place.name, ARRAY(
    SELECT other.id FROM core_place AS other WHERE other.path = place.path
        OR starts_with(other.path, place.path || '/') OR starts_with(place.path, other.path || '/')), NULL::text[]
FROM core_place AS place WHERE place.slug = ANY (%(places)s)
UNION ALL
SELECT 'outcode', outcode.outcode, outcode.outcode, NULL, ARRAY(
    SELECT council.slug FROM core_outcodecouncil AS share JOIN core_place AS council ON council.id = share.council_id
    WHERE share.outcode_id = outcode.outcode
    UNION SELECT council.slug FROM core_place AS council WHERE council.id = outcode.council_id)
FROM core_outcode AS outcode WHERE outcode.outcode = ANY (%(outcodes)s)
UNION ALL
SELECT 'framework', slug, title, ARRAY[id], NULL FROM tenders_framework
WHERE slug = %(framework)s AND published_at <= %(at)s
"""


@dataclass(frozen=True, slots=True)
class Results:
    """One page of what the search found.

    ``query`` is the question as understood: without the values in ``ignored``, which mean nothing.
    ``facets`` has for each field of the question the number of entries by value, as if nothing were chosen in that
    field; nought is left out. ``values`` has the values' labels in the order to show, ``labels`` all names for chips.
    ``corrected`` has for each word that nothing holds the words looked for instead; ``ignored`` what means nothing.
    """

    query: OpportunityQuery
    entries: tuple[Entry, ...]
    total: int
    number: int
    size: int
    order: Order
    facets: Mapping[str, Mapping[str, int]]
    values: Mapping[str, tuple[FacetValue, ...]]
    labels: Labels
    corrected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    is_without_words: bool = False

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True, slots=True)
class Listed:
    """The whole list: the ids in its order, and the words of the question."""

    query: OpportunityQuery
    ids: tuple[int, ...]
    order: Order
    description: str


@dataclass(frozen=True, slots=True)
class Relaxed:
    """A question with one part taken away. ``name`` is the `OpportunityQuery` field that it empties."""

    name: str
    query: OpportunityQuery
    total: int


def search(query: OpportunityQuery, *, at: dt.datetime, with_facets: bool = True) -> Results:
    """Answer with a page: one query of the database, one more where towns, outcodes or a framework are named.

    :param with_facets: False leaves the counts of filters out, which are the dearer part.
    """
    question, row = _asked(query, at, with_facets, is_whole=False)
    counts, groups, listed = row[2], row[3], row[4]
    besides: dict[str, dict[int, int]] = {}
    if with_facets:
        flags = read_sums(int(count or 0) for count in counts)
        if len(row) > _PLAIN_ANSWER:
            besides = core_search.read_bits(row[5])
            flags[rows.FOUND] += row[6]
        total = flags[rows.FOUND]
    else:
        flags, total = [], int(counts[0])
    cards = json.loads(f"[{listed or ''}]")
    last = max(1, -(-total // PAGE_SIZE))
    return Results(
        query=question.understood(),
        entries=tuple(read_entry(card, at=at) for _, _, _, card in cards),
        total=total,
        number=min(max(query.page, 1), last),
        size=PAGE_SIZE,
        order=question.order,
        facets=question.facets(flags, groups, besides) if with_facets else {},
        values=_offered(question.memory.values),
        labels=question.labels(),
        corrected=question.corrected,
        ignored=(*query.ignored, *question.ignored),
        is_without_words=bool(query.words.strip()) and not question.typed,
    )


def find_all(query: OpportunityQuery, *, at: dt.datetime) -> Listed:
    """Return the whole list that `search` shows page by page: exactly the same entries in exactly the same order."""
    question, row = _asked(query, at, False, is_whole=True)
    understood = question.understood()
    return Listed(understood, tuple(row[2]), question.order, understood.describe(question.labels()))


def without_one_filter(query: OpportunityQuery, *, at: dt.datetime) -> list[Relaxed]:
    """Return for each filter in use how many entries are found without it, the one that helps most first.

    Those whose removal finds nothing more are left out.
    """
    now = search(query, at=at, with_facets=False).total
    found = []
    for name in NAMES:
        if getattr(query, name):
            less = query.without(name)
            total = search(less, at=at, with_facets=False).total
            if total > now:
                found.append(Relaxed(name, less, total))
    return sorted(found, key=lambda one: -one.total)


def _asked(
    query: OpportunityQuery, at: dt.datetime, with_facets: bool, *, is_whole: bool
) -> tuple[_Question, Sequence[Any]]:
    typed = core_search.read(query.words)
    memory = core_search.remembered(rows.INDEX)
    alike: dict[str, list[Any]] = {}
    is_fresh = memory is None or any(_is_unknown(word, memory) for word in typed)
    if memory is None or is_fresh:
        memory, alike = core_search.learn(rows.INDEX, rows.FACETS, typed, at=at)
    question = _Question(query, at, memory, typed, alike, with_facets)
    row = question.ask(is_whole=is_whole)
    if not is_fresh and (row[0], row[1]) != memory.versions:
        memory, alike = core_search.learn(rows.INDEX, rows.FACETS, typed, at=at)
        question = _Question(query, at, memory, typed, alike, with_facets)
        row = question.ask(is_whole=is_whole)
    return question, row


def _is_unknown(word: str, memory: Memory) -> bool:
    return word not in memory.vocabulary and core_search.is_correctable(word)


class _Question:
    """One question on its way to the database and back."""

    def __init__(
        self,
        query: OpportunityQuery,
        at: dt.datetime,
        memory: Memory,
        typed: tuple[str, ...],
        alike: Mapping[str, list[Any]],
        with_facets: bool,
    ) -> None:
        self.query, self.at, self.memory, self.with_facets = query, at, memory, with_facets
        self.typed = typed
        self.corrected = {
            word: instead
            for word in typed
            if _is_unknown(word, memory) and (instead := memory.vocabulary.corrections(word, alike.get(word, ())))
        }
        self.ignored: list[str] = []
        self.order = self._order()
        self.named = self._find_named()
        self.chosen = self._chosen()

    @property
    def has_bits(self) -> bool:
        """Whether bitmaps can answer: with words that have one, and no towns, days or framework."""
        query, memory = self.query, self.memory
        if not self.with_facets or query.framework or self.order not in _BIT_ORDERED:
            return False
        if any(getattr(query, name) is not None for name in DATES):
            return False
        if any(one.otherwise or not one.bits for one in self.chosen):
            return False
        return core_search.has_bits(rows.INDEX, memory) and all(
            word in memory.lexemes and word not in self.corrected for word in self.typed
        )

    def ask(self, *, is_whole: bool) -> Sequence[Any]:
        if not is_whole and self.has_bits:
            row = self._run(*self._bit_statement().build())
            if row[6] is not None:
                return row
            core_search.leave_bits(rows.INDEX, self.memory)
        statement = self._statement()
        return self._run(*(statement.build_ids() if is_whole else statement.build()))

    def _run(self, sql: str, params: Sequence[Any]) -> Sequence[Any]:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            row: Sequence[Any] = cursor.fetchone()
        return row

    def understood(self) -> OpportunityQuery:
        """Return the question without the values that nothing offers."""
        query = self.query
        for value in self.ignored:
            for name in ("types", "groups", "places", "buyers"):
                if value in getattr(query, name):
                    query = query.without(name, value)
            if query.framework == value:
                query = query.without("framework")
        return replace(query, page=self.query.page) if query is not self.query else query

    def labels(self) -> Labels:
        """Return the names of all values that are not fixed, of towns and frameworks those in the question."""
        found = dict(_labels(self.memory.values))
        for kind, name in (("place", "places"), ("framework", "framework")):
            own = {key: label for (one, key), (label, _, _) in self.named.items() if one == kind}
            if own:
                found[name] = {**found.get(name, {}), **own}
        return found

    def facets(
        self, flags: list[int], groups: str | None, besides: Mapping[str, Mapping[int, int]]
    ) -> dict[str, dict[str, int]]:
        """Return the counts by value: of flags, and of groups of rows, with what bitmaps count besides."""
        by_facet = dict(zip((facet.name for facet in rows.GROUPED), read_groups(groups, rows.GROUPED), strict=True))
        found = {}
        for facet in rows.FACETS:
            names = self.memory.values[facet.name].names
            counts = dict(enumerate(flags)) if facet.is_flag else by_facet[facet.name]
            for bit, count in besides.get(facet.name, {}).items():
                counts[bit] = counts.get(bit, 0) + count
            if facet.is_flag:
                found[facet.name] = {value: counts[bit] for bit, value in names.items() if counts[bit]}
            else:
                found[facet.name] = {names[bit]: count for bit, count in counts.items() if count and bit in names}
        return found

    def _order(self) -> Order:
        by_default = Order.MATCH if self.typed else Order.SOONEST
        if not self.query.order:
            return by_default
        order = next(one for one in Order if one == self.query.order)
        return by_default if order == Order.MATCH and not self.typed else order

    def _find_named(self) -> dict[tuple[str, str], tuple[str, list[int] | None, list[str] | None]]:
        councils = self.memory.values["places"].bits
        others = [value for value in self.query.places if value not in councils]
        outcodes = [value for value in others if OUTCODE.match(value)]
        towns = [value for value in others if value not in outcodes]
        if not others and not self.query.framework:
            return {}
        wanted: dict[str, Any] = {
            "places": towns,
            "outcodes": outcodes,
            "framework": self.query.framework,
            "at": self.at,
        }
        with connection.cursor() as cursor:
            cursor.execute(_NAMED, wanted)
            found = {(kind, key): (label, ids, slugs) for kind, key, label, ids, slugs in cursor.fetchall()}
        known = {key for _, key in found}
        self.ignored += [value for value in (*others, self.query.framework) if value and value not in known]
        return found

    def _statement(self) -> Statement:
        before, before_params = self._words()
        source = self._source(has_words=bool(before))
        return Statement(
            sources=[source],
            facets=rows.FACETS,
            chosen=self.chosen,
            flags_used=rows.FLAGS_USED,
            pages=[Page(source, _ORDERS[self.order], max(self.query.page, 1), PAGE_SIZE)],
            columns=(*rows.COLUMNS, *_CARRIED),
            total_bit=rows.FOUND,
            cards="tenders_searchcard",
            versions=_VERSIONS,
            before=before,
            before_params=before_params,
            with_facets=self.with_facets,
            key="opportunity_id",
            part="0",
        )

    def _bit_statement(self) -> Statement:
        """The question asked of the bitmaps; only what has changed since is looked for in its rows."""
        plain = self._statement()
        before, before_params = self._words(among="apart")
        source = self._source(has_words=bool(before))
        among = "worded AS apart (id)" if before else "apart"
        # OFFSET keeps the planner from judging all rows to find these few.
        rows_apart = "SELECT * FROM tenders_searchrow AS one WHERE one.opportunity_id = apart.id OFFSET 0"
        source = replace(source, tables=f"{among} CROSS JOIN LATERAL ({rows_apart}) AS row")
        frameworks, framework_params = rows.open_frameworks(self.at)
        return core_search.BitStatement(
            sources=[source],
            facets=plain.facets,
            chosen=plain.chosen,
            flags_used=plain.flags_used,
            pages=[replace(plain.pages[0], source=source)],
            columns=plain.columns,
            total_bit=plain.total_bit,
            cards=plain.cards,
            versions=plain.versions,
            before=before,
            before_params=before_params,
            key=plain.key,
            part=plain.part,
            index=rows.INDEX,
            at=self.at,
            lexemes=[[self.memory.lexemes[word]] for word in self.typed],
            ordered=("known.sort_name", *_BIT_ORDERED[self.order]),
            is_ready=self.order in (Order.SOONEST, Order.MATCH),
            named="SELECT opportunity_id FROM named" if self.order == Order.MATCH else "",
            lent=(rows.JOIN.name, str(rows.JOIN_NOW), frameworks),
            lent_params=framework_params,
        )

    def _words(self, *, among: str = "") -> tuple[str, tuple[Any, ...]]:
        """The parts that hold the words: whose texts have them, and whose titles; ``among`` looks at these texts alone."""
        if not self.typed:
            return "", ()
        parts: list[str] = []
        params: list[str] = []
        for word in self.typed:
            either = (word, *self.corrected.get(word, ()))
            parts.append("(" + " || ".join("plainto_tsquery('english', %s)" for _ in either) + ")")
            params += either
        wanted = " && ".join(parts)
        texts = "SELECT text.opportunity_id FROM tenders_searchtext AS text WHERE text"
        looked_at = texts
        if among:
            # OFFSET keeps the planner from asking the index of all words first.
            looked_at = (
                f"SELECT text.opportunity_id FROM {among} CROSS JOIN LATERAL (SELECT * FROM tenders_searchtext AS one"
                f" WHERE one.opportunity_id = {among}.id OFFSET 0) AS text WHERE text"
            )
        worded = f"worded AS MATERIALIZED ({looked_at}.vector @@ ({wanted}))"
        if self.order != Order.MATCH:
            return worded, tuple(params)
        return f"{worded}, named AS MATERIALIZED ({texts}.name_vector @@ ({wanted}))", (*params, *params)

    def _source(self, *, has_words: bool) -> Source:
        query, at = self.query, self.at
        joined = " JOIN worded ON worded.opportunity_id = row.opportunity_id" if has_words else ""
        parts = ["row.public_from <= %s", "(row.ended_at IS NULL OR row.ended_at > %s)"]
        params: list[Any] = [at, at]
        for column, sign, day in (
            ("opens_to", ">=", query.opens_from),
            ("opens_from", "<=", query.opens_to),
            ("closes_date", ">=", query.closes_from),
            ("closes_date", "<=", query.closes_to),
        ):
            if day is not None:
                parts.append(f"row.{column} {sign} %s")
                params.append(day)
        framework = self.named.get(("framework", query.framework))
        if framework:
            parts.append("row.framework_id = ANY (%s)")
            params.append(framework[1])
        flags, flags_params = rows.flags_sql(at)
        return Source(
            tables=f"tenders_searchrow AS row{joined}",
            condition=" AND ".join(parts),
            params=tuple(params),
            list_bit=rows.LIST,
            flags=flags,
            flags_params=flags_params,
            extra="row.opportunity_id IN (SELECT opportunity_id FROM named)" if self.order == Order.MATCH else "false",
            extra_name="is_named",
        )

    def _chosen(self) -> list[Chosen]:
        query = self.query
        found = []
        for facet in rows.FACETS:
            value = getattr(query, facet.name)
            wanted = value if isinstance(value, tuple) else (value,) if value else ()
            bits, places = self._bits(facet, wanted)
            if all(value in self.ignored for value in wanted):
                continue
            ids = ",".join(str(one) for one in sorted(places))
            otherwise = f"id IN (SELECT opportunity_id FROM tenders_searcharea WHERE place_id IN ({ids}))"
            # A place we know and that no council of ours has, such as one in Wales, finds nothing.
            found.append(Chosen(facet, tuple(sorted(bits)), otherwise if places else ""))
        return found

    def _bits(self, facet: core_search.Facet, wanted: Sequence[str]) -> tuple[set[int], set[int]]:
        """The bits of the values wanted in a filter, and the places that have none."""
        known = self.memory.values[facet.name].bits
        bits: set[int] = set()
        places: set[int] = set()
        for value in wanted:
            if value in known:
                bits.add(known[value])
            elif facet is rows.PLACES:
                _, ids, _ = self.named.get(("place", value), ("", None, None))
                _, _, slugs = self.named.get(("outcode", value), ("", None, None))
                places.update(ids or ())
                bits.update(known[slug] for slug in slugs or () if slug in known)
            else:
                self.ignored.append(value)
        return bits, places


_last: tuple[Mapping[str, Values], Mapping[str, tuple[FacetValue, ...]], Labels] | None = None


def _prepared(values: Mapping[str, Values]) -> tuple[Any, Mapping[str, tuple[FacetValue, ...]], Labels]:
    """Return values and labels, the same objects as long as the same values are remembered."""
    global _last
    known = _last
    if known is None or known[0] is not values:
        offered = {facet.name: values[facet.name].offered for facet in rows.GROUPED}
        labels = {name: {one.value: one.label for one in those} for name, those in offered.items()}
        known = _last = (values, offered | rows.FIXED_VALUES, labels)
    return known


def _offered(values: Mapping[str, Values]) -> Mapping[str, tuple[FacetValue, ...]]:
    return _prepared(values)[1]


def _labels(values: Mapping[str, Values]) -> Labels:
    return _prepared(values)[2]
