"""The mails about events and interest. Each function returns a subject and a text.

What a stranger may cause to be sent (`confirm_registration`, `already_registered`, …) holds nothing that they typed.
"""

from __future__ import annotations

from core.templatetags.portal import gov_period
from providers.letters import address, letter

from ..models import Event, EventChange, Interest, Registration

NOT_YOU = "If it was not you, do nothing. What was typed is deleted within a week."


def _facts(event: Event) -> str:
    where = event.place_as_stated or "The place is not stated yet."
    return "\n".join([event.title, gov_period(event.starts_at, event.ends_at), where])


def _page(event: Event) -> str:
    return f"All about it, and an entry for your calendar: {address('tenders:event', event.slug)}"


def _take_back(registration: Registration, token: str) -> str:
    return (
        "You cannot come after all? Please take your registration back, so that somebody else gets the place:\n"
        f"{address('tenders:registration_withdraw', token)}"
    )


def confirm_registration(*, event: Event, token: str) -> tuple[str, str]:
    """Ask somebody to confirm that the address they gave is theirs."""
    return (
        f"Confirm that you come: {event.title}",
        letter(
            "Hello,",
            f"somebody, we think you, has registered for this with your address:\n{_facts(event)}",
            "Open this page and press the button. Places are given in the order in which people press it:\n"
            f"{address('tenders:registration', token)}",
            f"The link works for seven days, until the event starts at the latest. {NOT_YOU}",
        ),
    )


def already_registered(*, registration: Registration, token: str) -> tuple[str, str]:
    """Tell somebody who registers twice, and nobody else, that they are registered."""
    event = registration.event
    stand = "You are on its waiting list." if registration.place_given_at is None else "You have a place."
    return (
        f"You are already registered: {event.title}",
        letter(
            "Hello,",
            f"somebody, we think you, has just registered again with your address. {stand} Nothing has changed.",
            _facts(event),
            _page(event),
            _take_back(registration, token),
        ),
    )


def has_place(*, registration: Registration, token: str, was_waiting: bool) -> tuple[str, str]:
    """Tell somebody that they have a place, and how to join."""
    event = registration.event
    join = [f"Join here: {event.online_url}"] if event.online_url else []
    return (
        f"{'A place is free, and it is yours' if was_waiting else 'You have a place'}: {event.title}",
        letter(
            "Hello,",
            "somebody has given their place back, and you are the next on the list."
            if was_waiting
            else "thank you for confirming. You have a place.",
            _facts(event),
            *join,
            _page(event),
            _take_back(registration, token),
        ),
    )


def on_waiting_list(*, registration: Registration, token: str) -> tuple[str, str]:
    """Tell somebody that every place was taken when they confirmed."""
    event = registration.event
    return (
        f"You are on the waiting list: {event.title}",
        letter(
            "Hello,",
            "thank you for confirming. Every place is taken at the moment, so you are on the waiting list. If a place "
            "becomes free it is yours, in the order of the list, and we write to you.",
            _facts(event),
            _page(event),
            _take_back(registration, token),
        ),
    )


def registration_withdrawn(*, registration: Registration) -> tuple[str, str]:
    """Tell somebody that the organiser has taken them off the list."""
    event = registration.event
    return (
        f"You are no longer registered: {event.title}",
        letter(
            "Hello,",
            f"{event.organisation} has taken you off the list of those who come to this.",
            _facts(event),
            "If this is a mistake, write to the organiser"
            + (f": {event.email}" if event.email else f". Its page: {address('tenders:event', event.slug)}"),
        ),
    )


def moved(*, registration: Registration, change: EventChange, token: str) -> tuple[str, str]:
    """Tell somebody who comes that the event is at another time or place."""
    event = registration.event
    before = [gov_period(change.old_starts_at, change.old_ends_at), change.old_place]
    join = [f"Join here: {event.online_url}"] if event.online_url and registration.place_given_at else []
    return (
        f"Moved: {event.title}",
        letter(
            "Hello,",
            f"{event.organisation} has moved an event you registered for. Now:\n{_facts(event)}",
            "Before:\n" + "\n".join(line for line in before if line),
            f"Its reason: {change.reason}",
            *join,
            _page(event),
            _take_back(registration, token),
        ),
    )


def cancelled(*, registration: Registration) -> tuple[str, str]:
    """Tell somebody who was to come that there is no event."""
    event = registration.event
    return (
        f"Cancelled: {event.title}",
        letter(
            "Hello,",
            f"{event.organisation} has cancelled an event you registered for.",
            _facts(event),
            f"Its reason: {event.cancelled_reason}",
            "You need not do anything.",
        ),
    )


def confirm_interest(*, interest: Interest, token: str) -> tuple[str, str]:
    """Ask somebody to confirm that the address they gave is theirs."""
    opportunity = interest.opportunity
    return (
        f"Confirm your interest: {opportunity.title}",
        letter(
            "Hello,",
            f"somebody, we think you, has told {opportunity.organisation} with your address that they may want to bid "
            f"for “{opportunity.title}”.",
            f"Open this page and press the button. Only then is it passed on:\n{address('tenders:interest', token)}",
            f"The link works for seven days. {NOT_YOU}",
        ),
    )


def already_interested(*, interest: Interest, token: str) -> tuple[str, str]:
    """Tell somebody who sends their interest twice, and nobody else, that it stands."""
    opportunity = interest.opportunity
    return (
        f"Your interest stands already: {opportunity.title}",
        letter(
            "Hello,",
            "somebody, we think you, has just registered interest again with your address. You did so before, and "
            "nothing has changed.",
            f"The opportunity: {address('tenders:opportunity', opportunity.reference)}",
            f"To take it back, or before you send other details:\n{address('tenders:interest_withdraw', token)}",
        ),
    )


def interest_confirmed(*, interest: Interest, token: str) -> tuple[str, str]:
    """Tell somebody that the buyer now sees their interest, and what that means."""
    opportunity = interest.opportunity
    return (
        f"Your interest is registered: {opportunity.title}",
        letter(
            "Hello,",
            f"{opportunity.organisation} now sees that you may want to bid for “{opportunity.title}”. No other provider "
            "does. It binds you to nothing, and it is no bid: bids are made on the organisation's procurement portal.",
            f"The opportunity: {address('tenders:opportunity', opportunity.reference)}",
            f"To take it back:\n{address('tenders:interest_withdraw', token)}",
        ),
    )
