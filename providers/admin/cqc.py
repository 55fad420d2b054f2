"""Where the register says something else than an entry its provider keeps: the home council's queue."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin

from commissioning.admin import object_action
from commissioning.admin.queues import QueueAdmin, StandFilter, waiting_in
from core import clock
from providers.models import CqcDifference
from providers.services.cqc import can_take, settle_difference, take_cqc_value


class SettleForm(forms.Form):
    """What came of it."""

    note = forms.CharField(
        label="Note",
        max_length=300,
        help_text="What you found: who is right, and what is done about it. Nobody outside reads it.",
        error_messages={"required": "Say in a few words what you found."},
    )


@admin.register(CqcDifference)
class CqcDifferenceAdmin(QueueAdmin):
    """Differences from the register: looked into, taken over or settled, never edited."""

    task = "Look into what the CQC says differently"
    waits_for, waits_since = "To look into", "first_seen_at"
    settled = {"settled_at": "Settled"}
    journey, place = "directory", 3
    list_display = ["__str__", "ours", "theirs", "last_seen_at", "settled_at"]
    list_select_related = ["service", "provider", "organisation"]
    list_filter = [StandFilter, "kind"]
    search_fields = ["service__name", "provider__name", "theirs"]
    fields = [
        "service", "provider", "kind", "field", "ours", "theirs", "first_seen_at", "last_seen_at", "settled_at",
        "settled_by", "note",
    ]  # fmt: skip
    readonly_fields = fields
    object_actions = ["take_value", "settle"]

    def offers(self, action: str, obj: CqcDifference) -> bool:
        return super().offers(action, obj) and (action != "take_value" or can_take(obj))

    @object_action(
        "Take what the CQC says", confirm="Families see it in the entry at once, and the difference is settled."
    )
    def take_value(self, request: Any, obj: CqcDifference) -> str:
        take_cqc_value(difference=obj, by=request.user, at=clock.now())
        return "Taken over: the entry says now what the register says."

    @object_action(
        "Settle",
        confirm="It leaves the queue, and comes back only if the register says something new. The entry stays as it is.",
        form=SettleForm,
    )
    def settle(self, request: Any, obj: CqcDifference, *, note: str) -> str:
        settle_difference(difference=obj, note=note, by=request.user, at=clock.now())
        return "Settled."


admin.site.dashboards.append(waiting_in(CqcDifference))
