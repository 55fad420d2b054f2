from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from commissioning.models import OwnedModel
from core.dates import EstimatedDateField

from .opportunities import Opportunity


class DateChange(OwnedModel):
    """A date that moved after it was public: what it was, what it is, and why. It stays and is shown."""

    REGISTERS = ("opportunities",)

    class Field(models.TextChoices):
        ENGAGEMENT_DATE = "engagement_date", "Market engagement"
        TENDER_DATE = "tender_date", "Tender notice"
        AWARD_DATE = "award_date", "Award"
        CONTRACT_START_DATE = "contract_start_date", "Contract start"
        CONTRACT_END_DATE = "contract_end_date", "Contract end"
        OPENS_AT = "opens_at", "Open for bids from"
        CLOSES_AT = "closes_at", "Open for bids until"
        QUESTIONS_CLOSE_AT = "questions_close_at", "Questions until"
        ANSWERS_BY_AT = "answers_by_at", "All questions answered by"

    MOMENTS = (Field.OPENS_AT, Field.CLOSES_AT, Field.QUESTIONS_CLOSE_AT, Field.ANSWERS_BY_AT)

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="date_changes")
    field = models.CharField(max_length=20, choices=Field)
    old = EstimatedDateField(null=True, blank=True)
    new = EstimatedDateField(null=True, blank=True)
    old_at = models.DateTimeField(null=True, blank=True)
    new_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    OWNED_THROUGH = "opportunity"

    class Meta:
        ordering = ["changed_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="tenders_datechange_has_reason",
                condition=~Q(reason=""),
                violation_error_message="Say why the date moves: everybody will read it.",
            ),
            models.CheckConstraint(
                name="tenders_datechange_moment_or_date",
                condition=Q(
                    field__in=["opens_at", "closes_at", "questions_close_at", "answers_by_at"],
                    old__isnull=True,
                    new__isnull=True,
                )
                | (
                    ~Q(field__in=["opens_at", "closes_at", "questions_close_at", "answers_by_at"])
                    & Q(old_at__isnull=True, new_at__isnull=True)
                ),
                violation_error_message="A moment and an estimated date are kept apart.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_field_display()} of {self.opportunity}"
