from __future__ import annotations

from typing import Any

from django.contrib import admin

from commissioning.admin import ScopedTabularInline, object_action
from core import clock

from .. import services as pipeline
from ..forms import DecideEndForm
from ..models import Contract, ContractCommissioner, ContractSupplier
from .base import PublishableAdmin


class SupplierInline(ScopedTabularInline):
    model = ContractSupplier
    fields = ["order", "provider", "name_as_stated", "role", "registration_number", "is_sme", "is_vcse", "note"]


class CommissionerInline(ScopedTabularInline):
    model = ContractCommissioner


@admin.register(Contract)
class ContractAdmin(PublishableAdmin):
    list_display = ["title", "arrangement", "starts", "ends"]
    search_fields = ["title", "reference"]
    prepopulated_fields = {"reference": ["title"]}
    inlines = [SupplierInline, CommissionerInline]
    object_actions = ["publish", "decide_end"]

    @object_action(
        "Decide what follows", confirm="The page shows the decision with its day and reason.", form=DecideEndForm
    )
    def decide_end(self, request: Any, obj: Any, decision: str, decided_date: Any, reason: str) -> str:
        pipeline.decide_end(
            contract=obj, decision=decision, decided_date=decided_date, reason=reason, by=request.user, at=clock.now()
        )
        return "The decision is kept and shown."
