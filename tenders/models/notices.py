from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q

from commissioning.models import OwnedModel, OwnedQuerySet, SourcedModel
from core.dates import london_date

from .opportunities import Opportunity


class NoticeQuerySet(OwnedQuerySet):
    def published(self, *, at: dt.datetime) -> NoticeQuerySet:
        """Notices that have been published by then, the oldest first."""
        return self.filter(published_date__lte=london_date(at)).order_by("published_date", "pk")


class Notice(OwnedModel, SourcedModel):
    """One notice published in the course of a procurement, with where it stands.

    The portal is not the statutory place of publication: it keeps the number and the link, and knows what each kind
    must carry (`tenders.notices`).
    """

    REGISTERS = ("opportunities",)

    class Kind(models.TextChoices):
        """UK1 to UK17 of the Procurement Regulations 2024, those of the Provider Selection Regime, and older ones."""

        UK1 = "uk1", "UK1: pipeline notice"
        UK2 = "uk2", "UK2: preliminary market engagement notice"
        UK3 = "uk3", "UK3: planned procurement notice"
        UK4 = "uk4", "UK4: tender notice"
        UK5 = "uk5", "UK5: transparency notice"
        UK6 = "uk6", "UK6: contract award notice"
        UK7 = "uk7", "UK7: contract details notice"
        UK8 = "uk8", "UK8: contract payment notice"
        UK9 = "uk9", "UK9: contract performance notice"
        UK10 = "uk10", "UK10: contract change notice"
        UK11 = "uk11", "UK11: contract termination notice"
        UK12 = "uk12", "UK12: procurement termination notice"
        UK13 = "uk13", "UK13: dynamic market intention notice"
        UK14 = "uk14", "UK14: dynamic market establishment notice"
        UK15 = "uk15", "UK15: dynamic market modification notice"
        UK16 = "uk16", "UK16: dynamic market cessation notice"
        UK17 = "uk17", "UK17: payments compliance notice"
        BELOW_TENDER = "below_tender", "Below-threshold tender notice"
        BELOW_DETAILS = "below_details", "Below-threshold contract details notice"
        PSR_APPROACH = "psr_approach", "PSR: intention to follow the most suitable provider process"
        PSR_INVITATION = "psr_invitation", "PSR: invitation to a competitive process"
        PSR_INTENTION = "psr_intention", "PSR: intention to award"
        PSR_AWARD = "psr_award", "PSR: confirmation of award"
        PSR_CHANGE = "psr_change", "PSR: modification"
        PSR_ABANDONED = "psr_abandoned", "PSR: abandonment"
        OLD_PLANNED = "old_planned", "Prior information notice (older law)"
        OLD_TENDER = "old_tender", "Contract notice (older law)"
        OLD_AWARD = "old_award", "Contract award notice (older law)"
        OTHER = "other", "Another notice"

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=16, choices=Kind)
    number = models.CharField(
        max_length=40, blank=True, help_text="As the place of publication gives it, such as 2026/S 000-012345."
    )
    published_date = models.DateField("published on", null=True, blank=True)
    url = models.URLField("where it was published", blank=True)
    note = models.TextField(blank=True)

    objects = NoticeQuerySet.as_manager()
    NATURAL_KEY = ("opportunity", "kind", "number")
    OWNED_THROUGH = "opportunity"

    class Meta:
        constraints = [
            *SourcedModel.Meta.constraints,
            models.UniqueConstraint(fields=["opportunity", "kind", "number"], name="tenders_notice_once"),
            models.CheckConstraint(
                name="tenders_notice_number_only_when_published",
                condition=Q(published_date__isnull=False) | Q(number="", url=""),
                violation_error_message="A notice with a number or an address has a day it was published.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}".rstrip()
