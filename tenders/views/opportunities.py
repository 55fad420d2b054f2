from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch, Q
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from commissioning.acting import acting_organisation
from core import clock
from core.versions import conditional
from providers.acting import acting_provider

from ..filters import OpportunityFilterSet
from ..models import Contract, DateChange, Framework, Notice, Opportunity
from .frame import REGISTERS, listed, show_statuses, tag_kind
from .tender_parts import clarifications, judging, tender_parts


@login_not_required
@require_safe
@conditional(*REGISTERS, minute=True)
def opportunity_list(request):
    at = clock.now()
    filters = OpportunityFilterSet(
        request.GET or None, queryset=Opportunity.objects.listed(at=at).for_public_list(at=at).passed_last(at=at)
    )
    context = listed(request, filters)
    show_statuses(context["page"], at)
    return render(request, "tenders/opportunities.html", context)


@login_not_required
@require_safe
@conditional(*REGISTERS, "strategies", "places", minute=True)
def opportunity(request, reference):
    at = clock.now()
    # Whoever is signed in gets a page of their own (`conditional`), so that a call-off for members is kept nowhere.
    rows = Opportunity.objects.visible_to(
        provider=acting_provider(request), organisation=acting_organisation(request), at=at
    ).select_related("organisation", "source")
    row = get_object_or_404(
        rows.prefetch_related(
            Prefetch("framework", Framework.objects.public(at=at)),
            Prefetch("replaces_contract", Contract.objects.public(at=at)),
            "types",
            "client_groups",
            "places",
            "partnerships__organisation",
            *tender_parts(at),
            Prefetch("notices", Notice.objects.published(at=at), to_attr="shown_notices"),
            Prefetch("date_changes", DateChange.objects.filter(changed_at__lte=at), to_attr="slips"),
        ),
        reference=reference,
    )
    status = row.status(at=at)
    partners = [one.organisation for one in row.partnerships.all()]
    context = {
        "opportunity": row,
        "organisation": row.organisation,
        "partners": partners,
        "breadcrumbs": [("Opportunities", reverse("tenders:opportunities"))],
        "status": status,
        "status_kind": tag_kind(row, status, at),
        "ended_at": {"withdrawn": row.withdrawn_at, "cancelled": row.cancelled_at}.get(status.value),
        "steps": _steps(row, at),
        "judging": judging(row),
        "clarifications": clarifications(row, at),
        "is_unconfirmed": row.is_unconfirmed(at=at),
        "confirmed_date": row.confirmed_date(),
        "same_area": Opportunity.objects.listed(at=at)
        .filter(Q(organisation=row.organisation), Q(types__in=row.types.all()))
        .exclude(pk=row.pk)
        .distinct()
        .order_by("title")[:5],
        "at": at,
    }
    return render(request, "tenders/opportunity.html", context)


def _steps(row, at):
    """The life of the record as the page's timeline: what is known of each step."""
    status = row.status(at=at)
    order = [
        ("In the plan", str(row.source.published or "") if row.source else "", "Published by the organisation"),
        ("Engagement", str(row.engagement_date or ""), "A chance to shape what is bought"),
        ("Tender", str(row.tender_date or row.dates_as_stated or ""), ""),
        ("Award", str(row.award_date or ""), ""),
        ("Contract starts", str(row.contract_start_date or ""), ""),
    ]
    reached = {
        Opportunity.Status.PLANNED: 0,
        Opportunity.Status.DATE_PASSED: 0,
        Opportunity.Status.ENGAGING: 1,
        Opportunity.Status.OPEN: 2,
        Opportunity.Status.CLOSED: 2,
        Opportunity.Status.AWARDED: 3,
    }.get(status)
    steps = []
    for number, (name, when, note) in enumerate(order):
        state = "" if reached is None else "done" if number < reached else "now" if number == reached else ""
        steps.append({"name": name, "when": when or "Not stated", "note": note, "state": state})
    return steps
