from __future__ import annotations

from typing import Any

from django.contrib import admin

from commissioning.models import OwnedModel

from .doors import ScopedFieldsMixin


class ScopedInlineMixin(ScopedFieldsMixin):
    """Children of a record: who may change the record may change them."""

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
    pass


class ScopedStackedInline(ScopedInlineMixin, admin.StackedInline):
    pass
