from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from commissioning.models import OwnedModel, OwnedQuerySet, SourcedModel
from core.dates import EstimatedDateField, london_date
from providers.models import Provider

from .frameworks import Framework
from .lots import Lot


class AdmissionQuerySet(OwnedQuerySet):
    def current(self, *, at: dt.datetime) -> AdmissionQuerySet:
        """Return the admissions that hold today: the twin of `Admission.is_current`."""
        today = london_date(at)
        return self.exclude(since__earliest__gt=today).exclude(until__latest__lt=today)

    def placing(self, *, at: dt.datetime) -> AdmissionQuerySet:
        """Return the current admissions under which new placements are made: those not suspended at this moment."""
        today = london_date(at)
        holds = Suspension.objects.filter(admission=OuterRef("pk"), from_date__lte=today)
        holds = holds.exclude(until_date__lt=today).exclude(lifted_at__lte=at)
        return self.current(at=at).exclude(Exists(holds))


class Admission(OwnedModel, SourcedModel):
    """A provider on a framework, and on which lot, tier and since when."""

    framework = models.ForeignKey(Framework, models.CASCADE, related_name="admissions")
    lot = models.ForeignKey(Lot, models.CASCADE, null=True, blank=True, related_name="admissions")
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="admissions")
    tier = models.CharField(max_length=60, blank=True)
    since = EstimatedDateField(null=True, blank=True)
    until = EstimatedDateField(null=True, blank=True)
    is_bidding = models.BooleanField(
        "bids for call-offs",
        null=True,
        blank=True,
        help_text="Whether it has bid in the last year, where that is known.",
    )
    note = models.CharField(max_length=250, blank=True)

    objects = AdmissionQuerySet.as_manager()
    NATURAL_KEY = ("framework", "lot", "provider")
    OWNED_THROUGH = "framework"

    class Meta:
        constraints = [
            *SourcedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["framework", "lot", "provider"], name="tenders_admission_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} on {self.lot or self.framework}"

    def is_current(self, *, at: dt.datetime) -> bool:
        """Whether the provider is on it today, as far as the stated dates tell."""
        today = london_date(at)
        if self.since and self.since.earliest and self.since.earliest > today:
            return False
        return not (self.until and self.until.is_past(on=today))

    def suspension(self, *, at: dt.datetime) -> Suspension | None:
        """The suspension that holds at this moment, if any."""
        return next((one for one in self.suspensions.all() if one.holds(at=at)), None)


class Suspension(OwnedModel):
    """A time in which a provider gets no new placements under an admission. The reason is for officers and the provider.

    Held as part of the framework's record, as long as the framework's.
    """

    REGISTERS = ("frameworks",)

    admission = models.ForeignKey(Admission, models.CASCADE, related_name="suspensions")
    from_date = models.DateField("from")
    until_date = models.DateField("until", null=True, blank=True, help_text="Its last day; empty: until it is lifted.")
    reason = models.TextField()
    made_at = models.DateTimeField(editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    lifted_at = models.DateTimeField(null=True, blank=True, editable=False)

    OWNED_THROUGH = "admission"

    class Meta:
        ordering = ["from_date", "pk"]
        constraints = [
            models.CheckConstraint(
                name="tenders_suspension_in_order",
                condition=Q(until_date__isnull=True) | Q(until_date__gte=F("from_date")),
                violation_error_message="A suspension ends on or after the day it begins.",
            ),
            models.CheckConstraint(
                name="tenders_suspension_has_reason",
                condition=~Q(reason=""),
                violation_error_message="Say why: the provider will be told.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.admission}, from {self.from_date:%-d %B %Y}"

    def holds(self, *, at: dt.datetime) -> bool:
        """Whether no new placements are made at this moment."""
        today = london_date(at)
        if self.lifted_at is not None and self.lifted_at <= at:
            return False
        return self.from_date <= today and (self.until_date is None or today <= self.until_date)


class AdmissionDecision(OwnedModel):
    """What an officer decided on a provider's place on a framework, and why. It stays.

    The reason is for officers and the provider. Held as part of the framework's record, as long as the framework's.
    """

    class Kind(models.TextChoices):
        ADMITTED = "admitted", "Admitted"
        REFUSED = "refused", "Refused"
        ENDED = "ended", "Ended"

    framework = models.ForeignKey(Framework, models.CASCADE, related_name="decisions")
    lot = models.ForeignKey(Lot, models.SET_NULL, null=True, blank=True, related_name="+")
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    reason = models.TextField()
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )

    OWNED_THROUGH = "framework"

    class Meta:
        ordering = ["-decided_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="tenders_admissiondecision_has_reason",
                condition=~Q(reason=""),
                violation_error_message="Say why: the provider will be told.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider}, {self.lot or self.framework}: {self.get_kind_display().lower()}"
