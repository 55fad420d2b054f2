from __future__ import annotations

from django.db import models
from django.db.models import Q

from .tree import TreeNode


class Place(TreeNode):
    """Somewhere people live: England, a council's area, a key service centre or town, a zone, "elsewhere in …".

    Places form a tree, so that what covers a council's area covers each town in it.
    """

    class Kind(models.TextChoices):
        COUNTRY = "country", "Country"
        REGION = "region", "Region"
        COUNCIL = "council", "Council area"
        TOWN = "town", "Town"
        KEY_SERVICE_CENTRE = "key_service_centre", "Key service centre"
        ZONE = "zone", "Zone"
        ELSEWHERE = "elsewhere", "Elsewhere in the area"

    kind = models.CharField(max_length=20, choices=Kind)
    gss_code = models.CharField(
        "GSS code",
        max_length=9,
        null=True,
        blank=True,
        unique=True,
        help_text="The nine-character code of the Office for National Statistics, such as E06000047.",
    )
    latitude = models.FloatField(null=True, blank=True, help_text="Centre, in degrees (WGS 84).")
    longitude = models.FloatField(null=True, blank=True, help_text="Centre, in degrees (WGS 84).")
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="core_place_centre_whole_or_absent",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(
                    latitude__range=(49, 61), longitude__range=(-9, 3), latitude__isnull=False, longitude__isnull=False
                ),
                violation_error_message="Give both latitude and longitude, inside the United Kingdom, or neither.",
            ),
            models.CheckConstraint(
                name="core_place_gss_code_shape",
                condition=Q(gss_code__isnull=True) | Q(gss_code__regex=r"^[EKNSW]\d{8}$"),
                violation_error_message="Write the GSS code as a letter and eight digits.",
            ),
        ]
