from __future__ import annotations

from typing import Any

from django.contrib import admin

from commissioning.admin import ScopedTabularInline, object_action
from core import clock

from .. import services as pipeline
from ..forms import DecideEndForm, ExtendForm
from ..models import Contract, ContractCommissioner, ContractSupplier, ExtensionOption, Regime
from .base import RECORD, PublishableAdmin
from .register_import import RegisterImportMixin

# What the law asks before a contract runs on: `tenders.clocks.change_notice` puts it to the dates.
NOTICE_OF_CHANGE = {
    Regime.PROCUREMENT_ACT: (
        "Before that, publish a contract change notice (UK10), unless the term changes by a tenth or less of the longest "
        "agreed (Procurement Act 2023, section 75)."
    ),
    Regime.LIGHT_TOUCH: "A light-touch contract needs no contract change notice (Procurement Act 2023, section 75(6)).",
    Regime.UNKNOWN: (
        "The record does not say under which law it was bought: under the Procurement Act 2023 a contract change notice "
        "(UK10) may come first (section 75)."
    ),
}


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

    def action_sentence(self, action: str, obj: Any) -> str:
        told = super().action_sentence(action, obj)
        return f"{told} {NOTICE_OF_CHANGE.get(obj.regime, '')}".rstrip() if action == "extend" else told

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
        confirm="The page shows the old end, the new one and the reason.",
    )
    def extend(self, request: Any, obj: Any, **facts: Any) -> str:
        pipeline.extend_contract(contract=obj, by=request.user, at=clock.now(), **facts)
        return "The contract runs on. Its page shows the old end beside the new one."
