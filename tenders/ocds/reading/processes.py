"""What an entry here can hold of each release, checked: wrong types and times that never were are faults with a path."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from core.dates import london_date
from core.imports.problems import Problems
from tenders.models import Regime, ReservedFor, Route

from .parts import (
    UK_KINDS,
    WEB_ADDRESS,
    Piece,
    Pieces,
    read_amendments,
    read_documents,
    read_pieces,
    read_regions,
    read_related,
)
from .reader import Reader

OCID = re.compile(r"ocds-[a-z0-9]{6}-[A-Za-z0-9._/-]{1,48}")
ROUTES = {"open": Route.OPEN, "selective": Route.FLEXIBLE, "limited": Route.DIRECT, "direct": Route.DIRECT}
LAWS = {"2023/54": Regime.PROCUREMENT_ACT, "2023/1348": Regime.PSR, "2015/102": Regime.OLDER_LAW}
RESERVED = {
    "shelteredWorkshop": ReservedFor.SUPPORTED_EMPLOYMENT,
    "publicServiceMissionOrganization": ReservedFor.PUBLIC_SERVICE_MUTUAL,
}


@dataclass
class ReadOne:
    """A release as it was understood. ``values`` holds only what it mentions, as plain JSON; null takes away.

    ``pieces`` has what it mentions of each lot, award, contract and party, ``regions`` the codes of where it is
    delivered.
    """

    release_id: str
    date: str
    sha256: str
    values: dict[str, Any] = field(default_factory=dict)
    cpv: list[str] = field(default_factory=list)
    notices: list[dict[str, str]] = field(default_factory=list)
    pieces: Pieces = field(default_factory=dict)
    documents: list[Piece] = field(default_factory=list)
    amendments: list[Piece] = field(default_factory=list)
    related: list[list[str]] = field(default_factory=list)
    regions: list[str] = field(default_factory=list)
    has_bids: bool = False


@dataclass
class Process:
    """The releases of one OCID in a file, the oldest first."""

    ocid: str
    buyer: str
    releases: list[ReadOne]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Process:
        return cls(stored["ocid"], stored["buyer"], [ReadOne(**one) for one in stored["releases"]])


def read_processes(releases: Iterable[tuple[str, Any]]) -> list[Process]:
    """Return the processes of a file, in the order of their first release.

    :raises FileRefused: with the JSON pointer and the reason of each fault.
    """
    problems = Problems()
    found: dict[str, Process] = {}
    known: dict[tuple[str, str], str] = {}
    for pointer, document in releases:
        release = Reader(document if isinstance(document, dict) else {}, pointer, problems)
        if not isinstance(document, dict):
            release.fault("", "Here a release was expected.")
            continue
        ocid = release.text("ocid")
        release_id = release.text("id")
        date = release.moment("date")
        if not ocid or not OCID.fullmatch(ocid):
            release.fault("ocid", "Each release has an OCID, such as ocds-h6vhtk-05e520.")
        if not release_id or len(release_id) > 200:
            release.fault("id", "Each release has an id of at most 200 letters.")
        if date is None:
            release.fault("date", "Each release has a date.")
        if not ocid or not release_id or date is None:
            continue
        one = ReadOne(release_id, date.isoformat(), _checksum(document))
        _read(release, one, date)
        process = found.setdefault(ocid, Process(ocid, release.part("buyer").line("name", most=250), []))
        twin = known.get((ocid, release_id))
        if twin is None:
            known[ocid, release_id] = one.sha256
            process.releases.append(one)
        elif twin != one.sha256:
            release.fault("id", f"{release_id} stands in the file twice and says two things.")
    problems.refuse_if_any()
    for process in found.values():
        process.releases.sort(key=lambda each: dt.datetime.fromisoformat(each.date))
    return list(found.values())


def _checksum(release: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(release, sort_keys=True).encode()).hexdigest()


def _read(release: Reader, one: ReadOne, date: dt.datetime) -> None:
    tender, planning = release.part("tender"), release.part("planning")
    awards, contracts = release.parts("awards"), release.parts("contracts")
    values = one.values
    _words(tender, values)
    _amounts(tender, values)
    _periods(release, tender, values, date)
    _suitability([tender, *tender.parts("lots")], values)
    _law_and_route(tender, values)
    _terms(tender, values)
    for milestone in planning.parts("milestones"):
        due = milestone.day("dueDate")
        if milestone.get("type") == "engagement" and due is not None:
            values["engagement_date"] = due
    _ending(tender, values, date)
    classifications = [
        classification
        for item in tender.parts("items")
        for classification in [item.part("classification"), *item.parts("additionalClassifications")]
        if classification.get("scheme") == "CPV"
    ]
    one.cpv = list(dict.fromkeys((classification.text("id") or "")[:8] for classification in classifications))
    for contract in contracts:
        signed = contract.day("dateSigned")
        if signed is not None:
            values["signed_date"] = signed
    for holder in (planning, tender, *awards, *contracts):
        _notices(holder, one, date)
    one.pieces = read_pieces(release, date)
    one.documents = read_documents([planning, tender, *awards, *contracts])
    one.amendments = read_amendments(tender, date)
    one.related = read_related(release)
    one.regions = read_regions(tender)
    one.has_bids = bool(release.get("bids"))


def _words(tender: Reader, values: dict[str, Any]) -> None:
    if title := tender.line("title", most=250):
        values["title"] = title
    for name, ours in (
        ("description", "summary"),
        ("eligibilityCriteria", "participation_conditions"),
        ("riskDetails", "risks"),
        ("awardCriteriaDetails", "award_criteria"),
    ):
        if name in tender:
            values[ours] = tender.text(name) or ""
    where = tender.text("submissionMethodDetails") or ""
    if match := WEB_ADDRESS.search(where):
        values["portal_url"] = match[0].rstrip(".,;)")[:200]


def _amounts(tender: Reader, values: dict[str, Any]) -> None:
    value, least = tender.part("value"), tender.part("minValue")
    for holder, name, ours in (
        (value, "amount", "value_to"),
        (value, "amountGross", "value_gross"),
        (least, "amount", "value_from"),
    ):
        if name in holder:
            values[ours] = holder.pounds(name)


def _periods(release: Reader, tender: Reader, values: dict[str, Any], date: dt.datetime) -> None:
    period = tender.part("tenderPeriod")
    opens, closes = period.moment("startDate"), period.moment("endDate")
    tags = release.get("tag")
    if not isinstance(tags, list):
        release.fault("tag", "Here a list of tags was expected.")
        tags = []
    if opens is None and "tender" in tags and tender.get("status") not in ("planning", "planned"):
        # Find a Tender names no start: bids are invited with the notice.
        opens = date
    if opens is not None:
        values["opens_at"] = opens.isoformat()
    if closes is not None:
        values["closes_at"] = closes.isoformat()
    if opens is not None and closes is not None and closes <= opens:
        period.fault("endDate", "Bids cannot close before they open.")
    asked = tender.part("enquiryPeriod").moment("endDate")
    if asked is not None:
        values["questions_close_at"] = asked.isoformat()
    for holder, name, ours in (
        (tender.part("communication"), "futureNoticeDate", "tender_date"),
        (tender.part("awardPeriod"), "endDate", "award_date"),
    ):
        day = holder.day(name)
        if day is not None:
            values[ours] = day
    periods = [one.part("contractPeriod") for one in (tender, *tender.parts("lots"))]
    starts = [day for one in periods if (day := one.day("startDate"))]
    ends = [day for one in periods if (day := one.day("endDate"))]
    if starts:
        values["contract_start_date"] = min(starts)
    if ends:
        values["contract_end_date"] = max(ends)


def _suitability(holders: list[Reader], values: dict[str, Any]) -> None:
    for name, ours in (("sme", "is_sme_suitable"), ("vcse", "is_vcse_suitable")):
        told = [one.part("suitability").truth(name) for one in holders]
        known = [one for one in told if one is not None]
        if known:
            values[ours] = any(known)


def _law_and_route(tender: Reader, values: dict[str, Any]) -> None:
    law = LAWS.get(tender.part("legalBasis").text("id") or "")
    special = tender.get("specialRegime")
    is_light = isinstance(special, list) and any("light" in str(one).lower() for one in special)
    if law is not None or is_light:
        values["regime"] = Regime.LIGHT_TOUCH if is_light and law in (None, Regime.PROCUREMENT_ACT) else law
    if tender.truth("aboveThreshold") is False:
        values["regime"] = Regime.BELOW_THRESHOLD
    techniques = tender.part("techniques")
    method = tender.text("procurementMethod")
    if techniques.truth("hasFrameworkAgreement"):
        values["route"] = Route.FRAMEWORK
    elif techniques.truth("hasDynamicPurchasingSystem"):
        values["route"] = Route.DYNAMIC_MARKET
    elif method in ROUTES:
        values["route"] = ROUTES[method]


def _terms(tender: Reader, values: dict[str, Any]) -> None:
    """What the whole says of payment, extension, reservation and the next time; of the options each lot's too."""
    terms = tender.part("contractTerms")
    if "financialTerms" in terms:
        values["payment_terms"] = terms.text("financialTerms") or ""
    told = []
    for holder in (tender, *tender.parts("lots")):
        words = [holder.part(name).text("description") or "" for name in ("renewal", "options")]
        told += [word for word in words if word]
    if told:
        values["options"] = "\n\n".join(dict.fromkeys(told))[:20_000]
    kept = tender.part("otherRequirements").texts("reservedParticipation")
    reserved = next((RESERVED[one] for one in kept if one in RESERVED), None)
    if reserved is not None:
        values["reserved_for"] = reserved
    days = [day for one in tender.part("recurrence").parts("dates") if (day := one.day("startDate"))]
    if days:
        values["next_procurement_date"] = min(days)


def _ending(tender: Reader, values: dict[str, Any], date: dt.datetime) -> None:
    status = tender.text("status")
    if status not in ("withdrawn", "cancelled", "unsuccessful"):
        return
    reasons = [one.text("rationale") for one in tender.parts("amendments")]
    ended = tender.moment("finalStatusDate") or date
    values["withdrawn_at" if status == "withdrawn" else "cancelled_at"] = ended.isoformat()
    values["ended_reason"] = next((one for one in reversed(reasons) if one), "") or f"The notice says: {status}."


def _notices(holder: Reader, one: ReadOne, date: dt.datetime) -> None:
    for document in holder.parts("documents"):
        kind = (document.text("noticeType") or "").lower()
        if kind not in UK_KINDS:
            continue
        url = document.text("url") or ""
        published = document.moment("datePublished") or date
        one.notices.append(
            {
                "kind": kind,
                "number": (document.text("id") or one.release_id)[:40],
                "url": url[:200] if WEB_ADDRESS.fullmatch(url) else "",
                "published_date": london_date(published).isoformat(),
            }
        )
