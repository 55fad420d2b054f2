"""A service's own page: its Provider Information Profile."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Subquery
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core import clock
from core.models import RegisterVersion, find_by_slug
from core.versions import conditional

from .. import fact_sheet, visit_questions
from ..linked_data import json_ld
from ..maps import map_of
from ..models import Service

REGISTERS = ("services", "providers", "places", "taxonomy", "organisations", "contracts", "frameworks")
MOST_OTHERS = 10
PLACES_VERSION = Subquery(RegisterVersion.objects.filter(pk="places").values("version"))


@login_not_required
@require_safe
@conditional(*REGISTERS, minute=True)
def service(request, slug):
    at = clock.now()
    rows = Service.objects.public(at=at).annotate(places_version=PLACES_VERSION)
    row = fact_sheet.fetch(find_by_slug(fact_sheet.with_claims(rows), slug), at=at)
    sheet = fact_sheet.of(row, at=at)
    photos = [(photo, photo.get_absolute_url()) for photo in row.shown_photos]
    context = {
        "service": row,
        "sheet": sheet,
        "photos": photos,
        "map": map_of(row, places_version=row.places_version),
        "json_ld": json_ld(
            sheet,
            url=f"{settings.PUBLIC_URL}{row.get_absolute_url()}",
            photos=[f"{settings.PUBLIC_URL}{address}" for _, address in photos],
        ),
        "others": _others(row, at=at),
        "questions": visit_questions.short(row),
        "breadcrumbs": [("Find care", reverse("providers:services"))],
        "at": at,
    }
    return render(request, "providers/service.html", context)


def _others(row, *, at):
    """Other services of its provider, where that is public."""
    if row.provider is None:
        return []
    others = Service.objects.public(at=at).filter(provider=row.provider_id).exclude(pk=row.pk)
    return others.only("name", "slug").order_by("name", "pk")[:MOST_OTHERS]
