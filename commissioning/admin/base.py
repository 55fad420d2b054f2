from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import NestedObjects
from django.core.exceptions import PermissionDenied
from django.db import models, router

from commissioning import permissions
from commissioning.acting import acting_organisation, is_operator

from .actions import ObjectActionsMixin
from .conflicts import ConflictsMixin
from .doors import GuardedDoorsMixin, ScopedFieldsMixin
from .inlines import ScopedFormSet
from .scope import belongs_to, own_rows, owner_of, sees_all
from .trail import TrailMixin


class OrganisationScopedAdmin(
    ConflictsMixin, ObjectActionsMixin, TrailMixin, GuardedDoorsMixin, ScopedFieldsMixin, admin.ModelAdmin
):
    """The base of every commissioner's admin: closes each door to another organisation's rows.

    ``organisation_field`` is the path to the owner. An officer's new rows get their organisation from whom
    they act for; it is not on the form. A change of state is an object action that calls a service.
    ``journey`` is the heading the register stands under on the workspace's first page.
    """

    organisation_field = "organisation"
    journey = "organisation"
    list_per_page = 50
    view_on_site = False
    change_form_template = "admin/scoped_change_form.html"

    # --- what is seen ---

    def get_queryset(self, request: Any) -> Any:
        rows = own_rows(request, self.model, path=self.organisation_field)
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def get_object(self, request: Any, object_id: str, from_field: str | None = None) -> Any:
        """Return a record. While its form is saved nobody else changes it: saving writes every column.

        Without that, a record that is withdrawn at this moment would be as it was before.
        """
        found = super().get_object(request, object_id, from_field)
        is_saved = request.method == "POST" and request.resolver_match.url_name == self._form_url_name()
        if found is None or not is_saved:
            return found
        # An object action's service locks by itself, and not always this row first.
        self.model._base_manager.select_for_update(no_key=True).filter(pk=found.pk).first()
        return super().get_object(request, object_id, from_field)

    def _form_url_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_change"

    def choosable_rows(self, request: Any) -> models.QuerySet[Any]:
        """What other forms may link to; a public register widens it."""
        return own_rows(request, self.model, path=self.organisation_field)

    def get_changelist_formset(self, request: Any, **kwargs: Any) -> Any:
        return super().get_changelist_formset(request, **{"formset": ScopedFormSet, **kwargs})

    # --- who may what ---

    def _owner(self, obj: Any) -> Any:
        return owner_of(obj, self.organisation_field)

    def _allowed(self, request: Any, predicate: Callable[..., bool], obj: Any = None) -> bool:
        # The menu of one page asks a hundred times for the organisation one acts for.
        answers: dict[Any, bool] = request.__dict__.setdefault("_workspace_permissions", {})
        if obj is None or obj.pk is None:
            if predicate not in answers:
                organisation = acting_organisation(request)
                answers[predicate] = (
                    is_operator(request.user) if organisation is None else predicate(request.user, organisation)
                )
            return answers[predicate]
        owner = self._owner(obj)
        if owner is None:
            return sees_all(request)
        organisation = acting_organisation(request)
        if organisation is not None and owner != organisation:
            return False
        if (predicate, owner.pk) not in answers:
            answers[predicate, owner.pk] = predicate(request.user, owner)
        return answers[predicate, owner.pk]

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

    # --- deleting ---

    def get_deleted_objects(self, objs: Any, request: Any) -> Any:
        """Show what goes with a deletion, unless it would reach another organisation's rows: then refuse unseen."""
        organisation = acting_organisation(request)
        if organisation is not None:
            collector = NestedObjects(using=router.db_for_write(self.model))
            collector.collect(objs)
            changed = chain.from_iterable(chain.from_iterable(collector.field_updates.values()))
            reached = chain(chain.from_iterable(collector.data.values()), collector.protected, changed)
            if not all(belongs_to(row, organisation, admin_site=self.admin_site) for row in reached):
                return [], {}, {"records of another organisation that depend on this"}, []
        return super().get_deleted_objects(objs, request)


class PublicReferenceAdmin(ConflictsMixin, GuardedDoorsMixin, admin.ModelAdmin):
    """A register kept by the installation's operators; officers only choose from it."""

    journey = "reference"
    list_per_page = 50
    view_on_site = False
    change_form_template = "admin/scoped_change_form.html"

    def choosable_rows(self, request: Any) -> models.QuerySet[Any]:
        return self.model._default_manager.all()

    def has_module_permission(self, request: Any) -> bool:
        return is_operator(request.user)

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: Any) -> bool:
        return is_operator(request.user)

    has_change_permission = has_delete_permission = lambda self, request, obj=None: is_operator(request.user)

    def history_view(self, request: Any, object_id: str, extra_context: Any = None) -> Any:
        # It names the operators.
        if not is_operator(request.user):
            raise PermissionDenied("Only operators of the site see this history.")
        return super().history_view(request, object_id, extra_context)
