"""Locations: with their address, or of a withheld one the outcode alone."""

from __future__ import annotations

from core.geography import format_postcode, outcode_of
from core.models import Place
from providers.models import Location

from ..ids import made_of
from ..plain import Document, known
from ..rows import Surroundings

ACCESS = {
    "has_step_free_entrance": ("step_free_entrance", "Step-free entrance"),
    "has_accessible_toilet": ("accessible_toilet", "Accessible toilet"),
    "has_hearing_loop": ("hearing_loop", "Hearing loop"),
    "has_accessible_parking": ("accessible_parking", "Accessible parking"),
    "has_lift": ("lift", "Lift"),
}


def listed_location(location: Location, around: Surroundings) -> Document:
    """Return a location. Of a withheld one only its outcode, and that outcode's centre, is told."""
    point = around.point_of(location)
    document = {
        "id": str(location.uuid),
        "location_type": "physical",
        "latitude": point[0] if point else None,
        "longitude": point[1] if point else None,
        "x_point_accuracy": around.accuracy_of(location) if point else "",
        "x_outcode": outcode_of(location.postcode),
    }
    if location.is_address_withheld:
        return known({**document, "x_is_address_withheld": True})
    council = around.council_of(location)
    number, scheme = location.uprn, "UPRN"
    if location.cqc_location_id:
        number, scheme = location.cqc_location_id, "CQC location ID"
    return known(
        {
            **document,
            "name": location.name,
            "external_identifier": number,
            "external_identifier_type": scheme if number else "",
            "x_uprn": location.uprn,
            "x_town": location.town,
            "x_postcode": format_postcode(location.postcode),
            "x_council": known({"name": council.name, "gss_code": council.gss_code}) if council else None,
        }
    )


def whole_location(location: Location, around: Surroundings) -> Document:
    """Return a location with its address and what is known of getting in."""
    document = listed_location(location, around)
    link = location.uuid
    told = {name: getattr(location, field) for field, (name, _) in ACCESS.items()}
    document["accessibility"] = [
        {
            "id": made_of("accessibility", link, name),
            "location_id": str(link),
            "description": words,
            "accessibility": words,
        }
        for name, words in ACCESS.values()
        if told[name]
    ]
    document["x_accessibility"] = known(told)
    document["addresses"] = [] if location.is_address_withheld else addresses(location, around.council_of(location))
    return known(document)


def addresses(location: Location, council: Place | None) -> list[Document]:
    """Return the address where all is known that the standard requires of one; a part stands in ``x_town`` and so on."""
    first = location.address or location.name
    city = location.town
    if not (first and city and location.postcode):
        return []
    return [
        {
            "id": made_of("address", location.uuid),
            "location_id": str(location.uuid),
            "address_1": first,
            "city": city,
            "state_province": council.name if council else "England",
            "postal_code": format_postcode(location.postcode),
            "country": "GB",
            "address_type": "physical",
        }
    ]
