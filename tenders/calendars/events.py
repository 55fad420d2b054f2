"""Events as entries of a calendar: for the file of one, of all, and of the opportunity they belong to."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from ..models import Event
from .ical import CalendarEntry


def entry_of(event: Event, *, at: dt.datetime) -> CalendarEntry:
    """Return what a calendar shows of a public event, its ``changes`` fetched. A link that is not public is not in it."""
    status = event.status(at=at)
    url = f"{settings.PUBLIC_URL.rstrip('/')}{event.get_absolute_url()}"
    is_cancelled = status == Event.Status.CANCELLED
    link = event.online_url if event.is_online_url_public else ""
    lines = [
        f"Cancelled: {event.cancelled_reason}" if is_cancelled else "",
        event.summary,
        f"Join: {link}" if link else "",
        f"Details and registration: {url}",
    ]
    return CalendarEntry(
        uid=str(event.uuid),
        title=event.title,
        starts=event.starts_at,
        ends=event.ends_at,
        changed_at=_changed_at(event, at=at),
        sequence=event.sequence(at=at),
        url=url,
        place=event.place_as_stated,
        text="\n\n".join(line for line in lines if line),
        is_cancelled=is_cancelled,
    )


def _changed_at(event: Event, *, at: dt.datetime) -> dt.datetime:
    moments = [event.published_at, event.cancelled_at, *(one.changed_at for one in event.changes.all())]
    return max((one for one in moments if one is not None and one <= at), default=at)
