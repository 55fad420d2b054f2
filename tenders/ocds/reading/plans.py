"""What a reading would do here: add, join or change. Made before anything is done, and again when it is done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from commissioning.models import Organisation
from core.dates import EstimatedDate, parse
from core.models import CpvCode
from tenders.models import DateChange, Notice, Opportunity, ReadRelease

from .processes import LONDON, Process, ReadOne

JOIN_NEW, SKIP = "new", "skip"
ESTIMATED = {"tender_date", "engagement_date", "award_date", "contract_start_date", "contract_end_date"}
MOMENTS = {"opens_at", "closes_at", "questions_close_at", "awarded_at", "withdrawn_at", "cancelled_at"}
POUNDS = {"value_from", "value_to", "value_gross"}
DAYS = {"signed_date"}
TEXTS = {
    "title",
    "summary",
    "participation_conditions",
    "risks",
    "award_criteria",
    "portal_url",
    "ended_reason",
    "regime",
    "route",
}


@dataclass(frozen=True)
class FieldChange:
    """One field that differs: its name, what stands here, and what the file says."""

    name: str
    label: str
    old: Any
    new: Any

    @property
    def old_words(self) -> str:
        return in_words(self.name, self.old)

    @property
    def new_words(self) -> str:
        return in_words(self.name, self.new)


@dataclass
class ProcessPlan:
    """What one OCID of the file would do."""

    process: Process
    unread: list[ReadOne]
    opportunity: Opportunity | None = None
    choice: str = JOIN_NEW
    is_found: bool = False
    changes: list[FieldChange] = field(default_factory=list)
    notices: list[dict[str, str]] = field(default_factory=list)
    cpv: list[CpvCode] = field(default_factory=list)
    unknown_cpv: list[str] = field(default_factory=list)
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
        if self.changes or self.notices or self.cpv:
            return "changed" if self.is_found else "joined"
        return "unchanged" if self.is_found else "joined"


@dataclass
class Plan:
    """What a whole reading would do."""

    processes: list[ProcessPlan]

    def counts(self) -> dict[str, int]:
        words = ("added", "changed", "joined", "unchanged", "skipped", "refused")
        return {word: count for word in words if (count := sum(one.does == word for one in self.processes))}

    def doing(self, word: str) -> list[ProcessPlan]:
        return [one for one in self.processes if one.does == word]


def make_plan(
    processes: list[Process],
    *,
    organisation: Organisation,
    choices: Mapping[str, str],
    may_publish: bool,
    at: dt.datetime,
) -> Plan:
    """Compare a reading with what is here.

    :param choices: by OCID: the reference of an entry of one's own to join, `JOIN_NEW` or `SKIP`. An OCID that is known
        already is joined to its entry whatever is chosen, so that nothing is doubled.
    """
    ocids = [one.ocid for one in processes]
    by_ocid = {row.ocid: row for row in Opportunity.objects.filter(ocid__in=ocids)}
    read = ReadRelease.objects.filter(organisation=organisation, ocid__in=ocids).select_related("opportunity")
    seen: dict[str, dict[str, str]] = {}
    for row in read:
        seen.setdefault(row.ocid, {})[row.release_id] = row.sha256
        by_ocid.setdefault(row.ocid, row.opportunity)
    wanted = {word for word in choices.values() if word not in (JOIN_NEW, SKIP)}
    chosen = {row.reference: row for row in Opportunity.objects.filter(organisation=organisation, reference__in=wanted)}
    known_codes = {
        row.code: row
        for row in CpvCode.objects.filter(
            code__in={code for one in processes for read in one.releases for code in read.cpv}
        )
    }
    plans = []
    for process in processes:
        known = seen.get(process.ocid, {})
        unread = [one for one in process.releases if known.get(one.release_id) != one.sha256]
        plan = ProcessPlan(
            process, unread, opportunity=by_ocid.get(process.ocid), choice=choices.get(process.ocid, JOIN_NEW)
        )
        plan.is_found = plan.opportunity is not None
        if plan.opportunity is None and plan.choice not in (JOIN_NEW, SKIP):
            plan.opportunity = chosen.get(plan.choice)
            if plan.opportunity is None:
                plan.refusal = f"There is no entry of yours called {plan.choice[:80]}."
        _compare(plan, organisation, known_codes, may_publish=may_publish, at=at)
        plans.append(plan)
    _refuse_twins(plans)
    return Plan(plans)


def _refuse_twins(plans: list[ProcessPlan]) -> None:
    joined: dict[int, str] = {}
    for plan in plans:
        if plan.opportunity is not None and plan.choice != SKIP:
            other = joined.setdefault(plan.opportunity.pk, plan.process.ocid)
            if other != plan.process.ocid and not plan.is_found:
                plan.refusal = f"{other} is joined to the same entry."


def _compare(
    plan: ProcessPlan, organisation: Organisation, codes: dict[str, CpvCode], *, may_publish: bool, at: dt.datetime
) -> None:
    row = plan.opportunity
    if plan.choice == SKIP or plan.refusal:
        return
    if row is not None and row.organisation_id != organisation.pk:
        plan.opportunity, plan.refusal = None, "Another organisation keeps the entry with this OCID."
        return
    overlay = plan.overlay
    if row is None and plan.unread and not overlay.get("title"):
        plan.refusal = (
            "It has no title, so no new entry can be made of it. Join it to one, or give the earlier releases too."
        )
        return
    for name, stored in overlay.items():
        new, old = as_value(name, stored), getattr(row, name) if row is not None else None
        if not _same(old, new):
            label = str(Opportunity._meta.get_field(name).verbose_name)
            plan.changes.append(FieldChange(name, label[:1].upper() + label[1:], old, new))
    had = set(row.cpv_codes.values_list("code", flat=True)) if row is not None and row.pk else set()
    for code in dict.fromkeys(code for one in plan.unread for code in one.cpv):
        if code in codes:
            plan.cpv += [codes[code]] if code not in had else []
        else:
            plan.unknown_cpv.append(code)
    told = set(Notice.objects.filter(opportunity=row).values_list("kind", "number")) if row is not None else set()
    for notice in (notice for one in plan.unread for notice in one.notices):
        if (notice["kind"], notice["number"]) not in told:
            told.add((notice["kind"], notice["number"]))
            plan.notices.append(notice)
    is_public = row is not None and row.published_at is not None
    if is_public and not may_publish and (plan.changes or plan.notices or plan.cpv):
        plan.refusal = "The entry is public: only a publisher changes it."
        return
    _check_order(plan, overlay)


def _check_order(plan: ProcessPlan, overlay: dict[str, Any]) -> None:
    """Whether the entry could hold what it would hold then."""

    def then(name: str) -> Any:
        value = as_value(name, overlay[name]) if name in overlay else None
        return value if name in overlay else getattr(plan.opportunity, name, None)

    opens, closes, asked = then("opens_at"), then("closes_at"), then("questions_close_at")
    if closes and not (opens and closes > opens):
        plan.refusal = "Bids would close before they open, or without ever opening."
    elif asked and closes and asked > closes:
        plan.refusal = "Questions would close after bids do."
    least, most = then("value_from"), then("value_to")
    if least is not None and most is not None and least > most:
        plan.refusal = "The lowest value would be above the highest."


def as_value(name: str, stored: Any) -> Any:
    """Return a stored value as the field holds it."""
    if name in ESTIMATED:
        return _estimated(dt.date.fromisoformat(stored)) if stored else None
    if stored is None:
        return "" if name in TEXTS else None
    if name in MOMENTS:
        return dt.datetime.fromisoformat(stored)
    if name in DAYS:
        return dt.date.fromisoformat(stored)
    return Decimal(stored) if name in POUNDS else stored


def in_words(name: str, value: Any) -> str:
    """Return a field's value as a person reads it."""
    if value is None or value == "":
        return "not stated"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        london = value.astimezone(LONDON)
        return f"{london.day} {london:%B %Y, %H:%M}"
    if isinstance(value, dt.date):
        return f"{value.day} {value:%B %Y}"
    if name in POUNDS:
        return f"£{value:,.2f}".removesuffix(".00")
    choices = dict(Opportunity._meta.get_field(name).flatchoices)
    return str(choices.get(value, value))


def _estimated(day: dt.date) -> EstimatedDate:
    return parse(f"{day.day} {day:%B %Y}")


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, EstimatedDate) and isinstance(new, EstimatedDate):
        return (old.earliest, old.latest) == (new.earliest, new.latest)
    return bool((old or None) == (new or None)) if not isinstance(new, bool) else bool(old is new)


# What a public entry shows of its own past when it moves.
KEPT_DATES = frozenset(DateChange.Field.values)
__all__ = ["JOIN_NEW", "KEPT_DATES", "SKIP", "FieldChange", "Plan", "ProcessPlan", "as_value", "make_plan"]
