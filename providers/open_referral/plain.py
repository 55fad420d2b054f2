"""How values are written: what is not known is left out, moments name their zone, addresses their scheme."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.encoding import iri_to_uri

from core.dates import london_date

Document = dict[str, Any]

_ADDRESS = re.compile(r"(?:[A-Za-z0-9\-._~:/?#@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+")
_HOST = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::[0-9]{1,5})?")


def known(document: Document) -> Document:
    """Return a document without what is unknown. Nought and false are known."""
    return {name: value for name, value in document.items() if value not in (None, "", [], {})}


def moment(at: dt.datetime | None) -> str:
    """Write a moment in UTC to the millisecond: 2026-11-01T09:30:00.000Z."""
    if at is None:
        return ""
    return at.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def day(at: dt.datetime | None) -> str:
    """Write the day it was for people in England."""
    return london_date(at).isoformat() if at else ""


def day_in_words(date: dt.date) -> str:
    return f"{date.day} {date:%B %Y}"


def pounds(amount: Decimal | None) -> float | None:
    """Return an amount as a number; with two decimals it comes back exactly."""
    return None if amount is None else float(amount)


def web_address(value: str) -> str:
    """Return a web address with its scheme, as the standard asks; nothing where it cannot be one."""
    address = value.strip()
    if address and "://" not in address:
        address = f"https://{address}"
    address = str(iri_to_uri(address))
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    is_one = _ADDRESS.fullmatch(address) and _HOST.fullmatch(parts.netloc) and address.count("#") <= 1
    return address if is_one and parts.scheme in {"http", "https"} else ""


def mail_address(value: str) -> str:
    try:
        validate_email(value)
    except ValidationError:
        return ""
    return value
