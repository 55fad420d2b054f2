"""What may be asked of the feed, read from the address. Nonsense is refused with the parameter's name."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.dateparse import parse_date, parse_datetime

from core.api import Problem

PER_PAGE = 50
MOST_PER_PAGE = 100
# With nothing but an identifier and a date each, all services of the country fit on one page.
MOST_PER_MINIMAL_PAGE = 50_000
MOST_METRES = 500_000
MOST_CHARACTERS = 200


@dataclass(frozen=True)
class Paging:
    """Which page, and how many to a page."""

    page: int
    per_page: int


def text(query: QueryDict, name: str) -> str:
    """Return words, without what no database can hold."""
    return query.get(name, "").replace("\x00", "").strip()[:MOST_CHARACTERS]


def flag(query: QueryDict, name: str) -> bool:
    value = text(query, name).lower()
    if value in {"true", "1"}:
        return True
    if value in {"", "false", "0"}:
        return False
    raise Problem(f"Write {name}=true or {name}=false.", parameter=name)


def whole_number(
    query: QueryDict, name: str, *, default: int | None, least: int, most: int | None = None
) -> int | None:
    """Return a whole number. More than the most is taken for the most."""
    value = text(query, name)
    if not value:
        return default
    if not re.fullmatch(r"[0-9]{1,18}", value, re.ASCII) or int(value) < least:
        raise Problem(f"Write {name} as a whole number, {least} or more.", parameter=name)
    return min(int(value), most) if most is not None else int(value)


def paging(query: QueryDict, *, is_minimal: bool) -> Paging:
    most = MOST_PER_MINIMAL_PAGE if is_minimal else MOST_PER_PAGE
    default = most if is_minimal else PER_PAGE
    page = whole_number(query, "page", default=1, least=1)
    per_page = whole_number(query, "per_page", default=default, least=1, most=most)
    assert page is not None and per_page is not None
    return Paging(page, per_page)


def identifier(query: QueryDict, name: str) -> uuid.UUID | None:
    value = text(query, name)
    return read_uuid(value, name=name) if value else None


def read_uuid(value: str, *, name: str) -> uuid.UUID:
    """Read an identifier in its usual spelling.

    :raises Problem: if it is none.
    """
    if re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value, re.ASCII):
        return uuid.UUID(value)
    raise Problem(f"Write {name} as a UUID, such as 3f7b145d-84af-42d7-8fae-eaca714b02b2.", parameter=name)


def moment(query: QueryDict, name: str) -> dt.datetime | None:
    """Return a moment. A day is its first moment, and what names no zone is meant in London."""
    value = text(query, name)
    if not value:
        return None
    # A plus sign that was not escaped arrives as a space.
    spelt = re.sub(r" (\d{2}:?\d{2})$", r"+\1", value)
    try:
        found = parse_datetime(spelt)
        if found is None:
            day = parse_date(spelt)
            found = None if day is None else dt.datetime.combine(day, dt.time())
        if found is not None:
            if found.tzinfo is None:
                found = found.replace(tzinfo=ZoneInfo("Europe/London"))
            return found.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        pass
    raise Problem(f"Write {name} as a date or a moment, such as 2026-11-01T09:30:00Z.", parameter=name)


def is_stream(query: QueryDict) -> bool:
    """Whether all is asked for at once, a line each (``format=ndjson``)."""
    value = text(query, "format").lower()
    if value in {"", "json", "ndjson"}:
        return value == "ndjson"
    raise Problem("Write format=json or format=ndjson.", parameter="format")
