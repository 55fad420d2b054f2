"""What the search for care is asked, and what it answers.

`ServiceQuery` says what is asked, `search` answers with `Results`. A service stands in each list once. With a place
the lists are:

* ``near``: services one goes to, each at its nearest building within the radius;
* ``home``: services that come to a person, by the area they serve and never by the distance of their office.

Without a place ``near`` holds every service and ``home`` is empty.

The counts of a filter tell, for each of its values, how many services the search would find with that value alone
chosen in that filter and all other filters as they are; where several values must all hold (accessibility), with that
value chosen besides the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from core.geography import Located
from core.search import FacetValue

PAGE_SIZE = 20
RADII_MILES = (1, 2, 5, 10, 15, 25, 40)
DEFAULT_RADIUS_MILES = 10

FUNDING = {"self": "Pay yourself", "council": "The council pays", "nhs": "The NHS pays"}
RATINGS = {
    "outstanding": "Outstanding",
    "good": "Good",
    "requires_improvement": "Requires improvement",
    "inadequate": "Inadequate",
    "unrated": "Not rated",
}
ACCESS = {
    "step_free": "Step-free entrance",
    "toilet": "Accessible toilet",
    "hearing_loop": "Hearing loop",
    "parking": "Accessible parking",
    "lift": "Lift",
}
SETTINGS = {"place": "You go there", "home": "Comes to you, or by phone or online"}
SPACE = {"1": "Has space now"}


# The parts of a `ServiceQuery` that narrow it, in the order in which one would take them away.
FILTERS = (
    "words", "has_space", "rating", "languages", "access", "funding", "groups", "types", "setting", "councils",
)  # fmt: skip


class Order(StrEnum):
    """How a list is ordered; its `reason` is the sentence for the page. Nothing else moves a service up or down."""

    MATCH = "match", "Your words in the name first, then by name"
    NEAREST = "nearest", "Nearest first"
    NAME = "name", "By name"
    RATING = (
        "rating",
        (
            "Best rating first: outstanding, good, then services without a rating, since that is neither good nor bad, "
            "then requires improvement, inadequate"
        ),
    )
    CONFIRMED = "confirmed", "Most recently confirmed by the provider first; never confirmed last"
    FEE = (
        "fee",
        (
            "Lowest starting fee first: by the hour, session, day, night, then week, since they cannot be compared; "
            "no fee told last"
        ),
    )

    reason: str

    def __new__(cls, value: str, reason: str) -> Order:
        member = str.__new__(cls, value)
        member._value_ = value
        member.reason = reason
        return member


@dataclass(frozen=True, kw_only=True)
class ServiceQuery:
    """What somebody looks for. Values that no filter offers are left out, and `Results.ignored` names them.

    Any of ``types``, ``groups``, ``funding``, ``rating``, ``languages`` and ``councils`` will do; all of ``access``
    must hold. ``include_unsaid`` finds besides those that have not told us about funding, space, accessibility or
    languages.

    :param types: slugs of service types; a parent finds its children. So are ``groups`` (client groups).
    :param councils: slugs of council places: services that stand there or serve it.
    :param languages: in small letters, as `Results.values` names them.
    :param order: empty for nearest with a place, best match with words, else by name.
    """

    words: str = ""
    near: Located | None = None
    radius_miles: float = DEFAULT_RADIUS_MILES
    types: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    funding: tuple[str, ...] = ()
    rating: tuple[str, ...] = ()
    has_space: bool = False
    access: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    councils: tuple[str, ...] = ()
    setting: str = ""
    include_unsaid: bool = False
    order: str = ""
    page: int = 1
    home_page: int = 1


@dataclass(frozen=True, slots=True)
class Hit:
    """A service found, at the building it was found at.

    ``card`` is what a result card shows, as stored with the search rows (see `providers/models/search.py`):
    ``location`` is that of the hit, None where it has no building or comes to you. ``is_area_told`` is False where a
    service that comes to you has not told us where it goes, and was found by its office's council.
    """

    service_id: int
    location_id: int | None
    distance_miles: float | None
    card: dict[str, Any]
    location: dict[str, Any] | None = None
    is_area_told: bool = True


@dataclass(frozen=True, slots=True)
class HitPage:
    """One page of a list. ``number`` is the page given: the last one where a later one was asked for."""

    hits: tuple[Hit, ...] = ()
    total: int = 0
    number: int = 1
    size: int = PAGE_SIZE

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True, slots=True)
class Results:
    """What the search found. ``total`` counts each service once, whichever lists it stands in.

    ``facets`` has for each filter (``types``, ``groups``, ``funding``, ``rating``, ``space``, ``access``,
    ``languages``, ``councils``, ``setting``) the number of services by value; nought is left out, and so is a
    language that none of them told of. ``values`` has their labels in the order to show, the same object while nothing
    changes, so that a page may prepare them once.

    ``corrected`` has for each word that nothing holds the words looked for instead; ``ignored`` the filter values that
    nothing offers; ``is_without_words`` says that words were typed of which none can be looked for.
    """

    near: HitPage
    home: HitPage
    total: int
    order: Order
    facets: Mapping[str, Mapping[str, int]]
    values: Mapping[str, tuple[FacetValue, ...]]
    corrected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    is_without_words: bool = False


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The one change to a question that finds most. ``name`` is the `ServiceQuery` field that it empties or widens."""

    name: str
    query: ServiceQuery
    total: int
