from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.db.models.functions import Now

from commissioning.admin import OrganisationScopedAdmin, ScopedTabularInline, object_action
from commissioning.admin.scope import sees_all
from core import clock
from providers.models import Fee, Location, Provider, Rating, Service, Unit, Vacancy
from providers.people_forms import InviteForm
from providers.services import freshness, invitations

from .freshness import FreshnessMixin


class DirectoryAdmin(OrganisationScopedAdmin):
    """The directory: an officer keeps their own council's entries, and links to those of others once they are public."""

    journey = "directory"
    public = Q(published_at__lte=Now())

    def choosable_rows(self, request: Any) -> Any:
        rows = self.model._default_manager.all()
        if sees_all(request):
            return rows
        own = super().choosable_rows(request)
        return rows.filter(Q(pk__in=own.values("pk")) | Q(pk__in=rows.filter(self.public).values("pk")))


@admin.register(Provider)
class ProviderAdmin(DirectoryAdmin):
    list_display = ["name", "sector", "is_sample"]
    list_filter = ["sector", "is_sample"]
    search_fields = ["name", "trading_name"]
    prepopulated_fields = {"slug": ["name"]}
    object_actions = ["invite"]

    @object_action(
        "Invite somebody to keep this entry",
        confirm="They get a link by email that works once. What they change, the council looks at first.",
        form=InviteForm,
    )
    def invite(self, request: Any, obj: Provider, *, email: str) -> str:
        invitations.invite(provider=obj, email=email, by=request.user, at=clock.now())
        return f"The invitation is on its way to {email}."


@admin.register(Location)
class LocationAdmin(DirectoryAdmin):
    # A building is public with whoever runs it or what is given in it; a withheld address never is.
    public = Q(is_address_withheld=False) & (
        Q(provider__published_at__lte=Now()) | Q(services__published_at__lte=Now())
    )
    organisation_field = "provider__organisation"
    list_display = ["name", "town", "postcode", "provider"]
    list_select_related = ["provider"]
    search_fields = ["name", "town", "postcode"]
    prepopulated_fields = {"slug": ["name"]}


class UnitInline(ScopedTabularInline):
    model = Unit
    fields = ["order", "kind", "tenure", "count", "stated"]


class FeeInline(ScopedTabularInline):
    model = Fee
    fields = ["name", "amount_from", "amount_to", "per", "included", "told_date"]


class VacancyInline(ScopedTabularInline):
    model = Vacancy
    fields = ["unit", "available", "maximum", "told_at", "expires_at"]


class RatingInline(ScopedTabularInline):
    model = Rating
    fields = ["question", "state", "value", "rated_date", "framework", "report_url"]


@admin.register(Service)
class ServiceAdmin(FreshnessMixin, DirectoryAdmin):
    organisation_field = "provider__organisation"
    list_display = ["name", "provider", "setting", "is_sample"]
    list_select_related = ["provider"]
    list_filter = ["setting", "is_sample"]
    search_fields = ["name", "provider__name"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [UnitInline, FeeInline, VacancyInline, RatingInline]
    readonly_fields = ["confirmed_at", "checked_at"]  # set by services.freshness
    object_actions = ["mark_checked"]

    def offers(self, action: str, obj: Service) -> bool:
        return obj.is_public(at=clock.now())

    @object_action("Checked today", confirm="Families read that the council has checked this entry today.")
    def mark_checked(self, request: Any, obj: Service) -> str:
        freshness.mark_checked(service=obj, by=request.user, at=clock.now())
        return "Families now read that the council has checked this today."
