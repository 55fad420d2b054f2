from __future__ import annotations

from django.db import models

from commissioning.models import OwnedModel, SourcedModel
from core.dates import EstimatedDateField
from core.models import ClientGroup, Place, ServiceType

from .opportunities import Opportunity


class OpportunityLot(OwnedModel, SourcedModel):
    """A part of a tender that one may bid for alone: a zone, a level of need, a kind of care."""

    REGISTERS = ("opportunities",)

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="lots")
    slug = models.SlugField(max_length=80)
    number = models.CharField(max_length=20, blank=True)
    title = models.CharField(max_length=250)
    description = models.TextField(blank=True)
    types = models.ManyToManyField(ServiceType, blank=True, related_name="opportunity_lots")
    client_groups = models.ManyToManyField(ClientGroup, blank=True, related_name="opportunity_lots")
    places = models.ManyToManyField(Place, blank=True, related_name="opportunity_lots")
    value_net = models.DecimalField(
        "estimated value without VAT", max_digits=14, decimal_places=2, null=True, blank=True, help_text="Pounds."
    )
    value_gross = models.DecimalField(
        "estimated value with VAT", max_digits=14, decimal_places=2, null=True, blank=True, help_text="Pounds."
    )
    contract_start_date = EstimatedDateField("contract start", null=True, blank=True)
    contract_end_date = EstimatedDateField("contract end", null=True, blank=True)
    is_sme_suitable = models.BooleanField("suitable for small and medium-sized firms", null=True, blank=True)
    is_vcse_suitable = models.BooleanField("suitable for voluntary and community organisations", null=True, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    NATURAL_KEY = ("opportunity", "slug")
    OWNED_THROUGH = "opportunity"

    class Meta:
        verbose_name = "lot of a tender"
        verbose_name_plural = "lots of tenders"
        ordering = ["order", "pk"]
        constraints = [
            *SourcedModel.Meta.constraints,
            models.UniqueConstraint(fields=["opportunity", "slug"], name="tenders_opportunitylot_once"),
            models.CheckConstraint(
                name="tenders_opportunitylot_value_in_order",
                condition=models.Q(value_net__isnull=True)
                | models.Q(value_net__gte=0, value_gross__isnull=True)
                | models.Q(value_net__gte=0, value_gross__gte=models.F("value_net")),
                violation_error_message="The value with VAT cannot be below the value without.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.title}" if self.number else self.title
