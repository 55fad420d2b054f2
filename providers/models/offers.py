from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q

from commissioning.models import SourcedModel

from .services import Service


class Unit(SourcedModel):
    """How many homes or rooms of one kind a scheme has, and on what tenure."""

    class Tenure(models.TextChoices):
        RENT = "rent", "Rent"
        SHARED = "shared", "Shared ownership"
        OWNED = "owned", "Owned outright"
        MIXED = "mixed", "Mixed"
        UNKNOWN = "unknown", "Not stated"

    service = models.ForeignKey(Service, models.CASCADE, related_name="units")
    kind = models.CharField(max_length=80, help_text="Apartment, bungalow, two-bedroom flat, bed, …")
    tenure = models.CharField(max_length=10, choices=Tenure, default=Tenure.UNKNOWN)
    count = models.PositiveIntegerField(null=True, blank=True)
    stated = models.CharField(
        max_length=160, blank=True, help_text="The source's words where it gives no plain number."
    )
    order = models.PositiveSmallIntegerField(default=0)

    NATURAL_KEY = ("service", "kind", "tenure")

    class Meta:
        constraints = [
            *SourcedModel.Meta.constraints,
            models.UniqueConstraint(fields=["service", "kind", "tenure"], name="providers_unit_once"),
        ]

    def __str__(self) -> str:
        return self.in_words()

    def in_words(self) -> str:
        """Return it as families read it: "One-bedroom flat: 34 (rent)"."""
        number = self.count if self.count is not None else self.stated or "number not told"
        terms = "" if self.tenure == self.Tenure.UNKNOWN else f" ({self.get_tenure_display().lower()})"
        return f"{self.kind[:1].upper()}{self.kind[1:]}: {number}{terms}"


class Fee(SourcedModel):
    """What a service costs, as the provider told it, with the day it was told."""

    class Per(models.TextChoices):
        WEEK = "week", "a week"
        HOUR = "hour", "an hour"
        DAY = "day", "a day"
        NIGHT = "night", "a night"
        SESSION = "session", "a session"

    service = models.ForeignKey(Service, models.CASCADE, related_name="fees")
    name = models.CharField(max_length=120)
    amount_from = models.DecimalField("from", max_digits=9, decimal_places=2, help_text="Pounds.")
    amount_to = models.DecimalField("to", max_digits=9, decimal_places=2, null=True, blank=True, help_text="Pounds.")
    per = models.CharField(max_length=10, choices=Per)
    included = models.TextField("what is included", blank=True)
    told_date = models.DateField("told on")

    NATURAL_KEY = ("service", "name")

    class Meta:
        constraints = [
            *SourcedModel.Meta.constraints,
            models.UniqueConstraint(fields=["service", "name"], name="providers_fee_once"),
            models.CheckConstraint(
                name="providers_fee_range_in_order",
                condition=Q(amount_from__gte=0) & (Q(amount_to__isnull=True) | Q(amount_to__gte=F("amount_from"))),
                violation_error_message="The highest fee cannot be below the lowest.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Vacancy(SourcedModel):
    """Places free in a service, as the provider last told it. It goes stale rather than staying true."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="vacancies")
    unit = models.CharField(max_length=40, help_text="Room, bed, hours a week, …")
    available = models.PositiveIntegerField()
    maximum = models.PositiveIntegerField(null=True, blank=True)
    told_at = models.DateTimeField("told at")
    expires_at = models.DateTimeField()

    NATURAL_KEY = ("service", "unit")

    class Meta:
        verbose_name_plural = "vacancies"
        constraints = [
            *SourcedModel.Meta.constraints,
            models.UniqueConstraint(fields=["service", "unit"], name="providers_vacancy_once"),
            models.CheckConstraint(
                name="providers_vacancy_expires_after_told",
                condition=Q(expires_at__gt=F("told_at")),
                violation_error_message="A vacancy expires after it was told.",
            ),
            models.CheckConstraint(
                name="providers_vacancy_within_maximum",
                condition=Q(maximum__isnull=True) | Q(available__lte=F("maximum")),
                violation_error_message="There cannot be more places free than there are.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.available} {self.unit}"

    def is_current(self, *, at: dt.datetime) -> bool:
        return self.told_at <= at < self.expires_at
