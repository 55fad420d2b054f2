"""What each kind of notice must carry, and what of it a record already holds.

An officer copies from it into the statutory place of publication, and sees what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects

from ..models import Opportunity
from .table import MUST_CARRY, Requirement
from .values import NEEDED


@dataclass(frozen=True)
class Item:
    """A requirement beside what the record holds of it."""

    label: str
    section: str
    value: str
    is_held_here: bool

    @property
    def is_gap(self) -> bool:
        """Whether the record has a place for it, and nothing in it."""
        return self.is_held_here and not self.value


def items(kind: str, record: Opportunity) -> list[Item]:
    """Return what a notice of this kind must carry, with what the record holds; empty for a kind not in the table."""
    if kind not in MUST_CARRY:
        return []
    prefetch_related_objects([record], *NEEDED)
    return [
        Item(one.label, one.section, _words(one.value(record)) if one.value else "", one.value is not None)
        for one in MUST_CARRY[kind]
    ]


def gaps(kind: str, record: Opportunity) -> list[Item]:
    """Return what the record still lacks for a notice of this kind."""
    return [one for one in items(kind, record) if one.is_gap]


def _words(value: Any) -> str:
    return "" if value is None else str(value).strip()


__all__ = ["MUST_CARRY", "Item", "Requirement", "gaps", "items"]
