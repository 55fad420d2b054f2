from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from commissioning.models import Organisation, OwnedModel, OwnedQuerySet, PartnerBase, SourcedModel
from core.dates import EstimatedDateField, london_date
from core.models import AddressedModel, ClientGroup, Place, PublishableModel, PublishableQuerySet, ServiceType
from providers.models import Provider

from .procurement import Regime


class FrameworkQuerySet(PublishableQuerySet, OwnedQuerySet):
    def for_list(self) -> FrameworkQuerySet:
        """Fetch all that a list row shows."""
        return (
            self.select_related("organisation", "source")
            .prefetch_related("types", "client_groups", "lots", "partnerships__organisation")
            .order_by("title", "pk")
        )


class Framework(AddressedModel, OwnedModel, SourcedModel, PublishableModel):
    """An arrangement under which contracts are later called off: a framework, open framework, dynamic market,
    flexible purchasing system, approved list or spot contract.
    """

    REGISTERS = ("frameworks",)

    class Kind(models.TextChoices):
        FRAMEWORK = "framework", "Framework"
        OPEN_FRAMEWORK = "open_framework", "Open framework"
        DYNAMIC_MARKET = "dynamic_market", "Dynamic market"
        PURCHASING_SYSTEM = "purchasing_system", "Flexible or dynamic purchasing system"
        APPROVED_LIST = "approved_list", "Approved list"
        SPOT = "spot", "Spot contract"

    class Joining(models.TextChoices):
        ALWAYS = "always", "Open to join at any time"
        WINDOW = "window", "Opens for a time"
        CLOSED = "closed", "Closed to newcomers"
        UNKNOWN = "unknown", "Not stated"

    class Status(models.TextChoices):
        PLANNED = "planned", "Planned"
        OPEN = "open", "Open to join"
        OPENS = "opens", "Opens later"
        CLOSED = "closed", "Closed to newcomers"
        RUNNING = "running", "Running"
        EXPIRED = "expired", "Ended"

    title = models.CharField(max_length=250)
    kind = models.CharField(max_length=20, choices=Kind)
    summary = models.TextField(blank=True)
    types = models.ManyToManyField(ServiceType, blank=True, related_name="frameworks")
    client_groups = models.ManyToManyField(ClientGroup, blank=True, related_name="frameworks")
    places = models.ManyToManyField(Place, blank=True, related_name="frameworks")
    regime = models.CharField(max_length=20, choices=Regime, default=Regime.UNKNOWN)
    starts = EstimatedDateField("start", null=True, blank=True)
    term_as_stated = models.CharField("term as stated", max_length=200, blank=True)
    extension_as_stated = models.CharField("extension as stated", max_length=200, blank=True)
    ends = EstimatedDateField("end", null=True, blank=True)
    joining = models.CharField(max_length=10, choices=Joining, default=Joining.UNKNOWN)
    opens_at = models.DateTimeField("opens for applications", null=True, blank=True)
    closes_at = models.DateTimeField("closes for applications", null=True, blank=True)
    joining_note = models.TextField(blank=True, help_text="When and for what it may open, in the council's own terms.")
    provider_count = models.PositiveIntegerField("number of providers", null=True, blank=True)
    providers_as_stated = models.CharField(max_length=250, blank=True)
    capacity_as_stated = models.TextField(blank=True)
    rates_as_stated = models.TextField("rates and how they are set", blank=True)
    conditions = models.TextField("entry conditions", blank=True)
    call_off_note = models.TextField("who may call off", blank=True)
    partners = models.ManyToManyField(
        Organisation, through="FrameworkPartner", related_name="joint_frameworks", blank=True
    )
    note = models.TextField(blank=True)

    objects = FrameworkQuerySet.as_manager()

    class Meta:
        constraints = [
            *AddressedModel.Meta.constraints,
            *SourcedModel.Meta.constraints,
            *PublishableModel.Meta.constraints,
            models.CheckConstraint(
                name="tenders_framework_window_in_order",
                condition=Q(opens_at__isnull=True) | Q(closes_at__isnull=True) | Q(closes_at__gt=F("opens_at")),
                violation_error_message="Choose a closing moment after the opening one.",
            ),
            models.CheckConstraint(
                name="tenders_framework_window_only_when_it_has_one",
                condition=Q(joining="window") | Q(opens_at__isnull=True, closes_at__isnull=True),
                violation_error_message="Only a framework that opens for a time has opening and closing moments.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("tenders:framework", args=[self.slug])

    def status(self, *, at: dt.datetime) -> Status:
        """What a provider can do with it at this moment. What the document does not tell stays "running"."""
        today = london_date(at)
        if self.ends and self.ends.is_past(on=today):
            return self.Status.EXPIRED
        if self.starts and self.starts.earliest and self.starts.earliest > today:
            return self.Status.PLANNED
        if self.joining == self.Joining.ALWAYS:
            return self.Status.OPEN
        if self.joining == self.Joining.CLOSED:
            return self.Status.CLOSED
        if self.joining == self.Joining.WINDOW and self.opens_at:
            if at < self.opens_at:
                return self.Status.OPENS
            if self.closes_at is None or at < self.closes_at:
                return self.Status.OPEN
            return self.Status.CLOSED
        return self.Status.RUNNING


class FrameworkPartner(PartnerBase):
    """An organisation that shares a framework: buys it jointly, or may call off from it."""

    framework = models.ForeignKey(Framework, models.CASCADE, related_name="partnerships")

    NATURAL_KEY = ("framework", "organisation", "role")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["framework", "organisation", "role"], name="tenders_frameworkpartner_once")
        ]


class Lot(OwnedModel, SourcedModel):
    """A part of a framework: a zone, a level of need, a kind of care."""

    REGISTERS = ("frameworks",)

    framework = models.ForeignKey(Framework, models.CASCADE, related_name="lots")
    slug = models.SlugField(max_length=80)
    number = models.CharField(max_length=20, blank=True)
    title = models.CharField(max_length=250)
    summary = models.TextField(blank=True)
    types = models.ManyToManyField(ServiceType, blank=True, related_name="lots")
    client_groups = models.ManyToManyField(ClientGroup, blank=True, related_name="lots")
    places = models.ManyToManyField(Place, blank=True, related_name="lots")
    provider_count = models.PositiveIntegerField("number of providers", null=True, blank=True)
    providers_as_stated = models.CharField(max_length=250, blank=True)
    capacity_as_stated = models.CharField(max_length=250, blank=True)
    conditions = models.TextField("entry conditions", blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    NATURAL_KEY = ("framework", "slug")
    OWNED_THROUGH = "framework"

    class Meta:
        constraints = [
            *SourcedModel.Meta.constraints,
            models.UniqueConstraint(fields=["framework", "slug"], name="tenders_lot_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.title}" if self.number else self.title


class Rate(OwnedModel, SourcedModel):
    """A rate a framework or one of its lots pays, as stated."""

    framework = models.ForeignKey(Framework, models.CASCADE, related_name="rates")
    lot = models.ForeignKey(Lot, models.CASCADE, null=True, blank=True, related_name="rates")
    slug = models.SlugField(max_length=80)
    name = models.CharField(max_length=200)
    amount = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True, help_text="Pounds.")
    unit = models.CharField(max_length=60, blank=True, help_text="an hour, a week, a visit, …")
    stated = models.CharField(max_length=250, blank=True)
    since = EstimatedDateField(null=True, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    NATURAL_KEY = ("framework", "slug")
    OWNED_THROUGH = "framework"

    class Meta:
        constraints = [
            *SourcedModel.Meta.constraints,
            models.UniqueConstraint(fields=["framework", "slug"], name="tenders_rate_once"),
            models.CheckConstraint(
                name="tenders_rate_says_something",
                condition=Q(amount__isnull=False) | ~Q(stated=""),
                violation_error_message="Give an amount or the words of the document.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Admission(OwnedModel, SourcedModel):
    """A provider on a framework, and on which lot, tier and since when."""

    framework = models.ForeignKey(Framework, models.CASCADE, related_name="admissions")
    lot = models.ForeignKey(Lot, models.CASCADE, null=True, blank=True, related_name="admissions")
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="admissions")
    tier = models.CharField(max_length=60, blank=True)
    since = EstimatedDateField(null=True, blank=True)
    until = EstimatedDateField(null=True, blank=True)
    note = models.CharField(max_length=250, blank=True)

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
