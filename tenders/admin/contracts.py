from __future__ import annotations

from typing import Any

from django.contrib import admin

from commissioning.admin import ScopedTabularInline, object_action
from core import clock

from .. import services as pipeline
from ..forms import DecideEndForm, ExtendForm
from ..models import Contract, ContractCommissioner, ContractSupplier, ExtensionOption
from .base import PublishableAdmin
from .register_import import RegisterImportMixin


class SupplierInline(ScopedTabularInline):
    model = ContractSupplier
    fields = ["order", "provider", "name_as_stated", "role", "registration_number", "is_sme", "is_vcse", "note"]


class CommissionerInline(ScopedTabularInline):
    model = ContractCommissioner


class ExtensionOptionInline(ScopedTabularInline):
    model = ExtensionOption
    fields = ["number", "months", "decide_by_date"]


@admin.register(Contract)
class ContractAdmin(RegisterImportMixin, PublishableAdmin):
    list_display = ["title", "arrangement", "starts", "ends"]
    search_fields = ["title", "reference"]
    prepopulated_fields = {"reference": ["title"]}
    inlines = [SupplierInline, CommissionerInline, ExtensionOptionInline]
    object_actions = ["publish", "decide_end", "extend"]

    @object_action(
        "Decide what follows", confirm="The page shows the decision with its day and reason.", form=DecideEndForm
    )
    def decide_end(self, request: Any, obj: Any, decision: str, decided_date: Any, reason: str) -> str:
        pipeline.decide_end(
            contract=obj, decision=decision, decided_date=decided_date, reason=reason, by=request.user, at=clock.now()
        )
        return "The decision is kept and shown."

    @object_action(
        "Extend it",
        form=ExtendForm,
        confirm="The page shows the old end, the new one and the reason. Where the Procurement Act 2023 applies, a "
        "contract change notice (UK10) may have to be published before (section 75).",
    )
    def extend(self, request: Any, obj: Any, **facts: Any) -> str:
        pipeline.extend_contract(contract=obj, by=request.user, at=clock.now(), **facts)
        return "The contract runs on. Its page shows the old end beside the new one."
