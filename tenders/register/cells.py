"""What the words of a cell mean. Each reader raises `ValueError` with a sentence for the person who keeps the file."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from core.dates import EstimatedDate, parse
from core.exports import NOT_STATED
from core.text import clean_plain_text
from tenders.exports.contracts import BETWEEN

# A spreadsheet keeps a day as the number of days since the end of 1899.
SERIAL = re.compile(r"\d{5}(\.0*)?")
DAY_NOUGHT = dt.date(1899, 12, 30)
WITH_TIME = re.compile(r"\d{5}\.\d*[1-9]\d*|.*\d{1,2}:\d{2}.*")
MONEY_SIGNS = str.maketrans("", "", "£,  \u00a0")
# A cell of a careless file may hold a whole column.
MOST_PARTS = 200


def text(words: str, *, most: int | None = None, multiline: bool = False) -> str:
    words = clean_plain_text(words, multiline=multiline)
    if most is not None and len(words) > most:
        raise ValueError(f"This is longer than {most} signs.")
    return words


def day(words: str) -> EstimatedDate | None:
    """A day, as a spreadsheet keeps it or as a document states it; or a rougher date."""
    if not words:
        return None
    if SERIAL.fullmatch(words):
        found = DAY_NOUGHT + dt.timedelta(days=int(words.partition(".")[0]))
        words = f"{found.day} {found:%B %Y}"
    elif WITH_TIME.fullmatch(words):
        raise ValueError("A day stands here without a time.")
    if len(words) > 120:
        raise ValueError("This is too long for a date.")
    return parse(words)


def pounds(words: str, *, most: Decimal) -> Decimal | None:
    """Return a sum of at most ``most`` pounds."""
    if not words:
        return None
    try:
        amount = Decimal(words.translate(MONEY_SIGNS))
    except InvalidOperation:
        raise ValueError(f"“{words[:40]}” is not a sum in pounds. Write it like 250000 or 250,000.00.") from None
    if not amount.is_finite() or not 0 <= amount <= most:
        raise ValueError(f"A value is between nought and £{most:,.2f}.")
    rounded = amount.quantize(Decimal("0.01"))
    # A spreadsheet's numbers carry an error far behind the point.
    if abs(amount - rounded) > Decimal("0.0001"):
        raise ValueError("A sum has at most two digits behind the point.")
    return rounded


def whole(words: str, *, most: int) -> int | None:
    if not words:
        return None
    number = re.fullmatch(r"(\d{1,6})(\.0*)?", words)
    if number is None or int(number[1]) > most:
        raise ValueError(f"Write a whole number up to {most}.")
    return int(number[1])


def choice(words: str, choices: list[tuple[str, str]], unknown: str) -> str:
    """One of the choices, by its words or its name."""
    if not words:
        return unknown
    for value, label in choices:
        if words.casefold() in {value.casefold(), str(label).casefold()}:
            return value
    offered = ", ".join(str(label) for value, label in choices if value and value != unknown)
    raise ValueError(f"“{words[:60]}” is none of: {offered}.")


def parted(words: str) -> list[str]:
    parts = [part for part in (clean_plain_text(one) for one in words.split(BETWEEN.strip())) if part]
    if len(parts) > MOST_PARTS:
        raise ValueError(f"More than {MOST_PARTS} entries stand here.")
    return parts


def yes_or_no(words: str) -> bool | None:
    if words.casefold() in {"", NOT_STATED.casefold()}:
        return None
    if words.casefold() in {"yes", "true", "y", "1"}:
        return True
    if words.casefold() in {"no", "false", "n", "0"}:
        return False
    raise ValueError(f"“{words[:40]}” is none of: Yes, No, {NOT_STATED}.")


def same(old: Any, new: Any) -> bool:
    """Whether nothing changes: two dates are the same if they allow the same days."""
    if isinstance(old, EstimatedDate) and isinstance(new, EstimatedDate):
        if old.earliest is None and new.earliest is None:
            return old.words == new.words
        return (old.earliest, old.latest) == (new.earliest, new.latest)
    if isinstance(old, str) and isinstance(new, str):
        return clean_plain_text(old, multiline=True) == clean_plain_text(new, multiline=True) or (
            clean_plain_text(old) == new
        )
    return bool(old == new)
