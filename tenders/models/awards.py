from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q

from commissioning.models import OwnedModel, OwnedQuerySet
from core.dates import london_date
from providers.models import Provider

from .contracts import Contract
from .opportunities import Opportunity
from .tender_lots import OpportunityLot


class AwardQuerySet(OwnedQuerySet):
    def announced(self, *, at: dt.datetime) -> AwardQuerySet:
        """Awards that have been made public by then, the oldest first."""
        return self.filter(announced_at__lte=at).order_by("award_date", "pk")


class Award(OwnedModel):
    """What a tender, or one of its lots, came to: who was chosen, or that nobody was.

    It is public from the moment it is recorded, if its tender is. Whether the standstill still runs, its dates tell.
    """

    REGISTERS = ("opportunities",)

    class Outcome(models.TextChoices):
        AWARDED = "awarded", "Awarded"
        NOT_AWARDED = "not_awarded", "Not awarded"

    class Status(models.TextChoices):
        PENDING = "pending", "Chosen, standstill runs"
        ACTIVE = "active", "Awarded"
        UNSUCCESSFUL = "unsuccessful", "Not awarded"
        CANCELLED = "cancelled", "Award taken back"

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="awards")
    lot = models.ForeignKey(OpportunityLot, models.PROTECT, null=True, blank=True, related_name="awards")
    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.AWARDED)
    award_date = models.DateField("decided on")
    standstill_ends_date = models.DateField(
        "standstill ends", null=True, blank=True, help_text="Its last day, to midnight. Empty where there is none."
    )
    signed_date = models.DateField("contract signed on", null=True, blank=True)
    value_amount = models.DecimalField(
        "value", max_digits=14, decimal_places=2, null=True, blank=True, help_text="Pounds."
    )
    value_as_stated = models.CharField(max_length=250, blank=True)
    contract = models.ForeignKey(Contract, models.PROTECT, null=True, blank=True, related_name="awards")
    cancelled_date = models.DateField("taken back on", null=True, blank=True)
    cancelled_reason = models.TextField("why it was taken back", blank=True)
    note = models.TextField(blank=True)
    announced_at = models.DateTimeField(editable=False)
    announced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )

    objects = AwardQuerySet.as_manager()
    NATURAL_KEY = ("opportunity", "lot", "award_date")
    OWNED_THROUGH = "opportunity"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["opportunity", "lot", "award_date"], name="tenders_award_once_a_day", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="tenders_award_value_not_negative",
                condition=Q(value_amount__isnull=True) | Q(value_amount__gte=0),
                violation_error_message="A value cannot be below nought.",
            ),
            models.CheckConstraint(
                name="tenders_award_dates_in_order",
                condition=(Q(standstill_ends_date__isnull=True) | Q(standstill_ends_date__gte=models.F("award_date")))
                & (Q(signed_date__isnull=True) | Q(signed_date__gte=models.F("award_date"))),
                violation_error_message="Standstill and signature come after the decision.",
            ),
            models.CheckConstraint(
                name="tenders_award_taken_back_with_reason",
                condition=Q(cancelled_date__isnull=True, cancelled_reason="")
                | (Q(cancelled_date__isnull=False) & ~Q(cancelled_reason="")),
                violation_error_message="An award that is taken back has a day and a reason.",
            ),
            models.CheckConstraint(
                name="tenders_award_none_has_no_contract",
                condition=Q(outcome="awarded") | Q(contract__isnull=True, signed_date__isnull=True),
                violation_error_message="Where nobody was chosen, nothing was signed.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}: {self.lot or self.opportunity}"

    @property
    def shown_value(self) -> str:
        """The value as the organisation states it, else in pounds; empty where neither is known."""
        return self.value_as_stated or (f"£{self.value_amount:,.0f}" if self.value_amount is not None else "")

    def status(self, *, at: dt.datetime) -> Status:
        """How the award stands at this moment: what is signed is no longer at a standstill."""
        today = london_date(at)
        if self.cancelled_date and self.cancelled_date <= today:
            return self.Status.CANCELLED
        if self.outcome == self.Outcome.NOT_AWARDED:
            return self.Status.UNSUCCESSFUL
        is_signed = self.signed_date is not None and self.signed_date <= today
        if not is_signed and self.standstill_ends_date and self.standstill_ends_date >= today:
            return self.Status.PENDING
        return self.Status.ACTIVE


class AwardSupplier(OwnedModel):
    """One of those chosen: a provider that is known here, or the name as the organisation states it."""

    REGISTERS = ("opportunities",)

    award = models.ForeignKey(Award, models.CASCADE, related_name="suppliers")
    provider = models.ForeignKey(Provider, models.PROTECT, null=True, blank=True, related_name="awards")
    name_as_stated = models.CharField(max_length=250, blank=True)
    registration_number = models.CharField("company or charity number", max_length=20, blank=True)
    is_sme = models.BooleanField("small or medium-sized firm", null=True, blank=True)
    is_vcse = models.BooleanField("voluntary, community or social enterprise", null=True, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    NATURAL_KEY = ("award", "provider", "name_as_stated")
    OWNED_THROUGH = "award"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["award", "provider", "name_as_stated"],
                name="tenders_awardsupplier_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="tenders_awardsupplier_named",
                condition=Q(provider__isnull=False) | ~Q(name_as_stated=""),
                violation_error_message="Choose a provider or write its name.",
            ),
        ]

    def __str__(self) -> str:
        return self.name_as_stated or str(self.provider)


def public_winners(*, at: dt.datetime) -> models.QuerySet[AwardSupplier]:
    """Return the suppliers that pages may name: public providers, and names as stated."""
    named = Q(provider=None) | Q(provider__published_at__lte=at)
    return AwardSupplier.objects.filter(named).select_related("provider").order_by("order", "pk")
