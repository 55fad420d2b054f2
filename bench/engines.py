"""The search for care beside two search engines, where these are installed: how far are we from one?

The engines hold the same rows, asked the same questions; each answers with a total, a page of ids and, where asked for,
the counts of every filter, and fetches the page's cards from PostgreSQL as ours does. They are copies that nobody keeps up
with changes, so they are a mark to look at and no choice. Totals are compared with ours and told.
"""

from __future__ import annotations

import json
import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

ROUNDS = 5
# A page of twenty.
SIZE = 20
NAMES = ("tantivy", "duckdb")


def measure(questions: Mapping[str, Sequence[Any]]) -> None:
    """Print what each engine takes, as a share of ours."""
    from bench import report
    from core import clock
    from providers.search import search

    at = clock.now()
    engines = {name: made for name, make in (("tantivy", Tantivy.make), ("duckdb", Duck.make)) if (made := make(at))}
    table: list[list[object]] = []
    for name, (asked, has_facets) in asked_of_engines(questions).items():
        ours: list[float] = []
        totals: list[int] = []
        for query in asked:
            took, found = timed(lambda: search(query, at=at, with_facets=has_facets))  # noqa: B023
            ours.append(took)
            totals.append(found.near.total)
        row: list[object] = [name, len(asked), statistics.median(ours)]
        for engine in NAMES:
            made = engines.get(engine)
            if made is None:
                row += ["not installed", ""]
                continue
            results = [timed(lambda: made.ask(query, has_facets)) for query in asked] if made.can(asked[0]) else []  # noqa: B023
            if not results:
                row += ["cannot", ""]
                continue
            ratio = statistics.median(took / mine for (took, _), mine in zip(results, ours, strict=True))
            same = sum(found == total for (_, found), total in zip(results, totals, strict=True))
            row += [ratio, f"{same} of {len(asked)}"]
        table.append(row)
    report.table(
        f"Search engines beside ours (medians of {ROUNDS}; ours in milliseconds, theirs as a share of it)",
        ["questions", "how many", "ours", "tantivy", "same totals", "DuckDB", "same totals"],
        table,
    )


def asked_of_engines(questions: Mapping[str, Sequence[Any]]) -> dict[str, tuple[list[Any], bool]]:
    """The questions that an engine can be asked too: one list, and no corrections."""
    everything = questions["all facets"]
    return {
        "words": (list(questions["text"]), False),
        "words, every filter counted": ([query for query in everything if query.words and not query.types], True),
        "place, type and rating": (list(questions["place, type and rating"]), False),
        "no place, every filter counted": (
            [replace(query, has_space=False) for query in everything if not query.words and not query.near], True,
        ),
        "deep page": (list(questions["deep page"]), False),
    }  # fmt: skip


def timed(ask: Callable[[], Any]) -> tuple[float, Any]:
    took, found = [], None
    for number in range(ROUNDS + 1):
        started = time.perf_counter()
        found = ask()
        if number:
            took.append((time.perf_counter() - started) * 1000)
    return statistics.median(took), found


def cards(ids: Sequence[int]) -> list[Any]:
    """Fetch the cards of a page, as ours does in its one statement."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT card FROM providers_searchcard WHERE service_id = ANY(%s)", [list(ids)])
        return [json.loads(card) for (card,) in cursor.fetchall()]


def services(at: Any) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Each public service once, its buildings merged: the columns' names, and rows in the order of names."""
    from django.db import connection

    from providers.search import rows

    columns = ", ".join(f"found.{column}" for column in (*rows.COLUMNS, "flags"))
    rank = " ".join(
        f"WHEN flags & {rows.place(rows.RATING.bits[value])} <> 0 THEN {number}"
        for number, value in enumerate(("outstanding", "good", "unrated", "requires_improvement", "inadequate"))
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT found.id, row_number() OVER (ORDER BY sort_name, id) AS by_name,"
            f" row_number() OVER (ORDER BY CASE {rank} END, sort_name, id) AS by_rating, {columns}"
            f" FROM ({rows.BIT_ROWS.found}) AS found ORDER BY by_name",
            [at] * rows.BIT_ROWS.found_params,
        )
        return [column.name for column in cursor.description], cursor.fetchall()


def bits(query: Any) -> list[list[tuple[str, int]]]:
    """The chosen filters: for each the columns and masks of which any will do."""
    from core import search as core_search
    from core.search.masks import WIDTH, place
    from providers.search import rows

    memory = core_search.remembered(rows.INDEX)
    assert memory is not None
    found = []
    for facet, values in ((rows.TYPES, query.types), (rows.RATING, query.rating)):
        known = [memory.values[facet.name].bits[value] for value in values]
        if known:
            found.append([(facet.columns[bit // WIDTH], place(bit)) for bit in known])
    return found


def every_value() -> list[tuple[str, int]]:
    """The column and mask of every value that is counted."""
    from core import search as core_search
    from core.search.masks import WIDTH, place
    from providers.search import rows

    memory = core_search.remembered(rows.INDEX)
    assert memory is not None
    return [
        (facet.columns[bit // WIDTH], place(bit)) for facet in rows.FACETS for bit in memory.values[facet.name].names
    ]


class Duck:
    """DuckDB: columns in memory, one thread as PostgreSQL has. It is asked nothing of words."""

    def __init__(self, database: Any) -> None:
        self.database = database
        self.counts = ", ".join(f"sum(({column} & {mask} <> 0)::integer)" for column, mask in every_value())

    @classmethod
    def make(cls, at: Any) -> Duck | None:
        try:
            import duckdb
        except ImportError:
            return None
        from django.db import connection

        database = duckdb.connect(config={"threads": 1})
        names, listed = services(at)
        _table(database, "service", names, listed)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT service_id, location_id, flags, types_0, types_1, x, y, z FROM providers_searchrow"
                " WHERE public_from <= %s AND x IS NOT NULL",
                [at],
            )
            _table(database, "building", [column.name for column in cursor.description], cursor.fetchall())
        return cls(database)

    def can(self, query: Any) -> bool:
        return not query.words

    def ask(self, query: Any, has_facets: bool) -> int:
        chosen = [" OR ".join(f"{column} & {mask} <> 0" for column, mask in either) for either in bits(query)]
        if query.near:
            return self._near(query, chosen)
        where = " AND ".join(f"({one})" for one in chosen) or "true"
        if has_facets:
            (total, *_) = self.database.execute(f"SELECT count(*), {self.counts} FROM service WHERE {where}").fetchone()
        else:
            (total,) = self.database.execute(f"SELECT count(*) FROM service WHERE {where}").fetchone()
        first = min((query.page - 1) * SIZE, max((total - 1) // SIZE, 0) * SIZE)
        order = "by_rating" if query.order == "rating" else "by_name"
        page = self.database.execute(
            f"SELECT id FROM service WHERE {where} ORDER BY {order} LIMIT {SIZE} OFFSET {first}"
        ).fetchall()
        cards([key for (key,) in page])
        return int(total)

    def _near(self, query: Any, chosen: list[str]) -> int:
        from providers.search import rows
        from providers.search.around import Circle

        circle = Circle.around(query.near.latitude, query.near.longitude, query.radius_miles)
        x, y, z = circle.point
        line = math.sqrt(circle.squared)
        squared = f"((x - {x})**2 + (y - {y})**2 + (z - {z})**2)"
        where = " AND ".join(
            [
                f"z BETWEEN {z - line} AND {z + line} AND y BETWEEN {y - line} AND {y + line}",
                f"{squared} <= {line * line}",
                f"flags & {rows.GOES_THERE} <> 0",
                *(f"({one})" for one in chosen),
            ]
        )
        found = self.database.execute(
            f"SELECT service_id, min({squared}) AS d FROM building WHERE {where} GROUP BY service_id ORDER BY d"
        ).fetchall()
        cards([key for key, _ in found[:SIZE]])
        return len(found)


def _table(database: Any, name: str, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    import csv
    import tempfile

    kinds = {"x": "DOUBLE", "y": "DOUBLE", "z": "DOUBLE"}
    fields = ", ".join(f"{one} {kinds.get(one, 'BIGINT')}" for one in columns)
    database.execute(f"CREATE TABLE {name} ({fields})")
    with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="", encoding="ascii") as file:
        csv.writer(file).writerows(rows)
        file.flush()
        database.execute(f"COPY {name} FROM '{file.name}' (HEADER false)")


class Tantivy:
    """tantivy: a full-text engine in the process. It is asked nothing of places, which it has no circles for."""

    def __init__(self, index: Any, values: Mapping[tuple[str, int], str]) -> None:
        self.index, self.values = index, values
        self.searcher = index.searcher()

    @classmethod
    def make(cls, at: Any) -> Tantivy | None:
        try:
            import tantivy
        except ImportError:
            return None
        from django.db import connection

        schema = tantivy.SchemaBuilder()
        schema.add_text_field("document", tokenizer_name="en_stem", index_option="basic")
        schema.add_text_field("value", tokenizer_name="raw", index_option="basic", fast=True)
        for name in ("id", "by_name", "by_rating"):
            schema.add_unsigned_field(name, stored=name == "id", indexed=False, fast=True)
        index = tantivy.Index(schema.build())
        writer = index.writer(heap_size=200_000_000, num_threads=1)
        with connection.cursor() as cursor:
            cursor.execute("SELECT service_id, document FROM providers_searchcard")
            documents = dict(cursor.fetchall())
        values = {pair: f"{number}" for number, pair in enumerate(every_value())}
        names, listed = services(at)
        for row in listed:
            facts = dict(zip(names, row, strict=True))
            document = tantivy.Document()
            document.add_text("document", documents[facts["id"]])
            for name in ("id", "by_name", "by_rating"):
                document.add_unsigned(name, facts[name])
            for (column, mask), value in values.items():
                if facts[column] & mask:
                    document.add_text("value", value)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        return cls(index, values)

    def can(self, query: Any) -> bool:
        return query.near is None

    def ask(self, query: Any, has_facets: bool) -> int:
        import tantivy

        must = []
        schema = self.index.schema
        if query.words:
            must.append(self.index.parse_query(" AND ".join(query.words.split()), ["document"]))
        must += [
            tantivy.Query.boolean_query(
                [
                    (tantivy.Occur.Should, tantivy.Query.term_query(schema, "value", self.values[pair]))
                    for pair in either
                ]
            )
            for either in bits(query)
        ]
        wanted = tantivy.Query.boolean_query([(tantivy.Occur.Must, one) for one in must or [tantivy.Query.all_query()]])
        order = "by_rating" if query.order == "rating" else "by_name"
        first = (query.page - 1) * SIZE
        found = self.searcher.search(
            wanted, SIZE, count=True, order_by_field=order, offset=first, order=tantivy.Order.Asc
        )
        if has_facets:
            self.searcher.aggregate(wanted, {"values": {"terms": {"field": "value", "size": 500}}})
        cards([self.searcher.doc(address)["id"][0] for _, address in found.hits])
        return int(found.count)
