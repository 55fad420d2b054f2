"""An opportunity as an OCDS release: the state of the whole process, as far as everybody may know it.

A pure function of rows that `tenders.ocds.facts` has fetched; the mapping is the table in docs/open-data.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from core.models import Place
from tenders.models import (
    Criterion,
    DateChange,
    Notice,
    Opportunity,
    OpportunityLot,
    Question,
    Regime,
    ReservedFor,
    Route,
)
from tenders.models import Document as Paper

from .contracts import award_of, contract_of
from .links import Linked, related
from .parties import Parties
from .values import Document, earliest, latest, moment, number, period, pounds, present, sentences, start_of

Kind, Status = Notice.Kind, Opportunity.Status

METHODS = {
    Route.OPEN: "open",
    Route.FLEXIBLE: "selective",
    Route.CALL_OFF: "selective",
    Route.DIRECT: "direct",
    Route.PSR_DIRECT: "direct",
    Route.PSR_MOST_SUITABLE: "limited",
    Route.PSR_COMPETITIVE: "open",
}
# Acts as the UK extension writes them, and statutory instruments alike.
LAWS = {
    Regime.PROCUREMENT_ACT: {"scheme": "UKPGA", "id": "2023/54"},
    Regime.LIGHT_TOUCH: {"scheme": "UKPGA", "id": "2023/54"},
    Regime.BELOW_THRESHOLD: {"scheme": "UKPGA", "id": "2023/54"},
    Regime.PSR: {"scheme": "UKSI", "id": "2023/1348"},
    Regime.OLDER_LAW: {"scheme": "UKSI", "id": "2015/102"},
}
RESERVED = {
    ReservedFor.SUPPORTED_EMPLOYMENT: "shelteredWorkshop",
    ReservedFor.PUBLIC_SERVICE_MUTUAL: "publicServiceMissionOrganization",
}
CRITERIA = {Criterion.Kind.QUALITY: "quality", Criterion.Kind.PRICE: "price", Criterion.Kind.SOCIAL_VALUE: "quality"}

PLANNING_NOTICES = {
    Kind.UK1: "plannedProcurementNotice",
    Kind.UK2: "marketEngagementNotice",
    Kind.UK3: "plannedProcurementNotice",
    Kind.UK13: "plannedProcurementNotice",
    Kind.PSR_APPROACH: "plannedProcurementNotice",
    Kind.OLD_PLANNED: "plannedProcurementNotice",
}
AWARD_NOTICES = {Kind.UK6, Kind.PSR_INTENTION, Kind.PSR_AWARD, Kind.OLD_AWARD}
CONTRACT_NOTICES = {
    Kind.UK7: "contractNotice",
    Kind.UK9: "implementationNotice",
    Kind.UK10: "contractNotice",
    Kind.UK11: "contractTerminationNotice",
    Kind.BELOW_DETAILS: "contractNotice",
    Kind.PSR_CHANGE: "contractNotice",
}
TENDER_NOTICES = {
    Kind.UK4: "tenderNotice",
    Kind.UK5: "awardNotice",
    Kind.UK12: "tenderCancellationNotice",
    Kind.UK14: "tenderNotice",
    Kind.BELOW_TENDER: "tenderNotice",
    Kind.PSR_INVITATION: "tenderNotice",
    Kind.PSR_ABANDONED: "tenderCancellationNotice",
    Kind.OLD_TENDER: "tenderNotice",
}


def opportunity_release(row: Opportunity, linked: Linked, *, at: dt.datetime, site: str) -> Document:
    """Return the release's body without its own id, date and tags.

    :param at: the moment for which the status is told.
    :param site: the portal's address, without a stroke at its end.
    """
    parties = Parties(site=site)
    buyer = parties.organisation(row.organisation, "buyer")
    for partner in row.partnerships.all():
        parties.organisation(partner.organisation, ROLES.get(partner.role, "interestedParty"))
    notices = list(row.notices.all())
    awards = [award_of(one, parties, at=at) for one in linked.awards]
    contracts = []
    of_award = {one.contract_id: one for one in linked.awards if one.contract_id}
    for contract in linked.contracts:
        made = contract_of(contract, parties, at=at, site=site, award=of_award.get(contract.pk))
        awards += [made.award] if made.award else []
        signed = next((one.signed_date for one in [of_award.get(contract.pk)] if one), None) or row.signed_date
        contracts.append(present({**made.contract, "dateSigned": start_of(signed)}))
    if contracts:
        documents = [_notice(one, CONTRACT_NOTICES[Kind(one.kind)]) for one in notices if one.kind in CONTRACT_NOTICES]
        contracts[0] = present({**contracts[0], "documents": [*contracts[0].get("documents", []), *documents]})
    if row.awarded_at and row.awarded_at <= at and not awards:
        awards.append({"id": "award", "status": "active", "date": moment(row.awarded_at)})
    if len(awards) == 1:
        documents = [_notice(one, "awardNotice") for one in notices if one.kind in AWARD_NOTICES]
        awards[0] = present({**awards[0], "documents": [*awards[0].get("documents", []), *documents]})
    placed = set(PLANNING_NOTICES) | (AWARD_NOTICES if len(awards) == 1 else set())
    placed |= set(CONTRACT_NOTICES) if contracts else set()
    return present(
        {
            "ocid": row.ocid,
            "language": "en",
            "initiationType": "tender",
            "parties": parties.all(),
            "buyer": buyer,
            "planning": _planning(row, notices, site),
            "tender": _tender(row, [one for one in notices if one.kind not in placed], at=at, site=site),
            "awards": awards,
            "contracts": contracts,
            "relatedProcesses": related(linked),
        }
    )


ROLES = {"partner": "buyer", "commissioner": "buyer", "funder": "funder"}


def tender_status(row: Opportunity, *, at: dt.datetime) -> str:
    """The standard's word for where the record stands."""
    told = {
        Status.OPEN: "active",
        Status.CLOSED: "active",
        Status.AWARDED: "complete",
        Status.WITHDRAWN: "withdrawn",
        Status.CANCELLED: "cancelled",
    }
    planned = "planned" if row.opens_at or (row.tender_date and row.tender_date.is_known) else "planning"
    return told.get(row.status(at=at), planned)


def _planning(row: Opportunity, notices: Iterable[Notice], site: str) -> Document:
    milestones = []
    if row.engagement_date:
        engagement = {"id": "engagement", "title": "Market engagement", "type": "engagement"}
        milestones.append(
            present({**engagement, "description": str(row.engagement_date), "dueDate": latest(row.engagement_date)})
        )
    for event in row.events.all():
        milestones.append(
            present(
                {
                    "id": f"event-{event.uuid}",
                    "title": event.title,
                    "type": "engagement",
                    "description": sentences([event.get_kind_display(), event.summary, event.cancelled_reason]),
                    "dueDate": moment(event.starts_at),
                    "status": "notMet" if event.cancelled_at else None,
                }
            )
        )
    documents = [_notice(one, PLANNING_NOTICES[Kind(one.kind)]) for one in notices if one.kind in PLANNING_NOTICES]
    if row.source is not None and row.source.url:
        documents.append(
            present(
                {
                    "id": f"source-{row.source.slug}",
                    "title": row.source.title,
                    "description": row.source_section,
                    "url": row.source.url,
                    "datePublished": start_of(row.source.published.latest if row.source.published else None),
                }
            )
        )
    return present({"documents": documents, "milestones": milestones})


def _tender(row: Opportunity, notices: Iterable[Notice], *, at: dt.datetime, site: str) -> Document:
    criteria = list(row.criteria.all())
    lots = list(row.lots.all())
    questions = list(row.questions.all())
    law = LAWS.get(Regime(row.regime))
    page = {
        "id": "page",
        "title": "Page of this record",
        "url": f"{site}{row.get_absolute_url()}",
        "format": "text/html",
    }
    documents = [page, *(_notice(one, TENDER_NOTICES.get(Kind(one.kind))) for one in notices)]
    documents += [_clarification(one, page["url"]) for one in questions]
    documents += [_document(one) for one in row.documents.all()]
    portal = row.portal_url or row.organisation.procurement_portal_url
    ended_at = row.withdrawn_at or row.cancelled_at
    is_bid_online = bool(portal) and row.route not in {Route.GRANT, Route.DIRECT, Route.PSR_DIRECT}
    return present(
        {
            "id": row.ocid,
            "title": row.title,
            "description": description_of(row),
            "status": tender_status(row, at=at),
            "mainProcurementCategory": "services",
            "procurementMethod": METHODS.get(Route(row.route)),
            "procurementMethodDetails": row.get_route_display() if row.route != Route.UNKNOWN else None,
            "legalBasis": law,
            "specialRegime": ["lightTouch"] if row.regime == Regime.LIGHT_TOUCH else [],
            "aboveThreshold": False if row.regime == Regime.BELOW_THRESHOLD else None,
            "value": pounds(row.value_to, row.value_gross),
            "minValue": pounds(row.value_from),
            "communication": present({"futureNoticeDate": None if row.opens_at else latest(row.tender_date)}),
            "tenderPeriod": period(startDate=moment(row.opens_at), endDate=moment(row.closes_at)),
            "enquiryPeriod": period(endDate=moment(row.questions_close_at)),
            "hasEnquiries": True if questions else None,
            "awardPeriod": period(endDate=latest(row.award_date)),
            "contractPeriod": period(
                startDate=earliest(row.contract_start_date), endDate=latest(row.contract_end_date)
            ),
            "eligibilityCriteria": row.participation_conditions,
            "awardCriteriaDetails": _criteria_in_words(row, criteria, lots),
            "submissionMethod": ["electronicSubmission"] if is_bid_online else [],
            "submissionMethodDetails": f"Bids are made at {portal}" if is_bid_online else None,
            "suitability": {
                key: value
                for key, value in (("sme", row.is_sme_suitable), ("vcse", row.is_vcse_suitable))
                if value is not None
            },
            "otherRequirements": present({"reservedParticipation": [RESERVED[ReservedFor(row.reserved_for)]]})
            if row.reserved_for
            else None,
            "riskDetails": row.risks,
            "contractTerms": present({"financialTerms": row.payment_terms}),
            "hasOptions": True if row.options else None,
            "options": present({"description": row.options}),
            "hasRecurrence": True if row.next_procurement_date else None,
            "recurrence": present({"description": str(row.next_procurement_date or "")}),
            "techniques": present(
                {
                    "hasFrameworkAgreement": True if row.route == Route.FRAMEWORK else None,
                    "hasDynamicPurchasingSystem": True if row.route == Route.DYNAMIC_MARKET else None,
                }
            ),
            "items": [*_items(row), *_lot_items(lots)],
            "deliveryAddresses": addresses(row.places.all()),
            "lots": [_lot(one, criteria, tender_status(row, at=at)) for one in lots],
            "documents": documents,
            "amendments": _amendments(row),
            "finalStatusDate": moment(ended_at),
        }
    )


def description_of(row: Any) -> str:
    """The summary; of a row invented for show, with a sentence that says so."""
    sample = "A sample, invented to show how the portal works: nothing is bought." if row.is_sample else ""
    return sentences([row.summary, sample])


def addresses(places: Iterable[Place]) -> list[Document]:
    """Where care is given: places by their names and statistical codes, never anybody's address."""
    return [
        {
            "description": f"{place.name} ({place.gss_code})" if place.gss_code else place.name,
            "countryName": "United Kingdom",
        }
        for place in places
    ]


def _items(row: Opportunity) -> list[Document]:
    return [
        {
            "id": f"cpv-{one.code}",
            "description": one.name,
            "classification": {"scheme": "CPV", "id": one.code, "description": one.name},
        }
        for one in row.cpv_codes.all()
    ]


def _lot_items(lots: Iterable[OpportunityLot]) -> list[Document]:
    return [
        present(
            {
                "id": f"lot-{lot.slug}",
                "description": lot.title,
                "relatedLot": lot.slug,
                "deliveryAddresses": addresses(lot.places.all()),
            }
        )
        for lot in lots
    ]


def _lot(lot: OpportunityLot, criteria: list[Criterion], status: str) -> Document:
    own = [one for one in criteria if one.lot_id == lot.pk] or [one for one in criteria if one.lot_id is None]
    return present(
        {
            "id": lot.slug,
            "title": str(lot),
            "description": lot.description,
            "status": status,
            "value": pounds(lot.value_net, lot.value_gross),
            "contractPeriod": period(
                startDate=earliest(lot.contract_start_date), endDate=latest(lot.contract_end_date)
            ),
            "suitability": {
                key: value
                for key, value in (("sme", lot.is_sme_suitable), ("vcse", lot.is_vcse_suitable))
                if value is not None
            },
            "awardCriteria": {"criteria": [_criterion(one) for one in own]} if own else None,
        }
    )


def _criterion(row: Criterion) -> Document:
    return present(
        {
            "type": CRITERIA.get(Criterion.Kind(row.kind)),
            "name": row.name,
            "description": row.description,
            "numbers": [{"number": number(row.weight), "weight": "percentageExact"}],
        }
    )


def _criteria_in_words(row: Opportunity, criteria: list[Criterion], lots: list[OpportunityLot]) -> str:
    whole = [] if lots else [str(one) for one in criteria]
    weighting = row.social_value_weighting
    social = f"Social value weighs {weighting.normalize():f}%." if weighting is not None else ""
    return sentences([row.award_criteria, "; ".join(whole), social, row.social_value_reason])


def _notice(row: Notice, kind: str | None) -> Document:
    is_uk = row.kind.startswith("uk")
    return present(
        {
            "id": f"notice-{row.kind}-{row.number}".rstrip("-").replace(" ", "-").replace("/", "-"),
            "documentType": kind,
            "noticeType": row.kind.upper() if is_uk else None,
            "title": str(row),
            "url": row.url,
            "datePublished": start_of(row.published_date),
        }
    )


def _clarification(row: Question, page: str) -> Document:
    # The words for all alone; who asked is in another table.
    return present(
        {
            "id": f"question-{row.number}",
            "documentType": "clarifications",
            "title": row.question_public,
            "description": row.answer,
            "url": f"{page}#question-{row.number}",
            "datePublished": moment(row.answered_at),
        }
    )


def _document(row: Paper) -> Document:
    return present(
        {
            "id": f"document-{row.pk}",
            "documentType": None if row.kind == Paper.Kind.OTHER else row.kind,
            "title": row.title,
            "url": row.url,
            "language": row.language,
            "datePublished": start_of(row.published_date),
        }
    )


def _amendments(row: Opportunity) -> list[Document]:
    told = []
    for count, change in enumerate(row.date_changes.all(), 1):
        told.append(
            {
                "id": f"date-{count}",
                "date": moment(change.changed_at),
                "description": f"{change.get_field_display()}: was {_old(change)}, now {_new(change)}.",
                "rationale": change.reason,
            }
        )
    for addendum in row.addenda.all():
        changes = [f"{one.get('name')}: was {one.get('old')}, now {one.get('new')}." for one in addendum.changes]
        told.append(
            {
                "id": f"addendum-{addendum.number}",
                "date": moment(addendum.published_at),
                "description": sentences([addendum.text, *changes]),
            }
        )
    for word, ended_at in (("Withdrawn", row.withdrawn_at), ("Cancelled", row.cancelled_at)):
        if ended_at:
            told.append(
                {
                    "id": word.lower(),
                    "date": moment(ended_at),
                    "description": f"{word}.",
                    "rationale": row.ended_reason,
                }
            )
    return told


def _old(change: DateChange) -> str:
    return moment(change.old_at) or str(change.old or "not stated")


def _new(change: DateChange) -> str:
    return moment(change.new_at) or str(change.new or "not stated")
