"""Queues: entries that come from outside, to be dealt with one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import F, QuerySet
from django.urls import reverse

from commissioning import permissions
from commissioning.acting import acting_organisation, is_operator
from commissioning.admin_site import Waiting

from .base import OrganisationScopedAdmin

# How many of those that wait the workspace's first page names.
SHOWN = 5


class StandFilter(admin.SimpleListFilter):
    """Whether an entry still waits, or what came of it."""

    title = "where it stands"
    parameter_name = "stand"

    def __init__(self, request: Any, params: Any, model: Any, model_admin: QueueAdmin) -> None:
        self._settled = {name.removesuffix("_at"): name for name in model_admin.settled}
        super().__init__(request, params, model, model_admin)

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        ways = [(name.removesuffix("_at"), label) for name, label in model_admin.settled.items()]
        return [("waiting", model_admin.waits_for), *ways]

    def queryset(self, request: Any, queryset: Any) -> Any:
        chosen = self.value()
        if chosen == "waiting":
            return queryset.filter(**dict.fromkeys(self._settled.values()))
        return queryset.filter(**{f"{self._settled[chosen]}__isnull": False}) if chosen in self._settled else queryset


class QueueAdmin(OrganisationScopedAdmin):
    """The base of every queue: its entries are read and dealt with by object actions, never added, edited or deleted.

    What waits comes first, the longest waiting on top. A module registers its queue on the workspace's first page with
    ``admin.site.dashboards.append(waiting_in(Model))``.
    """

    # What the first page asks for, such as "Answer what visitors say is wrong".
    task: ClassVar[str]
    # What an entry waits for, such as "Waits for an answer".
    waits_for: ClassVar[str]
    # The moment since which it waits.
    waits_since: ClassVar[str]
    # Each moment that takes it out of the queue, with what it is called; an entry with none of them waits.
    settled: ClassVar[dict[str, str]]
    # Who may deal with it: only they are asked to.
    may_settle: ClassVar[Callable[..., bool]] = staticmethod(permissions.can_edit)

    list_filter: Any = [StandFilter]
    actions: Any = None

    def waiting(self, request: Any) -> QuerySet[Any]:
        """Return what the person has to deal with, the longest waiting first.

        An operator who acts for no one council has to deal only with what no council can.
        """
        organisation = acting_organisation(request)
        if organisation is None:
            rows = self.get_queryset(request).filter(organisation=None)
            may = is_operator(request.user)
        else:
            rows = self.get_queryset(request)
            may = self.may_settle(request.user, organisation)
        if not may:
            return rows.none()
        return rows.filter(**dict.fromkeys(self.settled)).order_by(self.waits_since, "pk")

    def is_waiting(self, obj: Any) -> bool:
        return all(getattr(obj, name) is None for name in self.settled)

    def offers(self, action: str, obj: Any) -> bool:
        return self.is_waiting(obj)

    def get_ordering(self, request: Any) -> Any:
        return [*(F(name).desc(nulls_first=True) for name in self.settled), self.waits_since, "pk"]

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False


def waiting_in(model: type[Any]) -> Callable[[Any], Iterator[Waiting]]:
    """Return the part of the workspace's first page that names what waits in a queue."""

    def dashboard(request: Any) -> Iterator[Waiting]:
        queue = admin.site.get_model_admin(model)
        rows = queue.waiting(request)
        address = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        first = rows.select_related(*queue.list_select_related)[:SHOWN]
        yield Waiting(
            queue.task,
            rows.count(),
            reverse(f"{address}_changelist") + "?stand=waiting",
            [(str(one), reverse(f"{address}_change", args=[one.pk])) for one in first],
        )

    return dashboard
