from __future__ import annotations

import datetime as dt

from django.db import models

from commissioning.models import OwnedModel, OwnedQuerySet
from core.dates import london_date

from .opportunities import Opportunity


class DocumentQuerySet(OwnedQuerySet):
    def published(self, *, at: dt.datetime) -> DocumentQuerySet:
        """Documents that are public by then, the newest first; those without a day are public with the tender."""
        shown = models.Q(published_date__isnull=True) | models.Q(published_date__lte=london_date(at))
        return self.filter(shown).order_by(models.F("published_date").desc(nulls_last=True), "title", "pk")


class Document(OwnedModel):
    """A paper of a procurement, where it stands on the web: a specification, a draft contract, a note of an event.

    The portal keeps the link and not the file: the statutory portal gives the file, with its own record of who had it.
    """

    REGISTERS = ("opportunities",)

    class Kind(models.TextChoices):
        """As OCDS names documents of planning, tender, award and contract; other words would not be understood."""

        TENDER = "biddingDocuments", "Invitation to tender"
        SPECIFICATION = "technicalSpecifications", "Specification"
        CRITERIA = "evaluationCriteria", "How bids are judged"
        ELIGIBILITY = "eligibilityCriteria", "Who may bid"
        CONTRACT = "contractDraft", "Draft contract"
        CONTRACT_SIGNED = "contractSigned", "Signed contract"
        NEEDS = "needsAssessment", "Evidence of need"
        MARKET = "marketStudies", "What was heard from the market"
        PLAN = "procurementPlan", "Procurement plan"
        EVALUATION = "evaluationReports", "Report of the assessment"
        OTHER = "other", "Another document"

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=24, choices=Kind, default=Kind.OTHER)
    title = models.CharField(max_length=250)
    url = models.URLField("where it stands")
    language = models.CharField(max_length=10, default="en", help_text="Such as en, or cy for Welsh.")
    published_date = models.DateField("public from", null=True, blank=True)

    objects = DocumentQuerySet.as_manager()
    NATURAL_KEY = ("opportunity", "url")
    OWNED_THROUGH = "opportunity"

    class Meta:
        constraints = [models.UniqueConstraint(fields=["opportunity", "url"], name="tenders_document_once")]

    def __str__(self) -> str:
        return self.title
