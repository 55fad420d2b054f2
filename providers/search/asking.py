"""Asks the search rows, in one statement."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import connection

from core import search as core_search
from core.geography import Kind, Located
from core.search import Chosen, Memory, Page, Source, Statement, Values, place, read_groups, read_sums

from . import rows
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

EARTH_MILES = 3958.7613
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
_VERSIONS = (
    "(SELECT max(version) FROM core_searchversion WHERE index = 'services' AND part = 'values'),"
    " (SELECT max(version) FROM core_searchversion WHERE index = 'services' AND part = 'words')"
)


def search(query: ServiceQuery, *, at: dt.datetime, with_facets: bool = True) -> Results:
    """Answer a question at a moment: one query of the database, and at most two more where words or values are new.

    :param with_facets: False leaves the counts of filters out, which are the dearer part.
    """
    typed = core_search.read(query.words)
    memory = core_search.remembered(rows.INDEX)
    alike: dict[str, list[Any]] = {}
    is_fresh = memory is None or any(_is_unknown(word, memory) for word in typed)
    if memory is None or is_fresh:
        memory, alike = core_search.learn(rows.INDEX, rows.FACETS, typed, at=at)
    question = _Question(query, at, memory, typed, alike, with_facets)
    found = question.ask_bits() if question.has_bits else question.ask()
    if not is_fresh and question.versions != memory.versions:
        memory, alike = core_search.learn(rows.INDEX, rows.FACETS, typed, at=at)
        question = _Question(query, at, memory, typed, alike, with_facets)
        found = question.ask_bits() if found is not None and question.has_bits else question.ask()
    return question.ask() if found is None else found


def _is_unknown(word: str, memory: Memory) -> bool:
    return word not in memory.vocabulary and core_search.is_correctable(word)


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

    def __init__(
        self,
        query: ServiceQuery,
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
        self.versions: tuple[int | None, int | None] = (None, None)

    @property
    def has_bits(self) -> bool:
        """Whether bitmaps can answer: without a place, and each word common enough to have one."""
        query, memory = self.query, self.memory
        if not self.with_facets or query.near is not None or query.include_unsaid:
            return False
        return core_search.has_bits(rows.INDEX, memory) and all(
            word in memory.lexemes and word not in self.corrected for word in self.typed
        )

    def ask_bits(self) -> Results | None:
        """Answer out of the bitmaps, or None where too much has changed since they were made."""
        row = self._run(self._bit_statement())
        total = row[6]
        if total is None:
            core_search.leave_bits(rows.INDEX, self.memory)
            return None
        counts = core_search.read_bits(row[5])
        flags = read_sums(int(count or 0) for count in row[2])
        for bit in (rows.FOUND, rows.NEAR):
            flags[bit] += total
        for facet in rows.FACETS:
            if facet.is_flag:
                for bit, count in counts.get(facet.name, {}).items():
                    flags[bit] += count
        return self._results(
            flags[rows.FOUND], flags[rows.NEAR], 0, [row[4], None], self._facets(flags, row[3], counts)
        )

    def ask(self) -> Results:
        row = self._run(self._statement())
        counts, groups, lists = row[2], row[3], row[4:]
        if self.with_facets:
            flags = read_sums(int(count or 0) for count in counts)
            total, near, *home = (flags[bit] for bit in (rows.FOUND, rows.NEAR, rows.HOME))
        else:
            flags = []
            total, near, *home = (int(count) for count in counts)
        facets = self._facets(flags, groups, {}) if self.with_facets else {}
        return self._results(total, near, home[0] if home else 0, lists, facets)

    def _run(self, statement: Statement) -> tuple[Any, ...]:
        sql, params = statement.build()
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            row = cursor.fetchone()
        self.versions = (row[0], row[1])
        return tuple(row)

    def _results(
        self, total: int, near: int, home: int, lists: Sequence[str | None], facets: dict[str, dict[str, int]]
    ) -> Results:
        query = self.query
        return Results(
            near=_page(lists[0], near, query.page, has_distance=query.near is not None),
            home=_page(lists[1], home, query.home_page, is_home=True) if query.near is not None else HitPage(),
            total=total,
            order=self.order,
            facets=facets,
            values=_offered(self.memory.values),
            corrected=self.corrected,
            ignored=tuple(self.ignored),
            is_without_words=bool(query.words.strip()) and not self.typed,
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
            chosen=self._chosen(),
            flags_used=rows.FLAGS_USED,
            pages=pages,
            columns=(*rows.COLUMNS, *_CARRIED[self.order]),
            total_bit=rows.FOUND,
            cards="providers_searchcard",
            versions=_VERSIONS,
            before=before,
            before_params=before_params,
            with_facets=self.with_facets,
        )

    def _bit_statement(self) -> Statement:
        """The question without a place, asked of the bitmaps; only what has changed since is looked for in its rows."""
        before, before_params = self._words(among="apart")
        (source,) = self._sources(has_words=bool(before))
        among = "worded AS apart (id)" if before else "apart"
        source = replace(source, tables=f"{among} JOIN {_ROWS} ON row.service_id = apart.id")
        is_match = self.order == Order.MATCH
        return core_search.BitStatement(
            sources=[source],
            facets=rows.FACETS,
            chosen=self._chosen(),
            flags_used=rows.FLAGS_USED,
            pages=[Page(source, _ORDERS[self.order], min(max(self.query.page, 1), LAST_PAGE), PAGE_SIZE)],
            columns=(*rows.COLUMNS, *_CARRIED[self.order]),
            total_bit=rows.FOUND,
            cards="providers_searchcard",
            versions=_VERSIONS,
            before=before,
            before_params=before_params,
            index=rows.INDEX,
            at=self.at,
            lexemes=[[self.memory.lexemes[word]] for word in self.typed],
            ordered=("known.sort_name", *_BIT_ORDERED.get(self.order, ())),
            is_ready=self.order in (Order.NAME, Order.MATCH),
            named="SELECT service_id FROM named" if is_match else "",
        )

    def _words(self, *, among: str = "") -> tuple[str, tuple[Any, ...]]:
        """The parts that hold the words: whose texts have them, and whose names; ``among`` looks at these texts alone."""
        if not self.typed:
            return "", ()
        parts: list[str] = []
        params: list[Any] = []
        for word in self.typed:
            either = (word, *self.corrected.get(word, ()))
            parts.append("(" + " || ".join("plainto_tsquery('english', %s)" for _ in either) + ")")
            params += either
        wanted = " && ".join(parts)
        texts = "providers_searchtext AS text"
        if among:
            # OFFSET keeps the planner from asking the index of all words first.
            texts = (
                f"{among} CROSS JOIN LATERAL (SELECT * FROM providers_searchtext AS one"
                f" WHERE one.service_id = {among}.id OFFSET 0) AS text"
            )
        worded = f"worded AS MATERIALIZED (SELECT text.service_id FROM {texts} WHERE text.vector @@ ({wanted}))"
        if self.order != Order.MATCH:
            return worded, tuple(params)
        named = (
            ", named AS MATERIALIZED (SELECT text.service_id FROM providers_searchtext AS text"
            f" WHERE text.name_vector @@ ({wanted}))"
        )
        return worded + named, (*params, *params)

    def _sources(self, *, has_words: bool) -> list[Source]:
        query, at = self.query, self.at
        joined = " JOIN worded ON worded.service_id = row.service_id" if has_words else ""
        is_named = "row.service_id IN (SELECT service_id FROM named)" if self.order == Order.MATCH else "false"
        flags = rows.flags_sql(include_unsaid=query.include_unsaid)
        flags_params = (at,) * flags.count("%s")
        several = f"row.flags & {place(rows.SEVERAL)} <> 0"
        if query.near is None:
            return [
                Source(
                    tables=f"{_ROWS}{joined}",
                    condition="row.public_from <= %s",
                    params=(at,),
                    list_bit=rows.NEAR,
                    flags=flags,
                    flags_params=flags_params,
                    twice=several,
                    extra=is_named,
                    extra_name="is_named",
                )
            ]
        both = rows.GOES_THERE | rows.COMES_HOME
        twice = f"({several} OR row.flags & {both} = {both})"
        around, within = _areas(query.near)
        x, y, z = _on_ball(query.near.latitude, query.near.longitude)
        # The straight line through the ball to what lies at the radius; a little more, for numbers are not exact.
        line = 2 * math.sin(min(max(query.radius_miles, 0), 6000) / EARTH_MILES / 2)
        squared = "(row.x - %s)^2 + (row.y - %s)^2 + (row.z - %s)^2"
        return [
            Source(
                tables=f"providers_searchrow AS row{joined}",
                condition=(
                    f"row.z BETWEEN %s AND %s AND row.y BETWEEN %s AND %s AND {squared} <= %s"
                    f" AND row.flags & {rows.GOES_THERE} <> 0 AND row.public_from <= %s"
                ),
                params=(z - line, z + line, y - line, y + line, x, y, z, line * line * (1 + 1e-12), at),
                list_bit=rows.NEAR,
                distance=squared,
                distance_params=(x, y, z),
                flags=f"({flags}) & {~rows.COMES_HOME}",
                flags_params=flags_params,
                twice=twice,
                extra=is_named,
                extra_name="is_named",
            ),
            Source(
                tables=(
                    "(SELECT service_id, bool_or(is_told) AS is_told FROM providers_searcharea"
                    f" WHERE {' OR '.join(['area = ANY (%s)', *(['area LIKE %s'] if within else [])])}"
                    " GROUP BY service_id) AS area"
                    f" JOIN providers_searchrow AS row ON row.service_id = area.service_id{joined}"
                ),
                condition=f"row.flags & {rows.COMES_HOME} <> 0 AND row.public_from <= %s",
                params=(around, *within, at),
                list_bit=rows.HOME,
                # Told by its sign, since nobody measures how far an office is.
                distance="CASE WHEN area.is_told THEN NULL ELSE -1 END::double precision",
                flags=f"({flags}) & {~rows.GOES_THERE}",
                flags_params=flags_params,
                twice=twice,
                extra=is_named,
                extra_name="is_named",
            ),
        ]

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
                bit = self.memory.values[facet.name].bits.get(value)
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
        by_default = Order.NEAREST if query.near else Order.MATCH if self.typed else Order.NAME
        try:
            order = Order(query.order)
        except ValueError:
            if query.order:
                self.ignored.append(query.order)
            return by_default
        needs = {Order.NEAREST: query.near is not None, Order.MATCH: bool(self.typed)}
        return order if needs.get(order, True) else by_default

    # --- The answer ---

    def _facets(
        self, flags: list[int], groups: str | None, besides: Mapping[str, Mapping[int, int]]
    ) -> dict[str, dict[str, int]]:
        """The counts by value: of flags, and of groups of rows, with what bitmaps count besides."""
        by_facet = dict(zip((facet.name for facet in rows.GROUPED), read_groups(groups, rows.GROUPED), strict=True))
        untold = flags[rows.LANGUAGES_UNSAID] if self.query.include_unsaid else 0
        found = {}
        for facet in rows.FACETS:
            names = self.memory.values[facet.name].names
            if facet.is_flag:
                found[facet.name] = {value: flags[bit] for bit, value in names.items() if flags[bit]}
            else:
                more = untold if facet is rows.LANGUAGES else 0
                counts = by_facet[facet.name]
                for bit, count in besides.get(facet.name, {}).items():
                    if count:
                        counts[bit] = counts.get(bit, 0) + count
                found[facet.name] = {names[bit]: count + more for bit, count in counts.items() if bit in names}
        return found


# What each order needs of a row.
_BIT_ORDERED = {
    Order.MATCH: ("is_named",),
    Order.RATING: ("known.flags",),
    Order.CONFIRMED: ("known.at AS confirmed_at",),
    Order.FEE: ("known.amount AS fee",),
}
_CARRIED = dict.fromkeys(Order, ("sort_name",)) | {
    Order.CONFIRMED: ("sort_name", "confirmed_at"),
    Order.FEE: ("sort_name", "fee"),
}


def _areas(near: Located) -> tuple[list[str], list[str]]:
    """Return the areas that count: around the place asked for, its outcode, and within a council or town asked for."""
    around: set[str] = set()
    for one in (near.place, near.council):
        if one is not None:
            parts = one.path.split("/")
            around |= {"/".join(parts[:count]) for count in range(1, len(parts) + 1)}
    if near.outcode and near.kind in (Kind.POSTCODE, Kind.OUTCODE):
        around.add(f"@{near.outcode}")
    within = []
    if near.kind == Kind.PLACE and near.place is not None:
        within = [near.place.path.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "/%"]
    return sorted(around), within


def _on_ball(latitude: float, longitude: float) -> tuple[float, float, float]:
    """Return a point on a ball of radius 1."""
    up, along = math.radians(latitude), math.radians(longitude)
    return math.cos(up) * math.cos(along), math.cos(up) * math.sin(along), math.sin(up)


def _page(listed: Any, total: int, number: int, *, has_distance: bool = False, is_home: bool = False) -> HitPage:
    hits = tuple(_hits(json.loads(f"[{listed or ''}]"), has_distance, is_home))
    last = max(1, -(-total // PAGE_SIZE))
    return HitPage(hits, total, min(max(number, 1), last), PAGE_SIZE)


def _hits(listed: list[list[Any]], has_distance: bool, is_home: bool) -> Iterator[Hit]:
    for service_id, location_id, distance, card in listed:
        yield Hit(
            service_id,
            location_id or None,
            2 * EARTH_MILES * math.asin(min(1.0, math.sqrt(distance) / 2)) if has_distance else None,
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
