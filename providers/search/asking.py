"""Asks the search rows, in one statement."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from core import search as core_search
from core.search import Answer, BitStatement, Chosen, Page, Source, Statement, Typed, Values, place

from . import around, rows
from .question import (
    FILTERS,
    PAGE_SIZE,
    RADII_MILES,
    FacetValue,
    Hit,
    HitPage,
    Order,
    Relaxed,
    Results,
    ServiceQuery,
)

# Pages further on cost as much as all before them, and nobody reads them.
LAST_PAGE = 100_000

# "Good" before "not rated", which is neither good nor bad, before "requires improvement".
_RATING_RANK = (
    "CASE "
    + " ".join(
        f"WHEN flags & {place(rows.RATING.bits[value])} <> 0 THEN {rank}"
        for rank, value in enumerate(("outstanding", "good", "unrated", "requires_improvement", "inadequate"))
    )
    + " END"
)
_ORDERS = {
    Order.MATCH: "is_named DESC, sort_name, id, part",
    Order.NEAREST: "d, sort_name, id, part",
    Order.NAME: "sort_name, id, part",
    Order.RATING: f"{_RATING_RANK}, sort_name, id, part",
    Order.CONFIRMED: "confirmed_at DESC NULLS LAST, sort_name, id, part",
    Order.FEE: "fee NULLS LAST, sort_name, id, part",
}
_ROWS = "providers_searchrow AS row"
_SEVERAL = f"row.flags & {place(rows.SEVERAL)} <> 0"
# It has several buildings, or may be in both lists.
_TWICE = f"({_SEVERAL} OR row.flags & {rows.GOES_THERE | rows.COMES_HOME} = {rows.GOES_THERE | rows.COMES_HOME})"
_VERSIONS = (
    "(SELECT max(version) FROM core_searchversion WHERE index = 'services' AND part = 'values'),"
    " (SELECT max(version) FROM core_searchversion WHERE index = 'services' AND part = 'words')"
)


def search(query: ServiceQuery, *, at: dt.datetime, with_facets: bool = True) -> Results:
    """Answer a question at a moment: one query of the database, and at most two more where words or values are new.

    :param with_facets: False leaves the counts of filters out, which are the dearer part.
    """
    question, answer = core_search.ask(
        rows.INDEX, rows.FACETS, query.words, lambda typed: _Question(query, at, typed, with_facets), at=at
    )
    return question.results(answer)


def without_one_filter(query: ServiceQuery, *, at: dt.datetime) -> list[Relaxed]:
    """Return for each filter in use how many services are found without it, the one that helps most first.

    Those whose removal finds nothing more are left out.
    """
    now = search(query, at=at, with_facets=False).total
    empty = ServiceQuery()
    found = []
    for name in FILTERS:
        if getattr(query, name) == getattr(empty, name):
            continue
        less = replace(query, **{name: getattr(empty, name), "page": 1, "home_page": 1})
        total = search(less, at=at, with_facets=False).total
        if total > now:
            found.append(Relaxed(name, less, total))
    return sorted(found, key=lambda one: (-one.total, FILTERS.index(one.name)))


def widened(query: ServiceQuery, *, at: dt.datetime) -> Relaxed | None:
    """Return the question with the next radius that finds something, or None without a place or if none does."""
    if query.near is None:
        return None
    for miles in RADII_MILES:
        if miles > query.radius_miles:
            wider = replace(query, radius_miles=float(miles), page=1, home_page=1)
            if total := search(wider, at=at, with_facets=False).total:
                return Relaxed("radius_miles", wider, total)
    return None


class _Question:
    """One question on its way to the database and back."""

    def __init__(self, query: ServiceQuery, at: dt.datetime, typed: Typed, with_facets: bool) -> None:
        self.query, self.at, self.typed, self.with_facets = query, at, typed, with_facets
        self.ignored: list[str] = []
        self.order = self._order()
        self.chosen = self._chosen()

    @property
    def has_bits(self) -> bool:
        """Whether bitmaps can answer: without a place, and each word common enough to have one."""
        query = self.query
        if not self.with_facets or query.near is not None or query.include_unsaid:
            return False
        return core_search.has_bits(rows.INDEX, self.typed.memory) and self.typed.have_bits

    def ask(self) -> Answer:
        if self.has_bits:
            answer = core_search.run_bits(self._bit_statement())
            if answer is not None:
                return answer
            core_search.leave_bits(rows.INDEX, self.typed.memory)
        return core_search.run(self._statement())

    def results(self, answer: Answer) -> Results:
        """Return what was found. Bitmaps tell of one list, which is all that is found."""
        query = self.query
        has_place = query.near is not None
        if self.with_facets:
            flags = answer.flags
            total, near, home = (flags[bit] for bit in (rows.FOUND, rows.NEAR, rows.HOME))
            total, near = total + answer.bit_total, near + answer.bit_total
        else:
            total, near, home = (*(int(count) for count in answer.sums), 0)[:3]
        lists = (*answer.lists, None)
        return Results(
            near=_page(lists[0], near, query.page, has_distance=has_place),
            home=_page(lists[1], home, query.home_page, is_home=True) if has_place else HitPage(),
            total=total,
            order=self.order,
            facets=self._facets(answer) if self.with_facets else {},
            values=_offered(self.typed.memory.values),
            corrected=self.typed.corrected,
            ignored=tuple(self.ignored),
            is_without_words=bool(query.words.strip()) and not self.typed.words,
        )

    # --- The statement ---

    def _statement(self) -> Statement:
        query = self.query
        before, before_params = self._words()
        sources = self._sources(has_words=bool(before))
        order = _ORDERS[self.order]
        # The distance of an office says nothing about those who come to you.
        home_order = _ORDERS[Order.NAME if self.order == Order.NEAREST else self.order]
        numbers = (query.page, query.home_page)
        pages = [
            Page(
                source, home_order if source.list_bit == rows.HOME else order, min(max(number, 1), LAST_PAGE), PAGE_SIZE
            )
            for source, number in zip(sources, numbers, strict=False)
        ]
        return Statement(
            sources=sources,
            facets=rows.FACETS,
            chosen=self.chosen,
            flags_used=rows.FLAGS_USED,
            pages=pages,
            columns=rows.COLUMNS,
            carried=_CARRIED[self.order],
            total_bit=rows.FOUND,
            cards="providers_searchcard",
            versions=_VERSIONS,
            before=before,
            before_params=before_params,
            with_facets=self.with_facets,
        )

    def _bit_statement(self) -> BitStatement:
        """The question without a place, asked of the bitmaps; only what has changed since is looked for in its rows."""
        before, before_params = self._words(among="apart")
        (source,) = self._sources(has_words=bool(before))
        among = "worded AS apart (id)" if before else "apart"
        source = replace(source, tables=f"{among} JOIN {_ROWS} ON row.service_id = apart.id")
        is_match = self.order == Order.MATCH
        return BitStatement(
            sources=[source],
            facets=rows.FACETS,
            chosen=self.chosen,
            flags_used=rows.FLAGS_USED,
            pages=[Page(source, _ORDERS[self.order], min(max(self.query.page, 1), LAST_PAGE), PAGE_SIZE)],
            columns=rows.COLUMNS,
            carried=_CARRIED[self.order],
            total_bit=rows.FOUND,
            cards="providers_searchcard",
            versions=_VERSIONS,
            before=before,
            before_params=before_params,
            index=rows.INDEX,
            at=self.at,
            lexemes=self.typed.lexemes,
            ordered=("known.sort_name", *_BIT_ORDERED.get(self.order, ())),
            is_ready=self.order in (Order.NAME, Order.MATCH),
            named="SELECT service_id FROM named" if is_match else "",
        )

    def _words(self, *, among: str = "") -> tuple[str, tuple[str, ...]]:
        """The parts that hold the words; ``among`` looks at these services' texts alone."""
        return self.typed.parts("providers_searchtext", "service_id", with_names=self.order == Order.MATCH, among=among)

    def _sources(self, *, has_words: bool) -> list[Source]:
        query, at = self.query, self.at
        joined = " JOIN worded ON worded.service_id = row.service_id" if has_words else ""
        is_named = "row.service_id IN (SELECT service_id FROM named)" if self.order == Order.MATCH else "false"
        flags = rows.flags_sql(include_unsaid=query.include_unsaid)
        flags_params = (at,) * flags.count("%s")
        if query.near is None:
            return [
                Source(
                    tables=f"{_ROWS}{joined}",
                    condition="row.public_from <= %s",
                    params=(at,),
                    list_bit=rows.NEAR,
                    flags=flags,
                    flags_params=flags_params,
                    twice=_SEVERAL,
                    extra=is_named,
                    extra_name="is_named",
                )
            ]
        circle = around.Circle.around(query.near.latitude, query.near.longitude, query.radius_miles)
        return [
            Source(
                tables=f"providers_searchrow AS row{joined}",
                condition=f"{around.WITHIN} AND row.flags & {rows.GOES_THERE} <> 0 AND row.public_from <= %s",
                params=(*circle.within, at),
                list_bit=rows.NEAR,
                distance=around.SQUARED,
                distance_params=circle.point,
                flags=f"({flags}) & {~rows.COMES_HOME}",
                flags_params=flags_params,
                twice=_TWICE,
                extra=is_named,
                extra_name="is_named",
            ),
            self._home(joined, flags, flags_params, is_named),
        ]

    def _home(self, joined: str, flags: str, flags_params: tuple[Any, ...], is_named: str) -> Source:
        """Those who come to the place asked for: out of the rows of areas alone where these hold all that is needed."""
        assert self.query.near is not None
        areas, below = around.areas_of(self.query.near)
        holds_place = " OR ".join(["row.area = ANY (%s)", *(["row.area LIKE %s"] if below else [])])
        tables = f"providers_searcharea AS row{joined}"
        twice, is_told = "true", "row.is_told"
        if not self._is_told_by_areas:
            tables = (
                "(SELECT service_id, bool_or(is_told) AS is_told FROM providers_searcharea AS row"
                f" WHERE {holds_place} GROUP BY service_id) AS area"
                f" JOIN providers_searchrow AS row ON row.service_id = area.service_id{joined}"
            )
            holds_place, twice, is_told = "true", _TWICE, "area.is_told"
        return Source(
            tables=tables,
            condition=f"({holds_place}) AND row.flags & {rows.COMES_HOME} <> 0 AND row.public_from <= %s",
            params=(areas, *below, self.at),
            list_bit=rows.HOME,
            # Told by its sign, since nobody measures how far an office is.
            distance=f"CASE WHEN {is_told} THEN NULL ELSE -1 END::double precision",
            flags=f"({flags}) & {~rows.GOES_THERE}",
            flags_params=flags_params,
            twice=twice,
            extra=is_named,
            extra_name="is_named",
        )

    @property
    def _is_told_by_areas(self) -> bool:
        """Whether no more is asked of those who come than the rows of their areas tell."""
        asked = {column for one in self.chosen for column in one.facet.columns}
        varies = any(one.facet.varies for one in self.chosen)
        needed = {*asked, *_CARRIED[self.order]}
        return not self.with_facets and not varies and not self.query.include_unsaid and needed <= rows.AREA_COLUMNS

    def _chosen(self) -> list[Chosen]:
        query = self.query
        asked = (
            (rows.TYPES, query.types),
            (rows.GROUPS, query.groups),
            (rows.PAYING, query.funding),
            (rows.RATING, query.rating),
            (rows.SPACE_NOW, ("1",) if query.has_space else ()),
            (rows.ACCESSIBLE, query.access),
            (rows.LANGUAGES, query.languages),
            (rows.COUNCILS, query.councils),
            (rows.SETTING, (query.setting,) if query.setting else ()),
        )
        found = []
        for facet, values in asked:
            bits = []
            for value in dict.fromkeys(values):
                bit = self.typed.memory.values[facet.name].bits.get(value)
                if bit is None:
                    self.ignored.append(value)
                else:
                    bits.append(bit)
            if bits:
                is_also = facet is rows.LANGUAGES and query.include_unsaid
                otherwise = f"flags & {place(rows.LANGUAGES_UNSAID)} <> 0" if is_also else ""
                found.append(Chosen(facet, tuple(bits), otherwise))
        return found

    def _order(self) -> Order:
        query = self.query
        by_default = Order.NEAREST if query.near else Order.MATCH if self.typed.words else Order.NAME
        order = next((one for one in Order if one == query.order), None)
        if order is None:
            if query.order:
                self.ignored.append(query.order)
            return by_default
        needs = {Order.NEAREST: query.near is not None, Order.MATCH: bool(self.typed.words)}
        return order if needs.get(order, True) else by_default

    # --- The answer ---

    def _facets(self, answer: Answer) -> dict[str, dict[str, int]]:
        found = answer.facets(rows.FACETS, self.typed.memory)
        if self.query.include_unsaid:
            untold = answer.flags[rows.LANGUAGES_UNSAID]
            name = rows.LANGUAGES.name
            found[name] = {value: count + untold for value, count in found[name].items()}
        return found


# What each order needs of a row.
_BIT_ORDERED = {
    Order.MATCH: ("is_named",),
    Order.RATING: ("known.flags",),
    Order.CONFIRMED: ("known.at AS confirmed_at",),
    Order.FEE: ("known.amount AS fee",),
}
_CARRIED = dict.fromkeys(Order, ("sort_name",)) | {
    Order.RATING: ("sort_name", "flags"),
    Order.CONFIRMED: ("sort_name", "confirmed_at"),
    Order.FEE: ("sort_name", "fee"),
}


def _page(listed: Any, total: int, number: int, *, has_distance: bool = False, is_home: bool = False) -> HitPage:
    hits = tuple(_hits(json.loads(f"[{listed or ''}]"), has_distance, is_home))
    last = max(1, -(-total // PAGE_SIZE))
    return HitPage(hits, total, min(max(number, 1), last), PAGE_SIZE)


def _hits(listed: list[list[Any]], has_distance: bool, is_home: bool) -> Iterator[Hit]:
    for service_id, location_id, distance, card in listed:
        yield Hit(
            service_id,
            location_id or None,
            around.miles_of(distance) if has_distance else None,
            card,
            None if is_home else card["locations"].get(str(location_id)),
            not is_home or distance is None,
        )


_last_offered: tuple[Mapping[str, Values], Mapping[str, tuple[FacetValue, ...]]] | None = None


def _offered(values: Mapping[str, Values]) -> Mapping[str, tuple[FacetValue, ...]]:
    """Return the labels of all values, the same object as long as the same values are remembered."""
    global _last_offered
    known = _last_offered
    if known is None or known[0] is not values:
        by_facet = {facet.name: values[facet.name].offered for facet in rows.FACETS} | rows.FIXED_VALUES
        known = _last_offered = (values, by_facet)
    return known[1]
