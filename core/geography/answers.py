"""What becomes of the words somebody typed into the box "Where": a point, a choice between points, or neither."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from core.models import Place


class Kind(StrEnum):
    """How the words were read."""

    POSTCODE = "postcode"
    OUTCODE = "outcode"
    PLACE = "place"


@dataclass(frozen=True)
class Located:
    """A point on the ground, how it was read and how exact that is.

    ``accuracy_miles`` is the distance within which the person most likely is: 95 of 100 postcodes of an outcode lie
    within it. None for a town or a council's area, which is measured from its middle.

    A full postcode is personal: it has no ``key``, and ``label`` tells it, so that neither goes into an address, a
    page's title or a log. ``public_label`` never says more than the outcode.
    """

    kind: Kind
    label: str
    public_label: str
    latitude: float
    longitude: float
    outcode: str
    council: Place | None
    accuracy_miles: float | None = None
    place: Place | None = None
    key: str | None = None
    other_councils: tuple[Place, ...] = ()

    @property
    def exactness(self) -> str:
        """How exact the point is, in words that follow "Care near …: "."""
        if self.kind == Kind.POSTCODE:
            return "measured from your postcode"
        if self.kind == Kind.PLACE:
            is_area = self.place is not None and self.place.kind == Place.Kind.COUNCIL
            return "measured from the middle of the council's area" if is_area else "measured from its centre"
        return f"centre of the postcode district, accurate to {_about_miles(self.accuracy_miles or 0)}"

    @property
    def reading(self) -> str:
        """How the words were read and how exact that is, as one sentence for the top of the results."""
        return f"Care near {self.label}: {self.exactness}."


@dataclass(frozen=True)
class Choice:
    """Several places go by this name; each option's label tells them apart by council."""

    words: str
    options: tuple[Located, ...]

    @property
    def question(self) -> str:
        return f"There is more than one place called {self.words}. Which one do you mean?"


class Reason(StrEnum):
    """Why words were not recognised as a place."""

    EMPTY = "empty"
    MALFORMED = "malformed"
    UNKNOWN_POSTCODE = "unknown_postcode"
    UNKNOWN_OUTCODE = "unknown_outcode"
    NORTHERN_IRELAND = "northern_ireland"
    SCOTLAND = "scotland"
    WALES = "wales"
    CROWN_DEPENDENCY = "crown_dependency"
    NOT_A_PLACE = "not_a_place"


@dataclass(frozen=True)
class Unrecognised:
    """Words that lead to no point, and what to tell the person; the page keeps what was typed.

    Of `Reason.NOT_A_PLACE` alone the words may still be the name of a service. ``suggestions`` are what may have been
    meant: a misspelt town, or the outcode of a postcode that is too new.
    """

    words: str
    reason: Reason
    message: str
    suggestions: tuple[Located, ...] = field(default=())
    link: str = ""
    link_label: str = ""

    @property
    def may_be_a_name(self) -> bool:
        """Whether to search for a service or provider of this name."""
        return self.reason == Reason.NOT_A_PLACE


def _about_miles(miles: float) -> str:
    if miles <= 1.05:
        return "about 1 mile"
    return f"about {round(miles)} miles"
