"""Who comes to an event, and who is interested in what is to be bought: for the buyer alone."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from commissioning.models import OwnedModel, OwnedQuerySet
from providers.models import Provider

from .events import Event
from .opportunities import Opportunity
from .tender_lots import OpportunityLot

# An address that nobody has confirmed is forgotten after a week; what was taken back, after a month.
UNCONFIRMED_KEPT = dt.timedelta(days=7)
WITHDRAWN_KEPT = dt.timedelta(days=30)
# A procurement that never comes to an end does not keep people's names for ever.
LONGEST_KEPT = dt.timedelta(days=3 * 365)


class ReplyQuerySet(OwnedQuerySet):
    def live(self) -> Self:
        """Return what its sender has confirmed and not taken back."""
        return self.filter(confirmed_at__isnull=False, withdrawn_at__isnull=True)

    def standing(self) -> Self:
        """Return what its sender has not taken back, confirmed or not: one at most for each address and thing."""
        return self.filter(withdrawn_at__isnull=True)

    def _past_keeping(self, ended: Q, *, at: dt.datetime) -> Self:
        unconfirmed = Q(confirmed_at__isnull=True, received_at__lt=at - UNCONFIRMED_KEPT)
        return self.filter(unconfirmed | Q(withdrawn_at__lt=at - WITHDRAWN_KEPT) | ended)


class Reply(OwnedModel):
    """What somebody sent with or without an account: confirmed by its link in a mail, taken back by the same.

    Each link is known here by its hash only. One address has at most one that stands for each thing.
    """

    keep_for = dt.timedelta(days=settings.ENGAGEMENT_KEPT_DAYS)
    audit_exclude: tuple[str, ...] = ("name", "organisation_name", "email", "user", "token_hash", "uuid")

    class State(models.TextChoices):
        UNCONFIRMED = "unconfirmed", "Not confirmed yet"
        STANDS = "stands", "Confirmed"
        WAITING = "waiting", "On the waiting list"
        WITHDRAWN = "withdrawn", "Withdrawn"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=120)
    organisation_name = models.CharField("organisation they come from", max_length=200)
    email = models.EmailField(max_length=254)
    is_sme = models.BooleanField("small or medium-sized", default=False, help_text="They say so.")
    is_vcse = models.BooleanField("voluntary, community or social enterprise", default=False, help_text="They say so.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    provider = models.ForeignKey(
        Provider, models.SET_NULL, null=True, blank=True, related_name="+", help_text="Whom they signed in for."
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    received_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True, blank=True, help_text="When we last wrote because somebody asked.")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = ReplyQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def state(self) -> State:
        """How it stands."""
        if self.withdrawn_at is not None:
            return self.State.WITHDRAWN
        return self.State.UNCONFIRMED if self.confirmed_at is None else self.State.STANDS


class RegistrationQuerySet(ReplyQuerySet):
    def booked(self) -> Self:
        """Return those who have a place."""
        return self.live().filter(place_given_at__isnull=False)

    def waiting(self) -> Self:
        """Return those on the waiting list, the first to confirm first."""
        return self.live().filter(place_given_at__isnull=True).order_by("confirmed_at", "pk")

    def past_keeping(self, *, at: dt.datetime) -> Self:
        """Return what is kept no longer: the event is over, or nobody confirmed it, or it was taken back."""
        return self._past_keeping(Q(event__ends_at__lt=at - Registration.keep_for), at=at)


class Registration(Reply):
    """Somebody's wish to come to an event: a place, or one on the waiting list.

    Personal data, held so that the organiser can prepare and write to those who come; kept for
    ``ENGAGEMENT_KEPT_DAYS`` after the event.
    """

    # Raised with each booking, so that the places left are right on cached pages.
    REGISTERS = ("events",)
    audit_exclude = (*Reply.audit_exclude, "role", "access_needs")

    event = models.ForeignKey(Event, models.CASCADE, related_name="registrations")
    role = models.CharField("what they do there", max_length=120, blank=True)
    access_needs = models.TextField("what they need to take part", blank=True)
    place_given_at = models.DateTimeField(null=True, blank=True)

    objects = RegistrationQuerySet.as_manager()
    OWNED_THROUGH = "event"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "event",
                Lower("email"),
                name="tenders_registration_once",
                condition=Q(withdrawn_at__isnull=True),
                violation_error_message="This address is registered already.",
            ),
            models.CheckConstraint(
                name="tenders_registration_place_once_confirmed",
                condition=Q(place_given_at__isnull=True) | Q(confirmed_at__isnull=False),
                violation_error_message="A place is given to those who have confirmed their address.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.organisation_name})"

    @property
    def audit_label(self) -> str:
        """What the trail calls it, which is never erased and so names no people."""
        return f"registration for {self.event}"

    @property
    def state(self) -> Reply.State:
        """How it stands: with a place, or waiting for one."""
        state = super().state
        return self.State.WAITING if state == self.State.STANDS and self.place_given_at is None else state


class InterestQuerySet(ReplyQuerySet):
    def past_keeping(self, *, at: dt.datetime) -> Self:
        """Return what is kept no longer: the procurement is over, or nobody confirmed it, or it was taken back."""
        before = at - Interest.keep_for
        ended = (
            Q(opportunity__awarded_at__lt=before)
            | Q(opportunity__withdrawn_at__lt=before)
            | Q(opportunity__cancelled_at__lt=before)
            | Q(received_at__lt=at - LONGEST_KEPT)
        )
        return self._past_keeping(ended, at=at)


class Interest(Reply):
    """A provider's word that it may want to bid: it promises nothing, and no other provider sees it.

    Personal data, held so that the buyer knows its market and can write to it; kept for ``ENGAGEMENT_KEPT_DAYS``
    after the award, the withdrawal or the cancellation, and never longer than three years.
    """

    audit_exclude = (*Reply.audit_exclude, "note")

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="interests")
    lots = models.ManyToManyField(OpportunityLot, blank=True, related_name="interests")
    note = models.TextField(blank=True)

    objects = InterestQuerySet.as_manager()
    OWNED_THROUGH = "opportunity"

    class Meta:
        verbose_name = "interest in an opportunity"
        verbose_name_plural = "interest in opportunities"
        constraints = [
            models.UniqueConstraint(
                "opportunity",
                Lower("email"),
                name="tenders_interest_once",
                condition=Q(withdrawn_at__isnull=True),
                violation_error_message="This address has registered its interest already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.organisation_name})"

    @property
    def audit_label(self) -> str:
        """What the trail calls it, which is never erased and so names no people."""
        return f"interest in {self.opportunity}"
