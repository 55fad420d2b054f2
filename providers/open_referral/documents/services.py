"""Services, and services at locations, as far as a list, a page or another document tells them."""

from __future__ import annotations

from typing import Any

from core.dates import EstimatedDate, london_date
from providers.models import Location, Rating, Service

from ..ids import made_of, service_at_location
from ..plain import Document, day, known, mail_address, moment, web_address
from ..rows import Surroundings
from ..taxonomies import attribute_document
from .details import accreditation, capacity, cost_option, ratings, service_areas
from .locations import listed_location, whole_location
from .organizations import listed_organization, whole_organization

FUNDING = {
    "takes_self_funders": ("self_funded", "People who pay for themselves"),
    "takes_council_funded": ("council_funded", "People whose care a council pays for"),
    "takes_nhs_funded": ("nhs_funded", "People whose care the NHS pays for"),
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
