from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path

from commissioning.admin import ScopedTabularInline, object_action
from core import clock
from core.dates import london_date

from .. import services as pipeline
from ..clocks import State
from ..duties import duties
from ..forms import MoveDateForm
from ..models import ContractChange, DateChange, Notice, Opportunity, OpportunityPartner
from ..notices import MUST_CARRY, items
from .awards import DocumentInline, EndingsMixin
from .base import RECORD, PublishableAdmin
from .events import InterestMixin
from .ocds_import import OcdsImportMixin
from .tender_parts import TenderPartsMixin


class OpportunityPartnerInline(ScopedTabularInline):
    model = OpportunityPartner
    verbose_name = "organisation that buys with you"
    verbose_name_plural = "organisations that buy with you"


class NoticeInline(ScopedTabularInline):
    model = Notice
    fields = ["kind", "number", "published_date", "url"]


@admin.register(Opportunity)
class OpportunityAdmin(OcdsImportMixin, TenderPartsMixin, EndingsMixin, InterestMixin, PublishableAdmin):
    list_display = ["title", "standing", "tender_date", "closes_at", "last_confirmed"]
    list_select_related = ["organisation", "replaces_contract"]
    search_fields = ["title", "reference"]
    readonly_fields = ["ocid"]
    PARTS = (
        (
            None,
            [
                "title", "reference", "summary", "service_area", "life_stage", "types", "client_groups", "places",
                "cpv_codes",
            ],
        ),
        (
            "When",
            [
                "engagement_date", "tender_date", "opens_at", "questions_close_at", "answers_by_at", "closes_at",
                "award_date", "contract_start_date", "contract_end_date", "next_procurement_date", "dates_as_stated",
                "confidence", "last_confirmed", "owner",
            ],
        ),
        (
            "How it is bought",
            [
                "regime", "route", "framework", "framework_lot", "is_members_only", "reserved_for", "joint_as_stated",
                "portal_url",
            ],
        ),
        ("What it is worth", ["value_as_stated", "value_from", "value_to", "value_gross"]),
        (
            "For bidders",
            [
                "is_sme_suitable", "is_vcse_suitable", "participation_conditions", "award_criteria",
                "social_value_weighting", "social_value_reason", "payment_terms", "risks", "options",
                "conflicts_assessed_date",
            ],
        ),
        (
            "What it follows, and what came of it",
            [
                "replaces_contract", "renews", "awarded_at", "signed_date", "contract", "withdrawn_at", "cancelled_at",
                "ended_reason",
            ],
        ),
        ("Its record", ["alternative_titles", *RECORD, "ocid"]),
    )  # fmt: skip
    prepopulated_fields = {"reference": ["title"]}
    inlines = [
        OpportunityPartnerInline,
        *TenderPartsMixin.part_inlines,
        NoticeInline,
        DocumentInline,
        *InterestMixin.interest_inlines,
    ]
    object_actions = [
        "publish",
        "confirm_plan",
        "move_date",
        *EndingsMixin.ending_actions,
        "publish_addendum",
        *InterestMixin.interest_actions,
    ]
    change_form_template = "admin/opportunity_change_form.html"

    @admin.display(description="standing")
    def standing(self, obj: Any) -> str:
        return str(obj.status(at=obj.seen_at).label) if obj.is_published(at=obj.seen_at) else "Draft"

    def get_readonly_fields(self, request: Any, obj: Any = None) -> Any:
        # What the public has seen moves with a reason, by an action.
        dates = [*DateChange.Field.values, "is_members_only"] if obj is not None and obj.published_at else []
        ends = ["awarded_at", "withdrawn_at", "cancelled_at", "ended_reason"]
        return [*super().get_readonly_fields(request, obj), *dates, *ends]

    def offers(self, action: str, obj: Any) -> bool:
        if action in self.ending_actions:
            return self.offers_ending(action, obj)
        if action in self.interest_actions:
            return self.offers_interest(obj)
        return super().offers(action, obj) if action == "publish" else obj.published_at is not None

    def action_sentence(self, action: str, obj: Any) -> str:
        return self._members_sentences(obj).get(action) or super().action_sentence(action, obj)

    @staticmethod
    def _members_sentences(obj: Any) -> dict[str, str]:
        """What to say instead of a call-off that never becomes public."""
        if not obj.is_members_only:
            return {}
        who = f"Members of {obj.framework}{f', {obj.framework_lot},' if obj.framework_lot else ''}"
        return {
            "publish": f"{who} and the buyer will see this record from now on, and nobody else.",
            "record_award": f"{who} and the buyer will see who was chosen, and nobody else.",
        }

    @object_action("Everything still holds", confirm="The page will say that the plan was confirmed today.")
    def confirm_plan(self, request: Any, obj: Any) -> str:
        pipeline.confirm_plan(opportunity=obj, by=request.user, at=clock.now())
        return "The plan is confirmed as of today."

    @object_action("Move a date", confirm="The old date stays on the page beside the new one.", form=MoveDateForm)
    def move_date(self, request: Any, obj: Any, field: str, to: Any, reason: str) -> str:
        pipeline.move_date(opportunity=obj, field=field, to=to, reason=reason, by=request.user, at=clock.now())
        return "The date has moved. The page shows the old one with the reason."

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.clock_view)
        return [path("<path:object_id>/clock/", view, name="tenders_opportunity_clock"), *super().get_urls()]

    def clock_view(self, request: Any, object_id: str) -> HttpResponse:
        """What the law asks of this procurement by when, and what each notice must carry: to read and to copy."""
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404("No such record.")
        if not self.has_view_permission(request, record):
            raise PermissionDenied
        kind = request.GET.get("kind", "")
        kind = kind if kind in MUST_CARRY else ""
        asked = duties(
            record,
            record.notices.all(),
            on=london_date(clock.now()),
            changes=ContractChange.objects.of_procurement(record),
        )
        needed = items(kind, record)
        context = {
            **self.admin_site.each_context(request),
            "title": "Statutory clock",
            "opts": self.opts,
            "record": record,
            "duties": asked,
            "overdue": sum(one.state is State.OVERDUE for one in asked),
            "due": sum(one.state is State.DUE for one in asked),
            "kinds": [(one.value, one.label) for one in Notice.Kind if one.value in MUST_CARRY],
            "kind": kind,
            "kind_label": Notice.Kind(kind).label if kind else "",
            "items": needed,
            "missing": sum(one.is_gap for one in needed),
            "record_url": self._record_url(record),
        }
        return render(request, "admin/opportunity_clock.html", context)
