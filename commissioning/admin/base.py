from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import NestedObjects, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, router
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from commissioning import permissions
from commissioning.acting import acting_organisation
from commissioning.models import OwnedModel
from core import audit, clock, versions
from core.errors import DomainError, NotReady

from .scope import owner_of, visible_rows


class ScopedRelatedFilter(admin.RelatedFieldListFilter):
    """Offers only related rows that the person may see."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        rows = visible_rows(request, field.remote_field.model, admin_site=model_admin.admin_site)
        used = model_admin.get_queryset(request).values(field.name)
        return [(row.pk, str(row)) for row in rows.filter(pk__in=used).order_by("pk")[:200]]


class ScopedFieldsMixin:
    """Limits every choice of a form to rows the person may see, so that a posted stranger's id is refused."""

    admin_site: admin.AdminSite

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        kwargs["queryset"] = visible_rows(request, db_field.remote_field.model, admin_site=self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        kwargs["queryset"] = visible_rows(request, db_field.remote_field.model, admin_site=self.admin_site)
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]


class ScopedInlineMixin(ScopedFieldsMixin):
    """Children of a record: who may change the record may change them."""

    extra = 0
    show_change_link = False

    @property
    def _parent_admin(self) -> admin.ModelAdmin[Any]:
        site: admin.AdminSite = self.admin_site  # type: ignore[attr-defined]
        return site.get_model_admin(self.parent_model)  # type: ignore[attr-defined]

    def get_exclude(self, request: Any, obj: Any = None) -> Any:
        excluded = tuple(super().get_exclude(request, obj) or ())  # type: ignore[misc]
        if issubclass(self.model, OwnedModel) and self.model.OWNED_THROUGH:  # type: ignore[attr-defined]
            excluded += ("organisation",)
        return excluded

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        return self._parent_admin.has_change_permission(request, obj)

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return self._parent_admin.has_change_permission(request, obj)

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return self._parent_admin.has_change_permission(request, obj)


class ScopedTabularInline(ScopedInlineMixin, admin.TabularInline):
    pass


class ScopedStackedInline(ScopedInlineMixin, admin.StackedInline):
    pass


def object_action(
    label: str, *, confirm: str = "", publishes: bool = False, is_danger: bool = False
) -> Callable[..., Any]:
    """Mark an admin method as a button on the record. It calls a service and may return a response.

    :param confirm: a sentence shown on a page with one button before it is done.
    :param publishes: only for those who may publish.
    """

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        method.label, method.confirm = label, confirm  # type: ignore[attr-defined]
        method.publishes, method.is_danger = publishes, is_danger  # type: ignore[attr-defined]
        return method

    return decorate


class OrganisationScopedAdmin(ScopedFieldsMixin, admin.ModelAdmin):
    """The base of every commissioner's admin: closes each door to another organisation's rows.

    ``organisation_field`` is the path to the owner. An officer's new rows get their organisation from whom
    they act for; it is not on the form. A change of state is an object action that calls a service.
    """

    organisation_field = "organisation"
    object_actions: list[str] = []
    list_per_page = 50
    view_on_site = False
    change_form_template = "admin/scoped_change_form.html"

    # --- what is seen ---

    def get_queryset(self, request: Any) -> Any:
        rows = super().get_queryset(request)
        return rows.filter(pk__in=visible_rows(request, self.model, admin_site=self.admin_site).values("pk"))

    def get_list_filter(self, request: Any) -> Any:
        filters = []
        for item in super().get_list_filter(request):
            if isinstance(item, str) and self._is_relation(item):
                item = (item, ScopedRelatedFilter)
            filters.append(item)
        return filters

    def _is_relation(self, name: str) -> bool:
        try:
            return bool(self.model._meta.get_field(name).is_relation)
        except Exception:  # noqa: BLE001 - a filter on something that is no field of the model
            return False

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        # A look-up through a relation could ask about rows that are not shown, letter by letter.
        named = [item[0] if isinstance(item, (list, tuple)) else item for item in self.list_filter]
        first = lookup.split("__")[0]
        if self._is_relation(first) and first not in named:
            return False
        return super().lookup_allowed(lookup, value, request)

    # --- who may what ---

    def _owner(self, obj: Any) -> Any:
        return owner_of(obj, self.organisation_field)

    def _allowed(self, request: Any, predicate: Callable[..., bool], obj: Any = None) -> bool:
        organisation = acting_organisation(request)
        if obj is not None and obj.pk is not None:
            owner = self._owner(obj)
            if owner is None:
                return bool(request.user.is_superuser)
            if organisation is not None and owner != organisation:
                return False
            organisation = owner
        if organisation is None:
            return bool(request.user.is_active and request.user.is_superuser)
        return predicate(request.user, organisation)

    def has_module_permission(self, request: Any) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return self._allowed(request, permissions.can_read_drafts, obj)

    def has_add_permission(self, request: Any) -> bool:
        return self._allowed(request, permissions.can_edit)

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return self._allowed(request, permissions.can_edit, obj)

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return self._allowed(request, permissions.can_edit, obj) and not getattr(obj, "published_at", None)

    # --- forms ---

    def get_exclude(self, request: Any, obj: Any = None) -> Any:
        excluded = tuple(super().get_exclude(request, obj) or ())
        if self._takes_owner(request):
            excluded += ("organisation",)
        return excluded

    def _takes_owner(self, request: Any) -> bool:
        return self.organisation_field == "organisation" and (
            acting_organisation(request) is not None or bool(getattr(self.model, "OWNED_THROUGH", None))
        )

    def get_readonly_fields(self, request: Any, obj: Any = None) -> Any:
        names = {field.name for field in self.model._meta.get_fields()}
        service_set = [name for name in ("published_at", "published_by") if name in names]
        return [*super().get_readonly_fields(request, obj), *service_set]

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        base = super().get_form(request, obj, change, **kwargs)
        organisation = acting_organisation(request) if self._takes_owner(request) else None

        class OwnedForm(base):  # type: ignore[misc, valid-type]
            def __init__(self, *args: Any, **form_kwargs: Any) -> None:
                super().__init__(*args, **form_kwargs)
                if organisation is not None and self.instance.pk is None:
                    self.instance.organisation = organisation

            def _get_validation_exclusions(self) -> set[str]:
                # The owner takes part in "once per organisation" rules although it is not on the form.
                return super()._get_validation_exclusions() - {"organisation"}

        return OwnedForm

    # --- writing, with the trail ---

    def save_model(self, request: Any, obj: Any, form: forms.ModelForm, change: bool) -> None:
        before = None
        if change:
            before = audit.snapshot(type(obj)._default_manager.get(pk=obj.pk))
        super().save_model(request, obj, form, change)
        self._record(request, obj, "changed" if change else "added", before, audit.snapshot(obj))

    def delete_model(self, request: Any, obj: Any) -> None:
        before = audit.snapshot(obj)
        self._record(request, obj, "deleted", before, None)
        super().delete_model(request, obj)

    def delete_queryset(self, request: Any, queryset: Any) -> None:
        for obj in queryset:
            self.delete_model(request, obj)

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        self._touch()

    def _record(self, request: Any, obj: Any, verb: str, before: Any, after: Any) -> None:
        audit.record(
            f"{obj._meta.model_name}.{verb}",
            obj,
            by=request.user,
            at=clock.now(),
            organisation=acting_organisation(request) or self._owner(obj),
            before=before,
            after=after,
        )
        self._touch()

    def _touch(self) -> None:
        registers = getattr(self.model, "REGISTERS", ())
        if registers:
            versions.touch(*registers)

    def get_deleted_objects(self, objs: Any, request: Any) -> Any:
        """Show what goes with a deletion, unless it would reach another organisation's rows: then refuse unseen."""
        collector = NestedObjects(using=router.db_for_write(self.model))
        collector.collect(objs)
        reached = [row for rows in collector.data.values() for row in rows] + list(collector.protected)
        organisation = acting_organisation(request)
        if organisation is not None and any(
            isinstance(row, OwnedModel) and row.organisation_id != organisation.pk for row in reached
        ):
            return [], {}, {"records of another organisation"}, []
        return super().get_deleted_objects(objs, request)

    # --- object actions ---

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_action"
        own = path(
            "<path:object_id>/action/<slug:action>/", self.admin_site.admin_view(self.object_action_view), name=name
        )
        return [own, *super().get_urls()]

    def actions_for(self, request: Any, obj: Any) -> list[dict[str, Any]]:
        """The buttons a person gets on a record."""
        offered = []
        for name in self.object_actions:
            method = getattr(self, name)
            predicate = permissions.can_publish if method.publishes else permissions.can_edit
            if not self._allowed(request, predicate, obj) or not self.offers(name, obj):
                continue
            url = reverse(
                f"admin:{self.opts.app_label}_{self.opts.model_name}_action",
                args=[obj.pk, name],
                current_app=self.admin_site.name,
            )
            offered.append({"name": name, "label": method.label, "url": url, "is_danger": method.is_danger})
        return offered

    def offers(self, action: str, obj: Any) -> bool:
        """Whether an action makes sense for a record as it stands."""
        return True

    def object_action_view(self, request: Any, object_id: str, action: str) -> HttpResponse:
        """Do an object action on POST; a GET, or an action that asks first, gets a page with one button."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None or action not in self.object_actions:
            raise Http404("No such record.")
        if not any(one["name"] == action for one in self.actions_for(request, obj)):
            raise PermissionDenied("This is not possible for this record, or not for you.")
        method = getattr(self, action)
        record = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])
        if request.method != "POST" or (method.confirm and "confirmed" not in request.POST):
            context = {
                **self.admin_site.each_context(request),
                "title": method.label,
                "opts": self.opts,
                "object": obj,
                "sentence": method.confirm or f"{method.label}: {obj}?",
                "label": method.label,
                "record_url": record,
                "form": self.form_for_action(action, request, obj),
            }
            return render(request, "admin/object_action.html", context)
        try:
            response = method(request, obj)
        except NotReady as refusal:
            messages.error(request, str(refusal))
            for line in refusal.missing:
                messages.error(request, line)
        except (DomainError, ValidationError) as refusal:
            text = " ".join(refusal.messages) if isinstance(refusal, ValidationError) else str(refusal)
            messages.error(request, text)
        else:
            if isinstance(response, HttpResponse):
                return response
            if response:
                messages.success(request, str(response))
        return redirect(record)

    def form_for_action(self, action: str, request: Any, obj: Any) -> forms.Form | None:
        """A form to show on the page before an action, if it needs to be told something."""
        return None

    def render_change_form(self, request: Any, context: Any, *args: Any, obj: Any = None, **kwargs: Any) -> Any:
        context["object_actions"] = self.actions_for(request, obj) if obj else []
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


class PublicReferenceAdmin(admin.ModelAdmin):
    """A register kept by the installation's operators; officers only choose from it."""

    def has_module_permission(self, request: Any) -> bool:
        return bool(request.user.is_superuser)

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: Any) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    has_change_permission = has_delete_permission = lambda self, request, obj=None: self.has_add_permission(request)


def text_rows(rows: int = 3) -> dict[Any, Any]:
    """Form overrides for long texts."""
    return {models.TextField: {"widget": forms.Textarea(attrs={"rows": rows, "class": "vLargeTextField"})}}
