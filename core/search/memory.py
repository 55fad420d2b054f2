"""What each process remembers of an index: the values of its filters and its vocabulary, as long as they are new.

Nothing is read twice while it has not changed, and nothing old is used: each search brings the versions with it, and
where one has changed, what is remembered is read anew and the search asked again (`core.models.SearchVersion`).
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from . import words
from .masks import Facet

ALIKE_READ = 6
Versions = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value one may choose in a filter, for its label; ``parent`` is the value above it."""

    value: str
    label: str
    parent: str = ""


@dataclass(frozen=True)
class Values:
    """The values of one filter: their bits, and those offered in the order to show."""

    bits: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    offered: tuple[FacetValue, ...] = ()

    @property
    def room(self) -> int:
        """How many bits are in use."""
        return max(self.names, default=-1) + 1


@dataclass(frozen=True)
class Memory:
    versions: Versions = (None, None)
    values: Mapping[str, Values] = field(default_factory=dict)
    vocabulary: words.Vocabulary = words.Vocabulary()
    # Whether there are bitmaps, and the lexeme of each word that has one (`core.search.bitmaps`).
    has_bits: bool = False
    lexemes: Mapping[str, str] = field(default_factory=dict)


_kept: dict[str, Memory] = {}

_LEARN = """
SELECT version.part_values, version.part_words,
    CASE WHEN version.part_values IS DISTINCT FROM %(values)s OR %(is_cold)s THEN (
        SELECT json_agg(json_build_array(facet, value, bit, label, parent, is_offered) ORDER BY "order", label, value)
        FROM core_searchvalue WHERE index = %(index)s) END,
    CASE WHEN version.part_words IS DISTINCT FROM %(words)s OR %(is_cold)s THEN (
        SELECT json_agg(json_build_array(word, rows, public_from > %(at)s))
        FROM core_searchword WHERE index = %(index)s) END,
    EXISTS (SELECT FROM core_searchbuild WHERE index = %(index)s),
    CASE WHEN version.part_words IS DISTINCT FROM %(words)s OR %(is_cold)s THEN (
        SELECT json_agg(json_build_array(word, lexeme)) FROM core_searchlexeme WHERE index = %(index)s) END,
    (SELECT json_agg(json_build_array(typed.word, alike.word, alike.is_same) ORDER BY typed.word, alike.number)
     FROM unnest(%(typed)s::text[]) AS typed (word)
     CROSS JOIN LATERAL (
        SELECT one.word, one.is_same, row_number() OVER () AS number
        FROM (
            SELECT word, to_tsvector('english', word) = to_tsvector('english', typed.word) AS is_same
            FROM core_searchword
            WHERE index = %(index)s AND core_searchword.word %% typed.word AND public_from <= %(at)s
            ORDER BY is_same DESC, similarity(core_searchword.word, typed.word) DESC, rows DESC, core_searchword.word
            LIMIT %(most)s
        ) AS one
     ) AS alike
     WHERE NOT EXISTS (SELECT 1 FROM core_searchword AS known WHERE known.index = %(index)s AND known.word = typed.word))
FROM (SELECT max(version) FILTER (WHERE part = 'values') AS part_values,
        max(version) FILTER (WHERE part = 'words') AS part_words
      FROM core_searchversion WHERE index = %(index)s) AS version
"""


def remembered(index: str) -> Memory | None:
    """Return what this process knows of an index, or None if nothing yet."""
    return _kept.get(index)


def learn(
    index: str, facets: Iterable[Facet], typed: Iterable[str], *, at: dt.datetime
) -> tuple[Memory, dict[str, list[words.Alike]]]:
    """Read anew what has changed of an index, and for each typed word that it lacks those most alike. One query."""
    known = _kept.get(index) or Memory()
    with connection.cursor() as cursor:
        cursor.execute(
            _LEARN,
            {
                "index": index,
                "values": known.versions[0],
                "words": known.versions[1],
                "is_cold": index not in _kept,
                "typed": [word for word in typed if words.is_correctable(word)],
                "at": at,
                "most": ALIKE_READ,
            },
        )
        values_version, words_version, values, vocabulary, has_bits, lexemes, alike = cursor.fetchone()
    versions = (values_version, words_version)
    memory = known
    if versions != known.versions or index not in _kept:
        memory = Memory(
            versions,
            known.values if values_version == known.versions[0] and index in _kept else _values(facets, _rows(values)),
            known.vocabulary
            if words_version == known.versions[1] and index in _kept
            else _vocabulary(_rows(vocabulary)),
            has_bits,
            known.lexemes if words_version == known.versions[1] and index in _kept else dict(_rows(lexemes)),
        )
        _kept[index] = memory
    found: dict[str, list[words.Alike]] = {}
    for typed_word, word, is_same in _rows(alike):
        found.setdefault(typed_word, []).append(words.Alike(word, is_same))
    return memory, found


# While too much has changed, to ask the bitmaps first would cost a query for nothing.
LEFT_SECONDS = 60
_left: dict[str, tuple[Versions, float]] = {}


def has_bits(index: str, memory: Memory) -> bool:
    """Whether an index has bitmaps that are worth asking."""
    versions, until = _left.get(index, ((None, None), 0.0))
    return memory.has_bits and not (versions == memory.versions and time.monotonic() < until)


def leave_bits(index: str, memory: Memory) -> None:
    """Ask the bitmaps no more for a minute, or until they are made anew."""
    _left[index] = (memory.versions, time.monotonic() + LEFT_SECONDS)


def _rows(value: str | list[list[Any]] | None) -> list[list[Any]]:
    return (json.loads(value) if isinstance(value, str) else value) or []


def _values(facets: Iterable[Facet], rows: list[list[Any]]) -> dict[str, Values]:
    found: dict[str, Values] = {}
    for facet in facets:
        if facet.bits:
            found[facet.name] = Values(facet.bits, {bit: value for value, bit in facet.bits.items()})
            continue
        own = [row for row in rows if row[0] == facet.name]
        found[facet.name] = Values(
            {value: bit for _, value, bit, *_ in own},
            {bit: value for _, value, bit, *_ in own},
            tuple(FacetValue(value, label, parent) for _, value, _, label, parent, is_offered in own if is_offered),
        )
    return found


def _vocabulary(rows: list[list[Any]]) -> words.Vocabulary:
    return words.Vocabulary(
        {word: count for word, count, _ in rows}, frozenset(word for word, _, is_hidden in rows if is_hidden)
    )
