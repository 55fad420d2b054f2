"""How much of a profile is told, section by section, and what to tell next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .fields import Field, Kind, Section, Subject, sections_of
from .values import Values

# What families and the Competition and Markets Authority ask for first.
FIRST = ("who", "fees", "contact", "about", "photos", "rooms", "accessibility", "staffing")


@dataclass(frozen=True)
class Told:
    """How much of one section is told."""

    section: Section
    told: int
    missing: list[Field]

    @property
    def asked(self) -> int:
        """How many of its fields count."""
        return self.told + len(self.missing)

    @property
    def is_complete(self) -> bool:
        return not self.missing


def is_told(field: Field, value: Any) -> bool:
    """Whether somebody has said anything about a field."""
    if field.kind == Kind.CHOICE:
        return bool(value) and value != "unknown"
    return value is not None and value != "" and value != []


def completeness(subject: Subject, values: Values) -> list[Told]:
    """Return for each section what is told and what is missing."""
    found = []
    for section in sections_of(subject):
        counting = [field for field in section.fields if field.counts]
        missing = [field for field in counting if not is_told(field, values.get(field.name))]
        found.append(Told(section, len(counting) - len(missing), missing))
    return found


def next_step(told: list[Told]) -> Told | None:
    """Return the section to fill in next: what families ask for first; None where everything is told."""
    open_ones = {one.section.key: one for one in told if one.missing}
    return next((open_ones[key] for key in FIRST if key in open_ones), None)
