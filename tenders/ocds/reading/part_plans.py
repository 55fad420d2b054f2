"""What would become of the lots, awards and contracts of a process, and what is told of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from .differences import FieldChange
from .parts import Piece, Pieces
from .suppliers import Supplier


class CannotBe(Exception):
    """What the file tells cannot be kept; says why in a sentence."""


@dataclass
class PartPlan:
    """What would become of one lot, award or contract. ``key`` is that of the lot, or of the contract in the file."""

    key: str
    name: str
    row: Any = None
    changes: list[FieldChange] = field(default_factory=list)
    suppliers: list[Supplier] | None = None
    criteria: list[Piece] | None = None

    @property
    def is_new(self) -> bool:
        return self.row is None

    @property
    def does(self) -> str:
        return "added" if self.is_new else "changed"


@dataclass
class Outcome:
    """What a process would do with the parts of its entry."""

    lots: list[PartPlan] = field(default_factory=list)
    awards: list[PartPlan] = field(default_factory=list)
    contracts: list[PartPlan] = field(default_factory=list)
    # The lots for whose awards a new contract was signed, by its key; None is the whole.
    signed_for: dict[str, list[str | None]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    awarded_date: dt.date | None = None

    @property
    def parts(self) -> list[PartPlan]:
        return [*self.lots, *self.awards, *self.contracts]


@dataclass(frozen=True)
class Told:
    """What all releases say together, and what those say that were not read before."""

    ocid: str
    whole: Pieces
    fresh: Pieces
    release_id: str

    def mentions(self, name: str, key: str) -> set[str]:
        """Return what a release not read before says of a part."""
        return set(self.fresh[name].get(key, {}))
