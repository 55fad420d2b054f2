from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from commissioning.models import SourcedModel
from core.dates import EstimatedDateField
from core.models import AddressedModel, ClientGroup, Place, PublishableModel, PublishableQuerySet, ServiceType

from .freshness import Freshness, FreshnessQuerySet
from .locations import Location
from .providers import Provider


class ServiceQuerySet(FreshnessQuerySet, PublishableQuerySet):
    def with_public_provider(self, *, at: dt.datetime) -> ServiceQuerySet:
        """Fetch the provider where it is public; another's place is empty, so that no page can name it."""
        rows = self.select_related(None).select_related("source__organisation")
        return rows.prefetch_related(models.Prefetch("provider", Provider.objects.public(at=at)))


class Service(Freshness, AddressedModel, SourcedModel, PublishableModel):
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

    class WaitingTime(models.TextChoices):
        ONE_WEEK = "one_week", "One week"
        TWO_WEEKS = "two_weeks", "Two weeks"
        THREE_WEEKS = "three_weeks", "Three weeks"
        MONTH = "month", "A month"
        LONGER = "longer", "Longer than a month"

    uuid = models.UUIDField(default=uuid.uuid4, db_default=RandomUUID(), unique=True, editable=False)
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
    served_outcodes = ArrayField(
        models.CharField(max_length=4),
        default=list,
        blank=True,
        help_text="First halves of the postcodes it comes to, such as CA28, where it serves less than a whole place.",
    )
    upfront_payments = models.TextField(blank=True, help_text="What has to be paid before or on moving in.")
    deposit = models.TextField(blank=True)
    trial_period = models.TextField(blank=True)
    notice_period = models.TextField(blank=True)
    minimum_self_funding = models.TextField(
        "minimum self-funding period", blank=True, help_text="How long a person must be able to pay for themselves."
    )
    extra_charges = models.TextField(blank=True, help_text="What is not included and what it costs.")
    staffing = models.TextField(blank=True, help_text="Who is there by day and by night.")
    registered_manager = models.CharField(max_length=120, blank=True)
    opening_hours = models.TextField(blank=True)
    food = models.TextField(blank=True)
    faith_and_culture = models.TextField(blank=True)
    has_en_suite_rooms = models.BooleanField(null=True, blank=True)
    has_shared_rooms = models.BooleanField(null=True, blank=True)
    has_garden = models.BooleanField(null=True, blank=True)
    welcomes_pets = models.BooleanField(null=True, blank=True)
    waiting_time = models.CharField(max_length=12, choices=WaitingTime, blank=True)
    alert = models.TextField(blank=True, help_text="Something everybody must know first, such as a closure.")
    is_closed_temporarily = models.BooleanField(default=False)
    is_cqc_regulated = models.BooleanField("registered with the CQC", null=True, blank=True)
    how_to_get = models.TextField(
        "how to get it", blank=True, help_text="Referral, self-referral, through the council, …"
    )
    website = models.URLField(blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    opened = EstimatedDateField(null=True, blank=True)
    ended = EstimatedDateField(null=True, blank=True)
    note = models.TextField(blank=True)
    changed_at = models.DateTimeField(auto_now=True)
    confirmed_at = models.DateTimeField(
        null=True, blank=True, help_text="When the provider last said all this is true."
    )
    checked_at = models.DateTimeField(null=True, blank=True, help_text="When the council last checked it.")
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    cqc_made_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="When an import of the CQC's files made this entry. While nobody else has changed it, imports keep it.",
    )

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
