from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core import clock
from core.api import export
from core.dates import london_date
from core.exports import csv_response, xlsx_response
from core.versions import conditional
from providers.models import Service

from ..browse.cards import contract_cards
from ..exports.contracts import as_data, for_export, register, template
from ..exports.documents import json_bytes
from ..filters import ContractFilterSet
from ..models import Contract, Framework
from ..timeline import contract_story, for_contract_timeline
from .frame import REGISTERS, listed, show_statuses, tag_kind

FILES = [("CSV", "csv"), ("Excel", "xlsx"), ("JSON", "json")]
# Rows in memory at a time.
CHUNK = 2_000


@login_not_required
@require_safe
@conditional(*REGISTERS, "providers", minute=True)
def contract_list(request):
    at = clock.now()
    context = listed(request, _filters(request, at))
    show_statuses(context["page"], at)
    context["cards"] = contract_cards(context["page"])
    query = request.GET.copy()
    query.pop("page", None)
    words = f"?{query.urlencode()}" if query else ""
    context["files"] = [(name, reverse(f"tenders:contracts_{kind}") + words) for name, kind in FILES]
    return render(request, "tenders/contracts.html", context)


def _filters(request, at):
    contracts = Contract.objects.public(at=at).for_cards(at=at)
    return ContractFilterSet(request.GET or None, contracts=contracts, at=at)


@login_not_required
@require_safe
@conditional(*REGISTERS, "providers", minute=True)
@export
def contract_csv(request):
    """The list of the page as a file, exactly."""
    return _file(request, csv_response)


@login_not_required
@require_safe
@conditional(*REGISTERS, "providers", minute=True)
@export
def contract_xlsx(request):
    return _file(request, xlsx_response)


@login_not_required
@require_safe
@conditional(*REGISTERS, "providers", minute=True)
@export
def contract_json(request):
    at = clock.now()
    rows = for_export(_filters(request, at).whole, at=at)
    told = (as_data(row, at=at) for row in rows.iterator(chunk_size=CHUNK))
    words = request.GET.urlencode()
    page = reverse("tenders:contracts") + (f"?{words}" if words else "")
    pieces = json_bytes("contracts", told, title="Contracts register", page=page, count=rows.count())
    return StreamingHttpResponse(pieces, content_type="application/json")


def _file(request, respond):
    at = clock.now()
    rows = for_export(_filters(request, at).whole, at=at)
    name = f"contracts-register-{london_date(at)}"
    return respond(register(at), rows.iterator(chunk_size=CHUNK), name=name)


@login_not_required
@require_safe
def contract_template(request):
    """An empty file with the columns that officers may read in again."""
    return csv_response(template(), [], name="contracts-register-template")


@login_not_required
@require_safe
@conditional(*REGISTERS, "providers", "services", "places", minute=True)
def contract(request, reference):
    at = clock.now()
    rows = Contract.objects.public(at=at).select_related("organisation", "source", "lot")
    row = get_object_or_404(
        rows.prefetch_related(
            Prefetch("framework", Framework.objects.public(at=at)),
            *for_contract_timeline(at),
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
        "story": contract_story(row, at=at),
        "tender": getattr(row, "opportunity", None) or next((one.opportunity for one in row.shown_awards), None),
    }
    return render(request, "tenders/contract.html", context)
