"""The tender of an opportunity's release: what is bought, how, in which lots, and what has changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

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

from .notices import TENDER_NOTICES, Kind, notice_of
from .values import (
    Document,
    addresses,
    description_of,
    earliest,
    latest,
    moment,
    number,
    period,
    pounds,
    present,
    sentences,
    start_of,
)

Status = Opportunity.Status

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


def tender_of(row: Opportunity, notices: Iterable[Notice], *, at: dt.datetime, site: str) -> Document:
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
    documents = [page, *(notice_of(one, TENDER_NOTICES.get(Kind(one.kind))) for one in notices)]
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
