from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core import clock
from core.models import find_by_slug
from core.versions import conditional

from .evidence import indicator_data
from .models import Organisation

PAGE_SIZE = 50
TOPICS = {
    "population": "People",
    "ethnicity": "Ethnicity and language",
    "health": "Health",
    "children": "Children and young people",
    "carers": "Unpaid carers",
    "demand": "Need and demand",
    "supply": "Care there is",
    "workforce": "Workforce",
    "spending": "Money",
    "survey": "What people said in surveys",
}


@login_not_required
@require_safe
@conditional("organisations", "places")
def organisation_list(request):
    rows = (
        Organisation.objects.select_related("succeeded_by").prefetch_related("coverage__place").order_by("kind", "name")
    )
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "commissioning/organisations.html", {"page": page})


@login_not_required
@require_safe
@conditional(
    "organisations",
    "places",
    "indicators",
    "strategies",
    "opportunities",
    "frameworks",
    "contracts",
    "events",
    minute=True,
)
def organisation(request, slug):
    rows = Organisation.objects.select_related("succeeded_by").prefetch_related(
        "coverage__place", "coverage__source", "members", "member_of", "predecessors"
    )
    organisation = find_by_slug(rows, slug)
    topics: dict[str, list] = {}
    rows = organisation.indicator_set.for_charts().order_by("order", "pk")
    for indicator in sorted(rows, key=_place_of_topic):
        topics.setdefault(TOPICS.get(indicator.topic, indicator.topic.capitalize()), []).append(
            indicator_data(indicator)
        )
    context = {
        "organisation": organisation,
        "breadcrumbs": [("Organisations", reverse("commissioning:organisations"))],
        "values": organisation.organisationvalue_set.order_by("order", "pk"),
        "stages": organisation.cyclestage_set.order_by("order", "pk"),
        "contacts": organisation.contact_set.order_by("order", "pk"),
        "teams": organisation.team_set.order_by("order", "pk"),
        "sources": organisation.sourcedocument_set.order_by("slug"),
        "topics": topics,
        "at": clock.now(),
    }
    return render(request, "commissioning/organisation.html", context)


def _place_of_topic(indicator):
    """The topics in the order a reader asks for them; one we have no words for comes last, by its name."""
    known = list(TOPICS)
    place = known.index(indicator.topic) if indicator.topic in TOPICS else len(known)
    return place, indicator.topic
