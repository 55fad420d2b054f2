from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from commissioning.models import Organisation

from .providers import Provider
from .services import Service


class ProfileRevisionQuerySet(models.QuerySet["ProfileRevision"]):
    def open(self) -> ProfileRevisionQuerySet:
        """Revisions nobody has decided yet: being written, or waiting for the council."""
        return self.filter(decided_at__isnull=True)

    def waiting(self) -> ProfileRevisionQuerySet:
        """Revisions the council has yet to decide."""
        return self.open().filter(submitted_at__isnull=False)


class ProfileRevision(models.Model):
    """A provider's proposed change to its own fields or to one service.

    The last approved version stays live everywhere until an officer of the home council approves this one.
    """

    class Decision(models.TextChoices):
        APPROVED = "approved", "Approved"
        SENT_BACK = "sent_back", "Sent back"
        WITHDRAWN = "withdrawn", "Withdrawn by the provider"

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="revisions")
    service = models.ForeignKey(
        Service,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="revisions",
        help_text="Empty where it changes what is said of the provider itself.",
    )
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="profile_revisions",
        help_text="The home council that decides; empty where the installation's operators do.",
    )
    changes = models.JSONField(default=dict, help_text="Each changed field with what is proposed.")
    base = models.JSONField(default=dict, help_text="Each changed field as it was live when the change was begun.")
    version = models.PositiveIntegerField(default=0, help_text="Raised by each save, so that an older form is refused.")
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    reason = models.TextField(blank=True, help_text="Why it was sent back.")

    objects = ProfileRevisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "service"],
                condition=Q(decided_at__isnull=True),
                nulls_distinct=False,
                name="providers_profilerevision_open_once",
            ),
            models.CheckConstraint(
                name="providers_profilerevision_decision_with_moment",
                condition=Q(decided_at__isnull=True, decision="") | Q(decided_at__isnull=False) & ~Q(decision=""),
                violation_error_message="A decision and its moment go together.",
            ),
            models.CheckConstraint(
                name="providers_profilerevision_decided_after_submitted",
                condition=Q(decision__in=["", "withdrawn"]) | Q(submitted_at__isnull=False),
                violation_error_message="Only a submitted change can be decided.",
            ),
            models.CheckConstraint(
                name="providers_profilerevision_sent_back_with_reason",
                condition=~Q(decision="sent_back") | ~Q(reason=""),
                violation_error_message="Say why it is sent back.",
            ),
        ]

    def __str__(self) -> str:
        return f"Change to {self.service or self.provider}"

    def is_waiting(self) -> bool:
        return self.submitted_at is not None and self.decided_at is None


class PhotoQuerySet(models.QuerySet["Photo"]):
    def shown(self, *, at: dt.datetime) -> PhotoQuerySet:
        """Photos families see, in their order."""
        return self.filter(shown_from__lte=at).exclude(removed_at__lte=at).order_by("order", "pk")


class Photo(models.Model):
    """A picture of a service, with words for who cannot see it. It is shown once the council has agreed."""

    REGISTERS = ("services",)

    service = models.ForeignKey(Service, models.CASCADE, related_name="photos")
    file = models.CharField(max_length=100, help_text="Its key in the file store.")
    alt_text = models.CharField("description for people who cannot see it", max_length=250)
    width = models.PositiveIntegerField(help_text="Pixels.")
    height = models.PositiveIntegerField(help_text="Pixels.")
    order = models.PositiveSmallIntegerField(default=0)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    shown_from = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = PhotoQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="providers_photo_has_alt_text",
                condition=~Q(alt_text=""),
                violation_error_message="Say in words what the photo shows.",
            ),
        ]

    def __str__(self) -> str:
        return self.alt_text

    def get_absolute_url(self) -> str:
        return reverse("providers:photo", args=[self.service.slug, self.file])

    def is_shown(self, *, at: dt.datetime) -> bool:
        """Whether families see it at this moment, as `PhotoQuerySet.shown` asks of many."""
        if self.shown_from is None or self.shown_from > at:
            return False
        return self.removed_at is None or self.removed_at > at
