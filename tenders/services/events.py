"""What organisers do with a public event: move it, cancel it, and hand its list of people on inside the organisation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction

from core import audit, mail, versions
from core.errors import AlreadyDone, DomainError
from tenders.letters import engagement as letters
from tenders.models import Event, EventChange, Registration

from .registrations import locked_event
from .releases import record_release
from .replies import token_of


class EventRefused(DomainError):
    """The event cannot be changed so."""


@transaction.atomic
def move_event(
    *,
    event: Event,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    place: str,
    online_url: str,
    reason: str,
    by: Any,
    at: dt.datetime,
) -> EventChange:
    """Move a public event to another time or place and tell all who registered. What it was stays and is shown.

    A registration that would close after the new start closes with it.

    :raises EventRefused: for a draft, an event that is over or cancelled, a move without a reason or into the past.
    """
    row = _standing(event, at=at)
    reason, place = reason.strip(), place.strip()
    if not reason:
        raise EventRefused("Say why it moves: everybody will read it.")
    if ends_at <= starts_at:
        raise EventRefused("An event ends after it starts.")
    if starts_at <= at:
        raise EventRefused("Choose a time that lies ahead.")
    if row.registration_opens_at and row.registration_opens_at >= starts_at:
        raise EventRefused("Registration would open after the event has started. Change that first.")
    now = (row.starts_at, row.ends_at, row.place_as_stated, row.online_url)
    if now == (starts_at, ends_at, place, online_url):
        raise EventRefused("This is when and where it is already.")
    before = audit.snapshot(row)
    change = EventChange.objects.create(
        event=row,
        old_starts_at=row.starts_at,
        old_ends_at=row.ends_at,
        old_place=row.place_as_stated,
        new_starts_at=starts_at,
        new_ends_at=ends_at,
        new_place=place,
        reason=reason,
        changed_at=at,
        changed_by=by,
    )
    row.starts_at, row.ends_at, row.place_as_stated, row.online_url = starts_at, ends_at, place, online_url
    if row.registration_closes_at and row.registration_closes_at > starts_at:
        row.registration_closes_at = starts_at
    row.save(update_fields=["starts_at", "ends_at", "place_as_stated", "online_url", "registration_closes_at"])
    audit.record(
        "event.moved",
        row,
        by=by,
        at=at,
        organisation=row.organisation,
        before=before,
        after={**audit.snapshot(row), "reason": reason},
    )
    _tell(
        row, f"event-moved:{change.pk}", lambda one: letters.moved(registration=one, change=change, token=token_of(one))
    )
    record_release(row, at=at)
    versions.touch(*Event.REGISTERS)
    return change


@transaction.atomic
def cancel_event(*, event: Event, reason: str, by: Any, at: dt.datetime) -> Event:
    """Cancel a public event and tell all who registered. Its page and calendar entry stay and say so.

    :raises EventRefused: for a draft, an event that is over, or without a reason.
    :raises AlreadyDone: if it was cancelled before.
    """
    row = _standing(event, at=at)
    reason = reason.strip()
    if not reason:
        raise EventRefused("Say why it is cancelled: everybody will read it.")
    before = audit.snapshot(row)
    row.cancelled_at, row.cancelled_by, row.cancelled_reason = at, by, reason
    row.save(update_fields=["cancelled_at", "cancelled_by", "cancelled_reason"])
    audit.record(
        "event.cancelled", row, by=by, at=at, organisation=row.organisation, before=before, after=audit.snapshot(row)
    )
    _tell(row, f"event-cancelled:{row.pk}", lambda one: letters.cancelled(registration=one))
    record_release(row, at=at)
    versions.touch(*Event.REGISTERS)
    return row


def _standing(event: Event, *, at: dt.datetime) -> Event:
    row = locked_event(event.pk)
    if not row.is_public(at=at):
        raise EventRefused("A draft is simply edited, or deleted: nobody has seen it yet.")
    if row.status(at=at) == Event.Status.CANCELLED:
        raise AlreadyDone("This event was cancelled before.")
    if row.status(at=at) == Event.Status.PAST:
        raise EventRefused("This event is over.")
    return row


def _tell(event: Event, key: str, letter: Callable[[Registration], tuple[str, str]]) -> None:
    """Write to all who have a place or wait for one, in a few queries for all."""
    owed = []
    for one in event.registrations.live().order_by("pk"):
        one.event = event
        subject, text = letter(one)
        owed.append(mail.Letter(f"{key}:{one.pk}", one.email, subject, text))
    mail.owe_many(owed)
