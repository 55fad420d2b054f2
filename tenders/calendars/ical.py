"""Calendar files (RFC 5545), written by icalendar. Pure: entries in, bytes out, the same for the same entries.

A moment is written in UTC, so that no description of a time zone is needed; an entry without a time stands on whole days.
What moves keeps its UID and gets a higher SEQUENCE, and what falls away stays with ``STATUS:CANCELLED``: so calendars
that fetch the file again move or strike the entry and never double it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from icalendar import Calendar, Event

# So many entries make a piece.
PORTION = 200
CONTENT_TYPE = "text/calendar; charset=utf-8"
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_NOT_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f]")


@dataclass(frozen=True)
class CalendarEntry:
    """One entry of a calendar.

    :param uid: the same for ever, whatever moves.
    :param starts: a moment, or a day for an entry without a time.
    :param ends: the moment it ends, or its last day; None for one day, or a moment without length such as a deadline.
    :param changed_at: when what it says last changed.
    :param sequence: how often its time, its place or its standing has changed.
    """

    uid: str
    title: str
    starts: dt.datetime | dt.date
    changed_at: dt.datetime
    ends: dt.datetime | dt.date | None = None
    sequence: int = 0
    url: str = ""
    place: str = ""
    text: str = ""
    is_cancelled: bool = False
    is_tentative: bool = False


def calendar(entries: Iterable[CalendarEntry], *, name: str, note: str = "") -> bytes:
    """Return a calendar of these entries in their order, under a name and a note that calendar programs show."""
    return b"".join(calendar_pieces(entries, name=name, note=note))


def calendar_pieces(entries: Iterable[CalendarEntry], *, name: str, note: str = "") -> Iterator[bytes]:
    """Yield the same calendar in pieces, so that of a long one only some hundred entries are held at a time."""
    file = Calendar()
    file.add("version", "2.0")
    file.add("prodid", "-//Care Commissioning Portal//Calendar//EN")
    file.add("calscale", "GREGORIAN")
    file.add("method", "PUBLISH")
    file.add("name", _plain(name))
    file.add("x-wr-calname", _plain(name))
    if note:
        file.add("description", _plain(note))
        file.add("x-wr-caldesc", _plain(note))
    file.add("refresh-interval", dt.timedelta(hours=12), parameters={"VALUE": "DURATION"})
    begin, end, after = bytes(file.to_ical()).rpartition(b"END:VCALENDAR")
    yield begin
    rest = iter(entries)
    while portion := list(islice(rest, PORTION)):
        yield b"".join(_event(entry).to_ical() for entry in portion)
    yield end + after


def _event(entry: CalendarEntry) -> Event:
    event = Event()
    event.add("uid", _plain(entry.uid))
    event.add("dtstamp", _utc(entry.changed_at))
    event.add("last-modified", _utc(entry.changed_at))
    event.add("sequence", entry.sequence)
    if isinstance(entry.starts, dt.datetime):
        event.add("dtstart", _utc(entry.starts))
        if isinstance(entry.ends, dt.datetime):
            event.add("dtend", _utc(entry.ends))
    else:
        event.add("dtstart", entry.starts)
        # A day's end is the day after it, which is not part of it.
        last = entry.starts if entry.ends is None or isinstance(entry.ends, dt.datetime) else entry.ends
        event.add("dtend", last + dt.timedelta(days=1))
    event.add("summary", _plain(entry.title))
    if entry.place:
        event.add("location", _plain(entry.place))
    if entry.text:
        event.add("description", _plain(entry.text))
    if entry.url:
        event.add("url", _NOT_IN_ADDRESS.sub("", entry.url))
    event.add("status", "CANCELLED" if entry.is_cancelled else "TENTATIVE" if entry.is_tentative else "CONFIRMED")
    event.add("transp", "OPAQUE" if isinstance(entry.ends, dt.datetime) else "TRANSPARENT")
    return event


def _utc(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC).replace(microsecond=0)


def _plain(text: str) -> str:
    """Return a text with one kind of line end and no other control sign; the library escapes what the format reads."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
