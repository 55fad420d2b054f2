"""One statement for a page, its total and the counts of every filter.

The rows of a search come in *sources* (near you; comes to you), each a part of the statement with its own distance and
flags. A row carries which chosen filter it fails: rows that fail none are found; rows that fail one count for that
filter alone, whose counts so ignore what is chosen in it. A row of something that stands in several rows (a service
with two buildings) is merged with its others before it is counted, so that each is counted once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .masks import FIELD, MOST_ROWS, Facet, masks, place, sums


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
    """The whole question.

    :param flags_used: how many bits of the flags are in use.
    :param columns: the columns of the filters' masks, besides the flags.
    :param carried: the columns that the orders of the pages need.
    :param total_bit: the bit of the flags to set for all rows found.
    :param cards: the table of what stands ready for each result, as JSON text.
    :param versions: SQL that goes in front of the answer.
    :param before: a part of the statement that sources join, such as the rows that hold the words.
    :param key: the column of rows and cards that names what is found.
    :param part: the SQL of what tells several rows of the same thing apart.
    """

    sources: Sequence[Source]
    facets: Sequence[Facet]
    chosen: Sequence[Chosen]
    flags_used: int
    pages: Sequence[Page]
    columns: Sequence[str]
    carried: Sequence[str]
    total_bit: int
    cards: str
    versions: str
    before: str = ""
    before_params: tuple[Any, ...] = ()
    with_facets: bool = True
    key: str = "service_id"
    part: str = "row.location_id"
    params: list[Any] = field(default_factory=list)

    def build(self) -> tuple[str, list[Any]]:
        """Return the SQL and its parameters."""
        self.params = [*self.before_params]
        parts = [*([self.before] if self.before else []), *self._found(), *self._hits()]
        parts += self._counts() if self.with_facets else self._totals()
        answers = [self._answer(number) for number in range(len(self.pages))]
        counts = "sums.counts, grouped.counts" if self.with_facets else "sums.counts, NULL"
        tables = "sums, grouped" if self.with_facets else "sums"
        sql = f"WITH {', '.join(parts)} SELECT {self.versions}, {counts}, {', '.join(answers)} FROM {tables}"
        return sql, self.params

    def build_ids(self) -> tuple[str, list[Any]]:
        """Return the SQL of the first list alone, whole and without counts: the versions, and its ids in their order."""
        self.params = [*self.before_params]
        parts = [*([self.before] if self.before else []), *self._found(), self._hits()[0]]
        sql = f"WITH {', '.join(parts)} SELECT {self.versions}, ARRAY(SELECT id FROM list_0 ORDER BY {self.pages[0].order})"
        return sql, self.params

    def build_groups(self, column: str) -> tuple[str, list[Any]]:
        """Return the SQL of how many of the first list have each value of a carried column: the versions, and pairs."""
        self.params = [*self.before_params]
        parts = [*([self.before] if self.before else []), *self._found(), self._hits()[0]]
        counted = f"SELECT ARRAY[{column}, count(*)] FROM list_0 WHERE {column} IS NOT NULL GROUP BY {column}"
        return f"WITH {', '.join(parts)} SELECT {self.versions}, ARRAY({counted})", self.params

    @property
    def _materialized(self) -> str:
        """Rows are kept where they are dear to find or few; where all are asked for they are read again for each part."""
        is_everything = not self.before and not self.chosen and len(self.sources) == 1
        return "NOT MATERIALIZED" if is_everything else "MATERIALIZED"

    @property
    def _is_shown(self) -> list[Chosen]:
        """The chosen filters whose own counts ignore what is chosen in them."""
        return [one for one in self.chosen if self.with_facets and not one.facet.must_all]

    def _found(self) -> list[str]:
        """The rows of all sources together where they are counted, else of each apart."""
        sources = [self._source(source) for source in self.sources]
        if self.with_facets:
            return [f"found AS {self._materialized} ({' UNION ALL '.join(sources)})"]
        return [f"found_{number} AS {self._materialized} ({sql})" for number, sql in enumerate(sources)]

    def _source(self, source: Source) -> str:
        shown = self._is_shown
        fails = " + ".join(
            f"CASE WHEN {one.condition()} THEN 0 ELSE {1 << number} END" for number, one in enumerate(shown)
        )
        needed = [one.condition() for one in self.chosen if one not in shown]
        kept = [*needed, *(["fail & (fail - 1) = 0"] if shown else [])]
        # Without counts only what is asked, tells and orders is read, so that an index may hold all of it.
        asked = self.columns if self.with_facets else [column for one in self.chosen for column in one.facet.columns]
        names = dict.fromkeys(one for one in (*asked, *self.carried) if one != "flags")
        columns = ", ".join(f"row.{column}" for column in names)
        self.params += [*source.distance_params, *source.flags_params, *source.params]
        rows = (
            f"SELECT row.{self.key} AS id, {self.part} AS part, {source.distance} AS d,"
            f" {source.extra} AS {source.extra_name}, {columns}, ({source.flags}) AS flags,"
            f" {source.list_bit} AS list, {source.twice} AS twice FROM {source.tables} WHERE {source.condition}"
        )
        if not self.with_facets:
            wanted = ", ".join(["id", "part", "d", source.extra_name, "twice", *self.carried])
            return f"SELECT {wanted} FROM ({rows}) AS row{' WHERE ' if kept else ''}{' AND '.join(kept)}"
        judged = f"SELECT *, {fails or '0'} AS fail FROM ({rows}) AS row"
        return f"SELECT * FROM ({judged}) AS row WHERE {' AND '.join(kept)}" if kept else judged

    def _hits(self) -> list[str]:
        parts = []
        for number, page in enumerate(self.pages):
            found, mine = f"found_{number}", ""
            if self.with_facets:
                found, mine = "found", f"list = {page.source.list_bit} AND fail = 0 AND "
            parts.append(
                f"list_{number} AS NOT MATERIALIZED (SELECT * FROM {found} WHERE {mine}NOT twice UNION ALL"
                f" (SELECT DISTINCT ON (id) * FROM {found} WHERE {mine}twice ORDER BY id, d, part))"
            )
        return parts

    def _totals(self) -> list[str]:
        """Only how many there are: of each list, and of both together."""
        lists = range(len(self.pages))
        others = [f"SELECT id FROM found_{number} WHERE twice" for number in lists]
        counted = [f"(SELECT count(*) FROM found_{number} WHERE NOT twice) AS alone_{number}" for number in lists]
        counted += [f"(SELECT count(*) FROM ({one} GROUP BY id) AS one) AS others_{n}" for n, one in enumerate(others)]
        totals = [f"alone_{number} + others_{number}" for number in lists]
        both = totals[0]
        if len(self.sources) > 1:
            # A row that stands for itself is in no other list.
            counted.append(f"(SELECT count(*) FROM ({' UNION '.join(others)}) AS every) AS others")
            both = " + ".join([*(f"alone_{number}" for number in lists), "others"])
        return [
            f"sums AS MATERIALIZED (SELECT ARRAY[{', '.join([both, *totals])}] AS counts"
            f" FROM (SELECT {', '.join(counted)} OFFSET 0) AS totals)"
        ]

    def _counts(self) -> list[str]:
        shown = self._is_shown
        fixed = self._masks_of_flags()
        each: dict[str, str] = {}
        for facet in self._grouped:
            number = next((n for n, one in enumerate(shown) if one.facet is facet), None)
            ignored = 0 if number is None else 1 << number
            for column in facet.columns:
                each[column] = f"CASE WHEN fail IN (0, {ignored}) THEN {column} ELSE 0 END" if shown else column
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
        merged = ", ".join(f"bit_or({column}) AS {column}" for column in each)
        columns = ", ".join(column for facet in self._grouped for column in facet.columns)
        sets = ", ".join(f"({', '.join(facet.columns)})" for facet in self._grouped)
        firsts = ", ".join(facet.columns[0] for facet in self._grouped)
        # OFFSET 0 keeps the planner from writing what is asked of a row into each place that uses it.
        rows = "SELECT * FROM found OFFSET 0" if self._materialized != "MATERIALIZED" else "SELECT * FROM found"
        counted = (
            f"counted AS NOT MATERIALIZED (SELECT {plain} FROM ({rows.replace('found', 'found WHERE NOT twice', 1)})"
            f" AS row UNION ALL SELECT {merged} FROM (SELECT id, {plain} FROM found WHERE twice OFFSET 0) AS row GROUP BY id)"
        )
        return [
            counted,
            f"sums AS MATERIALIZED (SELECT ARRAY[{', '.join(sums(self.flags_used))}] AS counts"
            " FROM (SELECT flags FROM counted OFFSET 0) AS row)",
            "grouped AS MATERIALIZED (SELECT string_agg(concat_ws(' ', which, many, " + columns + "), ',') AS counts"
            f" FROM (SELECT grouping({firsts}) AS which, count(*) AS many, {columns} FROM counted"
            f" GROUP BY GROUPING SETS ({sets})) AS groups)",
        ]

    @property
    def _grouped(self) -> list[Facet]:
        """The filters that are counted by groups of rows, in the order of the answer."""
        return [facet for facet in self.facets if not facet.is_flag]

    def _masks_of_flags(self) -> dict[str, int]:
        """For each filter whose bits stand in the flags, the mask of them."""
        found = {}
        for facet in self.facets:
            if facet.is_flag:
                bits = [*facet.bits.values(), *([facet.unsaid] if facet.unsaid is not None else [])]
                found[facet.name] = masks(bits, 1)[0]
        return found

    def _answer(self, number: int) -> str:
        page = self.pages[number]
        total = self._total(number)
        first = (
            f"least({(page.number - 1) * page.size}, greatest(({total}::bigint - 1) / {page.size}, 0) * {page.size})"
        )
        # Cards stand as text and go as text: to read and write twenty of them as JSON would take longer than to find them.
        return (
            "(SELECT string_agg(concat('[', hit.id, ',', hit.part, ',', coalesce(hit.d::text, 'null'), ',', ready.card,"
            f" ']'), ',' ORDER BY hit.number) FROM (SELECT id, part, d, row_number() OVER () AS number"
            f" FROM (SELECT id, part, d FROM list_{number} ORDER BY {page.order} LIMIT {page.size}"
            f" OFFSET (SELECT {first} FROM sums)) AS ordered) AS hit"
            f" JOIN {self.cards} AS ready ON ready.{self.key} = hit.id)"
        )

    def _total(self, number: int) -> str:
        """The SQL of how many a list has, where the sums are at hand."""
        return self._count_of(self.pages[number].source.list_bit) if self.with_facets else f"counts[{number + 2}]"

    def _count_of(self, bit: int) -> str:
        """The SQL that reads one bit's count out of the sums."""
        return f"((counts[{bit // 3 + 1}]::bigint >> {bit % 3 * FIELD}) & {MOST_ROWS})"
