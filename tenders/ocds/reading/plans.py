"""What a reading would do here: add, join or change. Made before anything is done, and again when it is done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from commissioning.models import Organisation
from core.models import CpvCode, Place
from tenders.models import Contract, Framework, Opportunity, ReadRelease, Release, Route

from .differences import as_value, change, differences
from .outcomes import contract_reference, plan_outcome
from .part_plans import CannotBe, Told
from .parts import BUYING, Piece, Pieces, merged
from .process_plans import JOIN_NEW, SKIP, Plan, ProcessPlan
from .processes import Process
from .reader import LONDON
from .suppliers import Directory

# What a process comes from, as the standard names it: it is the same need, told of before.
COMES_FROM = ("planning", "prior", "replacementProcess")


def make_plan(
    processes: list[Process],
    *,
    organisation: Organisation,
    choices: Mapping[str, str],
    suppliers: Mapping[str, str],
    may_publish: bool,
    at: dt.datetime,
) -> Plan:
    """Compare a reading with what is here.

    :param choices: by OCID: the reference of an entry of one's own to join, `JOIN_NEW` or `SKIP`. An OCID that is known
        already is joined to its entry whatever is chosen, so that nothing is doubled.
    :param suppliers: by `Supplier.token`: the UUID of the provider it is, or `AS_STATED`.
    """
    here = _Here(processes, organisation, choices, suppliers, at)
    plans = []
    for process in processes:
        plan = here.joined(process)
        try:
            _compare(plan, here, may_publish=may_publish)
        except CannotBe as reason:
            plan.refusal = str(reason)
        plans.append(plan)
    _refuse_twins(plans)
    return Plan(plans)


class _Here:
    """What is here already of all that a reading tells of, fetched once."""

    def __init__(
        self,
        processes: list[Process],
        organisation: Organisation,
        choices: Mapping[str, str],
        suppliers: Mapping[str, str],
        at: dt.datetime,
    ) -> None:
        self.organisation, self.choices, self.at = organisation, choices, at
        ocids = [one.ocid for one in processes]
        self.by_ocid = {row.ocid: row for row in _whole(Opportunity.objects.filter(ocid__in=ocids))}
        self.seen: dict[str, dict[str, str]] = {}
        self.told: dict[str, list[Pieces]] = {}
        read = ReadRelease.objects.filter(organisation=organisation, ocid__in=ocids).order_by("released_at", "pk")
        joined: dict[str, int] = {}
        for one in read:
            self.seen.setdefault(one.ocid, {})[one.release_id] = one.sha256
            self.told.setdefault(one.ocid, []).append(one.pieces)
            joined[one.ocid] = one.opportunity_id
        entries = {row.pk: row for row in _whole(Opportunity.objects.filter(pk__in=joined.values()))}
        for ocid, key in joined.items():
            self.by_ocid.setdefault(ocid, entries[key])
        wanted = {word for word in choices.values() if word not in (JOIN_NEW, SKIP)}
        mine = _whole(Opportunity.objects.filter(organisation=organisation, reference__in=wanted))
        self.chosen = {row.reference: row for row in mine}
        releases = [one for each in processes for one in each.releases]
        codes = CpvCode.objects.filter(code__in={code for one in releases for code in one.cpv})
        self.codes = {row.code: row for row in codes}
        regions = {code for one in releases for code in one.regions}
        self.places = {row.gss_code: row for row in Place.objects.filter(gss_code__in=regions)}
        parties = [one for each in releases for one in each.pieces.get("parties", {}).values()]
        parties += [one for pieces in self.told.values() for each in pieces for one in each.get("parties", {}).values()]
        parties += [
            one
            for each in releases
            for award in each.pieces.get("awards", {}).values()
            for one in award.get("suppliers") or []
        ]
        self.directory = Directory(parties, choices=suppliers, at=at)
        self.buyers = _organisations([one for one in parties if BUYING & set(one.get("roles") or [])])
        related = {ocid for one in releases for _, ocid in one.related}
        self.frameworks = _frameworks(related, at=at)
        self.before = {row.ocid: row for row in Opportunity.objects.filter(organisation=organisation, ocid__in=related)}
        references = {
            contract_reference(each.ocid, key)
            for each in processes
            for pieces in [*(one.pieces for one in each.releases), *self.told.get(each.ocid, [])]
            for key in pieces.get("contracts", {})
        }
        register = Contract.objects.filter(organisation=organisation, reference__in=references)
        self.contracts = {row.reference: row for row in register.prefetch_related("suppliers__provider")}

    def joined(self, process: Process) -> ProcessPlan:
        """Return a plan that says only to which entry the process belongs."""
        known = self.seen.get(process.ocid, {})
        unread = [one for one in process.releases if known.get(one.release_id) != one.sha256]
        found = self.by_ocid.get(process.ocid)
        if found is not None and process.ocid.startswith(f"{settings.OCID_PREFIX}-"):
            # It was minted and published here: the file can only say what stands here, or stood.
            unread = []
        choice = self.choices.get(process.ocid, JOIN_NEW)
        plan = ProcessPlan(process, unread, opportunity=found, choice=choice, is_found=found is not None)
        if found is None and choice not in (JOIN_NEW, SKIP):
            plan.opportunity = self.chosen.get(choice)
            if plan.opportunity is None:
                plan.refusal = f"There is no entry of yours called {choice[:80]}."
        return plan

    def told_of(self, plan: ProcessPlan) -> Told:
        fresh = [one.pieces for one in plan.unread]
        whole = merged([*self.told.get(plan.process.ocid, []), *fresh])
        return Told(plan.process.ocid, whole, merged(fresh), plan.unread[-1].release_id)


def _whole(rows: QuerySet[Opportunity]) -> QuerySet[Opportunity]:
    """Fetch all of entries that a reading is compared with."""
    return rows.select_related("contract", "framework", "renews").prefetch_related(
        "cpv_codes", "places", "notices", "documents", "addenda", "partnerships", "lots__criteria", "contract__suppliers__provider",
        "awards__lot", "awards__suppliers__provider", "awards__contract__suppliers__provider",
    )  # fmt: skip


def _organisations(parties: Iterable[Piece]) -> dict[str, Organisation]:
    """The organisations known here that parties are: by their NHS code, else by their whole name."""
    codes, names = set(), set()
    for one in parties:
        codes |= {number for scheme, number in one.get("numbers") or [] if scheme == "GB-NHS"}
        names.add((one.get("name") or "").casefold())
    rows = Organisation.objects.annotate(lower=Lower("name")).filter(Q(ods_code__in=codes) | Q(lower__in=names))
    return {key: row for row in rows for key in (row.ods_code, row.name.casefold()) if key}


def _frameworks(ocids: Iterable[str], *, at: dt.datetime) -> dict[str, Framework]:
    told = Release.objects.filter(ocid__in=ocids, framework__published_at__lte=at).select_related("framework")
    return {one.ocid: one.framework for one in told if one.framework}


def _refuse_twins(plans: list[ProcessPlan]) -> None:
    joined: dict[int, str] = {}
    for plan in plans:
        if plan.opportunity is not None and plan.choice != SKIP:
            other = joined.setdefault(plan.opportunity.pk, plan.process.ocid)
            if other != plan.process.ocid and not plan.is_found:
                plan.refusal = f"{other} is joined to the same entry."


def _compare(plan: ProcessPlan, here: _Here, *, may_publish: bool) -> None:
    row = plan.opportunity
    if plan.choice == SKIP or plan.refusal:
        return
    if row is not None and row.organisation_id != here.organisation.pk:
        plan.opportunity, plan.refusal = None, "Another organisation keeps the entry with this OCID."
        return
    if not plan.unread:
        return
    overlay = plan.overlay
    if row is None and not overlay.get("title"):
        plan.refusal = (
            "It has no title, so no new entry can be made of it. Join it to one, or give the earlier releases too."
        )
        return
    plan.changes = differences(Opportunity, row, overlay)
    told = here.told_of(plan)
    plan.outcome = plan_outcome(row, told, overlay, here.directory, here.contracts, at=here.at)
    plan.notes += plan.outcome.notes
    _compare_award(plan)
    _compare_related(plan, here)
    _compare_buyers(plan, here, told.whole["parties"].values())
    _compare_lists(plan, here)
    public = [part.row for part in plan.outcome.contracts if part.row is not None and part.row.published_at]
    public += [row] if row is not None and row.published_at is not None and plan.is_changing else []
    if public and not may_publish:
        plan.refusal = "The entry is public: only a publisher changes it."
        return
    _check_order(plan, overlay)


def _compare_award(plan: ProcessPlan) -> None:
    """Have the entry count as awarded once all of it is decided; a moment noted before stays."""
    row, day = plan.opportunity, plan.outcome.awarded_date
    if day is not None and plan.outcome.awards and (row is None or row.awarded_at is None):
        moment = dt.datetime.combine(day, dt.time(), LONDON)
        plan.changes.append(change(Opportunity, "awarded_at", None, moment))


def _compare_related(plan: ProcessPlan, here: _Here) -> None:
    row = plan.opportunity
    for word, ocid in (pair for one in plan.unread for pair in one.related):
        framework, before = here.frameworks.get(ocid), here.before.get(ocid)
        if word == "framework" and framework is not None:
            if row is None or row.framework_id != framework.pk:
                plan.changes.append(change(Opportunity, "framework", row.framework if row else None, framework))
            if "route" not in plan.overlay and (row is None or row.route == Route.UNKNOWN):
                plan.changes.append(change(Opportunity, "route", None, Route.CALL_OFF.value))
        elif word in COMES_FROM and before is not None and before.pk != (row.pk if row else None):
            if row is None or row.renews_id != before.pk:
                plan.changes.append(change(Opportunity, "renews", row.renews if row else None, before))
    # A later release says last what holds.
    plan.changes = list({one.name: one for one in plan.changes}.values())


def _compare_buyers(plan: ProcessPlan, here: _Here, parties: Iterable[Piece]) -> None:
    """Note a buyer that is another organisation here; those that buy together with us become partners."""
    known: dict[int, Organisation] = {}
    for one in parties:
        if BUYING & set(one.get("roles") or []):
            keys = [number for scheme, number in one.get("numbers") or [] if scheme == "GB-NHS"]
            found = next(
                (here.buyers[key] for key in (*keys, (one.get("name") or "").casefold()) if key in here.buyers), None
            )
            if found is not None:
                known[found.pk] = found
    others = [one for key, one in known.items() if key != here.organisation.pk]
    if not others:
        return
    if here.organisation.pk not in known:
        names = ", ".join(str(one) for one in others)
        plan.notes.append(f"Its buyer in the file is {names}, which is another organisation here.")
        return
    row = plan.opportunity
    partners = {one.organisation_id for one in row.partnerships.all()} if row is not None else set()
    plan.partners = [one for one in others if one.pk not in partners]


def _compare_lists(plan: ProcessPlan, here: _Here) -> None:
    """What is only ever added to: codes, places, notices, documents, and what the notices say has changed."""
    row = plan.opportunity
    had = {one.code for one in row.cpv_codes.all()} if row is not None else set()
    for code in dict.fromkeys(code for one in plan.unread for code in one.cpv):
        if code not in here.codes:
            plan.unknown_cpv.append(code)
        elif code not in had:
            plan.cpv.append(here.codes[code])
    _compare_places(plan, here)
    notices = {(one.kind, one.number) for one in row.notices.all()} if row is not None else set()
    papers = {one.url for one in row.documents.all()} if row is not None else set()
    texts = {one.text for one in row.addenda.all()} if row is not None else set()
    for one in plan.unread:
        for notice in one.notices:
            if (notice["kind"], notice["number"]) not in notices:
                notices.add((notice["kind"], notice["number"]))
                plan.notices.append(notice)
        for paper in one.documents:
            if paper["url"] not in papers:
                papers.add(paper["url"])
                plan.documents.append(paper)
        for amendment in one.amendments:
            if amendment["text"] not in texts:
                texts.add(amendment["text"])
                plan.amendments.append(amendment)


def _compare_places(plan: ProcessPlan, here: _Here) -> None:
    """Where care is given, as far as a place here has the code; of the others the officer is told, as of the bids."""
    row = plan.opportunity
    had = {one.pk for one in row.places.all()} if row is not None else set()
    told = list(dict.fromkeys(code for one in plan.unread for code in one.regions))
    plan.places = [here.places[code] for code in told if code in here.places and here.places[code].pk not in had]
    if unknown := [code for code in told if code not in here.places]:
        plan.notes.append(f"No place here has the code {', '.join(unknown[:10])}: say yourself where care is given.")
    if any(one.has_bids for one in plan.unread):
        plan.notes.append("Bids are not read: how many there were, and whose, stands in the notice.")


def _check_order(plan: ProcessPlan, overlay: dict[str, Any]) -> None:
    """Whether the entry could hold what it would hold then."""

    def then(name: str) -> Any:
        value = as_value(Opportunity, name, overlay[name]) if name in overlay else None
        return value if name in overlay else getattr(plan.opportunity, name, None)

    opens, closes, asked = then("opens_at"), then("closes_at"), then("questions_close_at")
    if closes and not (opens and closes > opens):
        plan.refusal = "Bids would close before they open, or without ever opening."
    elif asked and closes and asked > closes:
        plan.refusal = "Questions would close after bids do."
    least, most = then("value_from"), then("value_to")
    if least is not None and most is not None and least > most:
        plan.refusal = "The lowest value would be above the highest."
