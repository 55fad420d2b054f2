"""The parts of a process that have an id: lots, awards, contracts and parties, told in pieces by one release after another.

A piece holds only what its release mentions, under names of ours; null takes away. Pieces are put together as the
standard merges releases: by id, the later over the earlier, and what a later one does not mention stays.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from core.dates import london_date
from tenders.models import Criterion, Document, Notice

from .reader import Reader

Piece = dict[str, Any]
# By list and id.
Pieces = dict[str, dict[str, Piece]]

WEB_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
GSS_CODE = re.compile(r"\(([EKNSW]\d{8})\)")
LISTS = ("lots", "awards", "contracts", "parties")
UK_KINDS = {one.value for one in Notice.Kind if one.value.startswith("uk")}
BUYING = {"buyer", "procuringEntity"}
KINDS = {
    "quality": Criterion.Kind.QUALITY,
    "price": Criterion.Kind.PRICE,
    "cost": Criterion.Kind.PRICE,
}
# Documents that stand here in another way: notices, and answers to questions.
TOLD_OTHERWISE = {
    "clarifications", "tenderNotice", "awardNotice", "contractNotice", "plannedProcurementNotice",
    "marketEngagementNotice", "tenderCancellationNotice", "contractTerminationNotice", "implementationNotice",
}  # fmt: skip


def read_pieces(release: Reader, date: dt.datetime) -> Pieces:
    """Return what a release says of each lot, award, contract and party."""
    tender = release.part("tender")
    return {
        "lots": {key: _lot(one) for key, one in tender.known("lots")},
        "awards": {key: _award(one, date) for key, one in release.known("awards")},
        "contracts": {key: _contract(one) for key, one in release.known("contracts")},
        "parties": {key: _party(one) for key, one in release.known("parties")},
    }


def merged(told: Iterable[Pieces]) -> Pieces:
    """Put together what releases say, the oldest first."""
    whole: Pieces = {name: {} for name in LISTS}
    for pieces in told:
        for name in LISTS:
            for key, piece in pieces.get(name, {}).items():
                known = whole[name].setdefault(key, {})
                # The day an award was first told of stands in for that of the decision.
                first = {"told": known["told"]} if "told" in known else {}
                known |= piece | first
    return whole


def _mentioned(reader: Reader, names: Iterable[tuple[str, str]], read: Any) -> Piece:
    return {ours: read(name) for name, ours in names if name in reader}


def _period(reader: Reader, name: str) -> Piece:
    period = reader.part(name)
    days = (("startDate", "starts"), ("endDate", "ends"), ("maxExtentDate", "extended"))
    return _mentioned(period, days, period.day)


def _value(reader: Reader) -> Piece:
    value = reader.part("value")
    told = _mentioned(value, (("amount", "net"), ("amountGross", "gross")), value.pounds)
    net, gross = told.get("net"), told.get("gross")
    if net is not None and gross is not None and Decimal(gross) < Decimal(net):
        value.fault("amountGross", "The value with VAT cannot be below the value without.")
    return told


def _lot(lot: Reader) -> Piece:
    piece: Piece = {}
    if title := lot.line("title", most=250):
        piece["title"] = title
    if "description" in lot:
        piece["description"] = lot.text("description") or ""
    piece |= _value(lot) | _period(lot, "contractPeriod")
    piece.pop("extended", None)
    suitability = lot.part("suitability")
    piece |= _mentioned(suitability, (("sme", "sme"), ("vcse", "vcse")), suitability.truth)
    criteria = lot.part("awardCriteria")
    if "criteria" in criteria:
        piece["criteria"] = _criteria(criteria)
    return piece


def _criteria(holder: Reader) -> list[Piece]:
    """Return criteria with their weights in per cent; of one that has none, or an odd one, the weight is nothing."""
    told = []
    for one in holder.parts("criteria"):
        kind = one.text("type", most=40) or ""
        name = one.line("name", most=160) or kind.capitalize() or "Criterion"
        weights = [part.number("number") for part in one.parts("numbers") if part.get("weight") == "percentageExact"]
        weight = weights[0] if len(weights) == 1 and weights[0] and 0 < weights[0] <= 100 else None
        is_social = "social value" in name.lower()
        told.append(
            {
                "kind": Criterion.Kind.SOCIAL_VALUE if is_social else KINDS.get(kind, Criterion.Kind.OTHER),
                "name": name,
                "description": one.text("description") or "",
                "weight": None if weight is None else str(weight),
            }
        )
    return told


def _award(award: Reader, date: dt.datetime) -> Piece:
    piece: Piece = {"told": london_date(date).isoformat()} | _value(award)
    for name, ours in (("status", "status"), ("title", "title")):
        if name in award:
            piece[ours] = award.line(name, most=250)
    if "date" in award:
        piece["date"] = award.day("date")
    if "relatedLots" in award:
        piece["lots"] = award.texts("relatedLots")
    if "suppliers" in award:
        piece["suppliers"] = [{"id": key, "name": one.line("name", most=250)} for key, one in award.known("suppliers")]
    standstill = award.part("standstillPeriod")
    if "endDate" in standstill:
        piece["standstill"] = standstill.day("endDate")
    return piece


def _contract(contract: Reader) -> Piece:
    piece = _value(contract) | _period(contract, "period")
    for name, ours in (("awardID", "award"), ("status", "status"), ("title", "title")):
        if name in contract:
            piece[ours] = contract.line(name, most=200 if ours == "award" else 250)
    if "description" in contract:
        piece["description"] = contract.text("description") or ""
    if "dateSigned" in contract:
        piece["signed"] = contract.day("dateSigned")
    renewal = contract.part("renewal")
    if "description" in renewal:
        piece["extension"] = renewal.line("description", most=250)
    return piece


def _party(party: Reader) -> Piece:
    piece: Piece = {}
    if name := party.line("name", most=250):
        piece["name"] = name
    numbers = [party.part("identifier"), *party.parts("additionalIdentifiers")]
    known = [[one.line("scheme", most=20), one.line("id", most=40)] for one in numbers]
    if known := [one for one in known if all(one)]:
        piece["numbers"] = known
    if "roles" in party:
        piece["roles"] = party.texts("roles")
    details = party.part("details")
    if "scale" in details:
        scale = details.text("scale", most=20)
        piece["sme"] = {"sme": True, "large": False}.get(scale or "")
    if "vcse" in details:
        piece["vcse"] = details.truth("vcse")
    return piece


def read_documents(holders: Iterable[Reader]) -> list[Piece]:
    """Return the papers of a release that stand somewhere on the web, without what is a notice."""
    kinds = set(Document.Kind.values)
    told = []
    for holder in holders:
        for one in holder.parts("documents"):
            kind = one.text("documentType", most=60) or ""
            url = one.text("url") or ""
            is_notice = (one.text("noticeType", most=20) or "").lower() in UK_KINDS or kind in TOLD_OTHERWISE
            published = one.day("datePublished")
            if is_notice or not WEB_ADDRESS.fullmatch(url) or len(url) > 200:
                continue
            kind = kind if kind in kinds else Document.Kind.OTHER
            title = one.line("title", most=250) or one.line("description", most=250)
            told.append(
                {
                    "kind": kind,
                    "title": title or str(Document.Kind(kind).label),
                    "url": url,
                    "language": one.line("language", most=10) or "en",
                    "published_date": published,
                }
            )
    return told


def read_amendments(tender: Reader, date: dt.datetime) -> list[Piece]:
    """Return what the notice says has changed, and why."""
    told = []
    for one in tender.parts("amendments"):
        words = [one.text("description") or "", one.text("rationale") or ""]
        text = "\n\n".join(dict.fromkeys(part for part in words if part))
        moment = one.moment("date") or date
        if text:
            told.append({"text": text, "at": moment.isoformat()})
    return told


def read_regions(tender: Reader) -> list[str]:
    """Return the codes of where it is delivered: an ITL region of Find a Tender's, or a code of the statistics office's.

    The latter also stands in brackets behind a place's name, as this portal writes it.
    """
    told = []
    for holder in (tender, *tender.parts("items"), *tender.parts("lots")):
        for one in holder.parts("deliveryAddresses"):
            in_words = GSS_CODE.findall(one.text("description") or "")
            told += [one.line("region", most=20).upper(), *in_words]
        for one in (holder.part("deliveryLocation"), *holder.parts("deliveryLocations")):
            told += [code[:20].upper() for code in one.part("gazetteer").texts("identifiers")]
    return [code for code in dict.fromkeys(told) if code]


def read_related(release: Reader) -> list[list[str]]:
    """Return the OCIDs this process is related to, each with the word for how."""
    told = []
    for one in release.parts("relatedProcesses"):
        ocid = one.text("identifier", most=120)
        if ocid and one.get("scheme") in (None, "ocid"):
            told += [[word, ocid] for word in one.texts("relationship")]
    return told
