"""What a tender is made of, edited inside it: lots, criteria, the panel; and what came of changing them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from commissioning.admin import ScopedStackedInline, ScopedTabularInline, object_action
from commissioning.admin.inlines import ScopedInlineFormSet
from core import clock

from .. import services as pipeline
from ..evaluation import WHOLE, below_minimum, social_value_gaps, social_value_weights, wrong_sums
from ..forms import AddendumForm
from ..models import Addendum, Criterion, Opportunity, OpportunityLot, PanelSeat
from ..services.addenda import RUNNING, differences, facts
from .base import ReleasedAdmin


class OpportunityLotInline(ScopedStackedInline):
    model = OpportunityLot
    fields = [
        ("number", "title", "slug", "order"), "description", ("types", "client_groups", "places"),
        ("value_net", "value_gross"), ("contract_start_date", "contract_end_date"),
        ("is_sme_suitable", "is_vcse_suitable"),
    ]  # fmt: skip


class CriterionFormSet(ScopedInlineFormSet):
    """Refuses weights that do not sum to 100, and asks why social value weighs less than the organisation wants."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "lot" in form.fields:
            form.fields["lot"].queryset = form.fields["lot"].queryset.filter(opportunity=self.instance.pk)

    def clean(self) -> None:
        super().clean()
        rows = [
            (str(data.get("lot") or WHOLE), data["kind"], data["weight"])
            for data in (one.cleaned_data for one in self.forms if one.is_valid())
            if data and not data.get("DELETE") and data.get("weight") is not None and data.get("kind")
        ]
        problems = wrong_sums((name, weight) for name, _, weight in rows)
        opportunity = self.instance
        if opportunity.organisation_id and not opportunity.social_value_reason:
            weights = social_value_weights(opportunity.social_value_weighting, rows)
            gaps = below_minimum(weights, minimum=opportunity.organisation.social_value_weighting)
            problems += [f"{gap} Say why under “why social value weighs less”: it may, with a reason." for gap in gaps]
        if problems:
            raise ValidationError(problems)


class CriterionInline(ScopedTabularInline):
    model = Criterion
    formset = CriterionFormSet
    fields = ["order", "lot", "kind", "name", "weight", "description"]


class PanelSeatInline(ScopedTabularInline):
    model = PanelSeat
    fields = ["order", "role", "sits_for", "sits_for_as_stated", "seats", "is_lived_experience", "is_partner"]


def _in_words(addendum: Addendum) -> str:
    changes = [f"{one['name']}: was “{one['old']}”, now “{one['new']}”" for one in addendum.changes]
    return "; ".join(one for one in [addendum.text, *changes] if one)


class TenderPartsMixin:
    """Tells everybody by an addendum what an officer changes in a tender that is out, and warns of social value."""

    part_inlines = [OpportunityLotInline, CriterionInline, PanelSeatInline]

    def get_readonly_fields(self, request: Any, obj: Any = None) -> Any:
        told = ["addenda_told"] if obj is not None and obj.addenda.exists() else []
        return [*super().get_readonly_fields(request, obj), *told]  # type: ignore[misc]

    @admin.display(description="addenda")
    def addenda_told(self, obj: Opportunity) -> SafeString:
        lines = ((one.number, one.published_at, _in_words(one)) for one in obj.addenda.order_by("-number"))
        return format_html_join("", "<p>{}, {:%d.%m.%Y}: {}</p>", lines)

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        request.facts_before = facts(Opportunity.objects.get(pk=obj.pk)) if change else {}
        super().save_model(request, obj, form, change)  # type: ignore[misc]

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)  # type: ignore[misc]
        row, at = Opportunity.objects.select_related("organisation").get(pk=form.instance.pk), clock.now()
        is_out = bool(row.published_at and row.published_at <= at and row.status(at=at) in RUNNING)
        changes = differences(request.facts_before, facts(row)) if change and is_out else []
        if changes:
            pipeline.publish_addendum(opportunity=row, text="", changes=changes, by=request.user, at=at)
            messages.info(request, "The tender is out: an addendum shows everybody the old words and the new.")
        for gap in social_value_gaps(row):
            messages.warning(request, gap)

    @object_action("Publish an addendum", confirm="Everybody reads it; it stays.", form=AddendumForm, publishes=True)
    def publish_addendum(self, request: Any, obj: Any, text: str) -> str:
        pipeline.publish_addendum(opportunity=obj, text=text, by=request.user, at=clock.now())
        return "The addendum is public."


@admin.register(OpportunityLot)
class OpportunityLotAdmin(ReleasedAdmin):
    """Found here by the search boxes of other forms; edited inside its tender."""

    search_fields = ["title", "number", "opportunity__title"]
    list_display = ["__str__", "opportunity"]
    list_select_related = ["opportunity"]

    def has_module_permission(self, request: Any) -> bool:
        return False
