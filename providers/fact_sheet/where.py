"""Where a service is, as far as anybody may know. Of a withheld address that is the first half of its postcode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from core.geography import outcode_of

MAPS = "https://www.openstreetmap.org/search"
ACCESS = {
    "has_step_free_entrance": "Step-free entrance",
    "has_accessible_toilet": "Accessible toilet",
    "has_lift": "Lift",
    "has_hearing_loop": "Hearing loop",
    "has_accessible_parking": "Accessible parking",
}


@dataclass(frozen=True)
class Where:
    """One building as it is shown."""

    is_withheld: bool
    name: str
    lines: tuple[str, ...]
    outcode: str
    directions: str
    """A public map's page of the address, for who wants to go there; empty where there is none to show."""
    cqc_id: str
    access: dict[str, bool | None]
    dual_id: str = ""

    @property
    def line(self) -> str:
        """The building in one line."""
        if self.is_withheld:
            return f"Postcode district {self.outcode}; the address is withheld" if self.outcode else "Address withheld"
        return ", ".join(self.lines) or self.name


def where_of(location: Any) -> Where:
    """Return what is shown of a building."""
    outcode = outcode_of(location.postcode) or "" if location.postcode else ""
    access = {name: getattr(location, name) for name in ACCESS}
    if location.is_address_withheld:
        # Neither its name nor the regulator's number: both lead to the address.
        return Where(True, "", (), outcode, "", "", access)
    lines = tuple(part for part in (location.address, location.town, location.postcode) if part)
    asked = urlencode({"query": ", ".join(lines)}) if location.postcode or location.address else ""
    registration = getattr(location, "cqc_registration", None)
    return Where(
        is_withheld=False,
        name=location.name,
        lines=lines,
        outcode=outcode,
        directions=f"{MAPS}?{asked}" if asked else "",
        cqc_id=location.cqc_location_id or "",
        access=access,
        dual_id=registration.dual_registration_primary_id if registration else "",
    )
