"""What the list of opportunities is asked: one frozen question behind page, feeds, files, saved searches and alerts.

`OpportunityQuery.from_querydict` reads an address and never refuses: what means nothing is left out and named in
``ignored``. `OpportunityQuery.as_query_string` writes it back in one form only, so that two searches are the same
exactly when these are; no full postcode is ever part of it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

from django.http import QueryDict
from django.utils.http import urlencode

from core.models import LifeStage
from providers.near import clean, without_postcodes
from tenders.models import Opportunity, Regime, ReservedFor, Route

Labels = Mapping[str, Mapping[str, str]]

PAGE_SIZE = 20
# More values than any filter can be of use with; each costs its place in every link of the page.
MOST_VALUES = 40
LONGEST_VALUE = 80
LAST_PAGE = 5_000

_Status = Opportunity.Status
# What has been withdrawn or cancelled stands in no list.
STAGES = {
    status.value: str(status.label)
    for status in (
        _Status.PLANNED, _Status.ENGAGING, _Status.OPEN, _Status.CLOSED, _Status.AWARDED, _Status.DATE_PASSED,
    )
}  # fmt: skip
# The lowest value of each band in pounds; it ends where the next begins.
BANDS = {"0": 0, "100k": 100_000, "500k": 500_000, "1m": 1_000_000, "5m": 5_000_000, "20m": 20_000_000}
VALUES = {
    "0": "Under £100,000",
    "100k": "£100,000 to £500,000",
    "500k": "£500,000 to £1 million",
    "1m": "£1 million to £5 million",
    "5m": "£5 million to £20 million",
    "20m": "£20 million and more",
    "unknown": "Not published",
}
LIVES = {choice.value: str(choice.label) for choice in LifeStage}
ROUTES = {choice.value: str(choice.label) for choice in Route}
REGIMES = {choice.value: str(choice.label) for choice in Regime}
RESERVED = {choice.value: str(choice.label) for choice in ReservedFor} | {"no": "Not reserved, or not stated"}
SUITABLE = {
    "sme": "Suitable for small and medium-sized firms",
    "vcse": "Suitable for voluntary and community organisations",
}
JOINING = {"now": "Open to join now"}
OUTCODE = re.compile(r"^[A-Z]{1,2}[0-9][A-Z0-9]?$")
_SLUG = re.compile(r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$")


class Order(StrEnum):
    """How the list is ordered; its `reason` is the sentence for the page. Nothing else moves an entry up or down."""

    MATCH = "match", "Best match", "Your words in the title first, then the soonest"
    SOONEST = (
        "soonest",
        "Soonest",
        "What is open by its closing date and what is planned by its opening date, the soonest first; "
        "then those without a date, and last what has passed",
    )
    CLOSING = "closing", "Soonest to close", "Soonest to close first; then those that are not open, the soonest first"
    OPENING = "opening", "Opening soonest", "Opening soonest first; then those open already, and last what has passed"
    NEWEST = "newest", "Newest", "Most recently published here first"
    VALUE = "value", "Highest value", "Highest value first; those without a published value last"
    NAME = "name", "Name", "By name"

    label: str
    reason: str

    def __new__(cls, value: str, label: str, reason: str) -> Order:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.reason = reason
        return member


# The parameter of each part of a question, in the order in which they stand in an address. Those of several values
# take any of them.
SEVERAL = {
    "stage": "stages",
    "type": "types",
    "group": "groups",
    "place": "places",
    "value": "values",
    "life": "lives",
    "route": "routes",
    "regime": "regimes",
    "reserved": "reserved",
    "suitable": "suitable",
    "buyer": "buyers",
}
DATES = ("opens_from", "opens_to", "closes_from", "closes_to")
PARAMETERS = {
    "words": "q",
    **{name: parameter for parameter, name in SEVERAL.items()},
    "framework": "framework",
    "joining": "joining",
    **{name: name for name in DATES},
}
_FIXED: dict[str, Mapping[str, str]] = {
    "stages": STAGES,
    "values": VALUES,
    "lives": LIVES,
    "routes": ROUTES,
    "regimes": REGIMES,
    "reserved": RESERVED,
    "suitable": SUITABLE,
}
# What a person calls each part.
NAMES = {
    "words": "the words you typed",
    "stages": "the stage",
    "types": "the kind of care",
    "groups": "who it is for",
    "places": "the place",
    "values": "the value",
    "lives": "the time of life",
    "routes": "how it is bought",
    "regimes": "the law",
    "reserved": "whom it is reserved for",
    "suitable": "whom it suits",
    "buyers": "who buys",
    "framework": "the framework",
    "joining": "open to join now",
    "opens_from": "opening from",
    "opens_to": "opening until",
    "closes_from": "closing from",
    "closes_to": "closing until",
}


@dataclass(frozen=True, kw_only=True)
class OpportunityQuery:
    """What somebody looks for among the opportunities. Of each part any one value will do; all parts must hold.

    ``suitable`` is the exception: each chosen value must hold. A tender's lots count as the tender itself.

    :param types: slugs of service types; a parent finds its children. So are ``groups`` (client groups).
    :param places: where care is delivered: slugs of councils and towns, and outcodes in capitals. A council finds the
        towns in it, a town what is delivered in all its council; an entry that names no place counts where its buyer is.
    :param values: keys of `VALUES`: bands of the whole value or of a lot's.
    :param stages: keys of `STAGES`, by the status at the moment of the search.
    :param buyers: slugs of organisations, partners among them.
    :param framework: the slug of the framework it is called off from.
    :param opens_from: the first day on which it may open; one known by month or season counts if any of its days does.
    :param joining: ``"now"`` for what one can join now: a call-off under a framework or dynamic market that is open to
        providers, or a framework or market that is out to tender.
    :param order: a value of `Order`; empty for best match with words, else soonest.
    :param ignored: what the address said besides; no part of the question.
    """

    words: str = ""
    stages: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    lives: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    regimes: tuple[str, ...] = ()
    reserved: tuple[str, ...] = ()
    suitable: tuple[str, ...] = ()
    buyers: tuple[str, ...] = ()
    framework: str = ""
    joining: str = ""
    opens_from: dt.date | None = None
    opens_to: dt.date | None = None
    closes_from: dt.date | None = None
    closes_to: dt.date | None = None
    order: str = ""
    page: int = 1
    ignored: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def from_querydict(cls, data: QueryDict) -> OpportunityQuery:
        """Read an address. Nothing is refused: what means nothing is left out and named in ``ignored``."""
        ignored: list[str] = []
        found: dict[str, Any] = {"words": without_postcodes(clean(data.get("q", "")))}
        for parameter, name in SEVERAL.items():
            found[name] = tuple(sorted(set(_values(data.getlist(parameter), name, ignored))))
        framework = data.get("framework", "").strip()[:LONGEST_VALUE]
        found["framework"] = framework if _SLUG.match(framework) else _left_out(framework, ignored)
        joining = data.get("joining", "")[:LONGEST_VALUE]
        found["joining"] = joining if joining in JOINING else _left_out(joining, ignored)
        for name in DATES:
            found[name] = _day(data.get(name, ""), ignored)
        order = data.get("order", "")[:LONGEST_VALUE]
        found["order"] = order if order in list(Order) else _left_out(order, ignored)
        return cls(**found, page=_page(data.get("page")), ignored=tuple(ignored))

    @classmethod
    def from_query_string(cls, words: str) -> OpportunityQuery:
        """Read a query string, such as a saved search's."""
        return cls.from_querydict(QueryDict(words))

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield the parameters in their one order, without the page."""
        for name, parameter in PARAMETERS.items():
            value = getattr(self, name)
            if isinstance(value, tuple):
                yield from ((parameter, one) for one in sorted(set(value)))
            elif value:
                yield parameter, str(value)
        if self.order:
            yield "order", self.order

    def as_query_string(self) -> str:
        """Return the question as it stands in an address, without "?" and page: the same for the same question."""
        return urlencode(list(self.pairs()))

    @property
    def is_narrowed(self) -> bool:
        """Whether anything narrows the list."""
        return any(getattr(self, name) for name in PARAMETERS)

    def without(self, name: str, value: str | None = None) -> OpportunityQuery:
        """Return the question without one of its parts, or without one value of it, from the first page."""
        if value is None:
            return self._with(name, _EMPTY[name])
        return self._with(name, tuple(one for one in getattr(self, name) if one != value))

    def _with(self, name: str, value: object) -> OpportunityQuery:
        changes: dict[str, Any] = {name: value}
        return replace(self, page=1, **changes)

    def chosen(self, labels: Labels | None = None) -> Iterator[tuple[str, str, str]]:
        """Yield each part in use: its field, its value, and its words.

        :param labels: for each field the names of its values, where they are not fixed (`tenders.search.labels`).
        """
        for name in PARAMETERS:
            value = getattr(self, name)
            known = _FIXED.get(name) or (labels or {}).get(name, {})
            if isinstance(value, tuple):
                yield from ((name, one, known.get(one) or _said(one)) for one in value)
            elif name == "words" and value:
                yield name, value, f"“{value}”"
            elif name == "framework" and value:
                yield name, value, f"Framework: {known.get(value) or _said(value)}"
            elif name == "joining" and value:
                yield name, value, JOINING[value]
            elif value:
                yield name, str(value), f"{_DATE_WORDS[name]} {value.day} {value:%B %Y}"

    def describe(self, labels: Labels | None = None) -> str:
        """Return the question in words, such as “dementia”; Open or Planned; Home care."""
        parts: dict[str, list[str]] = {}
        for name, _, words in self.chosen(labels):
            parts.setdefault(name, []).append(words)
        joined = (" and ".join(words) if name == "suitable" else " or ".join(words) for name, words in parts.items())
        return "; ".join(joined) or "All opportunities"


_EMPTY: dict[str, object] = {one.name: one.default for one in fields(OpportunityQuery) if one.name in PARAMETERS}
_DATE_WORDS = {
    "opens_from": "Opens from",
    "opens_to": "Opens until",
    "closes_from": "Closes from",
    "closes_to": "Closes until",
}


def _values(typed: Iterable[str], name: str, ignored: list[str]) -> Iterator[str]:
    known = _FIXED.get(name)
    for number, text in enumerate(typed):
        value = text.replace("\x00", "").strip()[:LONGEST_VALUE]
        if name == "places":
            # Of a postcode in the address only its first half is kept.
            outcode = without_postcodes(value).upper()
            value = outcode if OUTCODE.match(outcode) else value
        is_known = value in known if known is not None else bool(_SLUG.match(value) or OUTCODE.match(value))
        if value and is_known and number < MOST_VALUES:
            yield value
        elif value:
            _left_out(value, ignored)


def _left_out(value: str, ignored: list[str]) -> str:
    if value.strip() and len(ignored) < MOST_VALUES:
        ignored.append(without_postcodes(clean(value)))
    return ""


def _day(text: str, ignored: list[str]) -> dt.date | None:
    text = text.strip()[:LONGEST_VALUE]
    try:
        # Only the one form that a date input sends; years people mean.
        day = dt.date.fromisoformat(text) if text.isascii() and len(text) == 10 else None
    except ValueError:
        day = None
    if day is not None and 1990 <= day.year <= 2200:
        return day
    _left_out(text, ignored)
    return None


def _page(number: str | None) -> int:
    is_number = number is not None and number.isascii() and number.isdecimal() and len(number) < 6
    return min(max(int(number or 1), 1), LAST_PAGE) if is_number else 1


def _said(slug: str) -> str:
    return slug if OUTCODE.match(slug) else slug.replace("-", " ").replace("_", " ").capitalize()
