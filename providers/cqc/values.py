"""What a cell of the CQC's says, as a value of ours. Each function raises ValueError with the reason as its words."""

from __future__ import annotations

import datetime as dt
import functools
import re

from core.geography import format_postcode, normalise_postcode
from providers.models import Rating

STATE, VALUE = Rating.State, Rating.Value

VALUES: dict[str, str] = {value.label.casefold(): value.value for value in VALUE}
STATES: dict[str, str] = {
    "not yet inspected": STATE.NOT_YET_INSPECTED,
    "inspected but not rated": STATE.INSPECTED_NOT_RATED,
    "insufficient evidence to rate": STATE.INSPECTED_NOT_RATED,
    "no published rating": STATE.NO_CURRENT_RATING,
    "not rated": STATE.NO_CURRENT_RATING,
    "not applicable": STATE.NO_CURRENT_RATING,
    "no rating": STATE.NO_CURRENT_RATING,
    "": STATE.NO_CURRENT_RATING,
}
QUESTIONS: dict[str, str] = {question.label.casefold(): question.value for question in Rating.Question} | {
    "well led": Rating.Question.WELL_LED
}

_ID = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?")
_BRITISH = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:E\+?\d+)?", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+(?::\d{1,5})?", re.IGNORECASE)
_PHONE = re.compile(r"[+(]?[\d][\d ()\-/.+]{6,38}(?: ?(?:ext|x)\.? ?\d{1,6})?", re.IGNORECASE)
# Day 0 of a spreadsheet's count: it takes 1900 for a leap year.
_SPREADSHEET_EPOCH = dt.date(1899, 12, 30)
_EARLIEST = dt.date(1900, 1, 1)
_NEVER = dt.date(2100, 1, 1)


def words(cell: str) -> str:
    """Return the text with each run of space as one space."""
    return " ".join(cell.split())


def register_id(cell: str) -> str:
    """Return an ID of the CQC's register in capitals."""
    found = cell.strip().upper()
    if not _ID.fullmatch(found):
        raise ValueError(f"“{cell[:40]}” is no ID of the CQC's register")
    return found


@functools.lru_cache(maxsize=20_000)
def day(cell: str) -> dt.date | None:
    """Return a day written as 2026-10-01, with a time after it, as 01/10/2026, or as a spreadsheet's number."""
    text = cell.strip()
    if not text:
        return None
    try:
        if found := _ISO.fullmatch(text):
            result = dt.date(int(found[1]), int(found[2]), int(found[3]))
        elif found := _BRITISH.fullmatch(text):
            result = dt.date(int(found[3]), int(found[2]), int(found[1]))
        elif _NUMBER.fullmatch(text) and 10_000 < float(text) < 80_000:
            result = _SPREADSHEET_EPOCH + dt.timedelta(days=int(float(text)))
        else:
            raise ValueError
    except (ValueError, OverflowError):
        raise ValueError(f"“{cell[:40]}” is no date. Write it as 2026-10-31") from None
    if not _EARLIEST <= result < _NEVER:
        raise ValueError(f"“{cell[:40]}” is no likely date")
    return result


def is_yes(cell: str) -> bool:
    """Return whether a flag that may be blank is Y."""
    if not cell:
        return False
    text = cell.strip().upper()
    if text == "Y":
        return True
    if text in {"", "N"}:
        return False
    raise ValueError(f"“{cell[:40]}” stands where only Y, N or nothing may")


def yes_or_no(cell: str) -> bool:
    """Return a flag that is always given."""
    text = cell.strip().upper()
    if text not in {"Y", "N"}:
        raise ValueError(
            f"“{cell[:40]}” stands where only Y or N may" if text else "it is blank; only Y or N may stand here"
        )
    return text == "Y"


def whole(cell: str, *, most: int) -> int | None:
    """Return a whole number from nought to ``most``; a spreadsheet may write 12 as 12.0."""
    text = cell.strip()
    if not text:
        return None
    if not _NUMBER.fullmatch(text) or len(text) > 20 or not (found := float(text)).is_integer() or found > most:
        raise ValueError(f"“{cell[:40]}” is no whole number up to {most:,}")
    return int(found)


def point(latitude: str, longitude: str) -> tuple[float, float] | None:
    """Return degrees north and east, inside the United Kingdom, or None where neither is given."""
    if not latitude.strip() and not longitude.strip():
        return None
    try:
        north, east = float(latitude), float(longitude)
    except ValueError:
        raise ValueError(f"“{latitude[:20]}, {longitude[:20]}” is no point in degrees") from None
    if not (49 <= north <= 61 and -9 <= east <= 3):
        raise ValueError(f"{north}, {east} lies outside the United Kingdom")
    return north, east


def digits(cell: str, *, most: int, fill: int = 0) -> str:
    """Return a number that is a name, such as a UPRN, without what a spreadsheet made of it; blank if it is none.

    :param fill: length up to which lost noughts in front are put back.
    """
    text = cell.strip()
    if _NUMBER.fullmatch(text) and ("." in text or "e" in text.casefold()):
        text = str(int(float(text)))
    if not text.isascii() or not text.isdigit() or len(text) > most:
        raise ValueError(f"“{cell[:40]}” is no number of up to {most} digits")
    return text.zfill(fill)


def postcode(cell: str) -> str:
    """Return a postcode as people write it, or blank."""
    text = cell.strip()
    if not text:
        return ""
    found = normalise_postcode(text)
    if found is None:
        raise ValueError(f"“{cell[:20]}” is no postcode")
    return format_postcode(found)


def phone(cell: str) -> str:
    """Return a telephone number, with the nought in front that a spreadsheet takes for nothing."""
    text = words(cell)
    if _NUMBER.fullmatch(text) and ("." in text or "e" in text.casefold()):
        text = str(int(float(text)))
    if text.isdigit() and len(text) in {9, 10} and not text.startswith("0"):
        text = f"0{text}"
    if not _PHONE.fullmatch(text):
        raise ValueError(f"“{cell[:40]}” is no telephone number")
    return text


def website(cell: str) -> str:
    """Return a web address with its scheme, which the register often leaves out."""
    text = cell.strip()
    scheme, mark, rest = text.partition("://")
    if not mark:
        scheme, rest = "https", text
    host = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if scheme.casefold() not in {"http", "https"} or not _HOST.fullmatch(host) or re.search(r"[\s<>\"\\^`{|}]", text):
        raise ValueError(f"“{cell[:60]}” is no web address")
    if not re.search(r"\.[a-z][a-z0-9-]*(?::\d+)?$", host, re.IGNORECASE):
        raise ValueError(f"“{cell[:60]}” is no web address")
    address = f"{scheme.casefold()}://{rest}"
    if len(address) > 200:
        raise ValueError(f"the web address is longer than 200 characters: “{cell[:40]}…”")
    return address


def rating(text: str, *, is_inherited: bool = False) -> tuple[str, str, str]:
    """Return state, value and, where the words are none we know, the words themselves."""
    known = words(text).casefold()
    if value := VALUES.get(known):
        return (STATE.INHERITED if is_inherited else STATE.RATED), value, ""
    if state := STATES.get(known):
        return state, "", ""
    return STATE.UNKNOWN_TEXT, "", words(text)[:120]
