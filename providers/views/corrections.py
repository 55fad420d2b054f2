from axes.helpers import get_client_ip_address
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from core import clock
from core.models import find_by_slug

from ..models import Service
from ..people_forms import CorrectionForm
from ..services import corrections
from ..services.home import home_organisation


@login_not_required
@cache_control(private=True, no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def correction(request, slug):
    at = clock.now()
    service = _find(slug, at=at)
    form = CorrectionForm(request.POST or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            if not form.is_from_a_program:
                corrections.send_correction(
                    service=service,
                    topic=form.cleaned_data["topic"],
                    text=form.cleaned_data["text"],
                    email=form.cleaned_data["email"],
                    sender=get_client_ip_address(request),
                    at=at,
                )
        except corrections.TooManyCorrections as error:
            refusal = error
        else:
            return redirect("providers:correction_sent", slug=service.slug)
    context = {**_context(service), "form": form, "refusal": refusal}
    return render(request, "providers/correction.html", context, status=429 if refusal else 200)


@login_not_required
@cache_control(private=True, no_store=True)
@require_safe
def correction_sent(request, slug):
    return render(request, "providers/correction_sent.html", _context(_find(slug, at=clock.now())))


def _find(slug, *, at):
    return find_by_slug(Service.objects.public(at=at).with_public_provider(at=at), slug)


def _context(service):
    return {
        "service": service,
        "council": home_organisation(service),
        "breadcrumbs": [("Find care", reverse("providers:services")), (service.name, service.get_absolute_url())],
    }
