from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core import clock
from core.versions import conditional
from providers.models import Service

from ..filters import ContractFilterSet
from ..models import Contract, Framework, Opportunity, public_suppliers
from .frame import REGISTERS, listed, show_statuses, tag_kind


@login_not_required
@require_safe
@conditional(*REGISTERS, "providers", minute=True)
def contract_list(request):
    at = clock.now()
    filters = ContractFilterSet(
        request.GET or None, queryset=Contract.objects.public(at=at).for_public_list(at=at).passed_last(at=at)
    )
    context = listed(request, filters)
    show_statuses(context["page"], at)
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
        "status_kind": tag_kind(row, status, at),
        "followed_by": Opportunity.objects.public(at=at).filter(replaces_contract=row).order_by("title"),
    }
    return render(request, "tenders/contract.html", context)
