"""One service's sheet of facts, and several of them side by side."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

from core.templatetags.portal import gov_date, money
from providers.shortlist import public_id

from . import facts
from .facts import Fact, Group
from .ratings import RatingLine, ratings_of
from .space import Space, spaces_of
from .where import Where, where_of

REGULATOR = "rating"


@dataclass(frozen=True)
class Figure:
    """A figure at the head of a page: the number, what it counts, and its age."""

    value: str
    what: str
    when: str
    is_words: bool = False


@dataclass(frozen=True)
class Sheet:
    """All that may be known of a service."""

    service: Any
    id: str
    kinds: str
    groups: tuple[Group, ...]
    places: list[Where]
    area: Fact
    spaces: list[Space]
    overall: RatingLine | None
    questions: list[RatingLine]
    no_rating: str
    """What to say where the regulator says nothing."""
    is_withheld: bool
    is_claimed: bool
    stale_label: str
    figures: list[Figure] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.service.name)

    @property
    def url(self) -> str:
        return str(self.service.get_absolute_url())

    @property
    def where(self) -> str:
        """Where it is, or where it comes to, in one line; empty if nobody told."""
        if self.places:
            return "; ".join(place.line for place in self.places)
        return f"Comes to you in {self.area.lines[0]}" if self.area.lines else ""

    @property
    def dial(self) -> str:
        """The telephone number as a link dials it: digits, with a plus for a country."""
        number, *_ = re.split(r"ext|x", str(self.service.phone).lower(), maxsplit=1)
        return re.sub(r"[^0-9+]", "", number)

    @property
    def rating_line(self) -> str:
        return self.overall.line if self.overall else self.no_rating


def of(service: Any, *, at: dt.datetime) -> Sheet:
    """Return the sheet of a service fetched by `rows.with_facts`. It reads the database no more."""
    locations = list(service.locations.all())
    is_withheld = any(location.is_address_withheld for location in locations)
    places = [where_of(location) for location in locations]
    spaces = spaces_of(service, at=at)
    overall, questions = ratings_of(service, is_withheld=is_withheld, at=at)
    groups = [facts.costs(service), facts.room(service, spaces), facts.people(service), facts.living(service)]
    if places:
        groups.append(facts.access(places))
    return Sheet(
        service=service,
        id=public_id(service.uuid),
        kinds=", ".join(kind.name for kind in service.types.all()),
        groups=tuple(groups),
        places=places,
        area=facts.area(service),
        spaces=spaces,
        overall=overall,
        questions=questions,
        no_rating=_no_rating(service),
        is_withheld=is_withheld,
        is_claimed=service.is_claimed or service.confirmed_at is not None,
        stale_label=service.confirmation_label(at=at),
        figures=_figures(service, spaces, overall),
    )


def _no_rating(service: Any) -> str:
    if service.is_cqc_regulated is False:
        return "This kind of service is not registered with the Care Quality Commission, so it has no rating"
    return "We have no rating for this service"


def _figures(service: Any, spaces: list[Space], overall: RatingLine | None) -> list[Figure]:
    """Return the four figures a family looks for first, as far as they are known."""
    found = []
    if spaces:
        space = spaces[0]
        if space.is_current and service.is_closed_temporarily:
            found.append(Figure("Closed", "for now", "see above", True))
        elif space.is_current:
            found.append(Figure(str(space.number), f"{space.what} free", f"told us {space.told}"))
        else:
            found.append(Figure("Ask", "for space", f"last told us {space.told_on}: {space.count}", True))
    if overall is not None:
        when = f"{overall.date:%B %Y}, {overall.age}" if overall.date else "date not known"
        words = "CQC rating" if overall.is_rating else "by the CQC"
        found.append(Figure(overall.word, words, when, True))
    fees = sorted(service.fees.all(), key=lambda fee: fee.amount_from)
    if fees:
        fee = fees[0]
        what = fee.get_per_display() + ("" if fee.amount_to is None and len(fees) == 1 else ", and up")
        found.append(Figure(money(fee.amount_from), what, f"told us {gov_date(fee.told_date)}"))
    if service.capacity:
        own = {True: "some with their own bathroom", False: "none with its own bathroom", None: ""}
        found.append(Figure(str(service.capacity), service.capacity_unit or "places", own[service.has_en_suite_rooms]))
    return found


@dataclass(frozen=True)
class Row:
    """One fact of several services."""

    label: str
    cells: tuple[Fact, ...]


def side_by_side(sheets: list[Sheet]) -> list[tuple[str, list[Row]]]:
    """Return the facts of several services row by row, each as it stands on their own pages.

    A row that some of them cannot have (a garden of care at home) says so rather than "not told".
    """
    if not sheets:
        return []
    headings = [group.key for group in max((sheet.groups for sheet in sheets), key=len)]
    found = [("Rating", [Row("Care Quality Commission", tuple(_rating(sheet) for sheet in sheets))])]
    for key in headings:
        groups = [next((group for group in sheet.groups if group.key == key), None) for sheet in sheets]
        fullest = max((group for group in groups if group), key=lambda group: len(group.facts))
        rows = []
        for fact in fullest.facts:
            cells = [
                next((one for one in group.facts if one.key == fact.key), _does_not_apply(fact)) if group
                else _does_not_apply(fact)
                for group in groups
            ]  # fmt: skip
            rows.append(Row(fact.label, tuple(cells)))
        found.append((fullest.heading, rows))
    return found


def _rating(sheet: Sheet) -> Fact:
    lines = (sheet.overall.line,) if sheet.overall else ()
    return Fact(REGULATOR, "Care Quality Commission", lines, sheet.no_rating)


def _does_not_apply(fact: Fact) -> Fact:
    return Fact(fact.key, fact.label, ("Does not apply: it comes to you",))
