"""The side doors of an admin page: query strings, filters, prefilled and posted keys, search boxes."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import FieldDoesNotExist, PermissionDenied, ValidationError
from django.db import models
from django.http import HttpRequest

from .scope import choosable_for, choosable_rows


def readable_keys(model: type[models.Model], values: Any) -> list[Any]:
    """Return those of some typed values that could be keys of a table at all."""
    keys = []
    for value in values:
        try:
            keys.append(model._meta.pk.to_python(value))
        except (ValidationError, ValueError, TypeError):
            continue
    return [key for key in keys if key is not None]


class ScopedRelatedFilter(admin.RelatedFieldListFilter):
    """Offers only related rows that the person may see."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        rows = choosable_rows(request, field.remote_field.model, admin_site=model_admin.admin_site)
        used = model_admin.get_queryset(request).values(field.name)
        return [(row.pk, str(row)) for row in rows.filter(pk__in=used).order_by("pk")[:200]]


class _CarefulOptions:
    """Shows what was chosen before; what is no key, or not to be seen, is not shown instead of breaking the page."""

    choices: Any

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        keys = readable_keys(self.choices.queryset.model, [one for one in value if one not in ("", None)])
        return super().optgroups(name, [str(key) for key in keys], attr)  # type: ignore[misc]


class ScopedSelect(_CarefulOptions, AutocompleteSelect):
    pass


class ScopedSelectMultiple(_CarefulOptions, AutocompleteSelectMultiple):
    pass


class ScopedFieldsMixin:
    """Limits every choice of a form to rows the person may see, so that a posted stranger's id is refused.

    A relation to a table with a search box is a search box: no page carries thousands of options.
    """

    admin_site: admin.AdminSite
    organisation_field = "organisation"

    def _is_searched(self, db_field: Any) -> bool:
        related_admin = self.admin_site._registry.get(db_field.remote_field.model)
        return bool(related_admin is not None and related_admin.search_fields)

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        kwargs["queryset"] = choosable_for(request, db_field, admin_site=self.admin_site)
        if self._is_searched(db_field):
            kwargs.setdefault("widget", ScopedSelect(db_field, self.admin_site))
        if self.organisation_field.startswith(f"{db_field.name}__"):
            # A record that is nobody's could be found again by nobody.
            kwargs["required"] = True
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
        return _with_plain_refusal(field)

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        kwargs["queryset"] = choosable_for(request, db_field, admin_site=self.admin_site)
        if self._is_searched(db_field):
            kwargs.setdefault("widget", ScopedSelectMultiple(db_field, self.admin_site))
        field = super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]
        return _with_plain_refusal(field)


def _with_plain_refusal(field: Any) -> Any:
    # The same words whether a key is a stranger's or nobody's.
    if field is not None:
        field.error_messages["invalid_choice"] = "Choose one of those on offer."
        if "invalid_pk_value" in field.error_messages:
            field.error_messages["invalid_pk_value"] = "Choose one of those on offer."
    return field


def _name_of(item: Any) -> Any:
    """The field of a list's filter, or the parameter of one that is made by hand."""
    if isinstance(item, (list, tuple)):
        return item[0]
    return getattr(item, "parameter_name", item)


class GuardedDoorsMixin:
    """Answers only the filters that the page itself offers, and never breaks on a key that is none."""

    model: type[models.Model]
    date_hierarchy: str | None

    def _is_relation(self, name: str) -> bool:
        try:
            return bool(self.model._meta.get_field(name).is_relation)
        except FieldDoesNotExist:
            return False

    def get_list_filter(self, request: Any) -> Any:
        filters = []
        for item in super().get_list_filter(request):  # type: ignore[misc]
            if isinstance(item, str) and self._is_relation(item):
                item = (item, ScopedRelatedFilter)
            filters.append(item)
        return filters

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        # Any other look-up could ask about rows that are not shown, letter by letter.
        filters = self.get_list_filter(request)
        named = {_name_of(item) for item in filters} | {self.date_hierarchy}
        first, *rest = lookup.split("__")
        if first not in named or {"regex", "iregex"} & set(rest):
            return False
        return bool(super().lookup_allowed(lookup, value, request))  # type: ignore[misc]

    def get_changeform_initial_data(self, request: Any) -> dict[str, Any]:
        initial = super().get_changeform_initial_data(request)  # type: ignore[misc]
        for name in list(initial):
            if self._is_relation(name):
                field = self.model._meta.get_field(name)
                offered = choosable_for(request, field, admin_site=self.admin_site)  # type: ignore[attr-defined]
                values = initial[name] if isinstance(initial[name], list) else [initial[name]]
                keys = list(offered.filter(pk__in=readable_keys(offered.model, values)).values_list("pk", flat=True))
                initial[name] = keys if isinstance(initial[name], list) else (keys[0] if keys else None)
        return dict(initial)

    def response_action(self, request: Any, queryset: Any) -> Any:
        posted = request.POST.copy()
        keys = readable_keys(self.model, posted.getlist("_selected_action"))
        posted.setlist("_selected_action", [str(key) for key in keys])
        request.POST = posted
        return super().response_action(request, queryset)  # type: ignore[misc]


class ScopedAutocompleteView(AutocompleteJsonView):
    """The search boxes' answers: what the field it is asked for may be given, and nothing else."""

    def get_queryset(self) -> models.QuerySet[Any]:
        rows = choosable_for(self.request, self.source_field, admin_site=self.admin_site)
        rows = rows.complex_filter(self.source_field.get_limit_choices_to())
        rows = rows.order_by(*(self.model_admin.get_ordering(self.request) or ["pk"]))
        rows, may_have_duplicates = self.model_admin.get_search_results(self.request, rows, self.term)
        return rows.distinct() if may_have_duplicates else rows

    def process_request(self, request: Any) -> Any:
        try:
            model = apps.get_model(request.GET["app_label"], request.GET["model_name"])
            is_form_field = not model._meta.get_field(request.GET["field_name"]).auto_created
        except (KeyError, LookupError, ValueError, FieldDoesNotExist) as error:
            raise PermissionDenied("There is no such field.") from error
        if not is_form_field:
            raise PermissionDenied("Only a field of a form is searched for.")
        return super().process_request(request)
