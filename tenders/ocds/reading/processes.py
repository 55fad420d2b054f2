"""What an entry here can hold of each release, checked: wrong types and times that never were are faults with a path."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_date, parse_datetime

from core.dates import london_date
from core.imports.problems import Problems
from core.text import clean_plain_text
from tenders.models import Notice, Regime, Route

LONDON = ZoneInfo("Europe/London")
OCID = re.compile(r"ocds-[a-z0-9]{6}-[A-Za-z0-9._/-]{1,48}")
WEB_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
MOST_POUNDS = Decimal(10) ** 12
UK_KINDS = {one.value for one in Notice.Kind if one.value.startswith("uk")}
ROUTES = {"open": Route.OPEN, "selective": Route.FLEXIBLE, "limited": Route.DIRECT, "direct": Route.DIRECT}
LAWS = {"2023/54": Regime.PROCUREMENT_ACT, "2023/1348": Regime.PSR, "2015/102": Regime.OLDER_LAW}


@dataclass
class ReadOne:
    """A release as it was understood. ``values`` holds only what it mentions, as plain JSON; null takes away."""

    release_id: str
    date: str
    sha256: str
    values: dict[str, Any] = field(default_factory=dict)
    cpv: list[str] = field(default_factory=list)
    notices: list[dict[str, str]] = field(default_factory=list)


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

    :raises FileRefused: with the path and the reason of each fault.
    """
    problems = Problems()
    found: dict[str, Process] = {}
    for path, release in releases:
        reader = _Reader(problems, path)
        if not isinstance(release, dict):
            reader.fault("", "Here a release was expected.")
            continue
        ocid = reader.text(release, "ocid")
        release_id = reader.text(release, "id")
        date = reader.moment(release, "date")
        if not ocid or not OCID.fullmatch(ocid):
            reader.fault("ocid", "Each release has an OCID, such as ocds-h6vhtk-05e520.")
        if not release_id or len(release_id) > 200:
            reader.fault("id", "Each release has an id of at most 200 letters.")
        if date is None:
            reader.fault("date", "Each release has a date.")
        if not ocid or not release_id or date is None:
            continue
        one = ReadOne(release_id, date.isoformat(), _checksum(release))
        _read(reader, release, one, date)
        process = found.setdefault(ocid, Process(ocid, _buyer(reader, release), []))
        twin = next((other for other in process.releases if other.release_id == release_id), None)
        if twin is None:
            process.releases.append(one)
        elif twin.sha256 != one.sha256:
            reader.fault("id", f"{release_id} stands in the file twice and says two things.")
    problems.refuse_if_any()
    for process in found.values():
        process.releases.sort(key=lambda each: dt.datetime.fromisoformat(each.date))
    return list(found.values())


def _checksum(release: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(release, sort_keys=True).encode()).hexdigest()


def _buyer(reader: _Reader, release: dict[str, Any]) -> str:
    return reader.text(reader.part(release, "buyer"), "name", "buyer/name") or ""


class _Reader:
    """Takes parts out of a release, and notes what is not of its type."""

    def __init__(self, problems: Problems, path: str) -> None:
        self.problems, self.path = problems, path

    def fault(self, where: str, reason: str) -> None:
        self.problems.add(reason, column=f"{self.path}/{where}".rstrip("/"))

    def part(self, document: dict[str, Any], name: str, where: str = "") -> dict[str, Any]:
        value = document.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.fault(where or name, "Here a document in curly brackets was expected.")
            return {}
        return value

    def parts(self, document: dict[str, Any], name: str, where: str = "") -> list[dict[str, Any]]:
        value = document.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.fault(where or name, "Here a list of documents was expected.")
            return []
        return value

    def text(self, document: dict[str, Any], name: str, where: str = "", *, most: int = 20_000) -> str | None:
        value = document.get(name)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            self.fault(where or name, "Here words were expected.")
            return None
        try:
            value.encode()
        except UnicodeEncodeError:
            self.fault(where or name, "These words hold half a character.")
            return None
        return clean_plain_text(value, multiline=True)[:most]

    def truth(self, document: dict[str, Any], name: str, where: str = "") -> bool | None:
        value = document.get(name)
        if value is not None and not isinstance(value, bool):
            self.fault(where or name, "Here true or false was expected.")
            return None
        return value

    def pounds(self, document: dict[str, Any], name: str, where: str) -> str | None:
        value = document.get(name)
        if value is None:
            return None
        try:
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ValueError
            amount = Decimal(str(value)).quantize(Decimal("0.01"))
        except (ValueError, InvalidOperation):
            self.fault(f"{where}/{name}", "Here an amount was expected.")
            return None
        if not 0 <= amount < MOST_POUNDS:
            self.fault(f"{where}/{name}", "An amount is between nought and a million million pounds.")
            return None
        return str(amount)

    def moment(self, document: dict[str, Any], name: str, where: str = "") -> dt.datetime | None:
        words = document.get(name)
        if words is None:
            return None
        found = _moment(words) if isinstance(words, str) else None
        if found is None:
            self.fault(where or name, "Here a moment was expected, such as 2026-05-06T12:00:00+01:00.")
            return None
        if found.tzinfo is not None:
            return found
        # Without an offset it is London's clock, as long as that showed the time once.
        first, second = (found.replace(tzinfo=LONDON, fold=fold).utcoffset() for fold in (0, 1))
        if first == second:
            return found.replace(tzinfo=LONDON)
        what = "comes twice, since the clocks go back" if (first or dt.timedelta()) > (second or dt.timedelta()) else (
            "never comes, since the clocks go forward"
        )  # fmt: skip
        self.fault(where or name, f"{found:%H:%M} {what} that night. Write it with +00:00 or with +01:00.")
        return None


def _moment(words: str) -> dt.datetime | None:
    try:
        found = parse_datetime(words)
        if found is None:
            day = parse_date(words)
            found = None if day is None else dt.datetime.combine(day, dt.time())
    except ValueError:
        return None
    return found if found is not None and 1990 <= found.year <= 2200 else None


def _read(reader: _Reader, release: dict[str, Any], one: ReadOne, date: dt.datetime) -> None:
    tender = reader.part(release, "tender")
    planning = reader.part(release, "planning")
    values = one.values
    _words(reader, tender, values)
    _amounts(reader, tender, values)
    _periods(reader, tender, release, values, date)
    lots = reader.parts(tender, "lots", "tender/lots")
    _suitability(reader, [tender, *lots], values)
    _law_and_route(reader, tender, values)
    for milestone in reader.parts(planning, "milestones", "planning/milestones"):
        due = reader.moment(milestone, "dueDate", "planning/milestones/dueDate")
        if milestone.get("type") == "engagement" and due is not None:
            values["engagement_date"] = london_date(due).isoformat()
    _ending(reader, tender, values, date)
    for item in reader.parts(tender, "items", "tender/items"):
        listed = [reader.part(item, "classification", "tender/items/classification")]
        listed += reader.parts(item, "additionalClassifications", "tender/items/additionalClassifications")
        for classification in listed:
            code = reader.text(classification, "id", "tender/items/classification/id") or ""
            if classification.get("scheme") == "CPV" and code[:8] not in one.cpv:
                one.cpv.append(code[:8])
    awards, contracts = reader.parts(release, "awards"), reader.parts(release, "contracts")
    for award in awards:
        decided = reader.moment(award, "date", "awards/date")
        if award.get("status") == "active":
            values["awarded_at"] = (decided or date).isoformat()
    for contract in contracts:
        signed = reader.moment(contract, "dateSigned", "contracts/dateSigned")
        if signed is not None:
            values["signed_date"] = london_date(signed).isoformat()
            values.setdefault("awarded_at", date.isoformat())
    for place, holder in [("planning", planning), ("tender", tender)] + [("awards", each) for each in awards] + [
        ("contracts", each) for each in contracts
    ]:  # fmt: skip
        _notices(reader, holder, f"{place}/documents", one, date)


def _words(reader: _Reader, tender: dict[str, Any], values: dict[str, Any]) -> None:
    for name, ours, most in (
        ("title", "title", 250), ("description", "summary", 20_000), ("eligibilityCriteria", "participation_conditions", 20_000),
        ("riskDetails", "risks", 20_000), ("awardCriteriaDetails", "award_criteria", 20_000),
    ):  # fmt: skip
        if name in tender:
            words = reader.text(tender, name, f"tender/{name}", most=most) or ""
            if ours == "title":
                words = " ".join(words.split())
            if words or ours != "title":
                values[ours] = words
    where = reader.text(tender, "submissionMethodDetails", "tender/submissionMethodDetails") or ""
    if match := WEB_ADDRESS.search(where):
        values["portal_url"] = match[0].rstrip(".,;)")[:200]


def _amounts(reader: _Reader, tender: dict[str, Any], values: dict[str, Any]) -> None:
    value, least = reader.part(tender, "value", "tender/value"), reader.part(tender, "minValue", "tender/minValue")
    for document in (value, least):
        if document.get("currency") not in (None, "GBP"):
            reader.fault("tender/value/currency", "Only pounds can be kept here.")
    for document, name, ours in (
        (value, "amount", "value_to"),
        (value, "amountGross", "value_gross"),
        (least, "amount", "value_from"),
    ):
        if name in document:
            values[ours] = reader.pounds(document, name, "tender/value")


def _periods(
    reader: _Reader, tender: dict[str, Any], release: dict[str, Any], values: dict[str, Any], date: dt.datetime
) -> None:
    period = reader.part(tender, "tenderPeriod", "tender/tenderPeriod")
    opens = reader.moment(period, "startDate", "tender/tenderPeriod/startDate")
    closes = reader.moment(period, "endDate", "tender/tenderPeriod/endDate")
    tags = release.get("tag")
    if not isinstance(tags, list):
        reader.fault("tag", "Here a list of tags was expected.")
        tags = []
    if opens is None and "tender" in tags and tender.get("status") not in ("planning", "planned"):
        # Find a Tender names no start: bids are invited with the notice.
        opens = date
    if opens is not None:
        values["opens_at"] = opens.isoformat()
    if closes is not None:
        values["closes_at"] = closes.isoformat()
    if opens is not None and closes is not None and closes <= opens:
        reader.fault("tender/tenderPeriod/endDate", "Bids cannot close before they open.")
    enquiry = reader.part(tender, "enquiryPeriod", "tender/enquiryPeriod")
    asked = reader.moment(enquiry, "endDate", "tender/enquiryPeriod/endDate")
    if asked is not None:
        values["questions_close_at"] = asked.isoformat()
    for holder, name, ours in (
        (reader.part(tender, "communication", "tender/communication"), "futureNoticeDate", "tender_date"),
        (reader.part(tender, "awardPeriod", "tender/awardPeriod"), "endDate", "award_date"),
    ):
        moment = reader.moment(holder, name, f"tender/{name}")
        if moment is not None:
            values[ours] = london_date(moment).isoformat()
    holders = [tender, *reader.parts(tender, "lots", "tender/lots")]
    periods = [reader.part(one, "contractPeriod", "tender/contractPeriod") for one in holders]
    starts = [day for one in periods if (day := reader.moment(one, "startDate", "tender/contractPeriod/startDate"))]
    ends = [day for one in periods if (day := reader.moment(one, "endDate", "tender/contractPeriod/endDate"))]
    if starts:
        values["contract_start_date"] = london_date(min(starts)).isoformat()
    if ends:
        values["contract_end_date"] = london_date(max(ends)).isoformat()


def _suitability(reader: _Reader, holders: list[dict[str, Any]], values: dict[str, Any]) -> None:
    for name, ours in (("sme", "is_sme_suitable"), ("vcse", "is_vcse_suitable")):
        told = [
            reader.truth(reader.part(one, "suitability", "tender/suitability"), name, f"tender/suitability/{name}")
            for one in holders
        ]
        known = [one for one in told if one is not None]
        if known:
            values[ours] = any(known)


def _law_and_route(reader: _Reader, tender: dict[str, Any], values: dict[str, Any]) -> None:
    law = LAWS.get(
        reader.text(reader.part(tender, "legalBasis", "tender/legalBasis"), "id", "tender/legalBasis/id") or ""
    )
    special = tender.get("specialRegime")
    is_light = isinstance(special, list) and any("light" in str(one).lower() for one in special)
    if law is not None or is_light:
        values["regime"] = Regime.LIGHT_TOUCH if is_light and law in (None, Regime.PROCUREMENT_ACT) else law
    if reader.truth(tender, "aboveThreshold", "tender/aboveThreshold") is False:
        values["regime"] = Regime.BELOW_THRESHOLD
    techniques = reader.part(tender, "techniques", "tender/techniques")
    method = reader.text(tender, "procurementMethod", "tender/procurementMethod")
    if reader.truth(techniques, "hasFrameworkAgreement", "tender/techniques/hasFrameworkAgreement"):
        values["route"] = Route.FRAMEWORK
    elif reader.truth(techniques, "hasDynamicPurchasingSystem", "tender/techniques/hasDynamicPurchasingSystem"):
        values["route"] = Route.DYNAMIC_MARKET
    elif method in ROUTES:
        values["route"] = ROUTES[method]


def _ending(reader: _Reader, tender: dict[str, Any], values: dict[str, Any], date: dt.datetime) -> None:
    status = reader.text(tender, "status", "tender/status")
    if status not in ("withdrawn", "cancelled", "unsuccessful"):
        return
    reasons = [
        reader.text(one, "rationale", "tender/amendments/rationale")
        for one in reader.parts(tender, "amendments", "tender/amendments")
    ]
    ended = reader.moment(tender, "finalStatusDate", "tender/finalStatusDate") or date
    values["withdrawn_at" if status == "withdrawn" else "cancelled_at"] = ended.isoformat()
    values["ended_reason"] = next((one for one in reversed(reasons) if one), "") or f"The notice says: {status}."


def _notices(reader: _Reader, holder: dict[str, Any], place: str, one: ReadOne, date: dt.datetime) -> None:
    for document in reader.parts(holder, "documents", place):
        kind = (reader.text(document, "noticeType", f"{place}/noticeType") or "").lower()
        if kind not in UK_KINDS:
            continue
        url = reader.text(document, "url", f"{place}/url") or ""
        published = reader.moment(document, "datePublished", f"{place}/datePublished") or date
        one.notices.append(
            {
                "kind": kind,
                "number": (reader.text(document, "id", f"{place}/id") or one.release_id)[:40],
                "url": url[:200] if WEB_ADDRESS.fullmatch(url) else "",
                "published_date": london_date(published).isoformat(),
            }
        )
