from __future__ import annotations

import uuid

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from commissioning.models import Organisation, SourcedModel
from core.dates import EstimatedDateField
from core.models import AddressedModel, PublishableModel, PublishableQuerySet


class ProviderQuerySet(PublishableQuerySet):
    def for_list(self) -> ProviderQuerySet:
        """Fetch all that a list row shows."""
        return self.annotate(service_count=models.Count("services", distinct=True)).order_by("name", "pk")


class Provider(AddressedModel, SourcedModel, PublishableModel):
    """The legal body that runs care services: a company, charity, council or NHS trust."""

    REGISTERS = ("providers", "services", "contracts")

    class Sector(models.TextChoices):
        INDEPENDENT = "independent", "Independent"
        VOLUNTARY = "voluntary", "Voluntary, community or social enterprise"
        IN_HOUSE = "in_house", "Council's own (in-house)"
        NHS = "nhs", "NHS"
        HOUSING = "housing", "Housing association"
        EDUCATION = "education", "School or college"
        UNKNOWN = "unknown", "Not stated"

    uuid = models.UUIDField(default=uuid.uuid4, db_default=RandomUUID(), unique=True, editable=False)
    name = models.CharField(max_length=250, help_text="Its legal name, or the name the source uses.")
    trading_name = models.CharField(max_length=250, blank=True)
    brand = models.CharField(max_length=160, blank=True)
    sector = models.CharField(max_length=12, choices=Sector, default=Sector.UNKNOWN)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="providers",
        verbose_name="council that keeps this entry",
        help_text="The council whose officers look after it: for an in-house provider, its own council.",
    )
    summary = models.TextField(blank=True)
    cqc_provider_id = models.CharField("CQC provider ID", max_length=20, null=True, blank=True, unique=True)
    company_number = models.CharField(max_length=8, blank=True)
    charity_number = models.CharField(max_length=10, blank=True)
    website = models.URLField(blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    registered_address = models.CharField(
        "registered office", max_length=250, blank=True, help_text="Street address without town and postcode."
    )
    registered_town = models.CharField("town of the registered office", max_length=80, blank=True)
    registered_postcode = models.CharField("postcode of the registered office", max_length=8, blank=True)
    registered_date = models.DateField("registered with the CQC since", null=True, blank=True)
    ended = EstimatedDateField(null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True, db_default=Now())
    cqc_made_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="When an import of the CQC's files made this entry. While nobody else has changed it, imports keep it.",
    )

    objects = ProviderQuerySet.as_manager()

    class Meta:
        constraints = [
            *AddressedModel.Meta.constraints,
            *SourcedModel.Meta.constraints,
            *PublishableModel.Meta.constraints,
            models.CheckConstraint(
                name="providers_provider_in_house_has_council",
                condition=~Q(sector="in_house") | Q(organisation__isnull=False),
                violation_error_message="Say whose in-house provider this is.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("providers:provider", args=[self.slug])
