"""What waits for an officer who buys care, on the first page of the administration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.urls import reverse

from commissioning.admin_site import Waiting
from core import clock

from ..models import Contract, Opportunity
from .base import PublishableAdmin


def drafts_waiting(request: Any) -> Iterator[Waiting]:
    """The drafts of each register: written, and not yet public."""
    for model, model_admin in admin.site._registry.items():
        if isinstance(model_admin, PublishableAdmin):
            drafts = model_admin.get_queryset(request).filter(published_at=None)
            names = model._meta
            address = reverse(f"admin:{names.app_label}_{names.model_name}_changelist")
            count = drafts.count()
            name = names.verbose_name if count == 1 else names.verbose_name_plural
            yield Waiting(f"Draft {name}", count, f"{address}?published_at__isempty=1")


def plans_unconfirmed(request: Any) -> Iterator[Waiting]:
    """Public plans that nobody has confirmed for a while; the page marks them."""
    model_admin = admin.site.get_model_admin(Opportunity)
    if not model_admin.has_view_permission(request):
        return
    rows = model_admin.get_queryset(request).unconfirmed(at=clock.now()).order_by("title", "pk")
    address = reverse("admin:tenders_opportunity_changelist")
    first = [(str(one), reverse("admin:tenders_opportunity_change", args=[one.pk])) for one in rows[:5]]
    yield Waiting("Plans nobody has confirmed", rows.count(), address, first)


def ends_to_decide(request: Any) -> Iterator[Waiting]:
    """Contracts near their end without a decision on what follows."""
    model_admin = admin.site.get_model_admin(Contract)
    if not model_admin.has_view_permission(request):
        return
    rows = model_admin.get_queryset(request).undecided(at=clock.now())
    first = [(str(one), reverse("admin:tenders_contract_change", args=[one.pk])) for one in rows[:5]]
    yield Waiting(
        "Contracts near their end to decide on", len(rows), reverse("admin:tenders_contract_changelist"), first
    )


admin.site.dashboards.extend([drafts_waiting, plans_unconfirmed, ends_to_decide])
