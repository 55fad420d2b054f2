"""Where the register says something else than an entry its provider keeps: the home council's queue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F
from django.urls import reverse

from commissioning import permissions
from commissioning.acting import acting_organisation, is_operator
from commissioning.admin import OrganisationScopedAdmin, object_action
from commissioning.admin.scope import own_rows
from commissioning.admin_site import Waiting
from core import clock
from providers.models import CqcDifference
from providers.services.cqc import settle_difference


class SettleForm(forms.Form):
    """What came of it."""

    note = forms.CharField(
        label="Note",
        max_length=300,
        help_text="What you found: who is right, and what is done about it. Nobody outside reads it.",
        error_messages={"required": "Say in a few words what you found."},
    )


class SettledFilter(admin.SimpleListFilter):
    """Whether somebody has looked into it."""

    title = "where it stands"
    parameter_name = "stand"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "To look into"), ("settled", "Settled")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        if self.value() == "open":
            return queryset.filter(settled_at=None)
        return queryset.filter(settled_at__isnull=False) if self.value() == "settled" else queryset


@admin.register(CqcDifference)
class CqcDifferenceAdmin(OrganisationScopedAdmin):
    """Differences from the register: looked into and settled, never edited. The entry itself is put right apart."""

    journey, place = "directory", 3
    list_display = ["__str__", "ours", "theirs", "last_seen_at", "settled_at"]
    list_select_related = ["service", "provider", "organisation"]
    list_filter = [SettledFilter, "kind"]
    search_fields = ["service__name", "provider__name", "theirs"]
    actions = None
    fields = [
        "service", "provider", "kind", "field", "ours", "theirs", "first_seen_at", "last_seen_at", "settled_at",
        "settled_by", "note",
    ]  # fmt: skip
    readonly_fields = fields
    object_actions = ["settle"]

    def get_ordering(self, request: Any) -> Any:
        # What waits comes first, the longest waiting on top.
        return [F("settled_at").desc(nulls_first=True), "first_seen_at", "pk"]

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def offers(self, action: str, obj: CqcDifference) -> bool:
        return obj.settled_at is None

    @object_action(
        "Settle",
        confirm="It leaves the queue, and comes back only if the register says something new. The entry stays as it is.",
        form=SettleForm,
    )
    def settle(self, request: Any, obj: CqcDifference, *, note: str) -> str:
        settle_difference(difference=obj, note=note, by=request.user, at=clock.now())
        return "Settled."


def differences_waiting(request: Any) -> Iterator[Waiting]:
    """Where the register says something else, and nobody has looked into it yet."""
    organisation = acting_organisation(request)
    if organisation is None and not is_operator(request.user):
        return
    if organisation is not None and not permissions.can_edit(request.user, organisation):
        return
    rows = own_rows(request, CqcDifference, path="organisation").filter(settled_at=None)
    if organisation is None:
        # An operator who acts for no one council looks only into what no council can.
        rows = rows.filter(organisation=None)
    count = rows.count()
    if count:
        url = f"{reverse('admin:providers_cqcdifference_changelist')}?stand=open"
        shown = rows.select_related("service", "provider").order_by("first_seen_at", "pk")[:5]
        yield Waiting(
            "Look into what the CQC says differently",
            count,
            url,
            [(str(one), reverse("admin:providers_cqcdifference_change", args=[one.pk])) for one in shown],
        )


admin.site.dashboards.append(differences_waiting)
