from __future__ import annotations

from typing import Any

from django.contrib import admin

from commissioning.admin import OrganisationScopedAdmin, ScopedStackedInline, ScopedTabularInline, object_action
from core import clock

from .. import services as pipeline
from ..forms import SuspendForm
from ..models import Admission, EntryCondition, Forum, Framework, FrameworkPartner, Lot, Rate
from .base import PublishableAdmin


class LotInline(ScopedStackedInline):
    model = Lot
    fields = [
        ("number", "title", "slug", "order"), "summary", ("types", "client_groups", "places"),
        ("joining", "opens_at", "closes_at", "reopens", "maximum_providers"),
        ("provider_count", "providers_as_stated"), "capacity_as_stated", "conditions",
    ]  # fmt: skip


class EntryConditionInline(ScopedTabularInline):
    model = EntryCondition
    fields = ["order", "kind", "lot", "rating", "text"]


class RateInline(ScopedTabularInline):
    model = Rate
    fields = ["order", "slug", "name", "lot", "amount", "unit", "stated", "since"]


class AdmissionInline(ScopedTabularInline):
    model = Admission
    fields = ["provider", "lot", "tier", "since", "until", "is_bidding", "note"]


class FrameworkPartnerInline(ScopedTabularInline):
    model = FrameworkPartner


@admin.register(Framework)
class FrameworkAdmin(PublishableAdmin):
    list_display = ["title", "kind", "joining", "starts", "ends"]
    search_fields = ["title"]
    prepopulated_fields = {"slug": ["title"]}
    inlines = [FrameworkPartnerInline, LotInline, EntryConditionInline, RateInline, AdmissionInline]


@admin.register(Lot)
class LotAdmin(OrganisationScopedAdmin):
    """Found here by the search boxes of other forms; edited inside its framework."""

    search_fields = ["title", "number", "framework__title"]
    list_display = ["__str__", "framework"]
    list_select_related = ["framework"]

    def has_module_permission(self, request: Any) -> bool:
        return False


@admin.register(Admission)
class AdmissionAdmin(OrganisationScopedAdmin):
    """Who is on which framework; a suspension is made and lifted here. Admitting is done in the framework."""

    journey = "buying"
    place = 50
    list_display = ["provider", "framework", "lot", "tier", "is_bidding", "standing"]
    list_select_related = ["provider", "framework", "lot"]
    list_filter = ["framework", "is_bidding"]
    search_fields = ["provider__name", "framework__title"]
    object_actions = ["suspend", "lift"]

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).prefetch_related("suspensions")

    @admin.display(description="standing")
    def standing(self, obj: Any) -> str:
        at = clock.now()
        if not obj.is_current(at=at):
            return "Not at present"
        return "No new placements" if obj.suspension(at=at) else "Member"

    def offers(self, action: str, obj: Any) -> bool:
        return action == "suspend" or obj.suspensions.filter(lifted_at=None).exists()

    @object_action(
        "Suspend", confirm="No new placements are made; people served now stay.", form=SuspendForm, publishes=True
    )
    def suspend(self, request: Any, obj: Any, from_date: Any, until_date: Any, reason: str) -> str:
        pipeline.suspend(
            admission=obj, from_date=from_date, until_date=until_date, reason=reason, by=request.user, at=clock.now()
        )
        return "The provider is suspended, and its people are told."

    @object_action("Lift the suspension", confirm="New placements are possible again from now on.", publishes=True)
    def lift(self, request: Any, obj: Any) -> str:
        at = clock.now()
        standing = list(obj.suspensions.filter(lifted_at=None).order_by("from_date", "pk"))
        for one in standing:
            pipeline.lift(suspension=one, by=request.user, at=at)
        return "The suspension is lifted."


@admin.register(Forum)
class ForumAdmin(PublishableAdmin):
    place = 60
    list_display = ["name", "kind", "meets"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
