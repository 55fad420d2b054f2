from __future__ import annotations

from typing import Any

from django.contrib import admin

from commissioning.admin import ScopedTabularInline, object_action
from core import clock

from .. import services as pipeline
from ..forms import DecideEndForm, ExtendForm
from ..models import Contract, ContractCommissioner, ContractSupplier, ExtensionOption
from .base import RECORD, PublishableAdmin
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
    PARTS = (
        (
            None,
            [
                "title", "reference", "summary", "arrangement", "life_stage", "types", "client_groups", "places",
                "services",
            ],
        ),
        (
            "From when until when",
            [
                "starts", "term_as_stated", "ends", "extension_as_stated", "extension_months", "ends_if_extended",
                "review", "lead_time_months",
            ],
        ),
        ("What it is worth", ["value_as_stated", "value_amount", "irrecoverable_vat"]),
        (
            "Who buys, and how",
            ["department", "commissioner_as_stated", "framework", "lot", "regime", "procured_by"],
        ),
        ("Its record", RECORD),
    )  # fmt: skip
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
