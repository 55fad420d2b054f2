from __future__ import annotations

import uuid
from typing import Any

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from commissioning.models import SourcedModel
from core.models import Place

from .providers import Provider


class Location(SourcedModel):
    """A building a service is given in or run from.

    A withheld address (a refuge, for one) appears in no output.
    """

    REGISTERS = ("services",)

    provider = models.ForeignKey(
        Provider,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="locations",
        help_text="Leave it empty where the source names the building but not who runs it.",
    )
    uuid = models.UUIDField(default=uuid.uuid4, db_default=RandomUUID(), unique=True, editable=False)
    slug = models.SlugField(max_length=120, unique=True)
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=250, blank=True, help_text="Street address without town and postcode.")
    town = models.CharField(max_length=80, blank=True)
    postcode = models.CharField(max_length=8, blank=True)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="locations")
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    is_address_withheld = models.BooleanField(default=False)
    cqc_location_id = models.CharField("CQC location ID", max_length=20, null=True, blank=True, unique=True)
    uprn = models.CharField("UPRN", max_length=12, blank=True)

    has_step_free_entrance = models.BooleanField(null=True, blank=True)
    has_accessible_toilet = models.BooleanField(null=True, blank=True)
    has_hearing_loop = models.BooleanField(null=True, blank=True)
    has_accessible_parking = models.BooleanField(null=True, blank=True)
    has_lift = models.BooleanField(null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True, db_default=Now())
    cqc_made_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="When an import of the CQC's files made this entry. While nobody else has changed it, imports keep it.",
    )

    NATURAL_KEY = ("slug",)

    class Meta:
        constraints = [
            *SourcedModel.Meta.constraints,
            models.CheckConstraint(
                name="providers_location_point_whole_or_absent",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(
                    latitude__range=(49, 61), longitude__range=(-9, 3), latitude__isnull=False, longitude__isnull=False
                ),
                violation_error_message="Give both latitude and longitude, inside the United Kingdom, or neither.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save it; whoever withholds the address, its true point goes. Searches and maps use the outcode's centre."""
        if self.is_address_withheld and self.latitude is not None:
            self.latitude = self.longitude = None
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "latitude", "longitude"}
        super().save(*args, **kwargs)

    @property
    def address_line(self) -> str:
        """The address in one line, or nothing where it is withheld."""
        if self.is_address_withheld:
            return ""
        return ", ".join(part for part in (self.address, self.town, self.postcode) if part)
