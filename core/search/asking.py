"""One question on its way to the database and back, as it is whatever register is asked."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from django.db import connection

from . import memory as memories
from . import words
from .bitmaps import BitStatement, read_bits
from .masks import Facet, read_groups, read_sums
from .memory import Memory, Versions
from .statement import Statement


@dataclass(frozen=True)
class Typed:
    """The words of a question, and what this process knows of the register that is asked.

    :param corrected: for each word that nothing holds the words looked for instead.
    """

    words: tuple[str, ...]
    memory: Memory
    corrected: Mapping[str, tuple[str, ...]]

    @property
    def lexemes(self) -> list[list[str]]:
        """The lexemes of each word, where `have_bits`."""
        return [[self.memory.lexemes[word]] for word in self.words]

    @property
    def have_bits(self) -> bool:
        """Whether each word is common enough to have a bitmap."""
        return all(word in self.memory.lexemes and word not in self.corrected for word in self.words)

    def wanted(self) -> tuple[str, tuple[str, ...]]:
        """Return the SQL of the query that texts have to match, and its parameters."""
        parts: list[str] = []
        params: list[str] = []
        for word in self.words:
            either = (word, *self.corrected.get(word, ()))
            parts.append("(" + " || ".join("plainto_tsquery('english', %s)" for _ in either) + ")")
            params += either
        return " && ".join(parts), tuple(params)

    def parts(self, texts: str, key: str, *, with_names: bool, among: str = "") -> tuple[str, tuple[str, ...]]:
        """Return the parts of a statement that hold the words: ``worded``, and ``named`` if asked for.

        :param texts: the table of the words; ``key`` is the column that names what they are of.
        :param among: the part that says whose texts alone are looked at.
        """
        if not self.words:
            return "", ()
        wanted, params = self.wanted()
        looked_at = f"{texts} AS text"
        if among:
            # OFFSET keeps the planner from asking the index of all words first.
            looked_at = (
                f"{among} CROSS JOIN LATERAL"
                f" (SELECT * FROM {texts} AS one WHERE one.{key} = {among}.id OFFSET 0) AS text"
            )
        worded = f"worded AS MATERIALIZED (SELECT text.{key} FROM {looked_at} WHERE text.vector @@ ({wanted}))"
        if not with_names:
            return worded, params
        named = f"named AS MATERIALIZED (SELECT text.{key} FROM {texts} AS text WHERE text.name_vector @@ ({wanted}))"
        return f"{worded}, {named}", (*params, *params)


@dataclass(frozen=True)
class Answer:
    """What a statement answers: counts by bit (``sums``) and by group, and for each page its rows as text.

    ``bits`` and ``bit_total`` are what bitmaps count besides.
    """

    versions: Versions
    sums: Sequence[Any] = ()
    groups: str | None = None
    lists: Sequence[Any] = ()
    bits: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    bit_total: int = 0

    @functools.cached_property
    def flags(self) -> list[int]:
        """The count of each bit of the flags in the rows, where filters are counted."""
        return read_sums(int(count or 0) for count in self.sums)

    def facets(self, facets: Sequence[Facet], memory: Memory) -> dict[str, dict[str, int]]:
        """Return the counts of each filter by value; nought is left out."""
        grouped = [facet for facet in facets if not facet.is_flag]
        by_facet = dict(zip((facet.name for facet in grouped), read_groups(self.groups, grouped), strict=True))
        flags = dict(enumerate(self.flags))
        found = {}
        for facet in facets:
            names = memory.values[facet.name].names
            counts = dict(flags if facet.is_flag else by_facet[facet.name])
            for bit, count in self.bits.get(facet.name, {}).items():
                counts[bit] = counts.get(bit, 0) + count
            found[facet.name] = {names[bit]: count for bit, count in counts.items() if count and bit in names}
        return found


class Question(Protocol):
    """What a register makes of a question; it may be made and asked twice."""

    def ask(self) -> Answer: ...


Q = TypeVar("Q", bound=Question)


def ask(
    index: str, facets: Sequence[Facet], typed: str, make: Callable[[Typed], Q], *, at: dt.datetime
) -> tuple[Q, Answer]:
    """Ask a question: one query of the database, and at most two more where words or values are new to this process.

    :param typed: the words as somebody typed them.
    """
    read, is_fresh = know(index, facets, typed, at=at)
    question = make(read)
    answer = question.ask()
    if not is_fresh and answer.versions != read.memory.versions:
        question = make(correct(index, facets, read.words, at=at))
        answer = question.ask()
    return question, answer


def know(index: str, facets: Sequence[Facet], typed: str, *, at: dt.datetime) -> tuple[Typed, bool]:
    """Read what somebody typed, and tell whether the register was asked for it; that takes a query if a word is new."""
    read = words.read(typed)
    memory = memories.remembered(index)
    if memory is None or any(_is_unknown(word, memory) for word in read):
        return correct(index, facets, read, at=at), True
    return Typed(read, memory, {}), False


def correct(index: str, facets: Sequence[Facet], read: tuple[str, ...], *, at: dt.datetime) -> Typed:
    """Read anew what a register knows, and what it corrects these words to."""
    memory, alike = memories.learn(index, facets, read, at=at)
    corrected = {
        word: instead
        for word in read
        if _is_unknown(word, memory) and (instead := memory.vocabulary.corrections(word, alike.get(word, ())))
    }
    return Typed(read, memory, corrected)


def _is_unknown(word: str, memory: Memory) -> bool:
    return word not in memory.vocabulary and words.is_correctable(word)


def run(statement: Statement) -> Answer:
    """Ask a statement about rows."""
    values, words_, sums, groups, *lists = _fetch(*statement.build())
    return Answer((values, words_), sums, groups, lists)


def run_bits(statement: BitStatement) -> Answer | None:
    """Ask a statement about bitmaps; None if they are of no use, since too much has changed."""
    values, words_, sums, groups, listed, bits, total = _fetch(*statement.build())
    return None if total is None else Answer((values, words_), sums, groups, (listed,), read_bits(bits), total)


def run_ids(statement: Statement) -> Answer:
    """Ask for the whole first list: its ids are the answer's one list."""
    row = _fetch(*statement.build_ids())
    return Answer((row[0], row[1]), lists=(row[2],))


def run_groups(statement: Statement, column: str) -> Answer:
    """Ask how many of the first list have each value of a carried column: the pairs are the answer's one list."""
    row = _fetch(*statement.build_groups(column))
    return Answer((row[0], row[1]), lists=(row[2],))


def _fetch(sql: str, params: Sequence[Any]) -> Sequence[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row: Sequence[Any] = cursor.fetchone()
    return row
