"""The council's queue of entries that nobody has confirmed for long, and the button that says it has looked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from commissioning import permissions
from commissioning.acting import acting_organisation, is_operator
from commissioning.admin_site import Waiting
from core import clock
from core.errors import DomainError
from providers.models import Representative, Service
from providers.services import freshness
from providers.services.home import services_of

PAGE_SIZE = 50


def overdue_services(request: Any) -> Any:
    """Return the queue of the council one acts for; an operator who acts for none sees everybody's."""
    organisation = acting_organisation(request)
    if organisation is None and not is_operator(request.user):
        return Service.objects.none()
    rows = Service.objects.all() if organisation is None else services_of(organisation)
    kept = Representative.objects.filter(provider=OuterRef("provider"), user__is_active=True)
    return rows.for_council(at=clock.now()).annotate(is_kept=Exists(kept))


class FreshnessMixin:
    """Adds the queue to the register of services. Its rows follow the home council, not who keeps the provider."""

    admin_site: Any
    opts: Any

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("overdue/", wrap(self.overdue_view), name="providers_service_overdue"),
            path("overdue/<int:pk>/checked/", wrap(require_POST(self.checked_view)), name="providers_service_checked"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def overdue_view(self, request: Any) -> HttpResponse:
        """List the entries of the home council that nobody has confirmed for long; those that somebody keeps, first."""
        wants_unkept = request.GET.get("kept") == "no"
        rows = overdue_services(request).filter(is_kept=not wants_unkept).select_related("provider")
        organisation = acting_organisation(request)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Not confirmed for over {settings.CONFIRMATION_OVERDUE_DAYS} days",
            "opts": self.opts,
            "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
            "wants_unkept": wants_unkept,
            "may_check": organisation is None or permissions.can_edit(request.user, organisation),
        }
        return render(request, "admin/overdue_services.html", context)

    def checked_view(self, request: Any, pk: int) -> HttpResponse:
        service = overdue_services(request).filter(pk=pk).first() if pk < 2**63 else None
        if service is None:
            raise Http404("This entry is not in your queue.")
        organisation = acting_organisation(request)
        if organisation is not None and not permissions.can_edit(request.user, organisation):
            raise PermissionDenied("You may read the queue, and change nothing.")
        try:
            freshness.mark_checked(service=service, by=request.user, at=clock.now())
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"Families now read that the council has checked {service} today.")
        return redirect("admin:providers_service_overdue")


def overdue_waiting(request: Any) -> Iterator[Waiting]:
    """Entries that somebody keeps, and that were not confirmed for long."""
    rows = overdue_services(request).filter(is_kept=True)
    count = rows.count()
    if count:
        url = reverse("admin:providers_service_overdue")
        title = f"Ask about entries not confirmed for over {settings.CONFIRMATION_OVERDUE_DAYS} days"
        yield Waiting(title, count, url, [(str(one), url) for one in rows[:5]])


admin.site.dashboards.append(overdue_waiting)
