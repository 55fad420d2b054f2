from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core import clock
from core.models import find_by_slug
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
@conditional(*REGISTERS, "contracts", "frameworks", minute=True)
def provider(request, slug):
    at = clock.now()
    services = Service.objects.public(at=at).prefetch_related("types", "locations").order_by("name", "pk")
    rows = Provider.objects.public(at=at).select_related("organisation", "source__organisation")
    row = find_by_slug(rows.prefetch_related(Prefetch("services", services)), slug)
    context = {"provider": row, "breadcrumbs": [("Providers", reverse("providers:providers"))], "at": at}
    return render(request, "providers/provider.html", context)
