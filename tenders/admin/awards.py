from __future__ import annotations

from typing import Any

from django.contrib import admin

from commissioning.admin import OrganisationScopedAdmin, ScopedTabularInline, object_action
from core import clock

from .. import services as pipeline
from ..forms import ReasonForm, RecordAwardForm, SignContractForm
from ..models import Award, AwardSupplier, Document
from .base import StandingMixin


class DocumentInline(ScopedTabularInline):
    model = Document
    fields = ["kind", "title", "url", "language", "published_date"]


class AwardSupplierInline(ScopedTabularInline):
    """Who was chosen. What the provider's entry does not tell may be added later; who it is stays as announced."""

    model = AwardSupplier
    fields = ["provider", "name_as_stated", "registration_number", "is_sme", "is_vcse"]
    readonly_fields = ["provider", "name_as_stated"]
    can_delete = False

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False


@admin.register(Award)
class AwardAdmin(StandingMixin, OrganisationScopedAdmin):
    """What tenders came to. An award is recorded in its tender; here its contract is signed, or it is taken back."""

    journey = "buying"
    place = 35
    list_display = ["opportunity", "lot", "outcome", "award_date", "signed_date", "standing"]
    list_select_related = ["opportunity", "lot"]
    search_fields = ["opportunity__title", "opportunity__reference", "suppliers__name_as_stated"]
    list_filter = ["outcome"]
    fields = [
        "opportunity", "lot", "outcome", "award_date", "standstill_ends_date", "signed_date", "contract",
        "cancelled_date", "cancelled_reason", "value_amount", "value_as_stated", "note",
    ]  # fmt: skip
    readonly_fields = fields[:9]
    inlines = [AwardSupplierInline]
    object_actions = ["sign_contract", "take_back"]

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    @admin.display(description="standing")
    def standing(self, obj: Any) -> str:
        return str(obj.status(at=obj.seen_at).label)

    def offers(self, action: str, obj: Any) -> bool:
        is_standing = obj.outcome == Award.Outcome.AWARDED and obj.cancelled_date is None
        return is_standing and (action == "sign_contract" or obj.signed_date is None)

    @object_action("Contract signed", form=SignContractForm, confirm="The page shows the day.", publishes=True)
    def sign_contract(self, request: Any, obj: Any, signed_date: Any, contract: Any) -> str:
        pipeline.sign_contract(award=obj, signed_date=signed_date, contract=contract, by=request.user, at=clock.now())
        return "The day of the signature is recorded. The statutory clock of the tender says which notices are due."

    @object_action(
        "Take the award back",
        form=ReasonForm,
        confirm="The award stays on the page, with the day and the reason it was taken back.",
        publishes=True,
        is_danger=True,
    )
    def take_back(self, request: Any, obj: Any, reason: str) -> str:
        pipeline.take_back_award(award=obj, reason=reason, by=request.user, at=clock.now())
        return "The award is taken back."


class EndingsMixin:
    """The actions by which a public procurement comes to its end: an award, or none."""

    ending_actions = ["record_award", "withdraw", "cancel"]

    def offers_ending(self, action: str, obj: Any) -> bool:
        at = clock.now()
        if not obj.is_published(at=at) or obj.withdrawn_at or obj.cancelled_at:
            return False
        if action == "record_award":
            return obj.awarded_at is None or obj.lots.exists()
        # Once bids are invited, or a direct award is made, there is a procurement to cancel and no plan to withdraw.
        has_begun = obj.opens_at is not None and obj.opens_at <= at or obj.awarded_at is not None
        return has_begun and obj.signed_date is None if action == "cancel" else not has_begun

    @object_action(
        "Record an award", form=RecordAwardForm, confirm="Everybody will see who was chosen.", publishes=True
    )
    def record_award(self, request: Any, obj: Any, **facts: Any) -> str:
        pipeline.record_award(opportunity=obj, by=request.user, at=clock.now(), **facts)
        return "The award is public. The statutory clock of this record says which notices are due."

    @object_action(
        "Withdraw it",
        form=ReasonForm,
        confirm="It leaves the lists. Its page stays and says when and why, and those who follow it are told.",
        publishes=True,
        is_danger=True,
    )
    def withdraw(self, request: Any, obj: Any, reason: str) -> str:
        pipeline.withdraw_opportunity(opportunity=obj, reason=reason, by=request.user, at=clock.now())
        return "The entry is withdrawn."

    @object_action(
        "Cancel it",
        form=ReasonForm,
        confirm="No contract comes of it. It leaves the lists. Its page stays and says when and why, and those who "
        "follow it are told.",
        publishes=True,
        is_danger=True,
    )
    def cancel(self, request: Any, obj: Any, reason: str) -> str:
        pipeline.cancel_opportunity(opportunity=obj, reason=reason, by=request.user, at=clock.now())
        return "The procurement is cancelled. The statutory clock of this record says which notices are due."
