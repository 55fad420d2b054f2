"""Asks the search rows: a page with its counts in one statement, or the whole list's ids for feeds and files."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection

from core import search as core_search
from core.search import Answer, BitStatement, Chosen, FacetValue, Page, Source, Statement, Typed, Values

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
_CARRIED = ("flags", "closes_at", "opens_first", "public_from", "value", "sort_name")
_VERSIONS = (
    "(SELECT max(version) FROM core_searchversion WHERE index = 'opportunities' AND part = 'values'),"
    " (SELECT max(version) FROM core_searchversion WHERE index = 'opportunities' AND part = 'words')"
)
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
    question, answer = _asked(query, at, with_facets, is_whole=False)
    total = answer.flags[rows.FOUND] + answer.bit_total if with_facets else int(answer.sums[0])
    (listed,) = answer.lists
    cards = json.loads(f"[{listed or ''}]")
    last = max(1, -(-total // PAGE_SIZE))
    return Results(
        query=question.understood(),
        entries=tuple(read_entry(card, at=at) for _, _, _, card in cards),
        total=total,
        number=min(max(query.page, 1), last),
        size=PAGE_SIZE,
        order=question.order,
        facets=answer.facets(rows.FACETS, question.typed.memory) if with_facets else {},
        values=_offered(question.typed.memory.values),
        labels=question.labels(),
        corrected=question.typed.corrected,
        ignored=(*query.ignored, *question.ignored),
        is_without_words=bool(query.words.strip()) and not question.typed.words,
    )


def find_all(query: OpportunityQuery, *, at: dt.datetime) -> Listed:
    """Return the whole list that `search` shows page by page: exactly the same entries in exactly the same order."""
    question, answer = _asked(query, at, False, is_whole=True)
    understood = question.understood()
    return Listed(understood, tuple(answer.lists[0]), question.order, understood.describe(question.labels()))


def count_frameworks(query: OpportunityQuery, frameworks: Sequence[int], *, at: dt.datetime) -> dict[int, int]:
    """Return how many entries of the question each of these frameworks has, as if none were chosen; nought is left out.

    One query, and none where there are no frameworks; few rows have one, so that they are found by it.
    """
    if not frameworks:
        return {}
    _, answer = core_search.ask(
        rows.INDEX,
        rows.FACETS,
        query.words,
        lambda typed: _FrameworkCounts(query.without("framework"), at, typed, frameworks),
        at=at,
    )
    return dict(answer.lists[0])


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


def _asked(query: OpportunityQuery, at: dt.datetime, with_facets: bool, *, is_whole: bool) -> tuple[_Question, Answer]:
    return core_search.ask(
        rows.INDEX,
        rows.FACETS,
        query.words,
        lambda typed: _Question(query, at, typed, with_facets, is_whole=is_whole),
        at=at,
    )


class _Question:
    """One question on its way to the database and back."""

    def __init__(
        self, query: OpportunityQuery, at: dt.datetime, typed: Typed, with_facets: bool, *, is_whole: bool
    ) -> None:
        self.query, self.at, self.typed, self.with_facets, self.is_whole = query, at, typed, with_facets, is_whole
        self.ignored: list[str] = []
        self.order = self._order()
        self.named = self._find_named()
        self.chosen = self._chosen()

    @property
    def has_bits(self) -> bool:
        """Whether bitmaps can answer: with words that have one, and no towns, days or framework."""
        query = self.query
        if not self.with_facets or query.framework or self.order not in _BIT_ORDERED:
            return False
        if any(getattr(query, name) is not None for name in DATES):
            return False
        if any(one.otherwise or not one.bits for one in self.chosen):
            return False
        return core_search.has_bits(rows.INDEX, self.typed.memory) and self.typed.have_bits

    def ask(self) -> Answer:
        if self.is_whole:
            return core_search.run_ids(self._statement())
        if self.has_bits:
            answer = core_search.run_bits(self._bit_statement())
            if answer is not None:
                return answer
            core_search.leave_bits(rows.INDEX, self.typed.memory)
        return core_search.run(self._statement())

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
        found = dict(_labels(self.typed.memory.values))
        for kind, name in (("place", "places"), ("framework", "framework")):
            own = {key: label for (one, key), (label, _, _) in self.named.items() if one == kind}
            if own:
                found[name] = {**found.get(name, {}), **own}
        return found

    def _order(self) -> Order:
        by_default = Order.MATCH if self.typed.words else Order.SOONEST
        if not self.query.order:
            return by_default
        order = next(one for one in Order if one == self.query.order)
        return by_default if order == Order.MATCH and not self.typed.words else order

    def _find_named(self) -> dict[tuple[str, str], tuple[str, list[int] | None, list[str] | None]]:
        councils = self.typed.memory.values["places"].bits
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
            columns=rows.COLUMNS,
            carried=_CARRIED,
            total_bit=rows.FOUND,
            cards="tenders_searchcard",
            versions=_VERSIONS,
            before=before,
            before_params=before_params,
            with_facets=self.with_facets,
            key="opportunity_id",
            part="0",
        )

    def _bit_statement(self) -> BitStatement:
        """The question asked of the bitmaps; only what has changed since is looked for in its rows."""
        plain = self._statement()
        before, before_params = self._words(among="apart")
        source = self._source(has_words=bool(before))
        among = "worded AS apart (id)" if before else "apart"
        # OFFSET keeps the planner from judging all rows to find these few.
        rows_apart = "SELECT * FROM tenders_searchrow AS one WHERE one.opportunity_id = apart.id OFFSET 0"
        source = replace(source, tables=f"{among} CROSS JOIN LATERAL ({rows_apart}) AS row")
        frameworks, framework_params = rows.open_frameworks(self.at)
        return BitStatement(
            sources=[source],
            facets=plain.facets,
            chosen=plain.chosen,
            flags_used=plain.flags_used,
            pages=[replace(plain.pages[0], source=source)],
            columns=plain.columns,
            carried=plain.carried,
            total_bit=plain.total_bit,
            cards=plain.cards,
            versions=plain.versions,
            before=before,
            before_params=before_params,
            key=plain.key,
            part=plain.part,
            index=rows.INDEX,
            at=self.at,
            lexemes=self.typed.lexemes,
            ordered=("known.sort_name", *_BIT_ORDERED[self.order]),
            is_ready=self.order in (Order.SOONEST, Order.MATCH),
            named="SELECT opportunity_id FROM named" if self.order == Order.MATCH else "",
            lent=(rows.JOIN.name, str(rows.JOIN_NOW), frameworks),
            lent_params=framework_params,
        )

    def _words(self, *, among: str = "") -> tuple[str, tuple[str, ...]]:
        """The parts that hold the words; ``among`` looks at these entries' texts alone."""
        return self.typed.parts(
            "tenders_searchtext", "opportunity_id", with_names=self.order == Order.MATCH, among=among
        )

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
        known = self.typed.memory.values[facet.name].bits
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


class _FrameworkCounts(_Question):
    """How many entries of a question stand under each of some frameworks."""

    def __init__(self, query: OpportunityQuery, at: dt.datetime, typed: Typed, frameworks: Sequence[int]) -> None:
        self.frameworks = list(frameworks)
        super().__init__(query, at, typed, with_facets=False, is_whole=True)

    def ask(self) -> Answer:
        statement = self._statement()
        (source,) = statement.sources
        mine = replace(
            source,
            condition=f"{source.condition} AND row.framework_id = ANY (%s)",
            params=(*source.params, self.frameworks),
        )
        page = replace(statement.pages[0], source=mine)
        counted = replace(statement, sources=[mine], pages=[page], carried=("framework_id",))
        return core_search.run_groups(counted, "framework_id")


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
