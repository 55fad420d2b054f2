"""Notices as documents of a release, and which of its stages each stands at."""

from __future__ import annotations

from tenders.models import Notice

from .values import Document, present, start_of

Kind = Notice.Kind

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


def notice_of(row: Notice, kind: str | None) -> Document:
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
