"""New opportunities, and how their standing has changed."""

from __future__ import annotations

from core.templatetags.portal import gov_date, gov_datetime
from tenders.models import AlertNews, Opportunity

from .. import statuses
from .looking import OVER, Look, compared

Kind = AlertNews.Kind


def opportunities(look: Look) -> None:
    status = Opportunity.Status
    for row, one in compared("opportunity", statuses.opportunities(at=look.at), look):
        key = f"status:opportunity:{row.pk}:{one.status}:{look.run_id}"
        if one.status == status.OPEN:
            look.opened["opportunity"].add(row.pk)
        if one.before is None:
            if one.status not in OVER:
                look.add(
                    f"new:opportunity:{row.pk}", Kind.NEW, _where_it_stands(row, one.status), opportunity_id=row.pk
                )
        elif one.status in {status.WITHDRAWN, status.CANCELLED}:
            ended_at = row.withdrawn_at if one.status == status.WITHDRAWN else row.cancelled_at
            text = f"{status(one.status).label} on {gov_date(ended_at)}. The reason: {row.ended_reason}"
            look.add(key, Kind.ENDED, text, opportunity_id=row.pk)
        elif text := _where_it_stands(row, one.status, before=one.before):
            look.add(key, Kind.STATUS, text, opportunity_id=row.pk)


def _where_it_stands(row: Opportunity, now: str, *, before: str = "") -> str:
    """Say what a status means for a bidder; nothing where a date that moved tells it already."""
    status = Opportunity.Status
    if now == status.OPEN:
        again = " again" if before == status.CLOSED else ""
        until = f" until {gov_datetime(row.closes_at)}" if row.closes_at else ""
        return f"Open for bids{again}{until}."
    if now == status.ENGAGING:
        return f"Market engagement: {row.engagement_date}."
    if now == status.CLOSED:
        return "Closed to bids."
    if now == status.AWARDED:
        return "Awarded."
    if now == status.DATE_PASSED:
        return (
            f"Its planned date ({row.tender_date or 'the end of the present contract'}) has passed, and it is not open."
        )
    if before:
        return ""
    return f"Planned. Tender notice: {row.tender_date or row.dates_as_stated or 'not stated'}."
