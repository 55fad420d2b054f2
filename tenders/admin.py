from __future__ import annotations

from typing import Any

from django.contrib import admin

from commissioning import services
from commissioning.admin import OrganisationScopedAdmin, ScopedStackedInline, ScopedTabularInline, object_action
from core import clock

from .models import (
    Admission,
    Contract,
    ContractCommissioner,
    ContractSupplier,
    Forum,
    Framework,
    FrameworkPartner,
    Lot,
    Opportunity,
    OpportunityPartner,
    Rate,
)


class PublishableAdmin(OrganisationScopedAdmin):
    """A register row that is drafted here and made public by a publisher."""

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
    autocomplete_fields = ["types", "client_groups", "places"]
    fields = [
        ("number", "title", "slug", "order"), "summary", ("types", "client_groups", "places"),
        ("provider_count", "providers_as_stated"), "capacity_as_stated", "conditions",
    ]  # fmt: skip


class RateInline(ScopedTabularInline):
    model = Rate
    fields = ["order", "slug", "name", "lot", "amount", "unit", "stated", "since"]


class AdmissionInline(ScopedTabularInline):
    model = Admission
    autocomplete_fields = ["provider"]
    fields = ["provider", "lot", "tier", "since", "until", "note"]


class FrameworkPartnerInline(ScopedTabularInline):
    model = FrameworkPartner
    autocomplete_fields = ["organisation"]


@admin.register(Framework)
class FrameworkAdmin(PublishableAdmin):
    list_display = ["title", "kind", "joining", "starts", "ends"]
    search_fields = ["title"]
    autocomplete_fields = ["types", "client_groups", "places"]
    prepopulated_fields = {"slug": ["title"]}
    inlines = [FrameworkPartnerInline, LotInline, RateInline, AdmissionInline]


class SupplierInline(ScopedTabularInline):
    model = ContractSupplier
    autocomplete_fields = ["provider"]
    fields = ["order", "provider", "name_as_stated", "role", "note"]


class CommissionerInline(ScopedTabularInline):
    model = ContractCommissioner
    autocomplete_fields = ["organisation"]


@admin.register(Contract)
class ContractAdmin(PublishableAdmin):
    list_display = ["title", "arrangement", "starts", "ends"]
    search_fields = ["title", "reference"]
    autocomplete_fields = ["types", "client_groups", "places", "framework", "lot", "services"]
    prepopulated_fields = {"reference": ["title"]}
    inlines = [SupplierInline, CommissionerInline]


class OpportunityPartnerInline(ScopedTabularInline):
    model = OpportunityPartner
    autocomplete_fields = ["organisation"]


@admin.register(Opportunity)
class OpportunityAdmin(PublishableAdmin):
    list_display = ["title", "service_area", "tender_date", "last_confirmed"]
    search_fields = ["title", "reference"]
    readonly_fields = ["ocid"]
    autocomplete_fields = [
        "types", "client_groups", "places", "cpv_codes", "framework", "replaces_contract", "contract", "renews",
    ]  # fmt: skip
    prepopulated_fields = {"reference": ["title"]}
    inlines = [OpportunityPartnerInline]


@admin.register(Lot)
class LotAdmin(OrganisationScopedAdmin):
    """Found here by the search boxes of other forms; edited inside its framework."""

    search_fields = ["title", "number", "framework__title"]
    list_display = ["__str__", "framework"]
    list_select_related = ["framework"]
    autocomplete_fields = ["framework", "types", "client_groups", "places"]

    def has_module_permission(self, request: Any) -> bool:
        return False


@admin.register(Forum)
class ForumAdmin(PublishableAdmin):
    list_display = ["name", "kind", "meets"]
    search_fields = ["name"]
    autocomplete_fields = ["types", "client_groups"]
    prepopulated_fields = {"slug": ["name"]}
