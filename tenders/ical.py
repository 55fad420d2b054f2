"""Calendar files (RFC 5545). Pure: entries in, bytes out, the same for the same entries.

A moment is written in UTC, so that no description of a time zone is needed; an entry without a time stands on whole days.
What moves keeps its UID and gets a higher SEQUENCE, and what falls away stays with ``STATUS:CANCELLED``: so calendars
that fetch the file again move or strike the entry and never double it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

CONTENT_TYPE = "text/calendar; charset=utf-8"
LONGEST_LINE = 75  # Octets without the line end.
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


def calendar(entries: Iterable[CalendarEntry], *, name: str) -> bytes:
    """Return a calendar of these entries in their order, under a name that calendar programs show."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Care Commissioning Portal//Calendar//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{escaped(name)}",
        f"X-WR-CALNAME:{escaped(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
        *(line for entry in entries for line in _lines(entry)),
        "END:VCALENDAR",
    ]
    return "".join(f"{part}\r\n" for line in lines for part in folded(line)).encode()


def _lines(entry: CalendarEntry) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(entry.uid)}"
    yield f"DTSTAMP:{_utc(entry.changed_at)}"
    yield f"LAST-MODIFIED:{_utc(entry.changed_at)}"
    yield f"SEQUENCE:{entry.sequence}"
    yield from _times(entry.starts, entry.ends)
    yield f"SUMMARY:{escaped(entry.title)}"
    if entry.place:
        yield f"LOCATION:{escaped(entry.place)}"
    if entry.text:
        yield f"DESCRIPTION:{escaped(entry.text)}"
    if entry.url:
        yield f"URL:{_NOT_IN_ADDRESS.sub('', entry.url)}"
    yield f"STATUS:{'CANCELLED' if entry.is_cancelled else 'TENTATIVE' if entry.is_tentative else 'CONFIRMED'}"
    yield "TRANSP:OPAQUE" if isinstance(entry.ends, dt.datetime) else "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _times(starts: dt.datetime | dt.date, ends: dt.datetime | dt.date | None) -> Iterator[str]:
    if isinstance(starts, dt.datetime):
        yield f"DTSTART:{_utc(starts)}"
        if isinstance(ends, dt.datetime):
            yield f"DTEND:{_utc(ends)}"
        return
    yield f"DTSTART;VALUE=DATE:{starts:%Y%m%d}"
    # A day's end is the day after it, which is not part of it.
    last = starts if ends is None or isinstance(ends, dt.datetime) else ends
    yield f"DTEND;VALUE=DATE:{last + dt.timedelta(days=1):%Y%m%d}"


def _utc(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """Return a text as a value: no line end and no sign of the format's own can come from it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROLS.sub("", text)
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\n", "\\n")


def folded(line: str) -> Iterator[str]:
    """Cut a line after at most 75 octets, never inside a letter; each further part begins with a blank."""
    part, size = "", 0
    for letter in line:
        width = len(letter.encode())
        if size + width > LONGEST_LINE:
            yield part
            part, size = " ", 1
        part, size = part + letter, size + width
    yield part
