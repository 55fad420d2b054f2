"""The registers every organisation keeps about itself, and those the installation keeps for all."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models

from commissioning.acting import acting_organisation, is_operator
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
from core.models import AuditEvent, ClientGroup, CpvCode, Place, ServiceType, User

from .base import OrganisationScopedAdmin, PublicReferenceAdmin
from .doors import GuardedDoorsMixin
from .inlines import ScopedTabularInline


class CoverageInline(ScopedTabularInline):
    model = Coverage
    fields = ["place", "note", "source", "source_section"]


@admin.register(Organisation)
class OrganisationAdmin(OrganisationScopedAdmin):
    list_display = ["name", "kind", "accent"]
    search_fields = ["name", "short_name"]
    list_filter = ["kind"]
    inlines = [CoverageInline]

    def get_queryset(self, request: Any) -> Any:
        rows = self.choosable_rows(request)
        organisation = acting_organisation(request)
        if organisation is None:
            return rows if is_operator(request.user) else rows.none()
        return rows.filter(pk=organisation.pk)

    def choosable_rows(self, request: Any) -> models.QuerySet[Any]:
        # Who commissions is public: a partner is chosen from all.
        return Organisation.objects.order_by("name", "pk")

    def _owner(self, obj: Any) -> Any:
        return obj

    def has_add_permission(self, request: Any) -> bool:
        return is_operator(request.user)

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return self.has_add_permission(request)

    def _takes_owner(self, request: Any) -> bool:
        return False


class NewOfficerForm(forms.ModelForm):
    """Names the colleague by the address of an account; a list to choose from would show other councils' people."""

    email = forms.EmailField(
        label="Colleague’s email address",
        max_length=254,
        help_text="They must have an account here already. The operator of the site makes accounts.",
    )

    class Meta:
        model = Officer
        fields = ["role"]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        user = User.objects.filter(email__iexact=email, is_active=True).first()
        if user is None:
            raise forms.ValidationError(
                "No open account has this address. Check the spelling, or ask the operator of the site to make one."
            )
        organisation_id = self.instance.organisation_id
        if organisation_id and Officer.objects.filter(user=user, organisation_id=organisation_id).exists():
            raise forms.ValidationError("This person is an officer of your organisation already.")
        self.instance.user = user
        return email


@admin.register(Officer)
class OfficerAdmin(OrganisationScopedAdmin):
    """Colleagues and what they may do: managed by administrators."""

    list_display = ["user", "organisation", "role"]
    list_select_related = ["user", "organisation"]
    list_filter = ["role"]
    ordering = ["organisation__name", "user__name", "pk"]

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = NewOfficerForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: Any, obj: Any = None) -> Any:
        owner = [] if acting_organisation(request) else ["organisation"]
        return [*owner, "user", "role"] if obj else [*owner, "email", "role"]

    def get_readonly_fields(self, request: Any, obj: Any = None) -> Any:
        return ["user", "organisation"] if obj else []

    def has_add_permission(self, request: Any) -> bool:
        return self._allowed(request, can_manage_officers)

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return self._allowed(request, can_manage_officers, obj)

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return self._allowed(request, can_manage_officers, obj)


@admin.register(SourceDocument)
class SourceDocumentAdmin(OrganisationScopedAdmin):
    journey = "evidence"
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
        "is_headline",
        "note",
    ]


@admin.register(Indicator)
class IndicatorAdmin(OrganisationScopedAdmin):
    journey = "evidence"
    list_display = ["title", "topic", "unit", "chart"]
    list_filter = ["topic", "chart", "life_stage"]
    search_fields = ["title", "measure"]
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
class AuditEventAdmin(GuardedDoorsMixin, admin.ModelAdmin):
    """The trail: read by operators, and by officers for what was done under their own organisation."""

    journey = "trail"
    list_display = ["at", "action", "object_label", "person", "organisation_label"]
    fields = [
        "at",
        "person",
        "organisation_label",
        "action",
        "object_kind",
        "object_id",
        "object_label",
        "before",
        "after",
    ]
    readonly_fields = fields
    date_hierarchy = "at"
    search_fields = ["object_label", "action"]
    ordering = ["-at", "-pk"]
    actions = None
    view_on_site = False

    def get_queryset(self, request: Any) -> Any:
        rows = AuditEvent.objects.for_list()
        organisation = acting_organisation(request)
        if organisation is None:
            return rows if is_operator(request.user) else rows.none()
        return rows.acting_for(organisation)

    @admin.display(description="Person")
    def person(self, event: Any) -> str:
        if event.by_id is None:
            return "The portal itself"
        return event.by_name or event.by_email or "A former user"

    def history_view(self, request: Any, object_id: str, extra_context: Any = None) -> Any:
        raise PermissionDenied("The trail is its own history.")

    def has_module_permission(self, request: Any) -> bool:
        return self.admin_site.has_permission(request)

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: Any) -> bool:
        return False

    has_change_permission = has_delete_permission = lambda self, request, obj=None: False
