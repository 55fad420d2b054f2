from __future__ import annotations

from typing import Any

from django.contrib import admin

from commissioning.acting import acting_organisation
from commissioning.admin import OrganisationScopedAdmin, ScopedTabularInline

from .models import Fee, Location, Provider, Rating, Service, Unit, Vacancy


class DirectoryAdmin(OrganisationScopedAdmin):
    """A public register: an officer's list is what their own council keeps; choosing reaches all of it."""

    def get_queryset(self, request: Any) -> Any:
        rows = admin.ModelAdmin.get_queryset(self, request)
        organisation = acting_organisation(request)
        is_choosing = request.resolver_match and request.resolver_match.url_name == "autocomplete"
        if organisation is None or is_choosing:
            return rows
        return rows.filter(**{self.organisation_field: organisation})


@admin.register(Provider)
class ProviderAdmin(DirectoryAdmin):
    list_display = ["name", "sector", "is_sample"]
    list_filter = ["sector", "is_sample"]
    search_fields = ["name", "trading_name"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Location)
class LocationAdmin(DirectoryAdmin):
    organisation_field = "provider__organisation"
    list_display = ["name", "town", "postcode", "provider"]
    list_select_related = ["provider"]
    search_fields = ["name", "town", "postcode"]
    autocomplete_fields = ["provider", "place"]
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
class ServiceAdmin(DirectoryAdmin):
    organisation_field = "provider__organisation"
    list_display = ["name", "provider", "setting", "is_sample"]
    list_select_related = ["provider"]
    list_filter = ["setting", "is_sample"]
    search_fields = ["name", "provider__name"]
    autocomplete_fields = ["provider", "types", "client_groups", "locations", "areas_served"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [UnitInline, FeeInline, VacancyInline, RatingInline]
