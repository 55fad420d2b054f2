"""What the lists and pages of all procurement registers share."""

import datetime as dt

from django.core.paginator import Paginator

from ..models import Opportunity

PAGE_SIZE = 25
CLOSING_SOON = dt.timedelta(days=14)
# The look of each status; a word without one is shown plain.
TAG_KINDS = {
    "planned": "planned",
    "engaging": "engaging",
    "opens": "engaging",
    "reopens": "engaging",
    "full": "closed",
    "open": "open",
    "closed": "closed",
    "awarded": "awarded",
    "running": "awarded",
    "extended": "awarded",
    "date_passed": "late",
    "withdrawn": "closed",
    "cancelled": "closed",
    "ended": "closed",
    "expired": "closed",
}
REGISTERS = ("opportunities", "frameworks", "contracts", "organisations", "taxonomy")


def show_statuses(rows, at):
    for row in rows:
        row.shown_status = row.status(at=at)
        row.shown_kind = tag_kind(row, row.shown_status, at)


def tag_kind(row, status, at):
    if status == Opportunity.Status.OPEN and getattr(row, "closes_at", None) and row.closes_at - at <= CLOSING_SOON:
        return "closing"
    return TAG_KINDS.get(status.value, "")


def listed(request, filters):
    page = Paginator(filters.listed, PAGE_SIZE).get_page(request.GET.get("page"))
    buyer = filters.form.cleaned_data.get("buyer") if filters.form.is_bound else None
    return {"page": page, "filters": filters, "chips": filters.chips(request), "organisation": buyer}
