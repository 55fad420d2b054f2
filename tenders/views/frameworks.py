from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core import clock
from core.models import find_by_slug
from core.versions import conditional
from providers.acting import acting_provider
from providers.models import Provider
from providers.workspace.views import for_provider

from ..call_offs import call_offs
from ..eligibility import Candidate, check, public_services
from ..filters import FrameworkFilterSet
from ..models import Admission, Framework, Lot
from ..standing import can_join
from .frame import REGISTERS, TAG_KINDS, listed, show_statuses, tag_kind


@login_not_required
@require_safe
@conditional(*REGISTERS, minute=True)
def framework_list(request):
    at = clock.now()
    filters = FrameworkFilterSet(request.GET or None, queryset=Framework.objects.public(at=at).for_list())
    context = listed(request, filters)
    show_statuses(context["page"], at)
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
    provider = acting_provider(request)
    context = {
        "provider": provider,
        "call_offs": call_offs(provider, at).filter(framework=row) if provider else [],
        "framework": row,
        "bidding": _share_bidding(row.admissions.all()),
        "providers": _how_many(row, listed=len({one.provider_id for one in row.admissions.all()})),
        "can_join": can_join(row, lots=[lot.shown_status for lot in row.lots.all()], at=at),
        "re_award_by": row.re_award_by(),
        "organisation": row.organisation,
        "breadcrumbs": [("Frameworks", reverse("tenders:frameworks"))],
        "status": status,
        "status_kind": tag_kind(row, status, at),
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
        lot.shown_providers = _how_many(lot, listed=lot.members)
    for one in framework.admissions.all():
        one.is_suspended = one.suspension(at=at) is not None


def _how_many(row, *, listed):
    """How many providers are on it: as the organisation states, else those listed below; empty where nothing tells."""
    stated = row.providers_as_stated or row.provider_count
    return stated if stated not in ("", None) else f"{listed}, listed below" if listed else ""


def _share_bidding(admissions):
    """How many of the members whose bidding is known do bid; nothing where it is not known of any."""
    known = [one.is_bidding for one in admissions if one.is_bidding is not None]
    if not known:
        return None
    percent = round(100 * sum(known) / len(known))
    return {"bidding": sum(known), "known": len(known), "unknown": len(admissions) - len(known), "percent": percent}


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
        _tell(parts, lot, status, findings)
    context = {
        "framework": row,
        "provider": provider,
        "parts": parts,
        "breadcrumbs": [("Frameworks", reverse("tenders:frameworks")), (row.title, row.get_absolute_url())],
    }
    return render(request, "tenders/framework_check.html", context)


def _tell(parts, lot, status, findings):
    """Add what was found for a lot, together with the lots of which all of it is the same."""
    told = [(one.condition.pk, one.meets, one.words) for one in findings]
    same = next((part for part in parts if part["told"] == told), None)
    if same is None:
        same = {
            "told": told,
            "lots": [],
            "findings": findings,
            "failing": sum(one.meets is False for one in findings),
            "open_questions": sum(one.meets is None for one in findings),
        }
        parts.append(same)
    same["lots"].append({"lot": lot, "status": status, "status_kind": TAG_KINDS.get(status.value, "")})
