"""Who comes to an event: registered by anybody, confirmed and taken back by a link, places given one by one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from core import audit, mail, versions
from core.errors import AlreadyDone, DomainError
from core.models import User
from core.templatetags.portal import gov_datetime
from core.text import clean_plain_text
from providers.models import Provider
from tenders.letters import engagement as letters
from tenders.models import Event, Registration

from . import strangers
from .replies import LinkGone, check_flood, find, is_own_address, may_write_to, note_mailed, plain_email, token_of


class RegistrationClosed(DomainError):
    """Nobody can register for the event at this moment."""


@transaction.atomic
def register(
    *,
    event: Event,
    name: str,
    organisation_name: str,
    email: str,
    role: str = "",
    access_needs: str = "",
    is_sme: bool = False,
    is_vcse: bool = False,
    user: User | None = None,
    provider: Provider | None = None,
    sender: str | None,
    at: dt.datetime,
) -> Registration | None:
    """Take in that somebody wants to come. Who is not signed in confirms by a link in a mail.

    Whether an address is known is told to its owner alone, by mail, and at most once a day. A stranger who has not
    answered our last mail gets no second that day (`strangers`): the registration waits on the page of that mail.

    :param sender: the network address it comes from, for counting; see `providers.floods`.
    :return: the registration where it stands at once, since the address is the signed-in person's own; else None.
    :raises RegistrationClosed: if nobody can register at this moment.
    :raises AlreadyDone: if the signed-in person's own address is registered already.
    :raises TooManyReplies: if too many have come from one sender.
    """
    event = locked_event(event.pk)
    check_open(event=event, at=at)
    check_flood(sender, at=at)
    email = plain_email(email)
    is_own = is_own_address(user, email)
    told = {
        "name": clean_plain_text(name)[:120],
        "organisation_name": clean_plain_text(organisation_name)[:200],
        "role": clean_plain_text(role)[:120],
        "access_needs": clean_plain_text(access_needs, multiline=True),
        "is_sme": is_sme,
        "is_vcse": is_vcse,
        "user": user if is_own else None,
        "provider": provider if is_own else None,
    }
    known = event.registrations.standing().filter(email__iexact=email).first()
    if known is not None and known.confirmed_at is not None:
        known.event = event
        if is_own:
            raise AlreadyDone("You are registered for this event already.")
        if may_write_to(known, at=at):
            note_mailed(known, at=at)
            subject, text = letters.already_registered(registration=known, token=token_of(known))
            mail.owe(key=f"registration-again:{known.pk}:{at:%Y%m%d%H%M}", to=known.email, subject=subject, text=text)
        return None

    row = known or Registration(event=event, email=email, received_at=at)
    is_asked = not is_own and may_write_to(row, at=at)
    if not is_own and not is_asked and (known is not None or strangers.has_too_much_waiting(email)):
        return None
    for field, value in told.items():
        setattr(row, field, value)
    row.event, row.email = event, email
    token_of(row)
    row.save()
    if known is None:
        audit.record(
            "registration.received", row, by=row.user, at=at, organisation=event.organisation, after=audit.snapshot(row)
        )
    if is_own:
        return _confirm(row, by=user, at=at)
    if is_asked:
        _ask(row, at=at)
    return None


def _ask(row: Registration, *, at: dt.datetime) -> None:
    strangers.note_asked(row.email, at=at)
    note_mailed(row, at=at)
    subject, text = letters.confirm_registration(event=row.event, token=token_of(row))
    mail.owe(key=f"registration:{row.pk}:{at:%Y%m%d%H%M}", to=row.email, subject=subject, text=text)


@transaction.atomic
def ask_waiting(*, pk: int, at: dt.datetime) -> bool:
    """Ask the address of a registration that has waited to confirm it; return whether its time had come."""
    row = _locked_with_event(pk)
    is_over = row.withdrawn_at is not None or row.event.status(at=at) != Event.Status.UPCOMING
    if is_over or row.mailed_at is not None or row.confirmed_at is not None or not may_write_to(row, at=at):
        return False
    _ask(row, at=at)
    return True


def check_open(*, event: Event, at: dt.datetime) -> None:
    """Say why nobody can register for an event now, if nobody can.

    :raises RegistrationClosed: before registration opens, once it has closed, and where none is needed.
    """
    if event.status(at=at) == Event.Status.CANCELLED:
        raise RegistrationClosed("This event is cancelled.")
    booking = event.booking(at=at, booked=event.registrations.booked().count())
    if booking == Event.Booking.NOT_NEEDED:
        raise RegistrationClosed("One need not register for this event: simply come.")
    if booking == Event.Booking.OPENS:
        opens = gov_datetime(event.registration_opens_at)
        raise RegistrationClosed(f"Registration opens at {opens}. Please come back then.")
    if booking == Event.Booking.CLOSED:
        closed = gov_datetime(event.last_moment_to_register())
        raise RegistrationClosed(f"Registration closed at {closed}.")


def find_registration(*, token: str) -> Registration:
    """Return the registration a link is for.

    :raises LinkUnknown: if no link of ours says this.
    """
    rows = Registration.objects.select_related("event__organisation")
    found: Registration = find(rows, token=token)
    return found


def check_confirmable(*, registration: Registration, at: dt.datetime) -> None:
    """Say why a registration cannot be confirmed any more, if it cannot.

    :raises LinkGone: if it was taken back, or the event is cancelled or has started.
    """
    event = registration.event
    if registration.withdrawn_at is not None:
        raise LinkGone("You have taken this registration back. Register anew if you want to come after all.")
    status = event.status(at=at)
    if status == Event.Status.CANCELLED:
        raise LinkGone(f"“{event}” is cancelled. The reason: {event.cancelled_reason}")
    if status != Event.Status.UPCOMING:
        raise LinkGone(f"“{event}” has started, so this link has ended.")


@transaction.atomic
def confirm_registration(*, token: str, at: dt.datetime) -> Registration:
    """Confirm a registration by the link that went to its address: a place if one is free, else the waiting list.

    Whoever confirms first has the place: the event's row is locked meanwhile. Pressed again, nothing changes.

    :raises LinkUnknown: if no link of ours says this.
    :raises LinkGone: if it was taken back, or the event is cancelled or has started.
    """
    row = _locked_with_event(find_registration(token=token).pk)
    check_confirmable(registration=row, at=at)
    return row if row.confirmed_at is not None else _confirm(row, by=row.user, at=at)


@transaction.atomic
def withdraw_registration(*, registration: Registration, by: Any = None, at: dt.datetime) -> Registration:
    """Take a registration back; its place goes to the next on the waiting list, who is told.

    :param by: the officer who does it for somebody, who is then told; None where the person does it by their link.
    :raises AlreadyDone: if it was taken back before.
    :raises LinkGone: if the event is over or cancelled.
    """
    row = _locked_with_event(registration.pk)
    if row.withdrawn_at is not None:
        raise AlreadyDone("This registration was taken back before.")
    if row.event.status(at=at) not in (Event.Status.UPCOMING, Event.Status.RUNNING):
        raise LinkGone(f"“{row.event}” is {row.event.status(at=at).label.lower()}: there is nothing to take back.")
    before = audit.snapshot(row)
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])
    audit.record(
        "registration.withdrawn",
        row,
        by=by,
        at=at,
        organisation=row.organisation,
        before=before,
        after=audit.snapshot(row),
    )
    if by is not None and row.confirmed_at is not None:
        subject, text = letters.registration_withdrawn(registration=row)
        mail.owe(key=f"registration-withdrawn:{row.pk}", to=row.email, subject=subject, text=text)
    _give(row.event, at=at)
    versions.touch(*Registration.REGISTERS)
    return row


@transaction.atomic
def give_places(*, event: Event, at: dt.datetime) -> list[Registration]:
    """Give free places to those who wait, in their order, and tell them: after there are more places than before."""
    given = _give(locked_event(event.pk), at=at)
    if given:
        versions.touch(*Registration.REGISTERS)
    return given


def _give(event: Event, *, at: dt.datetime) -> list[Registration]:
    if event.status(at=at) != Event.Status.UPCOMING:
        return []
    waiting = event.registrations.waiting()
    left = event.places_left(booked=event.registrations.booked().count())
    lucky = list(waiting if left is None else waiting[:left])
    for row in lucky:
        row.event = event
        before = audit.snapshot(row)
        row.place_given_at = at
        row.save(update_fields=["place_given_at"])
        audit.record(
            "registration.given_place",
            row,
            by=None,
            at=at,
            organisation=event.organisation,
            before=before,
            after=audit.snapshot(row),
        )
        _tell_place(row, was_waiting=True)
    return lucky


def _confirm(row: Registration, *, by: Any, at: dt.datetime) -> Registration:
    """Confirm a registration whose event is locked."""
    event = row.event
    before = audit.snapshot(row)
    left = event.places_left(booked=event.registrations.booked().count())
    row.confirmed_at = at
    row.place_given_at = at if left is None or left > 0 else None
    row.save(update_fields=["confirmed_at", "place_given_at"])
    audit.record(
        "registration.confirmed",
        row,
        by=by,
        at=at,
        organisation=event.organisation,
        before=before,
        after=audit.snapshot(row),
    )
    if row.place_given_at is not None:
        _tell_place(row, was_waiting=False)
    else:
        subject, text = letters.on_waiting_list(registration=row, token=token_of(row))
        mail.owe(key=f"registration-waits:{row.pk}", to=row.email, subject=subject, text=text)
    versions.touch(*Registration.REGISTERS)
    return row


def _tell_place(row: Registration, *, was_waiting: bool) -> None:
    subject, text = letters.has_place(registration=row, token=token_of(row), was_waiting=was_waiting)
    mail.owe(key=f"registration-place:{row.pk}", to=row.email, subject=subject, text=text)


def locked_event(pk: int) -> Event:
    """Lock an event against all who change its places, its time or its standing."""
    # Rows that name the event may come and go meanwhile; who changes places may not.
    rows = Event.objects.select_related("organisation").select_for_update(of=("self",), no_key=True)
    event: Event = rows.get(pk=pk)
    return event


def _locked_with_event(pk: int) -> Registration:
    """Lock the event first, always, so that two people never wait for each other; then the registration."""
    event = locked_event(Registration.objects.values_list("event_id", flat=True).get(pk=pk))
    row: Registration = Registration.objects.select_related("user").select_for_update(of=("self",)).get(pk=pk)
    row.event = event
    return row
