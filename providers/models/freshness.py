"""Three dates, never one: what the provider's own word for an entry is worth as it grows older.

Of *changed*, *confirmed by the provider* and *checked by the council* only the second tells that an entry is true. It
moves when somebody for the provider says that nothing has changed, or when their edit is approved; no import moves it.
How many days are too many, the installation says (``settings.CONFIRMATION_…_DAYS``).
"""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Coalesce


class ConfirmationState(models.TextChoices):
    """How old the provider's word is. Each state but the first begins when more than its days have passed."""

    NEVER = "never", "Not yet confirmed by the provider"
    CONFIRMED = "confirmed", "Confirmed by the provider"
    DUE = "due", "To be confirmed again soon"
    STALE = "stale", "Not confirmed for a long time"
    OVERDUE = "overdue", "Not confirmed for a very long time"


def reminder_age() -> dt.timedelta:
    """After how long the provider is asked whether all is still true."""
    return dt.timedelta(days=settings.CONFIRMATION_REMINDER_DAYS)


def stale_age() -> dt.timedelta:
    """After how long families read that an entry has not been confirmed."""
    return dt.timedelta(days=settings.CONFIRMATION_STALE_DAYS)


def overdue_age() -> dt.timedelta:
    """After how long the council looks into it."""
    return dt.timedelta(days=settings.CONFIRMATION_OVERDUE_DAYS)


class FreshnessQuerySet(models.QuerySet["models.Model"]):
    """The same questions as `Freshness` asks of one row, asked of many."""

    def with_confirmation_state(self, *, at: dt.datetime) -> Self:
        """Annotate ``confirmation`` with what `Freshness.confirmation_state` says."""
        return self.annotate(
            confirmation=Case(
                When(confirmed_at__isnull=True, then=Value(ConfirmationState.NEVER)),
                When(confirmed_at__lt=at - overdue_age(), then=Value(ConfirmationState.OVERDUE)),
                When(confirmed_at__lt=at - stale_age(), then=Value(ConfirmationState.STALE)),
                When(confirmed_at__lt=at - reminder_age(), then=Value(ConfirmationState.DUE)),
                default=Value(ConfirmationState.CONFIRMED),
                output_field=models.CharField(),
            )
        )

    def due_for_reminder(self, *, at: dt.datetime) -> Self:
        """Public entries whose provider is to be asked whether all is still true; what has ended is not asked about."""
        return self._unconfirmed_since(at - reminder_age())

    def stale(self, *, at: dt.datetime) -> Self:
        """Entries that were confirmed once, and so long ago that families are told."""
        return self.filter(confirmed_at__lt=at - stale_age())

    def overdue(self, *, at: dt.datetime) -> Self:
        """Public entries that nobody has confirmed for so long that the council looks into it."""
        return self._unconfirmed_since(at - overdue_age())

    def for_council(self, *, at: dt.datetime) -> Self:
        """Overdue entries that the council has not looked into since, the oldest first: its queue."""
        return (
            self.overdue(at=at)
            .exclude(checked_at__gte=at - overdue_age())
            .order_by(Coalesce("confirmed_at", "published_at"), "pk")
        )

    def _unconfirmed_since(self, moment: dt.datetime) -> Self:
        return self.alias(known_at=Coalesce("confirmed_at", "published_at")).filter(
            Q(published_at__isnull=False, ended__isnull=True, known_at__lt=moment)
        )


class Freshness:
    """The age of the provider's word for one row with ``confirmed_at``, ``published_at`` and ``ended``."""

    confirmed_at: dt.datetime | None
    published_at: dt.datetime | None
    ended: object

    def confirmation_state(self, *, at: dt.datetime) -> ConfirmationState:
        """Say how old the provider's word is."""
        if self.confirmed_at is None:
            return ConfirmationState.NEVER
        age = at - self.confirmed_at
        if age > overdue_age():
            return ConfirmationState.OVERDUE
        if age > stale_age():
            return ConfirmationState.STALE
        return ConfirmationState.DUE if age > reminder_age() else ConfirmationState.CONFIRMED

    def confirmation_label(self, *, at: dt.datetime) -> str:
        """Return what families are told of an old word, such as "Not confirmed for over 90 days", or nothing."""
        return f"Not confirmed for over {stale_age().days} days" if self.is_stale(at=at) else ""

    def is_due_for_reminder(self, *, at: dt.datetime) -> bool:
        """Whether the provider is to be asked whether all is still true."""
        return self._is_unconfirmed_since(at - reminder_age())

    def is_stale(self, *, at: dt.datetime) -> bool:
        """Whether families are told that it was confirmed a long time ago."""
        return self.confirmation_state(at=at) in (ConfirmationState.STALE, ConfirmationState.OVERDUE)

    def is_overdue(self, *, at: dt.datetime) -> bool:
        """Whether nobody has confirmed it for so long that the council looks into it."""
        return self._is_unconfirmed_since(at - overdue_age())

    def _is_unconfirmed_since(self, moment: dt.datetime) -> bool:
        if self.published_at is None or self.ended is not None:
            return False
        return (self.confirmed_at or self.published_at) < moment
