"""What the address of a search for care says, read without ever refusing: what nobody offers is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.http import urlencode

from core.geography import Located

from . import near
from .search import DEFAULT_RADIUS_MILES, RADII_MILES, Order, ServiceQuery

# The parameter of each filter of which several values may be chosen, and its name in a `ServiceQuery`.
CHOICES = {
    "type": "types",
    "group": "groups",
    "funding": "funding",
    "rating": "rating",
    "access": "access",
    "language": "languages",
    "council": "councils",
}
SWITCHES = {"space": "has_space", "untold": "include_unsaid"}
# More values than any filter can be of use with; each costs its place in every link of the page.
MOST_VALUES = 40
LONGEST_VALUE = 120
# Whoever turns more pages than this is a machine, and each page costs as much as all before it.
LAST_PAGE = 500

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SearchAddress:
    """The parameters of a search, in one fixed order and without what means nothing.

    ``pairs`` are all of them but the page numbers; ``kept`` are the answers to the care finder, which filter nothing
    but explain the filters.
    """

    pairs: Pairs
    kept: Pairs = ()
    page: int = 1
    home_page: int = 1

    def without(self, name: str, value: str | None = None) -> str:
        """The query of this search without one parameter, or without one of its values, from its first page."""
        return self._query(pair for pair in self.pairs if pair[0] != name or (value is not None and pair[1] != value))

    def with_one(self, name: str, value: str) -> str:
        """The query of this search with a parameter set, from its first page."""
        return self._query([*(pair for pair in self.pairs if pair[0] != name), (name, value)])

    def with_all(self, pairs: Iterable[tuple[str, str]], *, but: Iterable[str]) -> str:
        """The query with some parameters left out and others set, from its first page."""
        out = set(but)
        return self._query([*(pair for pair in self.pairs if pair[0] not in out), *pairs])

    def only(self, *names: str) -> Pairs:
        return tuple(pair for pair in self.pairs if pair[0] in names)

    def values(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.pairs if key == name)

    def one(self, name: str) -> str:
        return next(iter(self.values(name)), "")

    def _query(self, pairs: Iterable[tuple[str, str]]) -> str:
        words = urlencode([*pairs, *self.kept])
        return f"?{words}" if words else "?"


def read_address(data: QueryDict, *, kept: Pairs = ()) -> SearchAddress:
    """Read the parameters of a search. A full postcode in them is cut to its first half."""
    return SearchAddress(tuple(_pairs(data)), kept, _page(data.get("page")), _page(data.get("home")))


def _pairs(data: QueryDict) -> Iterator[tuple[str, str]]:
    if place := _text(data, "near"):
        yield "near", place
    if words := _text(data, "q"):
        yield "q", words
    radius = data.get("radius", "")
    if radius.isascii() and radius.isdecimal() and len(radius) < 4 and int(radius) in RADII_MILES:
        yield "radius", str(int(radius))
    for name in CHOICES:
        values = dict.fromkeys(value.replace("\x00", "")[:LONGEST_VALUE] for value in data.getlist(name)[:MOST_VALUES])
        yield from ((name, value) for value in values if value)
    for name in SWITCHES:
        if data.get(name):
            yield name, "1"
    for name in ("setting", "order"):
        if value := _text(data, name):
            yield name, value


def _text(data: QueryDict, name: str) -> str:
    return near.without_postcodes(near.clean(data.get(name, "")))


def _page(number: str | None) -> int:
    is_number = number is not None and number.isascii() and number.isdecimal() and len(number) < 6
    return min(max(int(number or 1), 1), LAST_PAGE) if is_number else 1


def service_query(address: SearchAddress, place: Located | None) -> ServiceQuery:
    """Turn an address and the place somebody looks near into what the search is asked."""
    order = address.one("order")
    return ServiceQuery(
        words=address.one("q"),
        near=place,
        radius_miles=float(address.one("radius") or DEFAULT_RADIUS_MILES),
        has_space=bool(address.one("space")),
        include_unsaid=bool(address.one("untold")),
        setting=address.one("setting"),
        order=order if order in list(Order) else "",
        page=address.page,
        home_page=address.home_page,
        types=address.values("type"),
        groups=address.values("group"),
        funding=address.values("funding"),
        rating=address.values("rating"),
        access=address.values("access"),
        languages=address.values("language"),
        councils=address.values("council"),
    )
