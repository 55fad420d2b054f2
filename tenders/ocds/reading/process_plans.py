"""What would become of each process of a file, and of all of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from commissioning.models import Organisation
from core.models import CpvCode, Place
from tenders.models import Opportunity

from .differences import FieldChange
from .part_plans import Outcome, PartPlan
from .parts import Piece
from .processes import Process, ReadOne
from .suppliers import Supplier

JOIN_NEW, SKIP = "new", "skip"


@dataclass
class ProcessPlan:
    """What one OCID of the file would do."""

    process: Process
    unread: list[ReadOne]
    opportunity: Opportunity | None = None
    choice: str = JOIN_NEW
    is_found: bool = False
    changes: list[FieldChange] = field(default_factory=list)
    outcome: Outcome = field(default_factory=Outcome)
    notices: list[dict[str, str]] = field(default_factory=list)
    documents: list[Piece] = field(default_factory=list)
    amendments: list[Piece] = field(default_factory=list)
    partners: list[Organisation] = field(default_factory=list)
    cpv: list[CpvCode] = field(default_factory=list)
    unknown_cpv: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    refusal: str = ""

    @property
    def title(self) -> str:
        return str(self.overlay.get("title") or (self.opportunity.title if self.opportunity else self.process.ocid))

    @property
    def overlay(self) -> dict[str, Any]:
        """What the releases not read before say together, the later over the earlier."""
        values: dict[str, Any] = {}
        for one in self.unread:
            values |= one.values
        return values

    @property
    def is_new(self) -> bool:
        return self.opportunity is None

    @property
    def parts(self) -> list[PartPlan]:
        return self.outcome.parts

    @property
    def is_changing(self) -> bool:
        """Whether it would change anything of an entry."""
        return any((self.changes, self.parts, *self.additions))

    @property
    def has_lists(self) -> bool:
        """Whether it says anything besides fields that change."""
        return any((*self.additions, self.unknown_cpv, self.notes))

    @property
    def additions(self) -> list[list[Any]]:
        """What is only ever added to an entry."""
        return [self.notices, self.documents, self.amendments, self.partners, self.cpv, self.places]

    @property
    def does(self) -> str:
        """``added``, ``changed``, ``joined``, ``unchanged``, ``skipped`` or ``refused``."""
        if self.refusal:
            return "refused"
        if self.choice == SKIP:
            return "skipped"
        if not self.unread:
            return "unchanged"
        if self.opportunity is None:
            return "added"
        if self.is_changing:
            return "changed" if self.is_found else "joined"
        return "unchanged" if self.is_found else "joined"

    def told(self) -> list[Any]:
        """Return all that an officer is shown of it."""
        changes = [(one.name, str(one.old), str(one.new)) for one in self.changes]
        parts = [
            (part.name, part.is_new, [(one.name, str(one.old), str(one.new)) for one in part.changes])
            for part in self.parts
        ]
        opportunity = self.opportunity.pk if self.opportunity else None
        lists = [self.notices, self.documents, self.amendments]
        rows = [[one.pk for one in each] for each in (self.partners, self.cpv, self.places)]
        return [self.process.ocid, self.does, self.refusal, opportunity, changes, parts, *lists, *rows, self.notes]


@dataclass
class Plan:
    """What a whole reading would do."""

    processes: list[ProcessPlan]

    def counts(self) -> dict[str, int]:
        words = ("added", "changed", "joined", "unchanged", "skipped", "refused")
        return {word: count for word in words if (count := sum(one.does == word for one in self.processes))}

    def doing(self, word: str) -> list[ProcessPlan]:
        return [one for one in self.processes if one.does == word]

    def fingerprint(self) -> str:
        """What tells this plan from another: if an entry changed meanwhile, it differs."""
        return hashlib.sha256(repr([one.told() for one in self.processes]).encode()).hexdigest()

    def suppliers(self) -> list[Supplier]:
        """Return the suppliers that could be one provider or another, each once: the officer says which."""
        told = [one for each in self.processes for part in each.parts for one in part.suppliers or []]
        return list({one.token: one for one in told if one.candidates}.values())
