"""Takes parts out of a document of somebody else's, and notes what is not of its type, with the JSON pointer to it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_date, parse_datetime

from core.dates import london_date
from core.imports.problems import Problems
from core.text import clean_plain_text

LONDON = ZoneInfo("Europe/London")
MOST_POUNDS = Decimal(10) ** 12


class Reader:
    """One document of a release. What is missing is nothing; what is of another type is a fault, and nothing too."""

    def __init__(self, document: dict[str, Any], pointer: str, problems: Problems) -> None:
        self.document, self.pointer, self.problems = document, pointer, problems

    def __contains__(self, name: str) -> bool:
        return name in self.document

    def get(self, name: str) -> Any:
        """Return what stands there, of whatever type."""
        return self.document.get(name)

    def fault(self, name: str, reason: str) -> None:
        pointer = f"{self.pointer}/{name}" if name else self.pointer
        # What is read for two purposes is told once.
        if not any(one.pointer == pointer and one.reason == reason for one in self.problems.found):
            self.problems.add(reason, pointer=pointer)

    def part(self, name: str) -> Reader:
        """Return a document inside this one; an empty one where there is none."""
        value = self.document.get(name)
        if value is not None and not isinstance(value, dict):
            self.fault(name, "Here a document in curly brackets was expected.")
        return Reader(value if isinstance(value, dict) else {}, f"{self.pointer}/{name}", self.problems)

    def parts(self, name: str) -> list[Reader]:
        """Return the documents of a list."""
        value = self.document.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.fault(name, "Here a list of documents was expected.")
            return []
        return [Reader(one, f"{self.pointer}/{name}/{place}", self.problems) for place, one in enumerate(value)]

    def known(self, name: str) -> list[tuple[str, Reader]]:
        """Return the documents of a list with the id of each; one without an id, and an id given twice, are faults."""
        found: dict[str, Reader] = {}
        for one in self.parts(name):
            key = one.text("id", most=200)
            if not key:
                one.fault("id", "Each of these has an id: without it a later release cannot tell which one it means.")
            elif key in found:
                one.fault("id", f"“{key[:60]}” stands in the list twice.")
            else:
                found[key] = one
        return list(found.items())

    def text(self, name: str, *, most: int = 20_000) -> str | None:
        value = self.document.get(name)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            self.fault(name, "Here words were expected.")
            return None
        try:
            value.encode()
        except UnicodeEncodeError:
            self.fault(name, "These words hold half a character.")
            return None
        return clean_plain_text(value, multiline=True)[:most]

    def line(self, name: str, *, most: int) -> str:
        """Return words on one line; nothing where there are none."""
        return " ".join((self.text(name) or "").split())[:most].rstrip()

    def texts(self, name: str) -> list[str]:
        """Return the words of a list."""
        value = self.document.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, str | int) for one in value):
            self.fault(name, "Here a list of words was expected.")
            return []
        return [clean_plain_text(str(one))[:200] for one in value]

    def truth(self, name: str) -> bool | None:
        value = self.document.get(name)
        if value is not None and not isinstance(value, bool):
            self.fault(name, "Here true or false was expected.")
            return None
        return value

    def number(self, name: str, *, places: str = "0.01") -> Decimal | None:
        value = self.document.get(name)
        if value is None:
            return None
        try:
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ValueError
            return Decimal(str(value)).quantize(Decimal(places))
        except (ValueError, InvalidOperation):
            self.fault(name, "Here an amount was expected.")
            return None

    def pounds(self, name: str) -> str | None:
        """Return the amount of a value in this document, which is in pounds."""
        amount = self.number(name)
        if amount is None:
            return None
        if self.document.get("currency") not in (None, "GBP"):
            self.fault("currency", "Only pounds can be kept here.")
            return None
        if not 0 <= amount < MOST_POUNDS:
            self.fault(name, "An amount is between nought and a million million pounds.")
            return None
        return str(amount)

    def moment(self, name: str) -> dt.datetime | None:
        """Return a moment; one without an offset is London's clock, as long as that showed the time once."""
        words = self.document.get(name)
        if words is None:
            return None
        found = _moment(words) if isinstance(words, str) else None
        if found is None:
            self.fault(name, "Here a moment was expected, such as 2026-05-06T12:00:00+01:00.")
            return None
        if found.tzinfo is not None:
            # Python knows offsets that PostgreSQL does not.
            return found.astimezone(dt.UTC)
        first, second = (found.replace(tzinfo=LONDON, fold=fold).utcoffset() for fold in (0, 1))
        if first == second:
            return found.replace(tzinfo=LONDON)
        what = "comes twice, since the clocks go back" if (first or dt.timedelta()) > (second or dt.timedelta()) else (
            "never comes, since the clocks go forward"
        )  # fmt: skip
        self.fault(name, f"{found:%H:%M} {what} that night. Write it with +00:00 or with +01:00.")
        return None

    def day(self, name: str) -> str | None:
        """Return the day a moment falls on in London."""
        found = self.moment(name)
        return None if found is None else london_date(found).isoformat()


def _moment(words: str) -> dt.datetime | None:
    try:
        found = parse_datetime(words)
        if found is None:
            day = parse_date(words)
            found = None if day is None else dt.datetime.combine(day, dt.time())
    except ValueError:
        return None
    return found if found is not None and 1990 <= found.year <= 2200 else None
