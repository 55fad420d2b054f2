"""What a service's document holds: the regulator's view, areas, costs and places free."""

from __future__ import annotations

from typing import Any

from providers.models import Fee, Rating, Vacancy

from ..ids import made_of
from ..plain import Document, day_in_words, known, moment, pounds, web_address

AREA_URI = "http://statistics.data.gov.uk/id/statistical-geography/"


def is_found_out_by_register(service: Any) -> bool:
    """Whether the regulator's page of a service would tell an address that we withhold."""
    return any(location.is_address_withheld for location in service.locations.all())


def accreditation(rating: Rating) -> str:
    """Return the regulator's overall view in words; what is not a rating is not told as one."""
    regulator = "Care Quality Commission"
    if rating.state == Rating.State.RATED:
        words = rating.get_value_display()
    elif rating.value:
        words = f"{rating.get_value_display()}, {_lower(rating.get_state_display())}"
    else:
        words = rating.stated or _lower(rating.get_state_display())
    dated = f" ({day_in_words(rating.rated_date)})" if rating.rated_date else ""
    earlier = ""
    if rating.earlier_value:
        when = f" of {day_in_words(rating.earlier_date)}" if rating.earlier_date else ""
        earlier = f" Earlier rating{when}: {rating.get_earlier_value_display()}."
    return f"{regulator}: {words}{dated}.{earlier}"


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def ratings(service: Any) -> Document:
    """Return the regulator's view by question, each with its state, since several states are not a rating."""
    has_link = not is_found_out_by_register(service)
    return {
        rating.question: known(
            {
                "state": rating.state,
                "rating": rating.get_value_display() if rating.value else "",
                "date": rating.rated_date.isoformat() if rating.rated_date else "",
                "framework": rating.framework,
                "stated": rating.stated,
                "earlier_rating": rating.get_earlier_value_display() if rating.earlier_value else "",
                "earlier_date": rating.earlier_date.isoformat() if rating.earlier_date else "",
                "report_url": web_address(rating.report_url) if has_link else "",
            }
        )
        for rating in service.ratings.all()
    }


def service_areas(service: Any) -> list[Document]:
    """Return where a service comes to: places by their statistical code, and the first halves of postcodes."""
    places = [
        known(
            {
                "id": made_of("service_area", service.uuid, place.slug),
                "service_id": str(service.uuid),
                "name": place.name,
                "service_area": place.name,
                "uri": f"{AREA_URI}{place.gss_code}" if place.gss_code else "",
            }
        )
        for place in service.areas_served.all()
    ]
    outcodes = [
        {
            "id": made_of("service_area", service.uuid, "outcode", code),
            "service_id": str(service.uuid),
            "name": f"Postcode district {code}",
            "service_area": f"Postcode district {code}",
            "extent": code,
            "extent_type": "text",
        }
        for code in sorted({code for code in service.served_outcodes if code})
    ]
    return places + outcodes


def cost_option(fee: Fee, service: Any) -> Document:
    """Return a fee: the lowest as the amount, in words what it is for and how far it goes."""
    per = fee.get_per_display()
    words = f"{fee.amount_from:,.2f} pounds {per}"
    if fee.amount_to is not None:
        words = f"From {fee.amount_from:,.2f} to {fee.amount_to:,.2f} pounds {per}"
    return known(
        {
            "id": made_of("cost_option", service.uuid, fee.name),
            "service_id": str(service.uuid),
            "valid_from": fee.told_date.isoformat(),
            "option": fee.name,
            "amount": pounds(fee.amount_from),
            "amount_description": f"{words}. {fee.included}".strip(),
            "x_amount_to": pounds(fee.amount_to),
            "x_currency": "GBP",
            "x_per": fee.per,
        }
    )


def capacity(vacancy: Vacancy, service: Any) -> Document:
    """Return places free now, in the shape of a later HSDS, with the moment until which they may be told."""
    return known(
        {
            "id": made_of("service_capacity", service.uuid, vacancy.unit),
            "unit": vacancy.unit,
            "available": vacancy.available,
            "maximum": vacancy.maximum,
            "updated": moment(vacancy.told_at),
            "expires": moment(vacancy.expires_at),
        }
    )
