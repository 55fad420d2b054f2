from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch, Q
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from commissioning.acting import acting_organisation
from core import clock
from core.versions import conditional
from providers.acting import acting_provider

from ..models import Contract, DateChange, Framework, Notice, Opportunity
from ..services import interests
from ..standing import confirmed_words, next_step, value_words
from ..timeline import for_timeline, steps, story
from .events import show_bookings
from .frame import REGISTERS, tag_kind
from .tender_parts import clarifications, judging, tender_parts


@login_not_required
@require_safe
@conditional(*REGISTERS, "strategies", "places", "events", "providers", minute=True)
def opportunity(request, reference):
    at = clock.now()
    # Whoever is signed in gets a page of their own (`conditional`), so that a call-off for members is kept nowhere.
    rows = Opportunity.objects.visible_to(
        provider=acting_provider(request), organisation=acting_organisation(request), at=at
    ).select_related("organisation", "source", "framework_lot")
    row = get_object_or_404(
        rows.prefetch_related(
            Prefetch("framework", Framework.objects.public(at=at)),
            Prefetch("replaces_contract", Contract.objects.public(at=at)),
            "types",
            "client_groups",
            "places",
            "partnerships__organisation",
            *tender_parts(at),
            *for_timeline(at),
            "coproduction_notes",
            Prefetch("notices", Notice.objects.published(at=at), to_attr="shown_notices"),
            Prefetch("date_changes", DateChange.objects.filter(changed_at__lte=at), to_attr="slips"),
        ),
        reference=reference,
    )
    status = row.status(at=at)
    show_bookings(row.shown_events, at)
    for award in row.shown_awards:
        award.shown_status = award.status(at=at)
    partners = [one.organisation for one in row.partnerships.all()]
    context = {
        "opportunity": row,
        "organisation": row.organisation,
        "partners": partners,
        "breadcrumbs": [("Opportunities", reverse("tenders:opportunities"))],
        "status": status,
        "status_kind": tag_kind(row, status, at),
        "ended_at": {"withdrawn": row.withdrawn_at, "cancelled": row.cancelled_at}.get(status.value),
        "value": value_words(row),
        "steps": steps(row, at=at),
        "story": story(row, at=at),
        "takes_interest": status not in interests.OVER and not row.is_members_only,
        "judging": judging(row),
        "clarifications": clarifications(row, at),
        "is_unconfirmed": row.is_unconfirmed(at=at),
        "confirmed": confirmed_words(row),
        "next_step": next_step(row, at=at),
        "same_area": Opportunity.objects.listed(at=at)
        .filter(Q(organisation=row.organisation), Q(types__in=row.types.all()))
        .exclude(pk=row.pk)
        .distinct()
        .order_by("title")[:5],
        "at": at,
    }
    return render(request, "tenders/opportunity.html", context)
