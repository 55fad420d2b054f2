"""Counts over whole registers: a bitmap for each value of a filter, and the few rows that have changed since.

To count sixty thousand rows for three hundred values takes PostgreSQL a tenth of a second and more. Here each value has
a bitmap with a bit for each thing found, and a count is the number of bits that two of them share: a hundredth of that.
Bitmaps are made now and then (`build`), never at a change. What a transaction writes afterwards is logged by triggers,
and what the clock changes is known beforehand: such things are taken out of the bitmaps and counted from their rows, in
the same statement. So nothing old is ever counted, and where too much has changed the rows are counted as before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from .masks import WIDTH, Facet, place
from .memory import Values
from .statement import Chosen, Statement

# Below it all rows are counted in a few milliseconds.
FEWEST = 5_000
# With more changes than this, to count them costs what the bitmaps save.
MOST_CHANGES = 6_000
# A word has a bitmap if one row in so many holds it; a rarer one is found quickly anyway.
COMMON = 40
# Made anew when so much has changed, and at the latest after so long.
MANY_CHANGES = 1_500
LONGEST = dt.timedelta(days=1)
MOST_WORDS = 600
# Of so few hits each is looked up by its number; of more, the first are met soon.
FEW_HITS = 2_000
WORDS, SEVERAL = "words", "several"
# Bitmaps that are made in one reading of all rows.
TOGETHER = 32

# A snapshot may count its own transaction as seen, whatever that writes later. Its numbers belong to the cluster that
# gave them: what was restored in another counts as not made.
_BUILD = (
    "build AS MATERIALIZED (SELECT * FROM core_searchbuild WHERE index = %s AND built_at <= %s"
    " AND cluster = (SELECT system_identifier FROM pg_control_system()))"
)
_CHANGED = (
    "changed AS MATERIALIZED (SELECT DISTINCT id FROM ("
    "SELECT id FROM core_searchchange, build WHERE core_searchchange.index = build.index AND at IS NOT NULL AND at <= %s"
    " UNION ALL SELECT id FROM core_searchchange AS one, build WHERE one.index = build.index AND one.transaction IS NOT NULL"
    " AND (one.transaction = build.transaction OR NOT pg_visible_in_snapshot(one.transaction, snapshot))) AS every"
    " LIMIT %s)"
)
# A bitmap of ascending numbers is put together as text, which takes a hundredth of setting one bit after the other.
_MASK = (
    "(SELECT (string_agg(repeat('0', number - before - 1) || '1', '' ORDER BY number)"
    " || repeat('0', (SELECT size FROM build) - max(number)))::bit varying"
    " FROM (SELECT number, lag(number, 1, 0) OVER (ORDER BY number) AS before FROM {}) AS numbers)"
)
_MASK_OF_CHANGED = _MASK.format("changed JOIN core_searchnumber AS known ON known.index = %s AND known.id = changed.id")
_MASK_OF_PARTS = _MASK.format("core_searchnumber AS known WHERE known.index = %s AND is_several AND part IN ({})")


@dataclass(frozen=True)
class Rows:
    """How an index makes its bitmaps.

    :param found: SQL that gives ``id``, ``part``, ``sort_name``, ``is_several``, ``at``, ``amount`` and the masks of
        every thing that is public at a moment, its rows merged; the moment is all its parameters.
    :param found_params: how often it takes the moment.
    :param moments: SQL that gives ``id`` and ``at`` where the clock will change a row after a moment (its parameter).
    :param text: the table of the words, by ``id_column`` and ``vector``.
    :param order: the order of the bits, in which the first of a page are found without looking at the others.
    """

    found: str
    found_params: int
    moments: str
    text: str
    id_column: str
    order: str = "sort_name, id"


def build(
    index: str, rows: Rows, facets: Sequence[tuple[Facet, Values]], *, at: dt.datetime, fewest: int = FEWEST
) -> int:
    """Make an index's bitmaps anew as of a moment, and return how many things they show; none where there are few.

    Searches go on meanwhile with those that were. What changes while this runs is counted from its rows.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('core_searchbuild'), hashtext(%s))", [index])
        # The snapshot comes first: whatever a later statement sees besides is in the log.
        cursor.execute("SELECT pg_current_snapshot()::text")
        (snapshot,) = cursor.fetchone()
        for table in ("number", "bits", "lexeme", "build"):
            cursor.execute(f"DELETE FROM core_search{table} WHERE index = %s", [index])
        is_new = cursor.rowcount > 0
        cursor.execute(
            "DELETE FROM core_searchchange WHERE index = %s AND (at IS NOT NULL"
            " OR transaction <> pg_current_xact_id() AND pg_visible_in_snapshot(transaction, %s::pg_snapshot))",
            [index, snapshot],
        )
        cursor.execute("DROP TABLE IF EXISTS pg_temp.core_search_made")
        cursor.execute(
            "CREATE TEMPORARY TABLE core_search_made ON COMMIT DROP AS"
            f" SELECT row_number() OVER (ORDER BY {rows.order})::integer AS number, found.*"
            f" FROM ({rows.found}) AS found",
            [at] * rows.found_params,
        )
        cursor.execute("ANALYZE core_search_made")
        cursor.execute("SELECT count(*) FROM core_search_made")
        size = int(cursor.fetchone()[0])
        if size >= max(fewest, 1):
            _fill(cursor, index, rows, facets, size)
            cursor.execute(f"INSERT INTO core_searchchange (index, id, at) SELECT %s, id, at FROM ({rows.moments}) AS due",
                           [index, at])  # fmt: skip
            cursor.execute(
                "INSERT INTO core_searchbuild SELECT %s, %s, %s::pg_snapshot, pg_current_xact_id(), system_identifier,"
                " %s, repeat('1', %s)::bit varying FROM pg_control_system()",
                [index, at, snapshot, size, size],
            )
            cursor.execute("ANALYZE core_searchnumber, core_searchchange, core_searchbits")
            is_new = True
        else:
            size = 0
        if is_new:
            # Processes learn so what there is now.
            cursor.execute("SELECT core_search_renew(%s, 'words')", [index])
    return size


def is_due(index: str, *, at: dt.datetime) -> bool:
    """Whether an index's bitmaps should be made anew: there are none, much has changed since, or they are old."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {_BUILD}, {_CHANGED} SELECT (SELECT built_at FROM build), (SELECT count(*) FROM changed)",
            [index, at, at, MANY_CHANGES],
        )
        built_at, changed = cursor.fetchone()
    return built_at is None or changed >= MANY_CHANGES or at - built_at > LONGEST


def _fill(cursor, index: str, rows: Rows, facets: Sequence[tuple[Facet, Values]], size: int) -> None:  # type: ignore[no-untyped-def]
    cursor.execute(
        "INSERT INTO core_searchnumber SELECT %s, number, id, part, is_several, flags, at, amount, sort_name"
        " FROM core_search_made",
        [index],
    )
    values = list(_every(facets))
    for first in range(0, len(values), TOGETHER):
        _keep_values(cursor, index, values[first : first + TOGETHER])
    cursor.execute(
        "INSERT INTO core_searchlexeme SELECT %s, written.word, written.lexemes[1] FROM ("
        "SELECT word, tsvector_to_array(to_tsvector('english', word)) AS lexemes FROM core_searchword WHERE index = %s"
        ") AS written JOIN (SELECT word FROM ts_stat(%s) WHERE ndoc > %s ORDER BY ndoc DESC LIMIT %s) AS common"
        " ON written.lexemes = ARRAY[common.word]",
        [index, index, f"SELECT vector FROM {rows.text}", size // COMMON, MOST_WORDS],
    )
    cursor.execute("SELECT DISTINCT lexeme FROM core_searchlexeme WHERE index = %s", [index])
    for (lexeme,) in cursor.fetchall():
        _keep_word(cursor, index, rows, lexeme, size)


def _every(facets: Sequence[tuple[Facet, Values]]) -> Iterator[tuple[str, str, str]]:
    """Yield each value's filter, key and the condition that a row has it."""
    yield "", SEVERAL, "is_several"
    for facet, values in facets:
        for bit in values.names:
            yield facet.name, str(bit), f"{facet.columns[bit // WIDTH]} & {place(bit)} <> 0"


def _keep_values(cursor, index: str, several: Sequence[tuple[str, str, str]]) -> None:  # type: ignore[no-untyped-def]
    """Make the bitmaps of several values in one reading of all rows."""
    bits = ", ".join(
        f"string_agg(CASE WHEN {condition} THEN '1' ELSE '0' END, '') AS bits_{number}"
        for number, (_, _, condition) in enumerate(several)
    )
    values = ", ".join(f"(%s, %s, bits_{number})" for number in range(len(several)))
    cursor.execute(
        "INSERT INTO core_searchbits SELECT %s, made.facet, made.key, made.bits::bit varying"
        f" FROM (SELECT {bits} FROM (SELECT * FROM core_search_made ORDER BY number) AS row) AS every"
        f" CROSS JOIN LATERAL (VALUES {values}) AS made (facet, key, bits) WHERE strpos(made.bits, '1') > 0",
        [index, *(word for facet, key, _ in several for word in (facet, key))],
    )


def _keep_word(cursor, index: str, rows: Rows, lexeme: str, size: int) -> None:  # type: ignore[no-untyped-def]
    """Make the bitmap of a word from the numbers of those that hold it."""
    holding = _MASK.format(
        f"core_search_made AS made JOIN {rows.text} AS text ON text.{rows.id_column} = made.id"
        " WHERE text.vector @@ (SELECT array_to_tsvector(ARRAY[%s])::text::tsquery)"
    )
    cursor.execute(
        "INSERT INTO core_searchbits WITH build AS (SELECT %s::integer AS size)"
        f" SELECT %s, %s, %s, bits FROM (SELECT {holding} AS bits) AS one WHERE bits IS NOT NULL",
        [size, index, WORDS, lexeme, lexeme],
    )


@dataclass
class BitStatement(Statement):
    """The whole question, asked of bitmaps and of what has changed since; the answer has two columns more.

    They hold the counts of the bitmaps as text, and their total; both are NULL where the bitmaps are of no use.
    Its one source reads ``apart``, what is counted row by row, and not its whole table.

    :param lexemes: for each word looked for, the lexemes of which any will do.
    :param ordered: the SQL of what orders the list, from ``known``, the bits' rows.
    :param is_ready: whether they stand in that order already.
    :param named: whether rows of ``named`` stand first.
    :param lent: the one value of a filter that follows something else's state as it is now, besides its own bits, and
        the SQL of whose state: things that are marked as several have that as their part.
    """

    index: str = ""
    at: dt.datetime | None = None
    lexemes: Sequence[Sequence[str]] = ()
    ordered: Sequence[str] = ()
    is_ready: bool = True
    named: str = ""
    lent: tuple[str, str, str] | None = None
    lent_params: tuple[object, ...] = ()

    def build(self) -> tuple[str, list[object]]:
        """Return the SQL and its parameters."""
        (source,), (page,) = self.sources, self.pages
        self.params = [self.index, self.at, self.at, MOST_CHANGES + 1]
        parts = [_BUILD, _CHANGED]
        if self.lent:
            facet, key, of_whom = self.lent
            own = self._bitmap(facet, key, zero="~every")
            self.params += [self.index, *self.lent_params]
            besides = _MASK_OF_PARTS.format(of_whom)
            parts.append(f"lent AS MATERIALIZED (SELECT {own} | coalesce({besides}, ~every) AS bits FROM build)")
        several = ""
        # Two filters must hold of the same row, and a bitmap knows only whose rows they are.
        varying = [one for one in self.chosen if one.facet.varies]
        if varying:
            # What has no row at all that a filter wants is found nowhere but in that filter's own counts, which the
            # bitmaps tell rightly if no other such filter is chosen.
            sure = varying if len(varying) == 1 else [one for one in varying if one.facet.must_all]
            bits = [self._bitmap("", SEVERAL, zero="~every"), *(self._chosen_bits(one) for one in sure)]
            parts.append(f"varying AS MATERIALIZED (SELECT {' & '.join(bits)} AS bits FROM build)")
            several = (
                " UNION SELECT id FROM varying CROSS JOIN core_searchnumber"
                " WHERE index = %s AND is_several AND get_bit(bits, number - 1) = 1"
            )
            self.params.append(self.index)
        parts.append(f"apart AS MATERIALIZED (SELECT id FROM changed{several})")
        self.params += self.before_params
        if self.before:
            parts.append(self.before)
        parts.append(f"found AS MATERIALIZED ({self._source(source)})")
        parts += self._sets(has_varying=bool(varying))
        parts += self._counts()
        parts += self._list(page.number * page.size)
        answer = self._answer(0)
        counts = self._bit_counts()
        sql = (
            f"WITH {', '.join(parts)} SELECT {self.versions}, sums.counts, grouped.counts, {answer}, {counts},"
            " CASE WHEN (SELECT count(*) FROM changed) <= %s THEN bit_count(found_bits.bits) END"
            " FROM sums CROSS JOIN grouped LEFT JOIN found_bits ON true"
        )
        self.params.append(MOST_CHANGES)
        return sql, self.params

    def _sets(self, *, has_varying: bool) -> list[str]:
        """The bitmaps of what is found, and for each chosen filter of what would be without it."""
        self.params.append(self.index)
        base = [f"every & ~coalesce({_MASK_OF_CHANGED}, ~every)"]
        if has_varying:
            base.append("~(SELECT bits FROM varying)")
        for either in self.lexemes:
            # A word whose bitmap is gone leaves NULL, and the rows are asked instead.
            base.append(f"({' | '.join(self._bitmap(WORDS, lexeme) for lexeme in either)})")
        parts = [f"base_bits AS MATERIALIZED (SELECT every, {' & '.join(base)} AS bits FROM build)"]
        columns = [self._chosen_bits(one) for one in self.chosen]
        chosen = "".join(f", {sql} AS bits_{number}" for number, sql in enumerate(columns))
        parts.append(f"chosen_bits AS MATERIALIZED (SELECT bits{chosen} FROM base_bits)")
        every = " & ".join(["bits", *(f"bits_{number}" for number in range(len(columns)))])
        others = "".join(
            ", "
            + " & ".join(["bits", *(f"bits_{n}" for n in range(len(columns)) if n != number)])
            + f" AS without_{number}"
            for number in range(len(columns))
        )
        parts.append(f"found_bits AS MATERIALIZED (SELECT {every} AS bits{others} FROM chosen_bits)")
        return parts

    def _chosen_bits(self, one: Chosen) -> str:
        if self.lent and one.facet.name == self.lent[0]:
            return "(SELECT bits FROM lent)"
        joint = " & " if one.facet.must_all else " | "
        return f"({joint.join(self._bitmap(one.facet.name, str(bit), zero='~every') for bit in one.bits)})"

    def _bitmap(self, facet: str, key: str, *, zero: str = "") -> str:
        self.params += [self.index, facet, key]
        sql = "(SELECT bits FROM core_searchbits WHERE index = %s AND facet = %s AND key = %s)"
        return f"coalesce({sql}, {zero})" if zero else sql

    def _bit_counts(self) -> str:
        cases = ""
        for number, one in enumerate(self.chosen):
            if not one.facet.must_all:
                cases += f" WHEN '{one.facet.name}' THEN without_{number}"
        wanted = f"CASE facet{cases} ELSE found_bits.bits END" if cases else "found_bits.bits"
        facet, key, _ = self.lent or ("", "", "")
        self.params += [self.index, [WORDS, "", facet]]
        every = "SELECT facet, key, bits FROM core_searchbits WHERE index = %s AND facet <> ALL (%s)"
        if self.lent:
            every += " UNION ALL SELECT %s, %s, bits FROM lent"
            self.params += [facet, key]
        return (
            f"(SELECT string_agg(concat_ws(' ', facet, key, bit_count(one.bits & {wanted})), ',')"
            f" FROM ({every}) AS one)"
        )

    def _list(self, most: int) -> list[str]:
        """The rows of the page and of those before it: the first that the bitmaps show, and all that are apart."""
        columns = ", ".join(["id", "part", "d", *self.columns_of_order])
        (apart,) = self._hits()
        facts = f"known.id, known.part, NULL::double precision AS d, {', '.join(self.ordered)}"
        many = (
            f"SELECT {facts} FROM found_bits CROSS JOIN core_searchnumber AS known WHERE known.index = %s"
            f" AND (SELECT bit_count(bits) > {FEW_HITS} FROM found_bits) AND get_bit(found_bits.bits, known.number - 1) = 1"
        )
        # OFFSET keeps the planner from reading every number for these.
        few = (
            f"SELECT {facts} FROM few_hits CROSS JOIN LATERAL (SELECT * FROM core_searchnumber AS one"
            " WHERE one.index = %s AND one.number = few_hits.number OFFSET 0) AS known WHERE true"
        )
        branches = [few, many]
        if self.named:
            branches = [
                f"{one.replace('is_named', f'{is_named} AS is_named')} AND known.id {within} ({self.named})"
                for one in branches
                for is_named, within in (("true", "IN"), ("false", "NOT IN"))
            ]
        self.params += [self.index] * len(branches)
        if self.is_ready:
            branches = [f"({one} ORDER BY known.number LIMIT {most})" for one in branches]
        return [
            apart.replace("list_0", "list_apart", 1),
            self._few_hits(),
            f"list_0 AS NOT MATERIALIZED (SELECT {columns} FROM list_apart UNION ALL {' UNION ALL '.join(branches)})",
        ]

    def _few_hits(self) -> str:
        """The numbers of the bits that are set, each as the length of all before it.

        What follows the last is no hit, and has a number that nothing has.
        """
        return (
            "few_hits AS (SELECT (sum(length(run) + 1) OVER (ORDER BY place))::integer AS number FROM found_bits"
            f" CROSS JOIN string_to_table(CASE WHEN bit_count(bits) <= {FEW_HITS} THEN bits::text ELSE '' END, '1')"
            " WITH ORDINALITY AS runs (run, place))"
        )

    @property
    def columns_of_order(self) -> list[str]:
        return [one.rpartition(" ")[2].rpartition(".")[2] for one in self.ordered]

    def _total(self, number: int) -> str:
        # Where nothing is apart, there are no sums.
        return f"((SELECT bit_count(bits) FROM found_bits) + coalesce({super()._total(number)}, 0))"


def read_bits(text: str | None) -> dict[str, dict[int, int]]:
    """Return for each filter the count of each bit, from the first of what `BitStatement` answers besides."""
    found: dict[str, dict[int, int]] = {}
    for group in (text or "").split(",") if text else ():
        facet, bit, many = group.split()
        found.setdefault(facet, {})[int(bit)] = int(many)
    return found
