"""How bids are judged: by which criteria at which weight, and by whom. The bids themselves are elsewhere."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from commissioning.models import Organisation, OwnedModel, SourcedModel

from .opportunities import Opportunity
from .tender_lots import OpportunityLot


class Criterion(OwnedModel, SourcedModel):
    """One award criterion and its weight, of one lot or of the whole tender.

    A lot without criteria of its own is judged by those of the whole tender. The weights of a lot, and those of the
    whole tender, sum to 100: a trigger of the database refuses any other sum at the end of the transaction.
    """

    REGISTERS = ("opportunities",)

    class Kind(models.TextChoices):
        QUALITY = "quality", "Quality"
        PRICE = "price", "Price"
        SOCIAL_VALUE = "social_value", "Social value"
        OTHER = "other", "Other"

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="criteria")
    lot = models.ForeignKey(
        OpportunityLot,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="criteria",
        help_text="Empty: of every lot that has no criteria of its own.",
    )
    kind = models.CharField(max_length=12, choices=Kind)
    name = models.CharField(max_length=160)
    weight = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(100)],
        help_text="Per cent of the lot's marks.",
    )
    description = models.TextField(blank=True, help_text="What earns marks.")
    order = models.PositiveSmallIntegerField(default=0)

    NATURAL_KEY = ("opportunity", "lot", "name")
    OWNED_THROUGH = "opportunity"

    class Meta:
        verbose_name_plural = "criteria"
        ordering = ["order", "pk"]
        constraints = [
            *SourcedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["opportunity", "lot", "name"],
                name="tenders_criterion_once",
                nulls_distinct=False,
                violation_error_message="A lot names each criterion once.",
            ),
            models.CheckConstraint(
                name="tenders_criterion_weight_is_percent",
                condition=Q(weight__gt=0, weight__lte=100),
                violation_error_message="A weight is more than 0 and at most 100 per cent.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.percent}"

    @property
    def percent(self) -> str:
        """The weight as people write it: 60%, 7.5%."""
        return f"{Decimal(self.weight).normalize():f}%"


class PanelSeat(OwnedModel, SourcedModel):
    """Seats on the panel that judges the bids: a role and whom it sits for, never a person's name."""

    REGISTERS = ("opportunities",)

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="panel_seats")
    role = models.CharField(max_length=160, help_text="A role, never a person's name.")
    sits_for = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", help_text="If it is in the portal."
    )
    sits_for_as_stated = models.CharField("another body", max_length=160, blank=True)
    seats = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    is_lived_experience = models.BooleanField("held by people who use care or care for somebody", default=False)
    is_partner = models.BooleanField("held by a partner of the buyer", default=False)
    order = models.PositiveSmallIntegerField(default=0)

    NATURAL_KEY = ("opportunity", "role")
    OWNED_THROUGH = "opportunity"

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            *SourcedModel.Meta.constraints,
            models.UniqueConstraint(fields=["opportunity", "role"], name="tenders_panelseat_once"),
            models.CheckConstraint(
                name="tenders_panelseat_has_seats",
                condition=Q(seats__gte=1),
                violation_error_message="A role on the panel has at least one seat.",
            ),
            models.CheckConstraint(
                name="tenders_panelseat_sits_for_one",
                condition=Q(sits_for__isnull=True) | Q(sits_for_as_stated=""),
                violation_error_message="Choose an organisation or write another body, not both.",
            ),
        ]

    def __str__(self) -> str:
        return self.role

    @property
    def body(self) -> str:
        """Whom the seats are held for; empty where nobody says."""
        return str(self.sits_for or self.sits_for_as_stated)
