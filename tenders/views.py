import datetime as dt

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core import clock
from core.models import find_by_slug
from core.versions import conditional
from providers.models import Provider, Service
from providers.workspace.views import for_provider

from .eligibility import Candidate, check, public_services
from .filters import ContractFilterSet, FrameworkFilterSet, OpportunityFilterSet
from .models import Admission, Contract, DateChange, Framework, Lot, Notice, Opportunity, public_suppliers

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


@login_not_required
@require_safe
@conditional(*REGISTERS, minute=True)
def opportunity_list(request):
    at = clock.now()
    filters = OpportunityFilterSet(
        request.GET or None, queryset=Opportunity.objects.listed(at=at).for_public_list(at=at).passed_last(at=at)
    )
    context = _listed(request, filters)
    _show_statuses(context["page"], at)
    return render(request, "tenders/opportunities.html", context)


@login_not_required
@require_safe
@conditional(*REGISTERS, "strategies", "places", minute=True)
def opportunity(request, reference):
    at = clock.now()
    rows = Opportunity.objects.public(at=at).select_related("organisation", "source")
    row = get_object_or_404(
        rows.prefetch_related(
            Prefetch("framework", Framework.objects.public(at=at)),
            Prefetch("replaces_contract", Contract.objects.public(at=at)),
            "types",
            "client_groups",
            "places",
            "partnerships__organisation",
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
        "status_kind": _tag_kind(row, status, at),
        "ended_at": {"withdrawn": row.withdrawn_at, "cancelled": row.cancelled_at}.get(status.value),
        "steps": _steps(row, at),
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


@login_not_required
@require_safe
@conditional(*REGISTERS, minute=True)
def framework_list(request):
    at = clock.now()
    filters = FrameworkFilterSet(request.GET or None, queryset=Framework.objects.public(at=at).for_list())
    context = _listed(request, filters)
    _show_statuses(context["page"], at)
    return render(request, "tenders/frameworks.html", context)


@login_not_required
@require_safe
@conditional(*REGISTERS, "providers", "places", minute=True)
def framework(request, slug):
    at = clock.now()
    rows = Framework.objects.public(at=at).select_related("organisation", "source")
    members = Admission.objects.current(at=at).filter(provider__in=Provider.objects.public(at=at))
    row = find_by_slug(
        rows.prefetch_related(
            "types", "client_groups", "places", "partnerships__organisation",
            Prefetch("lots", Lot.objects.with_members(at=at).prefetch_related("places").order_by("order", "pk")),
            "rates__lot", "entry_conditions__lot",
            Prefetch(
                "admissions",
                members.select_related("provider", "lot").prefetch_related("suspensions").order_by("provider__name", "pk"),
            ),
        ),
        slug,
    )  # fmt: skip
    status = row.status(at=at)
    _show_lots(row, at)
    context = {
        "framework": row,
        "bidding": _share_bidding(row.admissions.all()),
        "re_award_by": row.re_award_by(),
        "organisation": row.organisation,
        "breadcrumbs": [("Frameworks", reverse("tenders:frameworks"))],
        "status": status,
        "status_kind": _tag_kind(row, status, at),
        "partners": [one.organisation for one in row.partnerships.all()],
        "opportunities": row.opportunities.listed(at=at).order_by("title"),
        "contracts": row.contracts.public(at=at).order_by("title"),
    }
    return render(request, "tenders/framework.html", context)


def _show_lots(framework, at):
    """Tell of each lot whether one can join, and of each member whether it gets new placements."""
    for lot in framework.lots.all():
        lot.framework = framework
        lot.shown_status = lot.status(at=at, members=lot.members)
        lot.shown_kind = TAG_KINDS.get(lot.shown_status.value, "")
        lot.shown_places = lot.places_left(members=lot.members)
    for one in framework.admissions.all():
        one.is_suspended = one.suspension(at=at) is not None


def _share_bidding(admissions):
    """How many of the members whose bidding is known do bid; nothing where it is not known of any."""
    known = [one.is_bidding for one in admissions if one.is_bidding is not None]
    return (
        {"bidding": sum(known), "known": len(known), "percent": round(100 * sum(known) / len(known))} if known else None
    )


@require_safe
@for_provider
def framework_check(request, provider, slug):
    """What the provider one acts for still lacks to join, lot by lot. Private: it reads the provider's own entry."""
    at = clock.now()
    rows = Framework.objects.public(at=at).select_related("organisation")
    lots = Lot.objects.with_members(at=at).prefetch_related("places", "types").order_by("order", "pk")
    row = find_by_slug(rows.prefetch_related("types", "places", Prefetch("lots", lots), "entry_conditions"), slug)
    services = public_services(provider, at=at)
    parts = []
    for lot in list(row.lots.all()) or [None]:
        conditions = [one for one in row.entry_conditions.all() if one.lot_id is None or lot and one.lot_id == lot.pk]
        types = list(lot.types.all() if lot else []) or list(row.types.all())
        places = list(lot.places.all() if lot else []) or list(row.places.all())
        candidate = Candidate(provider, services, types, places, at)
        findings = check(conditions, candidate)
        if lot:
            lot.framework = row
        status = lot.status(at=at, members=lot.members) if lot else row.status(at=at)
        parts.append(
            {
                "lot": lot,
                "status": status,
                "status_kind": TAG_KINDS.get(status.value, ""),
                "findings": findings,
                "failing": sum(one.meets is False for one in findings),
                "open_questions": sum(one.meets is None for one in findings),
            }
        )
    context = {
        "framework": row,
        "provider": provider,
        "parts": parts,
        "breadcrumbs": [("Frameworks", reverse("tenders:frameworks")), (row.title, row.get_absolute_url())],
    }
    return render(request, "tenders/framework_check.html", context)


@login_not_required
@require_safe
@conditional(*REGISTERS, "providers", minute=True)
def contract_list(request):
    at = clock.now()
    filters = ContractFilterSet(
        request.GET or None, queryset=Contract.objects.public(at=at).for_public_list(at=at).passed_last(at=at)
    )
    context = _listed(request, filters)
    _show_statuses(context["page"], at)
    return render(request, "tenders/contracts.html", context)


@login_not_required
@require_safe
@conditional(*REGISTERS, "providers", "services", "places", minute=True)
def contract(request, reference):
    at = clock.now()
    rows = Contract.objects.public(at=at).select_related("organisation", "source", "lot")
    row = get_object_or_404(
        rows.prefetch_related(
            Prefetch("framework", Framework.objects.public(at=at)),
            Prefetch("suppliers", public_suppliers(at=at)),
            Prefetch("services", Service.objects.public(at=at)),
            "commissioners__organisation",
            "types",
            "client_groups",
            "places",
        ),
        reference=reference,
    )
    status = row.status(at=at)
    context = {
        "contract": row,
        "organisation": row.organisation,
        "partners": [one.organisation for one in row.commissioners.all()],
        "breadcrumbs": [("Contracts", reverse("tenders:contracts"))],
        "status": status,
        "status_kind": _tag_kind(row, status, at),
        "followed_by": Opportunity.objects.public(at=at).filter(replaces_contract=row).order_by("title"),
    }
    return render(request, "tenders/contract.html", context)


def _show_statuses(rows, at):
    for row in rows:
        row.shown_status = row.status(at=at)
        row.shown_unconfirmed = (
            row.confirmed_date() if isinstance(row, Opportunity) and row.is_unconfirmed(at=at) else None
        )
        row.shown_kind = _tag_kind(row, row.shown_status, at)


def _tag_kind(row, status, at):
    if status == Opportunity.Status.OPEN and getattr(row, "closes_at", None) and row.closes_at - at <= CLOSING_SOON:
        return "closing"
    return TAG_KINDS.get(status.value, "")


def _listed(request, filters):
    page = Paginator(filters.qs, PAGE_SIZE).get_page(request.GET.get("page"))
    return {"page": page, "filters": filters, "chips": filters.chips(request)}


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
