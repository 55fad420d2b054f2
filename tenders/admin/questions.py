"""Questions about tenders, for the officers of the buyer: read as asked, answered in words for all, or declined."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.html import format_html

from commissioning import permissions
from commissioning.acting import acting_organisation
from commissioning.admin import object_action
from commissioning.admin.queues import QueueAdmin, waiting_in
from core import clock
from core.templatetags.portal import gov_date, gov_datetime

from .. import services as pipeline
from ..forms import AnswerForm, CorrectAnswerForm, DeclineForm
from ..models import Asker, Question
from .base import StandingMixin


@admin.register(Question)
class QuestionAdmin(StandingMixin, QueueAdmin):
    """Who asked is shown to those who act for the buyer, and to nobody else: not to operators of the site either."""

    task = "Answer questions about tenders"
    waits_for, waits_since = "Waits for an answer", "asked_at"
    settled = {"answered_at": "Answered", "declined_at": "Declined"}
    may_settle = staticmethod(permissions.can_publish)
    journey, place = "buying", 30
    list_display = ["__str__", "lot", "asked_at", "answered_at", "late"]
    list_select_related = ["opportunity", "lot"]
    search_fields = ["opportunity__title", "question_public"]
    public_fields = [
        "opportunity", "lot", "asked_at", "question_public", "answer", "answered_at", "answered_by",
        "declined_at", "declined_by", "decline_reason",
    ]  # fmt: skip
    private_fields = ["question_as_asked", "asked_by", "asker_email"]
    readonly_fields = [*public_fields, *private_fields]
    object_actions = ["answer_it", "decline_it", "correct_it"]

    def offers(self, action: str, obj: Question) -> bool:
        if action == "correct_it":
            return pipeline.is_correctable(obj, at=clock.now())
        return super().offers(action, obj)

    def get_fields(self, request: Any, obj: Any = None) -> Any:
        if obj is None or acting_organisation(request) != obj.organisation:
            return self.public_fields
        opportunity, lot, asked_at, *rest = self.public_fields
        return [opportunity, lot, asked_at, *self.private_fields, *rest]

    def action_details(self, request: Any, obj: Question) -> str:
        if acting_organisation(request) != obj.organisation:
            return format_html("<p>Act for {} to read the question as asked.</p>", obj.organisation)
        tender, lot = obj.opportunity, f", about {obj.lot}" if obj.lot else ""
        due = f" All are to be answered by {gov_datetime(tender.answers_by_at)}." if tender.answers_by_at else ""
        told = f"Asked on {gov_date(obj.asked_at)}{lot}.{due}"
        return format_html("<h2>As asked, for your eyes only</h2><p>{}</p><p>{}</p>", self.question_as_asked(obj), told)

    @admin.display(description="late")
    def late(self, obj: Question) -> str:
        return "Late" if obj.is_late(at=obj.seen_at) else ""

    @admin.display(description="question, as asked")
    def question_as_asked(self, obj: Question) -> str:
        asker = _asker(obj)
        return asker.question_asked if asker else "Deleted, as its time was over"

    @admin.display(description="asked by")
    def asked_by(self, obj: Question) -> str:
        asker = _asker(obj)
        return ", ".join(one for one in (asker.name, asker.organisation_name) if one) if asker else ""

    @admin.display(description="asker’s email")
    def asker_email(self, obj: Question) -> str:
        asker = _asker(obj)
        return asker.email if asker else ""

    @object_action(
        "Answer for everybody", confirm="Everybody reads both. Nobody reads who asked.", form=AnswerForm, publishes=True
    )
    def answer_it(self, request: Any, obj: Question, *, question_public: str, answer: str) -> str:
        pipeline.answer_question(
            question=obj, question_public=question_public, answer=answer, by=request.user, at=clock.now()
        )
        return "The answer is public, and who asked is told."

    @object_action(
        "Do not answer", confirm="Only the person who asked is told, with the reason.", form=DeclineForm, publishes=True
    )
    def decline_it(self, request: Any, obj: Question, *, reason: str) -> str:
        pipeline.decline_question(question=obj, reason=reason, by=request.user, at=clock.now())
        return "Declined. Who asked is told why."

    @object_action(
        "Correct the answer",
        confirm="An addendum shows everybody the old answer beside the new one, with the reason.",
        form=CorrectAnswerForm,
        publishes=True,
    )
    def correct_it(self, request: Any, obj: Question, *, answer: str, reason: str) -> str:
        pipeline.correct_answer(question=obj, answer=answer, reason=reason, by=request.user, at=clock.now())
        return "The answer is corrected, and an addendum says so."


def _asker(question: Question) -> Asker | None:
    return Asker.objects.filter(question=question).first()


admin.site.dashboards.append(waiting_in(Question))
