from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from commissioning.models import OwnedModel, OwnedQuerySet, SourcedModel
from core.dates import EstimatedDateField
from core.models import ClientGroup, Place, ServiceType

from .frameworks import Framework, can_join, in_term, joining_state


class LotQuerySet(OwnedQuerySet):
    def with_members(self, *, at: dt.datetime) -> LotQuerySet:
        """Annotate ``members``: how many providers are on the lot now."""
        from .admissions import Admission

        counted = (
            Admission.objects.current(at=at)
            .filter(lot=OuterRef("pk"))
            .order_by()
            .values("lot")
            .annotate(number=Count("pk"))
            .values("number")
        )
        return self.annotate(members=Coalesce(Subquery(counted), 0))

    def open_to_join(self, *, at: dt.datetime) -> LotQuerySet:
        """Return the lots one can join now: the twin of `Lot.status`."""
        own = ~Q(joining="") & can_join(at, "")
        inherited = Q(joining="") & can_join(at, "framework__")
        has_room = Q(maximum_providers__isnull=True) | Q(members__lt=F("maximum_providers"))
        return self.with_members(at=at).filter(in_term(at, "framework__"), own | inherited, has_room)


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
    joining = models.CharField(
        max_length=10,
        choices=Framework.Joining,
        blank=True,
        help_text="Leave it empty where it is as of the framework.",
    )
    opens_at = models.DateTimeField("opens for applications", null=True, blank=True)
    closes_at = models.DateTimeField("closes for applications", null=True, blank=True)
    reopens = EstimatedDateField("re-opens about", null=True, blank=True)
    maximum_providers = models.PositiveIntegerField(null=True, blank=True, help_text="Empty: no limit is stated.")
    order = models.PositiveSmallIntegerField(default=0)

    objects = LotQuerySet.as_manager()
    NATURAL_KEY = ("framework", "slug")
    OWNED_THROUGH = "framework"

    class Meta:
        constraints = [
            *SourcedModel.Meta.constraints,
            models.UniqueConstraint(fields=["framework", "slug"], name="tenders_lot_once"),
            models.CheckConstraint(
                name="tenders_lot_window_in_order",
                condition=Q(opens_at__isnull=True) | Q(closes_at__isnull=True) | Q(closes_at__gt=F("opens_at")),
                violation_error_message="Choose a closing moment after the opening one.",
            ),
            models.CheckConstraint(
                name="tenders_lot_window_only_when_it_has_one",
                condition=Q(joining="window") | Q(opens_at__isnull=True, closes_at__isnull=True),
                violation_error_message="Only a lot that opens for a time has opening and closing moments.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.title}" if self.number else self.title

    def status(self, *, at: dt.datetime, members: int) -> Framework.Status:
        """What a provider can do with this lot at this moment.

        :param members: how many providers are on it now (`LotQuerySet.with_members`).
        """
        term = self.framework.term_state(at=at)
        if term is not None:
            return term
        facts = self if self.joining else self.framework
        state = joining_state(
            joining=facts.joining,
            opens_at=facts.opens_at,
            closes_at=facts.closes_at,
            reopens=self.reopens or self.framework.reopens,
            at=at,
        )
        is_full = self.maximum_providers is not None and members >= self.maximum_providers
        return Framework.Status.FULL if state == Framework.Status.OPEN and is_full else state

    def places_left(self, *, members: int) -> int | None:
        """How many providers can still join; nothing where no limit is stated."""
        return None if self.maximum_providers is None else max(self.maximum_providers - members, 0)


class EntryCondition(OwnedModel):
    """One thing a provider must show to join, as far as it can be checked against its entry here."""

    REGISTERS = ("frameworks",)

    class Kind(models.TextChoices):
        PROFILE_CURRENT = "profile_current", "A provider information profile that is current"
        CQC_REGISTERED = "cqc_registered", "Registration with the CQC"
        CQC_RATING = "cqc_rating", "No service rated below"
        OFFERS_TYPE = "offers_type", "A service of the type of care"
        SERVES_PLACE = "serves_place", "A service that serves the place"
        REGISTERED_BODY = "registered_body", "A company or charity number"
        STATEMENT = "statement", "To show in the application"

    class Rating(models.TextChoices):
        OUTSTANDING = "outstanding", "Outstanding"
        GOOD = "good", "Good"
        REQUIRES_IMPROVEMENT = "requires_improvement", "Requires improvement"

    framework = models.ForeignKey(Framework, models.CASCADE, related_name="entry_conditions")
    lot = models.ForeignKey(
        Lot, models.CASCADE, null=True, blank=True, related_name="entry_conditions", help_text="Empty: of every lot."
    )
    kind = models.CharField(max_length=16, choices=Kind)
    rating = models.CharField("lowest rating", max_length=20, choices=Rating, blank=True)
    text = models.CharField(max_length=250, blank=True, help_text="In the organisation's own words.")
    order = models.PositiveSmallIntegerField(default=0)

    OWNED_THROUGH = "framework"

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                name="tenders_entrycondition_rating_where_it_counts",
                condition=Q(kind="cqc_rating") & ~Q(rating="") | ~Q(kind="cqc_rating") & Q(rating=""),
                violation_error_message="Give the lowest rating for a condition on ratings, and for no other.",
            ),
            models.CheckConstraint(
                name="tenders_entrycondition_statement_has_text",
                condition=~Q(kind="statement") | ~Q(text=""),
                violation_error_message="Say what is to be shown.",
            ),
        ]

    def __str__(self) -> str:
        return self.text or self.get_kind_display()


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
