"""Clarifications: what everybody may read of a question, and, apart from it, who asked and in which words."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from commissioning.models import OwnedModel, OwnedQuerySet
from providers.models import Provider

from .opportunities import Opportunity
from .tender_lots import OpportunityLot


class QuestionQuerySet(OwnedQuerySet):
    def answered(self, *, at: dt.datetime) -> QuestionQuerySet:
        """Return what everybody reads: the questions answered by then, the first asked first."""
        return self.filter(answered_at__lte=at).order_by("number", "pk")

    def waiting(self) -> QuestionQuerySet:
        """Return the questions nobody has answered or declined yet, the longest waiting first."""
        return self.filter(answered_at=None, declined_at=None).order_by("asked_at", "pk")


class Question(OwnedModel):
    """A question about a tender or one of its lots, with its answer for all.

    It knows nothing of who asked: that is the `Asker`'s, a table apart, so that no output of questions can tell.
    """

    REGISTERS = ("opportunities",)
    audit_exclude = ("decline_reason",)

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="questions")
    lot = models.ForeignKey(OpportunityLot, models.SET_NULL, null=True, blank=True, related_name="questions")
    number = models.PositiveIntegerField(help_text="Counted in the order they came in, for each tender.")
    asked_at = models.DateTimeField()
    question_public = models.TextField("question, for all", blank=True)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    declined_at = models.DateTimeField(null=True, blank=True)
    declined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    decline_reason = models.TextField("why it is not answered", blank=True, help_text="Only the asker is told.")

    objects = QuestionQuerySet.as_manager()
    NATURAL_KEY = ("opportunity", "number")
    OWNED_THROUGH = "opportunity"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["opportunity", "number"], name="tenders_question_number_once"),
            models.CheckConstraint(
                name="tenders_question_answered_in_words_for_all",
                condition=Q(answered_at__isnull=True, answer="", question_public="")
                | Q(answered_at__isnull=False) & ~Q(answer="") & ~Q(question_public=""),
                violation_error_message="The question in words for all, its answer and their moment go together.",
            ),
            models.CheckConstraint(
                name="tenders_question_declined_with_reason",
                condition=Q(declined_at__isnull=True, decline_reason="")
                | Q(declined_at__isnull=False, answered_at__isnull=True) & ~Q(decline_reason=""),
                violation_error_message="A question is answered, or declined with a reason.",
            ),
        ]

    def __str__(self) -> str:
        return f"Question {self.number} on {self.opportunity}"

    def is_late(self, *, at: dt.datetime) -> bool:
        """Whether the answer came, or still has not come, after the moment by which all were to be answered."""
        by = self.opportunity.answers_by_at
        return by is not None and self.declined_at is None and (self.answered_at or at) > by


class AskerQuerySet(OwnedQuerySet):
    def past_keeping(self, *, at: dt.datetime) -> AskerQuerySet:
        """Return those kept for their time, and those who have not confirmed their address in seven days."""
        unconfirmed = Q(confirmed_at=None, received_at__lt=at - Asker.confirm_within)
        return self.filter(Q(received_at__lt=at - Asker.keep_for) | unconfirmed)


class Asker(OwnedModel):
    """Who asked a question and in which words: for the officers of the buying organisation and nobody else.

    Personal data, held to answer and to show that all bidders were treated alike: messages with suppliers are records
    of the procurement for three years from the contract (Procurement Act section 98), which comes within a year of
    the questions. The question in words for all stays when this is deleted. An address that is not confirmed within
    seven days goes, and what was asked with it.
    """

    keep_for = dt.timedelta(days=4 * 365)
    confirm_within = dt.timedelta(days=7)
    audit_exclude = ("name", "email", "organisation_name", "provider", "question_asked", "token_hash")

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="askers")
    lot = models.ForeignKey(OpportunityLot, models.SET_NULL, null=True, blank=True, related_name="+")
    question = models.OneToOneField(
        Question,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="asker",
        help_text="What it became once the address was confirmed.",
    )
    name = models.CharField(max_length=160, blank=True)
    email = models.EmailField()
    organisation_name = models.CharField("organisation", max_length=200, blank=True)
    provider = models.ForeignKey(Provider, models.SET_NULL, null=True, blank=True, related_name="+")
    question_asked = models.TextField("question, as asked")
    received_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True, blank=True, help_text="When a mail told its address of it.")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    token_hash = models.CharField(max_length=64, blank=True, editable=False)

    objects = AskerQuerySet.as_manager()
    OWNED_THROUGH = "opportunity"

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="tenders_asker_question_once_confirmed",
                condition=Q(confirmed_at__isnull=True, question__isnull=True)
                | Q(confirmed_at__isnull=False, question__isnull=False, confirmed_at__gte=F("received_at")),
                violation_error_message="A question is passed on once its asker's address is confirmed.",
            ),
            models.UniqueConstraint(
                fields=["token_hash"], condition=~Q(token_hash=""), name="tenders_asker_token_once"
            ),
        ]

    def __str__(self) -> str:
        # Labels reach the trail and the history, so this one names nobody.
        return f"Asker {self.pk}"
