"""Filters as bits: each value of a filter is a bit in a row's masks.

Masks are counted in two ways. Of most filters rows share few combinations of values, so PostgreSQL groups rows by their
masks, and the few hundred groups are taken apart here. Several small filters share one column, the *flags*, whose
combinations are nearly as many as the rows; they are summed.

A mask is a bigint of 63 bits. The bits 0, 1 and 2 of a filter stand at places 0, 21 and 42, the next three at 1, 22 and
43, and so on: ``sum((mask >> 1) & TRIPLE)`` counts bits 3, 4 and 5 of all rows, each in 21 bits of one number. That
holds up to two million rows; it was measured at a third of the time of one sum for each value.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

WIDTH = 63
FIELD = 21
TRIPLE = 1 | 1 << FIELD | 1 << 2 * FIELD
MOST_ROWS = (1 << FIELD) - 1
FLAGS = ("flags",)


def place(bit: int) -> int:
    """Return a mask in which only this bit of its column is set, as SQL's ``core_search_mask`` does."""
    within = bit % WIDTH
    return 1 << within % 3 * FIELD + within // 3


def masks(bits: Iterable[int], columns: int) -> list[int]:
    """Return the masks of a filter's columns in which these bits are set."""
    found = [0] * columns
    for bit in bits:
        if bit < columns * WIDTH:
            found[bit // WIDTH] |= place(bit)
    return found


@dataclass(frozen=True)
class Facet:
    """A filter with counts.

    :param columns: the columns of its masks, 63 values each.
    :param bits: the bit of each value, where they are fixed; otherwise `core.models.SearchValue` has them.
    :param unsaid: the bit that says nobody told, for filters whose rows may also be wanted without an answer.
    :param must_all: whether all chosen values must hold, and not any one of them.
    :param varies: whether rows of the same thing may differ in it.
    """

    name: str
    columns: tuple[str, ...]
    bits: Mapping[str, int] = field(default_factory=dict)
    unsaid: int | None = None
    must_all: bool = False
    varies: bool = False

    @property
    def is_flag(self) -> bool:
        """Whether its bits stand in the flags that several filters share."""
        return self.columns == FLAGS


def sums(bits: int) -> list[str]:
    """Return the SQL expressions that count the first so many bits of the flags, three each."""
    return [f"sum((flags >> {number}) & {TRIPLE})" for number in range(-(-bits // 3))]


def read_sums(values: Iterable[int]) -> list[int]:
    """Return the count of each bit from the values of `sums`."""
    counts: list[int] = []
    for value in values:
        counts += (value & MOST_ROWS, value >> FIELD & MOST_ROWS, value >> 2 * FIELD)
    return counts


@functools.lru_cache(maxsize=20_000)
def bits_of(mask: int) -> tuple[int, ...]:
    """Return the bits that are set in a column's mask."""
    found = []
    while mask:
        lowest = mask & -mask
        where = lowest.bit_length() - 1
        found.append(where % FIELD * 3 + where // FIELD)
        mask ^= lowest
    return tuple(found)


def read_groups(text: str | None, facets: Sequence[Facet]) -> list[dict[int, int]]:
    """Return for each grouped filter the count of each bit, from what `Statement` answers of groups of rows."""
    found: list[dict[int, int]] = [{} for _ in facets]
    # PostgreSQL's grouping() has a bit for each filter that a group is not of, the first filter's highest.
    every = (1 << len(facets)) - 1
    numbers = {every ^ 1 << (len(facets) - 1 - number): number for number in range(len(facets))}
    for group in (text or "").split(",") if text else ():
        which, many, *columns = map(int, group.split())
        counts = found[numbers[which]]
        for number, mask in enumerate(columns):
            for bit in bits_of(mask):
                bit += number * WIDTH
                counts[bit] = counts.get(bit, 0) + many
    return found
