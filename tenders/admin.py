from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse

from commissioning import services
from commissioning.admin import OrganisationScopedAdmin, ScopedStackedInline, ScopedTabularInline, object_action
from commissioning.admin_site import Waiting
from core import clock
from core.dates import london_date

from . import services as pipeline
from .duties import duties
from .forms import DecideEndForm, MoveDateForm, SuspendForm
from .models import (
    Admission,
    Contract,
    ContractCommissioner,
    ContractSupplier,
    DateChange,
    EntryCondition,
    Forum,
    Framework,
    FrameworkPartner,
    Lot,
    Notice,
    Opportunity,
    OpportunityPartner,
    Rate,
)
from .notices import MUST_CARRY, items


class PublishableAdmin(OrganisationScopedAdmin):
    """A register row that is drafted here and made public by a publisher."""

    journey = "buying"
    list_filter: Any = [("published_at", admin.EmptyFieldListFilter), "is_sample"]
    object_actions = ["publish"]

    def offers(self, action: str, obj: Any) -> bool:
        return action != "publish" or obj.published_at is None

    @object_action("Publish", confirm="Everybody will see this record from now on.", publishes=True)
    def publish(self, request: Any, obj: Any) -> str:
        services.publish_record(record=obj, by=request.user, at=clock.now())
        return "The record is public."


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


class SupplierInline(ScopedTabularInline):
    model = ContractSupplier
    fields = ["order", "provider", "name_as_stated", "role", "registration_number", "is_sme", "is_vcse", "note"]


class CommissionerInline(ScopedTabularInline):
    model = ContractCommissioner


@admin.register(Contract)
class ContractAdmin(PublishableAdmin):
    list_display = ["title", "arrangement", "starts", "ends"]
    search_fields = ["title", "reference"]
    prepopulated_fields = {"reference": ["title"]}
    inlines = [SupplierInline, CommissionerInline]
    object_actions = ["publish", "decide_end"]

    @object_action(
        "Decide what follows", confirm="The page shows the decision with its day and reason.", form=DecideEndForm
    )
    def decide_end(self, request: Any, obj: Any, decision: str, decided_date: Any, reason: str) -> str:
        pipeline.decide_end(
            contract=obj, decision=decision, decided_date=decided_date, reason=reason, by=request.user, at=clock.now()
        )
        return "The decision is kept and shown."


class OpportunityPartnerInline(ScopedTabularInline):
    model = OpportunityPartner


class NoticeInline(ScopedTabularInline):
    model = Notice
    fields = ["kind", "number", "published_date", "url"]


@admin.register(Opportunity)
class OpportunityAdmin(PublishableAdmin):
    list_display = ["title", "service_area", "tender_date", "last_confirmed"]
    search_fields = ["title", "reference"]
    readonly_fields = ["ocid"]
    prepopulated_fields = {"reference": ["title"]}
    inlines = [OpportunityPartnerInline, NoticeInline]
    object_actions = ["publish", "confirm_plan", "move_date"]
    change_form_template = "admin/opportunity_change_form.html"

    def get_readonly_fields(self, request: Any, obj: Any = None) -> Any:
        # What the public has seen moves with a reason, by an action.
        dates = DateChange.Field.values if obj is not None and obj.published_at else []
        return [*super().get_readonly_fields(request, obj), *dates]

    def offers(self, action: str, obj: Any) -> bool:
        return super().offers(action, obj) if action == "publish" else obj.published_at is not None

    @object_action("Everything still holds", confirm="The page will say that the plan was confirmed today.")
    def confirm_plan(self, request: Any, obj: Any) -> str:
        pipeline.confirm_plan(opportunity=obj, by=request.user, at=clock.now())
        return "The plan is confirmed as of today."

    @object_action("Move a date", confirm="The old date stays on the page beside the new one.", form=MoveDateForm)
    def move_date(self, request: Any, obj: Any, field: str, to: Any, reason: str) -> str:
        pipeline.move_date(opportunity=obj, field=field, to=to, reason=reason, by=request.user, at=clock.now())
        return "The date has moved. The page shows the old one with the reason."

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.clock_view)
        return [path("<path:object_id>/clock/", view, name="tenders_opportunity_clock"), *super().get_urls()]

    def clock_view(self, request: Any, object_id: str) -> HttpResponse:
        """What the law asks of this procurement by when, and what each notice must carry: to read and to copy."""
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404("No such record.")
        if not self.has_view_permission(request, record):
            raise PermissionDenied
        kind = request.GET.get("kind", "")
        context = {
            **self.admin_site.each_context(request),
            "title": "Statutory clock",
            "opts": self.opts,
            "record": record,
            "duties": duties(record, record.notices.all(), on=london_date(clock.now())),
            "kinds": [(one.value, one.label) for one in Notice.Kind if one.value in MUST_CARRY],
            "kind": kind if kind in MUST_CARRY else "",
            "items": items(kind, record),
            "record_url": self._record_url(record),
        }
        return render(request, "admin/opportunity_clock.html", context)


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
