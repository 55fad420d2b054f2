from __future__ import annotations

import datetime as dt
import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from commissioning.models import SourcedModel
from core.dates import EstimatedDateField
from core.models import AddressedModel, ClientGroup, Place, PublishableModel, PublishableQuerySet, ServiceType

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

    @property
    def address_line(self) -> str:
        """The address in one line, or nothing where it is withheld."""
        if self.is_address_withheld:
            return ""
        return ", ".join(part for part in (self.address, self.town, self.postcode) if part)


class ServiceQuerySet(PublishableQuerySet):
    def for_list(self) -> ServiceQuerySet:
        """Fetch all that a list row shows."""
        return (
            self.select_related("provider", "source")
            .prefetch_related("types", "client_groups", "locations__place", "areas_served", "units")
            .order_by("name", "pk")
        )

    def with_public_provider(self, *, at: dt.datetime) -> ServiceQuerySet:
        """Fetch the provider where it is public; another's place is empty, so that no page can name it."""
        rows = self.select_related(None).select_related("source__organisation")
        return rows.prefetch_related(models.Prefetch("provider", Provider.objects.public(at=at)))


class Service(AddressedModel, SourcedModel, PublishableModel):
    """What a person chooses: a care home, care at home in some towns, an extra care scheme, a day service.

    What is not known stays empty and is shown as "the provider has not told us"; it is never nought or "free".
    """

    REGISTERS = ("services",)

    class Setting(models.TextChoices):
        PLACE = "place", "You go there"
        HOME = "home", "Comes to you"
        BOTH = "both", "You go there, or it comes to you"
        REMOTE = "remote", "By phone or online"
        UNKNOWN = "unknown", "Not stated"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    provider = models.ForeignKey(Provider, models.PROTECT, null=True, blank=True, related_name="services")
    provider_as_stated = models.CharField(
        max_length=250, blank=True, help_text="The source's words where it names no one provider, such as “Various”."
    )
    name = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    description = models.TextField(blank=True)
    types = models.ManyToManyField(ServiceType, blank=True, related_name="services")
    client_groups = models.ManyToManyField(ClientGroup, blank=True, related_name="services")
    setting = models.CharField(max_length=10, choices=Setting, default=Setting.UNKNOWN)
    minimum_age = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Years.")
    maximum_age = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Years.")
    locations = models.ManyToManyField(Location, blank=True, related_name="services")
    areas_served = models.ManyToManyField(Place, blank=True, related_name="services")
    capacity = models.PositiveIntegerField(
        null=True, blank=True, help_text="Places, beds or homes, whichever it offers."
    )
    capacity_unit = models.CharField(max_length=40, blank=True, help_text="beds, places, apartments, …")
    takes_self_funders = models.BooleanField("takes people who pay themselves", null=True, blank=True)
    takes_council_funded = models.BooleanField("takes people the council pays for", null=True, blank=True)
    takes_nhs_funded = models.BooleanField("takes people the NHS pays for", null=True, blank=True)
    top_up_may_be_needed = models.BooleanField(null=True, blank=True)
    languages = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    how_to_get = models.TextField(
        "how to get it", blank=True, help_text="Referral, self-referral, through the council, …"
    )
    website = models.URLField(blank=True)
    email = models.EmailField("e-mail", blank=True)
    phone = models.CharField(max_length=40, blank=True)
    opened = EstimatedDateField(null=True, blank=True)
    ended = EstimatedDateField(null=True, blank=True)
    note = models.TextField(blank=True)
    changed_at = models.DateTimeField(auto_now=True)
    confirmed_at = models.DateTimeField(
        null=True, blank=True, help_text="When the provider last said all this is true."
    )
    checked_at = models.DateTimeField(null=True, blank=True, help_text="When the council last checked it.")

    objects = ServiceQuerySet.as_manager()

    class Meta:
        constraints = [
            *AddressedModel.Meta.constraints,
            *SourcedModel.Meta.constraints,
            *PublishableModel.Meta.constraints,
            models.CheckConstraint(
                name="providers_service_ages_in_order",
                condition=Q(minimum_age__isnull=True)
                | Q(maximum_age__isnull=True)
                | Q(maximum_age__gte=F("minimum_age")),
                violation_error_message="The oldest age cannot be below the youngest.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("providers:service", args=[self.slug])


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
        return f"{self.count or self.stated} {self.kind}"


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


class Rating(SourcedModel):
    """What the regulator says of a service; several states are not a rating at all."""

    class State(models.TextChoices):
        RATED = "rated", "Rated"
        NOT_YET_INSPECTED = "not_yet_inspected", "Not yet inspected"
        INSPECTED_NOT_RATED = "inspected_not_rated", "Inspected but not rated"
        NO_CURRENT_RATING = "no_current_rating", "No current rating"
        INHERITED = "inherited", "Inherited from an earlier registration"
        DORMANT = "dormant", "Dormant"
        DEREGISTERED = "deregistered", "No longer registered"

    class Value(models.TextChoices):
        OUTSTANDING = "outstanding", "Outstanding"
        GOOD = "good", "Good"
        REQUIRES_IMPROVEMENT = "requires_improvement", "Requires improvement"
        INADEQUATE = "inadequate", "Inadequate"

    class Question(models.TextChoices):
        OVERALL = "overall", "Overall"
        SAFE = "safe", "Safe"
        EFFECTIVE = "effective", "Effective"
        CARING = "caring", "Caring"
        RESPONSIVE = "responsive", "Responsive"
        WELL_LED = "well_led", "Well-led"

    service = models.ForeignKey(Service, models.CASCADE, related_name="ratings")
    question = models.CharField(max_length=10, choices=Question, default=Question.OVERALL)
    state = models.CharField(max_length=20, choices=State, default=State.RATED)
    value = models.CharField(max_length=20, choices=Value, blank=True)
    rated_date = models.DateField(null=True, blank=True)
    framework = models.CharField(max_length=80, blank=True)
    report_url = models.URLField("report's address", blank=True)

    NATURAL_KEY = ("service", "question")

    class Meta:
        constraints = [
            *SourcedModel.Meta.constraints,
            models.UniqueConstraint(fields=["service", "question"], name="providers_rating_once"),
            models.CheckConstraint(
                name="providers_rating_value_only_when_rated",
                condition=Q(state__in=["rated", "inherited"]) & ~Q(value="")
                | ~Q(state__in=["rated", "inherited"]) & Q(value=""),
                violation_error_message="Only a rated service has a rating, and a rated one needs it.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_value_display() or self.get_state_display()
