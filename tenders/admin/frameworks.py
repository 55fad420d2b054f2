from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from commissioning import permissions
from commissioning.admin import ScopedStackedInline, ScopedTabularInline, object_action
from core import clock

from .. import services as pipeline
from ..forms import AdmissionForm, EndAdmissionForm, RefuseForm, SuspendForm
from ..models import Admission, EntryCondition, Forum, Framework, FrameworkPartner, Lot, Rate
from .base import LONDON_MOMENTS, RECORD, PublishableAdmin, ReleasedAdmin


class LotInline(ScopedStackedInline):
    model = Lot
    formfield_overrides = LONDON_MOMENTS
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
    """Once the framework is public, providers are admitted and taken off with a reason (`AdmissionAdmin`)."""

    model = Admission
    fields = ["provider", "lot", "tier", "since", "until", "is_bidding", "note"]

    def get_readonly_fields(self, request: Any, obj: Any = None) -> Any:
        return ["provider", "lot", "since", "until"] if _is_public(obj) else []

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and not _is_public(obj)

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not _is_public(obj)


def _is_public(framework: Any) -> bool:
    return framework is not None and framework.published_at is not None


class FrameworkPartnerInline(ScopedTabularInline):
    model = FrameworkPartner
    verbose_name = "organisation that shares it"
    verbose_name_plural = "organisations that share it"


@admin.register(Framework)
class FrameworkAdmin(PublishableAdmin):
    list_display = ["title", "kind", "joining", "starts", "ends"]
    search_fields = ["title"]
    prepopulated_fields = {"slug": ["title"]}
    PARTS = (
        (None, ["title", "slug", "kind", "summary", "types", "client_groups", "places"]),
        ("Can one join?", ["joining", "opens_at", "closes_at", "reopens", "joining_note", "conditions"]),
        ("From when until when", ["starts", "term_as_stated", "ends", "extension_as_stated"]),
        (
            "Who is on it, and at what rates",
            [
                "provider_count", "providers_as_stated", "capacity_as_stated", "rates_as_stated", "call_off_note",
                "regime",
            ],
        ),
        ("Its record", RECORD),
    )  # fmt: skip
    inlines = [
        FrameworkPartnerInline,
        LotInline,
        EntryConditionInline,
        RateInline,
        AdmissionInline,
    ]
    object_actions = ["publish", "refuse_admission"]

    def get_readonly_fields(self, request: Any, obj: Any = None) -> Any:
        made = ["decisions_made"] if obj is not None and obj.decisions.exists() else []
        return [*super().get_readonly_fields(request, obj), *made]

    @admin.display(description="who was admitted, refused and taken off, and why")
    def decisions_made(self, obj: Framework) -> SafeString:
        rows = obj.decisions.select_related("provider", "lot", "framework")
        return format_html_join("", "<p>{:%d.%m.%Y}, {}. {}</p>", ((one.decided_at, one, one.reason) for one in rows))

    def offers(self, action: str, obj: Any) -> bool:
        return obj.published_at is not None if action == "refuse_admission" else super().offers(action, obj)

    @object_action(
        "Refuse a provider",
        confirm="The provider’s people are told why. The public reads nothing of it.",
        form=RefuseForm,
        publishes=True,
    )
    def refuse_admission(self, request: Any, obj: Any, provider: Any, reason: str, lot: Any = None) -> str:
        pipeline.refuse_admission(
            framework=obj, lot=lot, provider=provider, reason=reason, by=request.user, at=clock.now()
        )
        return f"{provider} is not admitted, and its people are told why."


@admin.register(Lot)
class LotAdmin(ReleasedAdmin):
    """Found here by the search boxes of other forms; edited inside its framework."""

    search_fields = ["title", "number", "framework__title"]
    list_display = ["__str__", "framework"]
    list_select_related = ["framework"]

    def has_module_permission(self, request: Any) -> bool:
        return False


@admin.register(Admission)
class AdmissionAdmin(ReleasedAdmin):
    """Who is on which framework: admitted here with a reason, suspended, let go on, and taken off."""

    journey = "buying"
    place = 50
    list_display = ["provider", "framework", "lot", "tier", "is_bidding", "standing"]
    list_select_related = ["provider", "framework", "lot"]
    list_filter = ["framework", "is_bidding"]
    search_fields = ["provider__name", "framework__title"]
    object_actions = ["suspend", "lift", "end_admission"]
    form = AdmissionForm

    def has_add_permission(self, request: Any) -> bool:
        return self._allowed(request, permissions.can_publish)

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        # It is ended instead, so that what was stays told.
        return False

    def get_fields(self, request: Any, obj: Any = None) -> Any:
        names = ["framework", "lot", "provider", "tier", "since", "is_bidding", "note"]
        return [*names, "until"] if obj else [*names, "reason"]

    def get_readonly_fields(self, request: Any, obj: Any = None) -> Any:
        # The reason is asked once, when it is admitted.
        fixed = ["framework", "lot", "provider", "until", "reason"] if obj else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        pipeline.admit(admission=obj, reason=form.cleaned_data["reason"], by=request.user, at=clock.now())

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).prefetch_related("suspensions")

    @admin.display(description="standing")
    def standing(self, obj: Any) -> str:
        if not obj.is_current(at=obj.seen_at):
            return "Not at present"
        return "No new placements" if obj.suspension(at=obj.seen_at) else "Member"

    def offers(self, action: str, obj: Any) -> bool:
        if action == "end_admission":
            return bool(obj.is_current(at=clock.now()))
        return action == "suspend" or obj.suspensions.filter(lifted_at=None).exists()

    @object_action(
        "Suspend", confirm="No new placements are made; people served now stay.", form=SuspendForm, publishes=True
    )
    def suspend(self, request: Any, obj: Any, from_date: Any, until_date: Any, reason: str) -> str:
        pipeline.suspend(
            admission=obj, from_date=from_date, until_date=until_date, reason=reason, by=request.user, at=clock.now()
        )
        return "The provider is suspended, and its people are told."

    @object_action(
        "Take it off the framework",
        confirm="People served now stay. The provider’s people are told why.",
        form=EndAdmissionForm,
        publishes=True,
    )
    def end_admission(self, request: Any, obj: Any, until_date: Any, reason: str) -> str:
        pipeline.end_admission(admission=obj, until_date=until_date, reason=reason, by=request.user, at=clock.now())
        return "Its place ends, and the provider’s people are told."

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
