"""What a reading would do with an entry's lots, awards and contracts. Nothing is changed by it.

Only what a release not read before mentions is compared: what an officer has written since stays.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.text import slugify

from core.dates import london_date
from tenders.models import Award, Contract, Criterion, Opportunity, OpportunityLot

from .differences import FieldChange, as_value, differences
from .part_plans import CannotBe, Outcome, PartPlan, Told
from .parts import Piece
from .suppliers import Directory, Supplier

# By the id of an award in the file.
LotsOf = dict[str, list[str | None]]
STANDING = {"active", "pending", "", None}
CONCLUDED = {"active", "terminated"}
LOT_FIELDS = {
    "title": "title",
    "description": "description",
    "net": "value_net",
    "gross": "value_gross",
    "starts": "contract_start_date",
    "ends": "contract_end_date",
    "sme": "is_sme_suitable",
    "vcse": "is_vcse_suitable",
}
CONTRACT_FIELDS = {
    "title": "title",
    "description": "summary",
    "extension": "extension_as_stated",
    "starts": "starts",
    "ends": "ends",
    "extended": "ends_if_extended",
    "net": "value_amount",
}
# Which fields of an award each word of a piece decides.
AWARD_FIELDS = {
    "status": ("outcome", "cancelled_date", "cancelled_reason"),
    "date": ("award_date",),
    "standstill": ("standstill_ends_date",),
    "net": ("value_amount", "value_as_stated"),
    "lots": ("value_amount", "value_as_stated"),
}


def plan_outcome(
    row: Opportunity | None,
    told: Told,
    values: Mapping[str, Any],
    directory: Directory,
    contracts: Mapping[str, Contract],
    *,
    at: dt.datetime,
) -> Outcome:
    """Compare what is told of lots, awards and contracts with an entry's.

    :param values: what the releases say of the entry itself, for contracts that are new.
    :param contracts: the organisation's own by reference.
    :raises CannotBe: if something told cannot be kept.
    """
    outcome = Outcome()
    slugs = _plan_lots(row, told, outcome)
    lots_of = _lots_of_awards(row, told, slugs)
    _plan_awards(row, told, lots_of, directory, outcome, at=at)
    _plan_contracts(row, told, values, directory, contracts, outcome)
    _plan_joins(told, lots_of, outcome)
    outcome.awarded_date = _awarded(row, outcome, slugs)
    return outcome


# --- Lots ---


def _plan_lots(row: Opportunity | None, told: Told, outcome: Outcome) -> dict[str, str]:
    """Plan the lots, and return by which slug each lot of the file is known here."""
    here = _lots_here(row)
    slugs: dict[str, str] = {}
    taken: set[str] = set()
    for key, piece in told.whole["lots"].items():
        found = _known_lot(key, piece, here, taken)
        if found is None and key not in told.fresh["lots"]:
            continue
        slugs[key] = found.slug if found else _slug(key)
        taken.add(slugs[key])
        mentioned = told.mentions("lots", key) if found else set(piece)
        stored = {ours: piece[name] for name, ours in LOT_FIELDS.items() if name in mentioned}
        if found is None:
            stored = {"title": f"Lot {key}"[:250]} | stored
        same_title = ("title",) if found and stored.get("title") in (found.title, str(found)) else ()
        plan = PartPlan(slugs[key], f"Lot {stored.get('title') or found}", found)
        plan.changes = differences(OpportunityLot, found, stored, leave=same_title)
        net, gross = (
            as_value(OpportunityLot, name, stored[name]) if name in stored else getattr(found, name, None)
            for name in ("value_net", "value_gross")
        )
        if net is not None and gross is not None and gross < net:
            raise CannotBe(f"The value of {plan.name} with VAT would be below the one without.")
        if "criteria" in mentioned:
            _plan_criteria(plan, found, piece["criteria"], outcome)
        if found is None or plan.changes or plan.criteria is not None:
            outcome.lots.append(plan)
    if len(set(slugs.values())) < len(slugs):
        raise CannotBe("Two lots would be known by the same word here.")
    return slugs


def _lots_here(row: Opportunity | None) -> dict[tuple[str, str], list[OpportunityLot]]:
    """An entry's lots by each word that may tell which one it is."""
    found: dict[tuple[str, str], list[OpportunityLot]] = defaultdict(list)
    for one in row.lots.all() if row is not None else ():
        titles = {("title", title.casefold()) for title in (one.title, str(one)) if title}
        for word in {("slug", one.slug), ("number", one.number), *titles}:
            found[word].append(one)
    return found


def _known_lot(
    key: str, piece: Piece, here: Mapping[tuple[str, str], list[OpportunityLot]], taken: set[str]
) -> OpportunityLot | None:
    title = (piece.get("title") or "").casefold()
    for word in (("slug", _slug(key)), ("number", key), ("title", title)):
        found = [one for one in here.get(word, ()) if one.slug not in taken]
        if len(found) == 1:
            return found[0]
    return None


def _slug(key: str) -> str:
    slug = slugify(key)
    # A word that says it all, or one that no other id can share.
    return slug if slug == key.lower() and len(slug) <= 80 else f"{slug[:60] or 'lot'}-{_digest(key)}"


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:10]


def _plan_criteria(plan: PartPlan, found: OpportunityLot | None, criteria: list[Piece], outcome: Outcome) -> None:
    """Keep criteria as such where their weights are whole; else only say that they are left out."""
    weights = [Decimal(one["weight"]) for one in criteria if one["weight"]]
    is_whole = len(weights) == len(criteria) and sum(weights) == 100
    if criteria and not (is_whole and len({one["name"] for one in criteria}) == len(criteria)):
        outcome.notes.append(f"The criteria of {plan.name} do not weigh 100% together and are left out.")
        return
    old = list(found.criteria.all()) if found else []
    if [(one.name, one.kind, one.weight) for one in old] == [
        (one["name"], one["kind"], Decimal(one["weight"])) for one in criteria
    ]:
        return
    plan.criteria = criteria
    new = [str(Criterion(name=one["name"], weight=Decimal(one["weight"]))) for one in criteria]
    plan.changes.append(FieldChange("criteria", "Criteria", "; ".join(map(str, old)), "; ".join(new), OpportunityLot))


# --- Awards ---


def _lots_of_awards(row: Opportunity | None, told: Told, slugs: dict[str, str]) -> LotsOf:
    """Return by which slugs the lots of each award are known here; None is the whole."""
    everything = {one.slug for one in row.lots.all()} if row is not None else set()
    everything |= set(slugs.values())
    return {key: _lots_of(key, piece, slugs, everything) for key, piece in told.whole["awards"].items()}


def _plan_awards(
    row: Opportunity | None, told: Told, lots_of: LotsOf, directory: Directory, outcome: Outcome, *, at: dt.datetime
) -> None:
    groups: dict[str | None, list[str]] = defaultdict(list)
    for key, lots in lots_of.items():
        for slug in lots:
            groups[slug].append(key)
    here: dict[str | None, list[Award]] = defaultdict(list)
    for one in row.awards.all() if row is not None else ():
        here[one.lot.slug if one.lot else None].append(one)
    signing: dict[str | None, list[str]] = defaultdict(list)
    for key, piece in told.whole["contracts"].items():
        signing[piece.get("award")].append(key)
    for slug, keys in groups.items():
        fresh = {name for key in keys for name in told.mentions("awards", key)}
        contracts = [one for key in keys for one in signing[key]]
        is_signed_now = any("signed" in told.mentions("contracts", one) for one in contracts)
        if not fresh and not is_signed_now:
            continue
        signed = [told.whole["contracts"][one] for one in contracts]
        stored = _award_values([told.whole["awards"][key] for key in keys], signed, told)
        found = _known_award(here[slug], stored["award_date"])
        if found is not None:
            fields = {name for word in fresh for name in AWARD_FIELDS.get(word, ())}
            fields |= {"signed_date"} if is_signed_now else set()
            stored = {name: value for name, value in stored.items() if name in fields}
        plan = PartPlan(slug or "", f"Award of lot {slug}" if slug else "Award", found)
        plan.changes = differences(Award, found, {name: value for name, value in stored.items() if found or value})
        if found is None or "suppliers" in fresh:
            _plan_award_suppliers(plan, [told.whole["awards"][key] for key in keys], told, directory)
        _check_award(plan, at=at)
        if found is None or plan.changes:
            outcome.awards.append(plan)


def _lots_of(key: str, piece: Piece, slugs: Mapping[str, str], everything: set[str]) -> list[str | None]:
    lots = piece.get("lots") or []
    if not lots:
        # With one lot alone there is nothing else it could be of.
        return [next(iter(everything))] if len(everything) == 1 else [None]
    unknown = [one for one in lots if one not in slugs]
    if unknown:
        raise CannotBe(f"Award {key[:60]} is of lot {unknown[0][:60]}, of which nothing is told. Read that notice too.")
    return [slugs[one] for one in dict.fromkeys(lots)]


def _award_values(pieces: list[Piece], contracts: list[Piece], told: Told) -> Piece:
    """Put the awards of one lot together, for which there is one row here."""
    standing = [one for one in pieces if one.get("status") in STANDING]
    refused = [one for one in pieces if one.get("status") == "unsuccessful"]
    counted = standing or refused or pieces
    nets = [one.get("net") for one in counted]
    several = any(len(one.get("lots") or []) > 1 for one in counted)
    total = None if None in nets else sum(Decimal(str(net)) for net in nets)
    signed = [one["signed"] for one in contracts if one.get("signed")] if standing else []
    is_cancelled = not standing and not refused
    return {
        "outcome": Award.Outcome.NOT_AWARDED if refused and not standing else Award.Outcome.AWARDED,
        "award_date": min(one.get("date") or one["told"] for one in counted),
        "standstill_ends_date": max((one["standstill"] for one in standing if one.get("standstill")), default=None),
        "signed_date": min(signed, default=None),
        # What is awarded for several lots at once has no part for each.
        "value_amount": str(total) if total is not None and not several else None,
        "value_as_stated": f"£{total:,.0f} for several lots together" if several and total is not None else "",
        "cancelled_date": max(one["told"] for one in pieces) if is_cancelled else None,
        "cancelled_reason": f"As published in notice {told.release_id[:120]}." if is_cancelled else "",
    }


def _known_award(of_lot: list[Award], award_date: str) -> Award | None:
    standing = [one for one in of_lot if one.cancelled_date is None]
    same_day = [one for one in of_lot if one.award_date.isoformat() == award_date]
    return next(iter([*standing, *same_day]), None)


def _plan_award_suppliers(plan: PartPlan, pieces: Iterable[Piece], told: Told, directory: Directory) -> None:
    standing = [one for one in pieces if one.get("status") in STANDING]
    suppliers = _suppliers(standing, told, directory)
    old = list(plan.row.suppliers.all()) if plan.row else []
    if len(old) == len(suppliers) and all(any(one.is_row(row) for row in old) for one in suppliers):
        return
    plan.suppliers = suppliers
    plan.changes.append(_supplier_change(old, suppliers, Award))


def _suppliers(awards: Iterable[Piece], told: Told, directory: Directory) -> list[Supplier]:
    found: dict[Any, Supplier] = {}
    for award in awards:
        for reference in award.get("suppliers") or []:
            party = told.whole["parties"].get(reference["id"], {})
            supplier = directory.supplier({"name": reference["name"]} | party)
            found.setdefault(supplier.provider.pk if supplier.provider else supplier.name.casefold(), supplier)
    return list(found.values())


def _supplier_change(old: Iterable[Any], new: Iterable[Supplier], model: Any) -> FieldChange:
    return FieldChange("suppliers", "Suppliers", "; ".join(map(str, old)), "; ".join(map(str, new)), model)


def _check_award(plan: PartPlan, *, at: dt.datetime) -> None:
    def then(name: str) -> Any:
        told = [one.new for one in plan.changes if one.name == name]
        return told[0] if told else getattr(plan.row, name, None)

    decided = then("award_date")
    if decided > london_date(at):
        raise CannotBe(f"{plan.name}: the decision would lie ahead.")
    if any(day and day < decided for day in (then("standstill_ends_date"), then("signed_date"))):
        raise CannotBe(f"{plan.name}: standstill and signature would come before the decision.")


def _awarded(row: Opportunity | None, outcome: Outcome, slugs: Mapping[str, str]) -> dt.date | None:
    """Return the day from which the whole counts as awarded: each lot is decided, and one at least has a winner."""
    decided: dict[str | None, tuple[str, dt.date]] = {}
    for one in row.awards.all() if row is not None else ():
        if one.cancelled_date is None:
            decided[one.lot.slug if one.lot else None] = (one.outcome, one.award_date)
    for plan in outcome.awards:
        then = {one.name: one.new for one in plan.changes}
        old = plan.row
        if then.get("cancelled_date", getattr(old, "cancelled_date", None)):
            decided.pop(plan.key or None, None)
        else:
            day = then.get("award_date") or old.award_date
            decided[plan.key or None] = (then.get("outcome") or old.outcome, day)
    lots = {one.slug for one in row.lots.all()} if row is not None else set()
    lots |= set(slugs.values())
    is_whole = None in decided or bool(lots) and set(decided) >= lots
    won = [day for what, day in decided.values() if what == Award.Outcome.AWARDED]
    return max(won) if is_whole and won else None


# --- Contracts ---


def _plan_contracts(
    row: Opportunity | None,
    told: Told,
    values: Mapping[str, Any],
    directory: Directory,
    contracts: Mapping[str, Contract],
    outcome: Outcome,
) -> None:
    for key, piece in told.whole["contracts"].items():
        award = told.whole["awards"].get(piece.get("award") or "", {})
        mentioned = told.mentions("contracts", key)
        has_suppliers = "suppliers" in told.mentions("awards", piece.get("award") or "")
        if not _is_concluded(piece) or not (mentioned or has_suppliers):
            continue
        reference = contract_reference(told.ocid, key)
        found = contracts.get(reference) or _linked_contract(row, told, piece)
        stored = {ours: piece.get(name) for name, ours in CONTRACT_FIELDS.items() if name in mentioned or not found}
        if found is None:
            title = piece.get("title") or award.get("title") or values.get("title") or getattr(row, "title", "")
            stored |= {"title": title, "regime": values.get("regime") or getattr(row, "regime", None) or "unknown"}
        elif not stored.get("title"):
            stored.pop("title", None)
        if not stored.get("value_amount") and piece.get("gross") and "value_amount" in stored:
            stored["value_amount"] = piece["gross"]
        plan = PartPlan(reference, f"Contract {stored.get('title') or found}", found)
        plan.changes = differences(Contract, found, {name: one for name, one in stored.items() if found or one})
        if award and (found is None or has_suppliers):
            suppliers = _suppliers([award] if award.get("status") in STANDING else [], told, directory)
            old = list(found.suppliers.all()) if found else []
            if suppliers and not (
                len(old) == len(suppliers) and all(any(one.is_row(each) for each in old) for one in suppliers)
            ):
                plan.suppliers = suppliers
                plan.changes.append(_supplier_change(old, suppliers, Contract))
        if found is None or plan.changes:
            outcome.contracts.append(plan)


def _is_concluded(piece: Piece) -> bool:
    has_dates = any(piece.get(name) for name in ("signed", "starts", "ends"))
    return piece.get("status") != "cancelled" and (piece.get("status") in CONCLUDED or has_dates)


def _plan_joins(told: Told, lots_of: LotsOf, outcome: Outcome) -> None:
    """Find the award that each new contract was signed for. An award here names one contract: of several it names none."""
    signed: dict[str | None, list[str]] = defaultdict(list)
    for key, piece in told.whole["contracts"].items():
        for slug in lots_of.get(piece.get("award") or "", ()) if _is_concluded(piece) else ():
            signed[slug].append(contract_reference(told.ocid, key))
    new = {plan.key for plan in outcome.contracts if plan.is_new}
    for slug, contracts in signed.items():
        if new.isdisjoint(contracts):
            continue
        if len(contracts) == 1:
            outcome.signed_for.setdefault(contracts[0], []).append(slug)
        else:
            what = f"The award of lot {slug}" if slug else "The award"
            outcome.notes.append(
                f"{what} has {len(contracts)} contracts. Each is a row of the contracts register; the award names one "
                "contract at most, so join the main one to it yourself."
            )


def contract_reference(ocid: str, key: str) -> str:
    """Return the word by which a contract of the file is known in the register: the same whenever it is read."""
    slug = slugify(f"{ocid}-{key}")
    is_telling = slug == f"{ocid}-{key}".lower() and len(slug) <= 80
    return slug if is_telling else f"{slug[:68]}-{_digest(f'{ocid}/{key}')}"


def _linked_contract(row: Opportunity | None, told: Told, piece: Piece) -> Contract | None:
    """The contract an officer has joined to the award already, where nothing else it could be."""
    if row is None or len(told.whole["contracts"]) != 1:
        return None
    joined = [one.contract for one in row.awards.all() if one.contract is not None]
    candidates = {one.pk: one for one in [*joined, *([row.contract] if row.contract else [])]}
    found = next(iter(candidates.values()), None)
    is_ours = found is not None and found.organisation_id == row.organisation_id
    return found if is_ours and len(candidates) == 1 else None
