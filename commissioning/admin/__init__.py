from __future__ import annotations

from typing import Any

from django.contrib import admin

from commissioning.acting import acting_organisation
from commissioning.models import (
    Contact,
    Coverage,
    CycleStage,
    Indicator,
    Observation,
    Officer,
    Organisation,
    OrganisationValue,
    SourceDocument,
    Team,
)
from commissioning.permissions import can_manage_officers
from core.models import AuditEvent, ClientGroup, CpvCode, Place, ServiceType

from .base import (
    OrganisationScopedAdmin,
    PublicReferenceAdmin,
    ScopedStackedInline,
    ScopedTabularInline,
    object_action,
)

__all__ = ["OrganisationScopedAdmin", "ScopedStackedInline", "ScopedTabularInline", "object_action"]

SOURCE_FIELDS = ("Where it comes from", {"fields": ["source", "source_section", "source_note", "is_sample"]})


class CoverageInline(ScopedTabularInline):
    model = Coverage
    autocomplete_fields = ["place"]
    fields = ["place", "note", "source", "source_section"]


@admin.register(Organisation)
class OrganisationAdmin(OrganisationScopedAdmin):
    list_display = ["name", "kind", "accent"]
    search_fields = ["name", "short_name"]
    list_filter = ["kind"]
    autocomplete_fields = ["members", "succeeded_by"]
    inlines = [CoverageInline]

    def get_queryset(self, request: Any) -> Any:
        # A public register to choose from, but the list is one's own organisation.
        rows = admin.ModelAdmin.get_queryset(self, request)
        organisation = acting_organisation(request)
        is_choosing = request.resolver_match and request.resolver_match.url_name == "autocomplete"
        return rows if organisation is None or is_choosing else rows.filter(pk=organisation.pk)

    def _owner(self, obj: Any) -> Any:
        return obj

    def has_add_permission(self, request: Any) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return self.has_add_permission(request)

    def _takes_owner(self, request: Any) -> bool:
        return False


@admin.register(Officer)
class OfficerAdmin(OrganisationScopedAdmin):
    """Colleagues and what they may do: managed by administrators."""

    list_display = ["user", "organisation", "role"]
    list_select_related = ["user", "organisation"]
    list_filter = ["role"]

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "user":
            # Accounts of other organisations stay unknown: only those who are colleagues already, or nobody's.
            organisation = acting_organisation(request)
            rows = db_field.remote_field.model.objects.all()
            if organisation is not None:
                rows = rows.filter(officerships__organisation=organisation)
            kwargs["queryset"] = rows.distinct()
            return admin.ModelAdmin.formfield_for_foreignkey(self, db_field, request, **kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_add_permission(self, request: Any) -> bool:
        return self._allowed(request, can_manage_officers)

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return self._allowed(request, can_manage_officers, obj)

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return self._allowed(request, can_manage_officers, obj)


@admin.register(SourceDocument)
class SourceDocumentAdmin(OrganisationScopedAdmin):
    list_display = ["title", "published"]
    search_fields = ["title"]
    prepopulated_fields = {"slug": ["title"]}


class OrderedAdmin(OrganisationScopedAdmin):
    """A short list in an order of its own, with its source."""

    list_display = ["__str__", "order"]
    list_editable = ["order"]
    ordering = ["order", "pk"]


@admin.register(OrganisationValue)
class OrganisationValueAdmin(OrderedAdmin):
    prepopulated_fields = {"slug": ["name"]}


@admin.register(CycleStage)
class CycleStageAdmin(OrderedAdmin):
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Team)
class TeamAdmin(OrderedAdmin):
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Contact)
class ContactAdmin(OrderedAdmin):
    list_display = ["role", "about", "email", "phone", "order"]
    search_fields = ["role", "about"]
    prepopulated_fields = {"slug": ["role"]}


class ObservationInline(ScopedTabularInline):
    model = Observation
    autocomplete_fields = ["place"]
    fields = [
        "order",
        "series",
        "category",
        "period",
        "value",
        "low",
        "stated",
        "is_comparator",
        "is_projection",
        "note",
    ]


@admin.register(Indicator)
class IndicatorAdmin(OrganisationScopedAdmin):
    list_display = ["title", "topic", "unit", "chart"]
    list_filter = ["topic", "chart", "life_stage"]
    search_fields = ["title", "measure"]
    autocomplete_fields = ["client_groups"]
    inlines = [ObservationInline]
    prepopulated_fields = {"slug": ["title"]}


class TreeAdmin(PublicReferenceAdmin):
    list_display = ["name", "parent", "slug"]
    list_select_related = ["parent"]
    search_fields = ["name"]
    ordering = ["path"]
    autocomplete_fields = ["parent"]
    prepopulated_fields = {"slug": ["name"]}
    view_on_site = False


admin.site.register([Place, ClientGroup], TreeAdmin)


@admin.register(ServiceType)
class ServiceTypeAdmin(TreeAdmin):
    autocomplete_fields = ["parent", "cpv_codes"]


@admin.register(CpvCode)
class CpvCodeAdmin(TreeAdmin):
    list_display = ["code", "name", "is_light_touch", "is_reservable"]
    search_fields = ["code", "name"]


@admin.register(AuditEvent)
class AuditEventAdmin(admin.ModelAdmin):
    """The trail: read by operators, and by officers for what was done under their own organisation."""

    list_display = ["at", "action", "object_label", "organisation_label"]
    date_hierarchy = "at"
    search_fields = ["object_label", "action"]
    view_on_site = False

    def get_queryset(self, request: Any) -> Any:
        rows = super().get_queryset(request)
        organisation = acting_organisation(request)
        if organisation is None:
            return rows if request.user.is_superuser else rows.none()
        return rows.filter(organisation_kind="commissioning.organisation", organisation_id=str(organisation.pk))

    def has_module_permission(self, request: Any) -> bool:
        return self.admin_site.has_permission(request)

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: Any) -> bool:
        return False

    has_change_permission = has_delete_permission = lambda self, request, obj=None: False
