from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core import clock
from core.models import find_by_slug
from core.templatetags.portal import gov_date
from core.versions import conditional

from ..filters import ProviderFilterSet
from ..models import Provider, Service

PAGE_SIZE = 20
REGISTERS = ("services", "providers", "places", "taxonomy")


@login_not_required
@require_safe
@conditional(*REGISTERS, minute=True)
def provider_list(request):
    at = clock.now()
    filters = ProviderFilterSet(request.GET or None, queryset=Provider.objects.public(at=at).for_list())
    page = Paginator(filters.qs, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request, "providers/providers.html", {"page": page, "filters": filters, "chips": filters.chips(request)}
    )


@login_not_required
@require_safe
@conditional(*REGISTERS, "contracts", "frameworks", "organisations", minute=True)
def provider(request, slug):
    at = clock.now()
    services = Service.objects.public(at=at).prefetch_related("types", "locations").order_by("name", "pk")
    rows = Provider.objects.public(at=at).select_related("organisation", "source__organisation")
    row = find_by_slug(rows.prefetch_related(Prefetch("services", services)), slug)
    context = {
        "provider": row,
        "office": _office(row),
        "facts": [
            ("Also known as", row.trading_name, "No other name told"),
            ("Part of", row.brand, "No group told"),
            ("Registered with the CQC since", gov_date(row.registered_date), "Not known"),
            ("CQC provider number", row.cqc_provider_id or "", "Not known"),
            ("Company number", row.company_number, "Not known"),
            ("Charity number", row.charity_number, "Not known"),
        ],
        "breadcrumbs": [("Providers", reverse("providers:providers"))],
        "at": at,
    }
    return render(request, "providers/provider.html", context)


def _office(row):
    """The lines of the registered office; none where one of its services is at a place that nobody is to know."""
    locations = [location for service in row.services.all() for location in service.locations.all()]
    if any(location.is_address_withheld for location in locations):
        return []
    return [line for line in (row.registered_address, row.registered_town, row.registered_postcode) if line]
