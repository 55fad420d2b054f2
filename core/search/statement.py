"""One statement for a page, its total and the counts of every filter.

The rows of a search come in *sources* (near you; comes to you), each a part of the statement with its own distance and
flags. A row carries which chosen filter it fails: rows that fail none are found; rows that fail one count for that
filter alone, whose counts so ignore what is chosen in it. A row of something that stands in several rows (a service
with two buildings) is merged with its others before it is counted, so that each is counted once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .masks import Facet, masks, place, sums


@dataclass(frozen=True)
class Source:
    """Where rows come from: a table and joins that give ``row``, a condition, a distance and changed flags.

    ``list_bit`` is the bit of the flags that is set for rows found here; ``twice`` is the SQL condition that what a row
    shows may be found by another row, or by another source, too.
    """

    tables: str
    condition: str
    params: tuple[Any, ...]
    list_bit: int
    distance: str = "NULL::double precision"
    distance_params: tuple[Any, ...] = ()
    flags: str = "row.flags"
    flags_params: tuple[Any, ...] = ()
    twice: str = "false"
    extra: str = "NULL::boolean"
    extra_name: str = "extra"


@dataclass(frozen=True)
class Chosen:
    """The chosen values of one filter as masks of its columns; ``otherwise`` is SQL that is also good enough."""

    facet: Facet
    bits: tuple[int, ...]
    otherwise: str = ""

    def condition(self) -> str:
        """Return the SQL condition that a row has them."""
        if self.facet.must_all:
            (column,), wanted = self.facet.columns, 0
            for bit in self.bits:
                wanted |= place(bit)
            return f"{column} & {wanted} = {wanted}"
        wanted_masks = masks(self.bits, len(self.facet.columns))
        parts = [
            f"{column} & {wanted} <> 0"
            for column, wanted in zip(self.facet.columns, wanted_masks, strict=True)
            if wanted
        ]
        if self.otherwise:
            parts.append(self.otherwise)
        return f"({' OR '.join(parts) or 'false'})"


@dataclass(frozen=True)
class Page:
    """A list to show: the rows of one source, ordered, with what stands ready for each."""

    source: Source
    order: str
    number: int
    size: int


@dataclass
class Statement:
    """The whole question. ``flags`` is the column that several filters share, with the bits of each.

    :param total_bit: the bit to set for all rows found.
    """

    sources: Sequence[Source]
    facets: Sequence[Facet]
    chosen: Sequence[Chosen]
    room: Mapping[str, int]
    pages: Sequence[Page]
    columns: Sequence[str]
    total_bit: int
    cards: str
    versions: str
    before: str = ""
    before_params: tuple[Any, ...] = ()
    with_facets: bool = True
    params: list[Any] = field(default_factory=list)

    def build(self) -> tuple[str, list[Any]]:
        """Return the SQL and its parameters."""
        self.params = [*self.before_params]
        parts = [self.before] if self.before else []
        parts.append(f"found AS {self._materialized} ({' UNION ALL '.join(map(self._source, self.sources))})")
        parts += self._hits()
        parts += self._counts() if self.with_facets else self._totals()
        answers = [self._answer(number) for number in range(len(self.pages))]
        counts = "sums.counts, sparse.counts" if self.with_facets else "sums.counts, NULL"
        tables = "sums, sparse" if self.with_facets else "sums"
        sql = f"WITH {', '.join(parts)} SELECT {self.versions}, {counts}, {', '.join(answers)} FROM {tables}"
        return sql, self.params

    # Rows are read again for each list and each kind of count, which is dearer than to keep them only when they are
    # dear to find: by words.
    @property
    def _materialized(self) -> str:
        return "MATERIALIZED" if self.before or len(self.sources) > 1 else "NOT MATERIALIZED"

    @property
    def _is_shown(self) -> list[Chosen]:
        """The chosen filters whose own counts ignore what is chosen in them."""
        return [one for one in self.chosen if self.with_facets and not one.facet.must_all]

    def _source(self, source: Source) -> str:
        shown = self._is_shown
        fails = " + ".join(
            f"CASE WHEN {one.condition()} THEN 0 ELSE {1 << number} END" for number, one in enumerate(shown)
        )
        needed = [one.condition() for one in self.chosen if one not in shown]
        kept = [*needed, *(["fail & (fail - 1) = 0"] if shown else [])]
        columns = ", ".join(f"row.{column}" for column in self.columns)
        self.params += [*source.distance_params, *source.flags_params, *source.params]
        rows = (
            f"SELECT row.service_id AS id, row.location_id AS part, {source.distance} AS d,"
            f" {source.extra} AS {source.extra_name}, {columns}, ({source.flags}) AS flags,"
            f" {source.list_bit} AS list, {source.twice} AS twice FROM {source.tables} WHERE {source.condition}"
        )
        judged = f"SELECT *, {fails or '0'} AS fail FROM ({rows}) AS row"
        return f"SELECT * FROM ({judged}) AS row WHERE {' AND '.join(kept)}" if kept else judged

    def _hits(self) -> list[str]:
        parts = []
        for number, page in enumerate(self.pages):
            mine = f"list = {page.source.list_bit} AND fail = 0"
            parts.append(
                f"list_{number} AS NOT MATERIALIZED (SELECT * FROM found WHERE {mine} AND NOT twice UNION ALL"
                f" (SELECT DISTINCT ON (id) * FROM found WHERE {mine} AND twice ORDER BY id, d, part))"
            )
        return parts

    def _totals(self) -> list[str]:
        """Only how many there are: of each list, and of both together."""
        counts = [f"(SELECT count(*) FROM list_{number})" for number in range(len(self.pages))]
        both = "(SELECT count(DISTINCT id) FROM found WHERE fail = 0)" if len(self.sources) > 1 else counts[0]
        return [f"sums AS MATERIALIZED (SELECT ARRAY[{both}, {', '.join(counts)}] AS counts)"]

    def _counts(self) -> list[str]:
        shown = self._is_shown
        fixed = self.columns_of_flags()
        each: dict[str, str] = {}
        for facet in self.facets:
            if facet.columns == ("flags",):
                continue
            number = next((n for n, one in enumerate(shown) if one.facet is facet), None)
            ignored = 0 if number is None else 1 << number
            for column in facet.columns:
                each[column] = self._if_counted(column, ignored) if shown else column
        found = " ".join(
            f"WHEN {source.list_bit} THEN {place(source.list_bit) | place(self.total_bit)}" for source in self.sources
        )
        flags = f"flags | CASE WHEN fail = 0 THEN CASE list {found} ELSE 0 END ELSE 0 END"
        if shown:
            cases = "".join(
                f" WHEN {1 << number} THEN {fixed.get(one.facet.name, 0)}" for number, one in enumerate(shown)
            )
            flags = f"({flags}) & CASE fail WHEN 0 THEN -1{cases} ELSE 0 END"
        each["flags"] = flags
        plain = ", ".join(f"{sql} AS {column}" for column, sql in each.items())
        merged = ", ".join(f"bit_or({sql}) AS {column}" for column, sql in each.items())
        counted = (
            f"counted AS NOT MATERIALIZED (SELECT {plain} FROM found WHERE NOT twice"
            f" UNION ALL SELECT {merged} FROM found WHERE twice GROUP BY id)"
        )
        summed = [expression for column in self.summed() for expression in sums(column, self.room[column])]
        sparse = [column for facet in self.facets if facet.is_sparse for column in facet.columns]
        listed = ", ".join(sparse)
        return [
            counted,
            f"sums AS MATERIALIZED (SELECT ARRAY[{', '.join(summed)}] AS counts FROM counted)",
            f"sparse AS MATERIALIZED (SELECT json_agg(one) AS counts FROM (SELECT json_build_array(count(*), {listed})"
            f" AS one FROM counted GROUP BY {listed}) AS groups)",
        ]

    def _if_counted(self, column: str, ignored: int) -> str:
        return f"CASE WHEN fail IN (0, {ignored}) THEN {column} ELSE 0 END"

    def summed(self) -> list[str]:
        """The columns whose values are counted by sums, in the order of the answer."""
        named = [column for facet in self.facets if not facet.is_sparse for column in facet.columns]
        return [column for column in dict.fromkeys([*named, "flags"]) if self.room.get(column)]

    def columns_of_flags(self) -> dict[str, int]:
        """For each filter whose bits stand in the shared flags, the mask of them."""
        found = {}
        for facet in self.facets:
            if facet.columns == ("flags",):
                bits = [*facet.bits.values(), *([facet.unsaid] if facet.unsaid is not None else [])]
                found[facet.name] = masks(bits, 1)[0]
        return found

    def _answer(self, number: int) -> str:
        page = self.pages[number]
        if self.with_facets:
            total = self._count_of(page.source.list_bit)
        else:
            total = f"counts[{number + 2}]"
        first = (
            f"least({(page.number - 1) * page.size}, greatest(({total}::bigint - 1) / {page.size}, 0) * {page.size})"
        )
        return (
            f"(SELECT json_agg(json_build_array(hit.id, hit.part, hit.d, ready.card) ORDER BY hit.number)"
            f" FROM (SELECT id, part, d, row_number() OVER () AS number FROM (SELECT * FROM list_{number}"
            f" ORDER BY {page.order} LIMIT {page.size} OFFSET (SELECT {first} FROM sums)) AS ordered) AS hit"
            f" JOIN {self.cards} AS ready ON ready.service_id = hit.id)"
        )

    def _count_of(self, bit: int) -> str:
        """The SQL that reads one bit's count out of the sums."""
        before = 0
        for column in self.summed():
            if column == "flags":
                break
            before += len(sums(column, self.room[column]))
        return f"((counts[{before + bit // 3 + 1}]::bigint >> {bit % 3 * 21}) & 2097151)"
