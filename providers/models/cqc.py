from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from commissioning.models import Organisation

from .locations import Location
from .providers import Provider
from .services import Service


class CqcImport(models.Model):
    """One file of the Care Quality Commission that was read whole, with what it changed."""

    class Kind(models.TextChoices):
        DIRECTORY = "directory", "Care directory with filters"
        RATINGS = "ratings", "Latest ratings"
        JSON = "json", "Dump of the API"

    kind = models.CharField(max_length=10, choices=Kind)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    as_at_date = models.DateField(null=True, blank=True, help_text="The day the CQC took the data.")
    rows = models.PositiveIntegerField()
    report = models.JSONField(default=dict)
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "CQC import"
        ordering = ["-imported_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name


class CqcRegistration(models.Model):
    """What the Care Quality Commission says of a location's registration. Ratings stand apart, with the service."""

    location = models.OneToOneField(Location, models.CASCADE, related_name="cqc_registration")
    registered_date = models.DateField(null=True, blank=True)
    deregistered_date = models.DateField(null=True, blank=True)
    is_deregistered = models.BooleanField(default=False)
    is_dormant = models.BooleanField(default=False)
    dormant_from = models.DateField(null=True, blank=True)
    dual_registration_primary_id = models.CharField(
        max_length=20, blank=True, help_text="The CQC location ID that stands for both of a dual registration."
    )
    local_authority_name = models.CharField(max_length=80, blank=True)
    # Without an index, so that a change of facts stays within its page; nothing asks for an import's registrations.
    seen_in = models.ForeignKey(
        CqcImport,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="registrations",
        help_text="The import that last said something new of it.",
    )

    class Meta:
        verbose_name = "CQC registration"
        constraints = [
            models.CheckConstraint(
                name="providers_cqcregistration_date_only_when_deregistered",
                condition=Q(deregistered_date__isnull=True) | Q(is_deregistered=True),
                violation_error_message="Only a location that is no longer registered has a day it ended.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.location)


class CqcDifference(models.Model):
    """Where the Care Quality Commission says something else than an entry its provider keeps.

    It is put before an officer; an import never overwrites a provider's words.
    """

    class Kind(models.TextChoices):
        CLOSED = "closed", "No longer registered"
        DORMANT = "dormant", "Dormant"
        NOT_LISTED = "not_listed", "No longer in the directory"
        RE_RATED = "re_rated", "Rated anew"
        RENAMED = "renamed", "Another name"
        MOVED = "moved", "Another address"
        CONTACT = "contact", "Another contact"
        OFFER = "offer", "Other kinds of care, people or beds"
        NEW_LOCATION = "new_location", "A new location of this provider"

    provider = models.ForeignKey(Provider, models.CASCADE, null=True, blank=True, related_name="cqc_differences")
    service = models.ForeignKey(Service, models.CASCADE, null=True, blank=True, related_name="cqc_differences")
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cqc_differences",
        help_text="The home council that looks into it; empty where the installation's operators do.",
    )
    kind = models.CharField(max_length=14, choices=Kind)
    field = models.CharField(max_length=40, blank=True)
    ours = models.TextField(blank=True)
    theirs = models.TextField(blank=True)
    found_in = models.ForeignKey(CqcImport, models.PROTECT, related_name="differences")
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    note = models.TextField(blank=True)

    class Meta:
        verbose_name = "CQC difference"
        constraints = [
            models.CheckConstraint(
                name="providers_cqcdifference_of_something",
                condition=Q(provider__isnull=False) | Q(service__isnull=False),
                violation_error_message="Say of which provider or service.",
            ),
            models.UniqueConstraint(
                fields=["provider", "service", "kind", "field"],
                condition=Q(settled_at__isnull=True),
                nulls_distinct=False,
                name="providers_cqcdifference_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.service or self.provider}"
