"""Events: new, moved, cancelled, and when one can register. `reminders` has those that are about to close or begin."""

from __future__ import annotations

from core.templatetags.portal import gov_datetime, gov_period
from tenders.models import AlertNews, Event, EventChange, Framework, Opportunity

from .. import statuses
from .looking import OVER, Look, compared, short

Kind = AlertNews.Kind


def events(look: Look) -> None:
    found = list(compared("event", statuses.events(at=look.at), look))
    about = _subjects([row for row, one in found if one.before is None], look)
    for row, one in found:
        key = f"status:event:{row.pk}:{one.status}:{look.run_id}"
        if one.before is None:
            if one.status not in OVER:
                text = _joined(
                    f"{row.get_kind_display()}: {gov_period(row.starts_at, row.ends_at)}",
                    row.place_as_stated,
                    about.get(row.pk, ""),
                    _can_one_register(row, one.status),
                )
                look.add(f"new:event:{row.pk}", Kind.NEW, short(text), event_id=row.pk)
        elif one.status == Event.Status.CANCELLED:
            text = f"Cancelled. The reason: {row.cancelled_reason}"
            look.add(key, Kind.ENDED, short(text), event_id=row.pk)
        elif one.status == Event.Status.UPCOMING and one.before == Event.Booking.OPENS:
            look.opened["event"].add(row.pk)
            look.add(key, Kind.STATUS, _can_one_register(row, one.status), event_id=row.pk)
    _moves(look)


def _can_one_register(row: Event, now: str) -> str:
    if not row.takes_registrations:
        return "No need to register"
    if now == Event.Booking.OPENS:
        return f"Registration opens at {gov_datetime(row.registration_opens_at)}"
    if now == Event.Booking.CLOSED:
        return "Registration is closed"
    return f"Registration is open until {gov_datetime(row.last_moment_to_register())}"


def _moves(look: Look) -> None:
    rows = EventChange.objects.filter(changed_at__range=look.window, event__in=Event.objects.public(at=look.at))
    for row in rows.order_by("changed_at", "pk"):
        old = gov_period(row.old_starts_at, row.old_ends_at)
        new = gov_period(row.new_starts_at, row.new_ends_at)
        times = f"Moved: was {old}, now {new}" if old != new else ""
        place = ""
        if row.old_place != row.new_place:
            place = f"Where: was {row.old_place or 'not stated'}, now {row.new_place or 'not stated'}"
        look.add(
            f"event-moved:{row.pk}",
            Kind.MOVED,
            short(_joined(times, place, f"The reason: {row.reason}")),
            happened_at=row.changed_at,
            is_told=row.event_id not in look.fresh["event"],
            event_id=row.event_id,
        )


def _subjects(rows: list[Event], look: Look) -> dict[int, str]:
    """What events are about, where that is public itself."""
    tenders = Opportunity.objects.public(at=look.at).in_bulk([row.opportunity_id for row in rows if row.opportunity_id])
    frameworks = Framework.objects.public(at=look.at).in_bulk([row.framework_id for row in rows if row.framework_id])
    found = {row.pk: tenders.get(row.opportunity_id) or frameworks.get(row.framework_id) for row in rows}
    return {pk: f"About “{subject}”" for pk, subject in found.items() if subject is not None}


def _joined(*sentences: str) -> str:
    return " ".join(one if one.endswith((".", "!", "?")) else f"{one}." for one in sentences if one)
