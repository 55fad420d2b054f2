"""Places free, with their age: what a provider told counts until it expires, and then only that one has to ask."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.timezone import localtime

from core.templatetags.portal import age_in_words, gov_date


@dataclass(frozen=True)
class Space:
    """What was last told of one kind of place."""

    count: str
    """Such as "2 rooms of 38"."""
    number: int
    what: str
    """What there is of it, such as "rooms"."""
    is_current: bool
    told: str
    """How long ago, in words."""
    told_on: str

    @property
    def line(self) -> str:
        """The whole as one sentence."""
        if not self.is_current:
            return f"Last told us {self.told_on}: {self.count}. Ask."
        return f"{self.count if self.number else f'None free ({self.what})'}, told us {self.told}"


def spaces_of(service: Any, *, at: dt.datetime) -> list[Space]:
    """Return every kind of place a service told us about, what still counts first."""
    found = []
    for row in service.vacancies.all():
        what = counted(row.available, row.unit)
        of = f" of {row.maximum}" if row.maximum else ""
        year = "" if localtime(row.told_at).year == localtime(at).year else f" {localtime(row.told_at).year}"
        told_on = gov_date(row.told_at).rsplit(" ", 1)[0] + year
        found.append(
            Space(
                count=f"{row.available} {what}{of}",
                number=row.available,
                what=what,
                is_current=row.is_current(at=at),
                told=age_in_words(row.told_at, at),
                told_on=told_on,
            )
        )
    return sorted(found, key=lambda one: not one.is_current)


def counted(number: int, unit: str) -> str:
    """Return a unit's name as it stands behind a number: "room", "rooms"; "hours a week" stays."""
    ending = "" if number == 1 or " a " in unit or unit.endswith("s") else "s"
    return f"{unit}{ending}"
