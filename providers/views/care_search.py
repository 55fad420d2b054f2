from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core import clock
from core.versions import conditional

from ..filters import ServiceFilterSet
from ..forms import outward
from ..models import Service
from .profiles import PAGE_SIZE, REGISTERS


@login_not_required
@csrf_exempt  # Nothing on the server changes, and the form stands on cached pages.
@require_http_methods(["GET", "HEAD", "POST"])
@conditional(*REGISTERS, minute=True)
def service_list(request):
    if request.method == "POST":
        return redirect(f"{reverse('providers:services')}?{urlencode({'q': outward(request.POST.get('near', ''))})}")
    at = clock.now()
    filters = ServiceFilterSet(
        request.GET or None, queryset=Service.objects.public(at=at).for_list().with_public_provider(at=at)
    )
    page = Paginator(filters.qs, PAGE_SIZE).get_page(request.GET.get("page"))
    words = request.GET.get("q", "").replace("\x00", "").strip()
    context = {
        "page": page,
        "filters": filters,
        "chips": filters.chips(request),
        "words": words,
        # The box above the list holds the words; narrowing the list keeps them.
        "keep": [("q", words)] if words else [],
    }
    return render(request, "providers/services.html", context)
