"""How facts are written in OCDS: what is unknown is left out, a day is a moment in London, pounds are numbers."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from core.dates import EstimatedDate
from core.models import Place

Document = dict[str, Any]

LONDON = ZoneInfo("Europe/London")


def dumped(document: Document) -> str:
    """Return the bytes of a document: the same for the same facts, and never what is not JSON.

    :raises ValueError: for a number that JSON has no word for.
    """
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def moment(at: dt.datetime | None) -> str | None:
    """A moment in UTC, to the second."""
    if at is None:
        return None
    return at.astimezone(dt.UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def start_of(day: dt.date | None) -> str | None:
    """The first moment of a day in London."""
    return None if day is None else dt.datetime.combine(day, dt.time(), LONDON).isoformat()


def end_of(day: dt.date | None) -> str | None:
    """The last second of a day in London."""
    return None if day is None else dt.datetime.combine(day, dt.time(23, 59, 59), LONDON).isoformat()


def earliest(date: EstimatedDate | None) -> str | None:
    return start_of(date.earliest) if date else None


def latest(date: EstimatedDate | None) -> str | None:
    return end_of(date.latest) if date else None


def pounds(amount: Decimal | None, gross: Decimal | None = None) -> Document | None:
    """An amount without VAT and one with it, whichever is known."""
    told = present({"amount": _number(amount), "amountGross": _number(gross)})
    return {**told, "currency": "GBP"} if told else None


def _number(amount: Decimal | None) -> int | float | None:
    if amount is None:
        return None
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def number(amount: Decimal) -> int | float:
    """A weight or an amount as a number of JSON."""
    told = _number(amount)
    assert told is not None
    return told


def present(document: Document) -> Document:
    """Leave out what is not known: nothing, an empty text, an empty list, an empty document."""
    return {name: value for name, value in document.items() if value is not None and value not in ("", [], {})}


def period(**parts: str | None) -> Document | None:
    return present(parts) or None


def sentences(parts: Iterable[str]) -> str:
    """Put what was told in several fields one under the other."""
    return "\n\n".join(part.strip() for part in parts if part and part.strip())


def description_of(row: Any) -> str:
    """The summary; of a row invented for show, with a sentence that says so."""
    sample = "A sample, invented to show how the portal works: nothing is bought." if row.is_sample else ""
    return sentences([row.summary, sample])


def addresses(places: Iterable[Place]) -> list[Document]:
    """Where care is given: places by their names and statistical codes, never anybody's address."""
    return [
        {
            "description": f"{place.name} ({place.gss_code})" if place.gss_code else place.name,
            "countryName": "United Kingdom",
        }
        for place in places
    ]
