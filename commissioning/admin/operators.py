"""Registers that only operators of the site see: what belongs to no organisation, such as who wants mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db import models

from commissioning.acting import is_operator

from .actions import ObjectActionsMixin
from .doors import GuardedDoorsMixin


class OperatorsAdmin(ObjectActionsMixin, GuardedDoorsMixin, admin.ModelAdmin):
    """Read by operators, whomever they act for, and by nobody else. What changes a record is an object action."""

    journey = "reference"
    list_per_page = 50
    view_on_site = False
    actions: Any = None
    change_form_template = "admin/scoped_change_form.html"

    def _allowed(self, request: Any, predicate: Callable[..., bool], obj: Any = None) -> bool:
        return is_operator(request.user)

    def get_queryset(self, request: Any) -> Any:
        rows = super().get_queryset(request)
        return rows if is_operator(request.user) else rows.none()

    def choosable_rows(self, request: Any) -> models.QuerySet[Any]:
        rows: models.QuerySet[Any] = self.get_queryset(request)
        return rows

    def has_module_permission(self, request: Any) -> bool:
        return is_operator(request.user)

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return is_operator(request.user)

    def has_add_permission(self, request: Any) -> bool:
        return False

    has_change_permission = has_delete_permission = lambda self, request, obj=None: False
