"""What one release says beside the one before it: its tags, and an empty value for what is no longer so.

A release tells the whole state. Merging leaves alone what a later release does not mention, so what went is mentioned
with nothing; a part of a list that went is named by its id, and a lot, award or contract is cancelled.
"""

from __future__ import annotations

from typing import Any

from tenders.models import Release

from .values import Document

ENDED = ("cancelled", "withdrawn")
EARLY = ("planning", "planned")
# Lists whose parts have a status that says that they are no more.
WITH_STATUS = ("lots", "awards", "contracts")
REMNANT = {"id", "awardID", "status"}


def stage_of(body: Document) -> Release.Stage:
    if body.get("contracts"):
        return Release.Stage.CONTRACT
    if body.get("awards"):
        return Release.Stage.AWARD
    is_early = body.get("tender", {}).get("status") in EARLY
    return Release.Stage.PLANNING if is_early else Release.Stage.TENDER


def tags_of(body: Document, before: Document | None) -> list[str]:
    """Return the tags of a release; ``before`` is the state the previous one told."""
    if before is None:
        return _first_tags(body)
    tags = []
    if any(body.get(name) != before.get(name) for name in ("planning", "tender", "relatedProcesses")):
        tags.append(_tender_tag(body.get("tender", {}), before.get("tender", {})))
    if body.get("awards") != before.get("awards"):
        tags.append(_award_tag(body.get("awards", []), before.get("awards", [])))
    if body.get("contracts") != before.get("contracts"):
        tags.append(_contract_tag(body.get("contracts", []), before.get("contracts", [])))
    if tags:
        return tags
    # Only a party changed.
    return ["contractUpdate" if body.get("contracts") else "awardUpdate" if body.get("awards") else
            "planningUpdate" if stage_of(body) == Release.Stage.PLANNING else "tenderUpdate"]  # fmt: skip


def _first_tags(body: Document) -> list[str]:
    status = body.get("tender", {}).get("status")
    has_results = bool(body.get("awards") or body.get("contracts"))
    tags = ["planning"] if status in EARLY else [] if has_results and "planning" not in body else ["tender"]
    tags += ["tenderCancellation"] if status in ENDED else []
    tags += ["award"] if body.get("awards") else []
    return tags + (["contract"] if body.get("contracts") else [])


def _tender_tag(tender: Document, before: Document) -> str:
    status, was = tender.get("status"), before.get("status")
    if status in ENDED and was not in ENDED:
        return "tenderCancellation"
    if status in EARLY:
        return "planningUpdate"
    if was in EARLY and status not in ENDED:
        return "tender"
    return "tenderAmendment" if _grew(tender, before, "amendments") else "tenderUpdate"


def _award_tag(awards: list[Document], before: list[Document]) -> str:
    if not before:
        return "award"
    is_over = all(one.get("status") == "cancelled" for one in awards)
    return "awardCancellation" if is_over else "awardUpdate"


def _contract_tag(contracts: list[Document], before: list[Document]) -> str:
    if not before:
        return "contract"
    was = {one["id"]: one for one in before}
    for one in contracts:
        old = was.get(one["id"], {})
        if one.get("status") == "terminated" and old.get("status") not in (None, "terminated"):
            return "contractTermination"
        if _grew(one, old, "amendments"):
            return "contractAmendment"
    return "contractUpdate"


def _grew(new: Document, old: Document, name: str) -> bool:
    return len(new.get(name, [])) > len(old.get(name, []))


def state_of(release: Document) -> Document:
    """Return what a release told: without its own id, date and tags, and without what it only took back."""
    told = {name: value for name, value in release.items() if name not in {"id", "date", "tag"}}
    state: Document = _without_nothing(told)
    return state


def _without_nothing(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {name: _without_nothing(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if one is not None and one not in ({}, [])}
    if isinstance(value, list):
        kept_parts = [_without_nothing(one) for one in value]
        return [one for one in kept_parts if not (isinstance(one, dict) and "id" in one and set(one) <= REMNANT)]
    return value


def taking_back(body: Document, before: Document) -> Document:
    """Return the body, with an empty value for each thing that ``before`` told and the body does not."""
    told = dict(body)
    for name, old in before.items():
        told[name] = _taken_back(name, old, body.get(name))
    return {name: value for name, value in told.items() if value is not _UNSAID}


_UNSAID = object()


def _taken_back(name: str, old: Any, new: Any) -> Any:
    if isinstance(old, dict):
        told = taking_back(new if isinstance(new, dict) else {}, old)
        return told if told else _UNSAID
    if _has_ids(old):
        return _list_taken_back(name, old, new or [])
    if new is not None:
        return new
    # A list of documents without ids is replaced as a whole and may not be empty: what is not said stays as it was.
    return _UNSAID if isinstance(old, list) and old and isinstance(old[0], dict) else None


def _list_taken_back(name: str, old: list[Document], new: list[Document]) -> list[Document]:
    was = {one["id"]: one for one in old}
    is_now = {one["id"] for one in new}
    told = [taking_back(one, was[one["id"]]) if one["id"] in was else one for one in new]
    for key, gone in was.items():
        if key not in is_now:
            left = {part: gone[part] for part in ("id", "awardID") if part in gone}
            if name in WITH_STATUS:
                left["status"] = "cancelled"
            told.append(taking_back(left, gone))
    return told


def _has_ids(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) and "id" in one for one in value)
