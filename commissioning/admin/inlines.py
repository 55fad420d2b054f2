from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.forms.models import BaseInlineFormSet, BaseModelFormSet
from django.utils.text import capfirst

from commissioning.models import OwnedModel

from .conflicts import OpenedFormSet
from .doors import ScopedFieldsMixin


class _OwnRowsMixin:
    """Takes a posted key only for a row that the page holds: a stranger's is as wrong as one that never was."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)  # type: ignore[misc]
        key = form.fields.get(self.model._meta.pk.name)  # type: ignore[attr-defined]
        if hasattr(key, "queryset"):
            key.queryset = self.get_queryset()  # type: ignore[attr-defined]


class ScopedFormSet(_OwnRowsMixin, BaseModelFormSet):
    """The rows that are edited in a list."""


class ScopedInlineFormSet(OpenedFormSet, _OwnRowsMixin, BaseInlineFormSet):
    """The rows that are edited inside a record."""


class ScopedInlineMixin(ScopedFieldsMixin):
    """Children of a record: who may change the record may change them."""

    formset = ScopedInlineFormSet
    extra = 0
    show_change_link = False

    @property
    def _parent_admin(self) -> admin.ModelAdmin[Any]:
        site: admin.AdminSite = self.admin_site
        return site.get_model_admin(self.parent_model)  # type: ignore[attr-defined]

    def get_exclude(self, request: Any, obj: Any = None) -> Any:
        excluded = tuple(super().get_exclude(request, obj) or ())  # type: ignore[misc]
        if issubclass(self.model, OwnedModel) and self.model.OWNED_THROUGH:  # type: ignore[attr-defined]
            excluded += ("organisation",)
        return excluded

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return bool(self._parent_admin.has_view_permission(request, obj))

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        return bool(self._parent_admin.has_change_permission(request, obj))

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return bool(self._parent_admin.has_change_permission(request, obj))

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return bool(self._parent_admin.has_change_permission(request, obj))


class ScopedTabularInline(ScopedInlineMixin, admin.TabularInline):
    """Rows of a table; each box is named for those who do not see its column's heading."""

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            widget = getattr(field.widget, "widget", field.widget)
            widget.attrs.setdefault("aria-label", capfirst(str(field.label or db_field.verbose_name)))
        return field


class ScopedStackedInline(ScopedInlineMixin, admin.StackedInline):
    pass
