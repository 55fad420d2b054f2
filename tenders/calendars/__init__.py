"""Calendar files, and what an event is in one."""

from .events import entry_of
from .ical import CONTENT_TYPE, CalendarEntry, calendar, calendar_pieces

__all__ = ["CONTENT_TYPE", "CalendarEntry", "calendar", "calendar_pieces", "entry_of"]
