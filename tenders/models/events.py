from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Case, Count, F, Q, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from commissioning.models import OwnedModel, OwnedQuerySet, SourcedModel
from core.dates import EstimatedDateField
from core.models import AddressedModel, PublishableModel, PublishableQuerySet

from .forums import Forum
from .frameworks import Framework
from .opportunities import Opportunity


class EventQuerySet(PublishableQuerySet, OwnedQuerySet):
    def listed(self, *, at: dt.datetime) -> EventQuerySet:
        """Return what stands in public lists: published, and not cancelled by then."""
        return self.public(at=at).exclude(cancelled_at__lte=at)

    def upcoming(self, *, at: dt.datetime) -> EventQuerySet:
        """Return the events that are not over and not cancelled."""
        return self.filter(ends_at__gt=at).exclude(cancelled_at__lte=at)

    def with_status(self, *, at: dt.datetime) -> EventQuerySet:
        """Annotate ``status_now`` with what `Event.status` says."""
        return self.annotate(
            status_now=Case(
                When(cancelled_at__lte=at, then=Value(Event.Status.CANCELLED)),
                When(ends_at__lte=at, then=Value(Event.Status.PAST)),
                When(starts_at__lte=at, then=Value(Event.Status.RUNNING)),
                default=Value(Event.Status.UPCOMING),
                output_field=models.CharField(),
            )
        )

    def with_counts(self) -> EventQuerySet:
        """Annotate how many have a place (``booked``), how many wait for one (``waiting``)."""
        live = Q(registrations__confirmed_at__isnull=False, registrations__withdrawn_at__isnull=True)
        has_place = Q(registrations__place_given_at__isnull=False)
        return self.annotate(
            booked=Coalesce(Count("registrations", filter=live & has_place, distinct=True), 0),
            waiting=Coalesce(Count("registrations", filter=live & ~has_place, distinct=True), 0),
        )

    def for_public(self, *, at: dt.datetime) -> EventQuerySet:
        """Fetch all that a card or a page shows; what the event is about only where that is public itself."""
        return (
            self.with_counts()
            .select_related("organisation")
            .prefetch_related(
                models.Prefetch("opportunity", Opportunity.objects.public(at=at)),
                models.Prefetch("framework", Framework.objects.public(at=at)),
                models.Prefetch("forum", Forum.objects.public(at=at)),
                models.Prefetch("changes", EventChange.objects.filter(changed_at__lte=at)),
            )
        )

    def soonest_first(self, *, at: dt.datetime) -> EventQuerySet:
        """Put what lies ahead first, the soonest on top; then what is over, the latest on top."""
        over = Q(ends_at__lte=at)
        return self.annotate(
            is_over=Case(When(over, then=1), default=0),
            ahead=Case(When(over, then=None), default=F("starts_at")),
        ).order_by("is_over", "ahead", "-starts_at", "pk")


class Event(OwnedModel, SourcedModel, PublishableModel, AddressedModel):
    """A day on which commissioners meet providers or people: to hear before they buy, or to tell what comes."""

    REGISTERS = ("events",)

    class Kind(models.TextChoices):
        BIDDER_DAY = "bidder_day", "Bidder day"
        WORKSHOP = "workshop", "Workshop"
        ONE_TO_ONES = "one_to_ones", "One-to-one meetings"
        FORUM = "forum", "Forum meeting"
        OTHER = "other", "Another event"

    class Status(models.TextChoices):
        UPCOMING = "upcoming", "Coming up"
        RUNNING = "running", "On now"
        PAST = "past", "Past"
        CANCELLED = "cancelled", "Cancelled"

    class Booking(models.TextChoices):
        """Whether one can register now."""

        NOT_NEEDED = "not_needed", "No need to register"
        OPENS = "opens", "Registration opens later"
        OPEN = "open", "Open for registration"
        FULL = "full", "Full, waiting list"
        CLOSED = "closed", "Registration closed"

    uuid = models.UUIDField(default=uuid.uuid4, db_default=RandomUUID(), unique=True, editable=False)
    kind = models.CharField(max_length=12, choices=Kind)
    title = models.CharField(max_length=250)
    summary = models.TextField(blank=True, help_text="What it is about, who it is for, what to bring.")
    opportunity = models.ForeignKey(
        Opportunity, models.PROTECT, null=True, blank=True, related_name="events", help_text="What is to be bought."
    )
    framework = models.ForeignKey(Framework, models.PROTECT, null=True, blank=True, related_name="events")
    forum = models.ForeignKey(
        Forum, models.PROTECT, null=True, blank=True, related_name="events", help_text="Whose meeting it is."
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    place_as_stated = models.CharField(
        "where", max_length=250, blank=True, help_text="A room and its address, or “online”. Everybody reads it."
    )
    accessibility = models.TextField(
        blank=True, help_text="Step-free entrance, hearing loop, parking, an interpreter on request."
    )
    online_url = models.URLField("link to join", blank=True, help_text="Sent to those who have a place.")
    is_online_url_public = models.BooleanField("show the link to everybody", default=False)
    takes_registrations = models.BooleanField(
        "one registers for it", default=True, help_text="Untick for a meeting to which one simply comes."
    )
    places_maximum = models.PositiveSmallIntegerField(
        "places",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Empty for no limit. Whoever comes after the last place is put on a waiting list.",
    )
    registration_opens_at = models.DateTimeField("registration from", null=True, blank=True)
    registration_closes_at = models.DateTimeField(
        "registration until", null=True, blank=True, help_text="Empty: until the event starts."
    )
    email = models.EmailField("email for questions", blank=True, help_text="A team's address, not a person's.")
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    cancelled_reason = models.TextField("why it was cancelled", blank=True, editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints = [
            *SourcedModel.Meta.constraints,
            *PublishableModel.Meta.constraints,
            *AddressedModel.Meta.constraints,
            models.CheckConstraint(
                name="tenders_event_ends_after_start",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="An event ends after it starts.",
            ),
            models.CheckConstraint(
                name="tenders_event_registration_in_order",
                condition=Q(registration_opens_at__isnull=True)
                | Q(registration_opens_at__lt=F("starts_at"))
                & (Q(registration_closes_at__isnull=True) | Q(registration_closes_at__gt=F("registration_opens_at"))),
                violation_error_message="Registration opens before it closes, and before the event starts.",
            ),
            models.CheckConstraint(
                name="tenders_event_registration_closes_by_the_start",
                condition=Q(registration_closes_at__isnull=True) | Q(registration_closes_at__lte=F("starts_at")),
                violation_error_message="Registration closes when the event starts, or before.",
            ),
            models.CheckConstraint(
                name="tenders_event_has_places",
                condition=Q(places_maximum__isnull=True) | Q(places_maximum__gte=1),
                violation_error_message="An event has at least one place, or no limit.",
            ),
            models.CheckConstraint(
                name="tenders_event_cancelled_with_reason",
                condition=Q(cancelled_at__isnull=True, cancelled_reason="", cancelled_by__isnull=True)
                | Q(cancelled_at__isnull=False) & ~Q(cancelled_reason=""),
                violation_error_message="A cancelled event has a moment and a reason.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("tenders:event", args=[self.slug])

    def status(self, *, at: dt.datetime) -> Status:
        """Where it stands at this moment, from its facts alone."""
        if self.cancelled_at and self.cancelled_at <= at:
            return self.Status.CANCELLED
        if self.ends_at <= at:
            return self.Status.PAST
        return self.Status.RUNNING if self.starts_at <= at else self.Status.UPCOMING

    def last_moment_to_register(self) -> dt.datetime:
        """When registration closes: as said, else when the event starts."""
        return self.registration_closes_at or self.starts_at

    def booking(self, *, at: dt.datetime, booked: int) -> Booking:
        """Whether one can register at this moment; ``booked`` is how many have a place."""
        if not self.takes_registrations:
            return self.Booking.NOT_NEEDED
        if self.status(at=at) != self.Status.UPCOMING or at >= self.last_moment_to_register():
            return self.Booking.CLOSED
        if self.registration_opens_at and at < self.registration_opens_at:
            return self.Booking.OPENS
        return self.Booking.FULL if self.places_left(booked=booked) == 0 else self.Booking.OPEN

    def places_left(self, *, booked: int) -> int | None:
        """How many places are free; nothing where there is no limit."""
        return None if self.places_maximum is None else max(self.places_maximum - booked, 0)

    def sequence(self, *, at: dt.datetime) -> int:
        """How often what a calendar shows has changed since it was public: iCalendar's SEQUENCE."""
        moves = sum(one.changed_at <= at for one in self.changes.all())
        return moves + (self.status(at=at) == self.Status.CANCELLED)


class EventChange(OwnedModel):
    """That an event was moved to another time or place after it was public, and why. It stays and is shown."""

    REGISTERS = ("events",)

    event = models.ForeignKey(Event, models.CASCADE, related_name="changes")
    old_starts_at = models.DateTimeField()
    old_ends_at = models.DateTimeField()
    old_place = models.CharField(max_length=250, blank=True)
    new_starts_at = models.DateTimeField()
    new_ends_at = models.DateTimeField()
    new_place = models.CharField(max_length=250, blank=True)
    reason = models.TextField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    OWNED_THROUGH = "event"

    class Meta:
        ordering = ["changed_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="tenders_eventchange_has_reason",
                condition=~Q(reason=""),
                violation_error_message="Say why it moves: everybody will read it.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.event}, moved {self.changed_at:%-d %B %Y}"


class CoproductionNote(OwnedModel, SourcedModel):
    """What people said about a plan or at an event, and what the organisation changed because of it.

    Public as soon as its opportunity or event is. Who took part is told in words, never by name.
    """

    REGISTERS = ("events", "opportunities")

    opportunity = models.ForeignKey(
        Opportunity, models.CASCADE, null=True, blank=True, related_name="coproduction_notes"
    )
    event = models.ForeignKey(Event, models.CASCADE, null=True, blank=True, related_name="coproduction_notes")
    title = models.CharField("what it was about", max_length=160)
    held = EstimatedDateField("when", null=True, blank=True)
    took_part = models.CharField(
        "who took part",
        max_length=300,
        help_text="In words, such as “eleven people who use home care and four carers”. No names.",
    )
    heard = models.TextField("what was heard")
    changed = models.TextField(
        "what changed", blank=True, help_text="Empty while nothing is decided; the page says so."
    )
    order = models.PositiveSmallIntegerField(default=0)

    NATURAL_KEY = ("opportunity", "event", "title")
    OWNED_THROUGH = "subject"

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            *SourcedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["opportunity", "event", "title"], name="tenders_coproductionnote_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="tenders_coproductionnote_about_one_thing",
                condition=Q(opportunity__isnull=False, event__isnull=True)
                | Q(opportunity__isnull=True, event__isnull=False),
                violation_error_message="A note is about an opportunity or about an event.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self) -> Opportunity | Event | None:
        """What the note is about."""
        return self.opportunity or self.event
