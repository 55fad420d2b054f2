"""Rows as documents of Open Referral UK 3.0. Pure functions: no query, no clock.

What is not known is left out. Fields beyond the standard begin with ``x_``; docs/open-data.md lists them.
"""

from __future__ import annotations

from typing import Any

from core.dates import EstimatedDate, london_date
from core.geography import format_postcode, outcode_of
from core.models import Place
from providers.models import Fee, Location, Provider, Rating, Service, Vacancy

from .ids import made_of, service_at_location
from .plain import Document, day, day_in_words, known, mail_address, moment, pounds, web_address
from .rows import Surroundings
from .taxonomies import attribute_document

AREA_URI = "http://statistics.data.gov.uk/id/statistical-geography/"
FUNDING = {
    "takes_self_funders": ("self_funded", "People who pay for themselves"),
    "takes_council_funded": ("council_funded", "People whose care a council pays for"),
    "takes_nhs_funded": ("nhs_funded", "People whose care the NHS pays for"),
}
ACCESS = {
    "has_step_free_entrance": ("step_free_entrance", "Step-free entrance"),
    "has_accessible_toilet": ("accessible_toilet", "Accessible toilet"),
    "has_hearing_loop": ("hearing_loop", "Hearing loop"),
    "has_accessible_parking": ("accessible_parking", "Accessible parking"),
    "has_lift": ("lift", "Lift"),
}
ROOMS = {
    "has_en_suite_rooms": "en_suite_rooms",
    "has_shared_rooms": "shared_rooms",
    "has_garden": "garden",
    "welcomes_pets": "pets",
}
TERMS = (
    "upfront_payments", "deposit", "trial_period", "notice_period", "minimum_self_funding", "extra_charges",
)  # fmt: skip
MORE_WORDS = ("staffing", "registered_manager", "food", "faith_and_culture", "how_to_get", "waiting_time")


def status(service: Any, around: Surroundings) -> str:
    """Return one of the standard's four: what has ended is defunct, what is not running now is inactive."""
    today = london_date(around.at)
    if service.ended is not None and service.ended.is_past(on=today):
        return "defunct"
    if service.is_closed_temporarily:
        return "temporarily closed"
    opened: EstimatedDate | None = service.opened
    if service.is_off_register or (opened is not None and opened.earliest is not None and opened.earliest > today):
        return "inactive"
    return "active"


def minimal_service(service: Any, around: Surroundings) -> Document:
    """Return the least the standard allows, with the moment of the last change under both names in use for it."""
    changed = moment(service.last_modified)
    return {
        "id": str(service.uuid),
        "organization_id": str(service.organization_uuid),
        "name": service.name,
        "status": status(service, around),
        "last_modified": changed,
        "modified_date": changed,
    }


def listed_service(service: Any, around: Surroundings, *, with_organization: bool = True) -> Document:
    """Return what there is one of: the form for lists."""
    overall = {rating.question: rating for rating in service.ratings.all()}.get(Rating.Question.OVERALL)
    return known(
        {
            "id": str(service.uuid),
            "organization_id": str(service.provider.uuid),
            "name": service.name,
            "description": service.description or service.summary,
            "url": web_address(service.website),
            "email": mail_address(service.email),
            "status": status(service, around),
            "accreditations": accreditation(overall) if overall else "",
            "minimum_age": service.minimum_age,
            "maximum_age": service.maximum_age,
            "assured_date": day(service.checked_at),
            "assurer_email": mail_address(around.contact_of(service)) if service.checked_at else "",
            "alert": service.alert,
            "last_modified": moment(service.last_modified),
            "organization": listed_organization(service.provider, around) if with_organization else None,
            "x_page": around.site + service.get_absolute_url(),
            "x_summary": service.summary,
            "x_phone": service.phone,
            "x_setting": "" if service.setting == Service.Setting.UNKNOWN else service.setting,
            "x_entry_changed_date": day(service.changed_at),
            "x_provider_confirmed_date": day(service.confirmed_at),
            "x_source": service.source_line,
            "x_source_url": web_address(service.source.url) if service.source else "",
            "x_is_sample": True if service.is_sample else None,
        }
    )


def whole_service(service: Any, around: Surroundings, *, with_organization: bool = True) -> Document:
    """Return a service with everything that is told with it."""
    document = listed_service(service, around, with_organization=False)
    link = service.uuid
    terms = [term for row in service.types.all() for term in around.terms.of_type.get(row.pk, [])]
    terms += [term for row in service.client_groups.all() for term in around.terms.of_group.get(row.pk, [])]
    unique = {term.id: term for term in terms}
    current = [one for one in service.vacancies.all() if one.is_current(at=around.at)]
    return known(
        {
            **document,
            "organization": whole_organization(service.provider, around) if with_organization else None,
            "schedules": [{"id": made_of("schedule", link), "description": service.opening_hours}]
            if service.opening_hours
            else [],
            "service_areas": service_areas(service),
            "service_at_locations": [
                whole_service_at_location(service, location, around) for location in service.locations.all()
            ],
            "languages": [{"id": made_of("language", link, name), "name": name} for name in service.languages if name],
            "funding": [
                {"id": made_of("funding", link, name), "source": words}
                for field, (name, words) in FUNDING.items()
                if getattr(service, field)
            ],
            "cost_options": [cost_option(fee, service) for fee in service.fees.all()],
            "attributes": [attribute_document(term, link_id=link) for term in unique.values()],
            "x_funding_accepted": known({name: getattr(service, field) for field, (name, _) in FUNDING.items()}),
            "x_top_up_may_be_needed": service.top_up_may_be_needed,
            "x_service_capacity": [capacity(vacancy, service) for vacancy in current],
            "x_capacity": known({"number": service.capacity, "unit": service.capacity_unit})
            if service.capacity is not None
            else None,
            "x_units": [
                known({"kind": unit.kind, "tenure": unit.tenure, "number": unit.count, "stated": unit.stated})
                for unit in service.units.all()
            ],
            "x_rooms": known({name: getattr(service, field) for field, name in ROOMS.items()}),
            "x_terms": known({name: getattr(service, name) for name in TERMS}),
            **{f"x_{name}": getattr(service, name) for name in MORE_WORDS},
            "x_photos": [
                {
                    "url": around.site + photo.get_absolute_url(),
                    "alt_text": photo.alt_text,
                    "width": photo.width,
                    "height": photo.height,
                }
                for photo in service.shown_photos
            ],
            "x_is_cqc_regulated": service.is_cqc_regulated,
            "x_ratings": ratings(service),
            "x_opened": str(service.opened or ""),
            "x_ended": str(service.ended or ""),
        }
    )


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


def listed_service_at_location(service: Any, location: Location, around: Surroundings) -> Document:
    return {
        **_link(service, location),
        "location": listed_location(location, around),
        "service": listed_service(service, around),
    }


def whole_service_at_location(service: Any, location: Location, around: Surroundings) -> Document:
    return {**_link(service, location), "location": whole_location(location, around)}


def nested_service_at_location(service: Any, location: Location, around: Surroundings) -> Document:
    """Return the link as a document of its own: the place, and the whole service."""
    return {
        **whole_service_at_location(service, location, around),
        "service": whole_service(service, around),
    }


def _link(service: Any, location: Location) -> Document:
    return {
        "id": service_at_location(service.uuid, location.uuid),
        "service_id": str(service.uuid),
        "location_id": str(location.uuid),
    }


def listed_organization(provider: Provider, around: Surroundings) -> Document:
    """Return a provider. The standard requires a description; without one the sector is said, and no more."""
    return known(
        {
            "id": str(provider.uuid),
            "name": provider.name,
            "description": provider.summary or unsaid(provider),
            "email": mail_address(provider.email),
            "website": web_address(provider.website),
            "x_page": around.site + provider.get_absolute_url(),
            "x_trading_name": provider.trading_name,
            "x_brand": provider.brand,
            "x_sector": "" if provider.sector == Provider.Sector.UNKNOWN else provider.sector,
            "x_phone": provider.phone,
            "x_ended": str(provider.ended or ""),
            "x_is_sample": True if provider.is_sample else None,
        }
    )


def unsaid(provider: Provider) -> str:
    sector = "" if provider.sector == Provider.Sector.UNKNOWN else f" Sector: {provider.get_sector_display()}."
    return f"{provider.name} provides care or support. It has not told us more about itself.{sector}"


def whole_organization(provider: Provider, around: Surroundings) -> Document:
    """Return a provider with the numbers others know it by."""
    identifiers = [
        ("", "CQC provider ID", provider.cqc_provider_id),
        ("GB-COH", "Company number", provider.company_number),
        ("GB-CHC", "Charity number", provider.charity_number),
    ]
    return known(
        {
            **listed_organization(provider, around),
            "organization_identifiers": [
                known(
                    {
                        "id": made_of("organization_identifier", provider.uuid, words),
                        "organization_id": str(provider.uuid),
                        "identifier_scheme": scheme,
                        "identifier_type": words,
                        "identifier": number,
                    }
                )
                for scheme, words, number in identifiers
                if number
            ],
        }
    )
