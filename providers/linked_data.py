"""A service for programs that read pages: schema.org's words as JSON-LD, of what the page itself shows and no more.

The regulator's rating is no ``aggregateRating``, which is for readers' stars. A withheld address is nowhere in it: such
a service is a ``Service`` without a place.
"""

from __future__ import annotations

import json
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from .fact_sheet import Sheet
from .models import Service

# Neither a tag's nor a comment's beginning may stand in a script element.
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def json_ld(sheet: Sheet, *, url: str, photos: list[str]) -> SafeString:
    """Return the content of the script element.

    :param url: the page's whole address; ``photos`` are those of the pictures it shows.
    """
    document = _without_blanks(_document(sheet, url, photos))
    return mark_safe(json.dumps(document, ensure_ascii=False).translate(_ESCAPES))  # noqa: S308 - escaped above


def _document(sheet: Sheet, url: str, photos: list[str]) -> dict[str, Any]:
    service = sheet.service
    provider = service.provider
    run_by = (
        {"@type": "Organization", "name": provider.name, "url": provider.website} if provider is not None
        else {"@type": "Organization", "name": service.provider_as_stated} if service.provider_as_stated else None
    )  # fmt: skip
    common = {
        "@context": "https://schema.org",
        "@id": url,
        "url": url,
        "name": service.name,
        "description": service.summary,
        "image": photos,
    }
    places = [place for place in service.locations.all() if not place.is_address_withheld]
    comes_to_people = service.setting in {Service.Setting.HOME, Service.Setting.REMOTE}
    if sheet.is_withheld or comes_to_people or not places:
        areas = [{"@type": "AdministrativeArea", "name": area.name} for area in service.areas_served.all()]
        reached = {
            "@type": "ServiceChannel",
            "servicePhone": {"@type": "ContactPoint", "telephone": service.phone} if service.phone else None,
            "serviceUrl": service.website,
        }
        return {
            **common,
            "@type": "Service",
            "serviceType": sheet.kinds,
            "provider": run_by,
            "areaServed": areas,
            "availableChannel": reached if service.phone or service.website else None,
        }
    place = places[0]
    has_street = place.address or place.town or place.postcode
    return {
        **common,
        "@type": "LocalBusiness",
        "telephone": service.phone,
        "email": service.email,
        "sameAs": service.website,
        "parentOrganization": run_by,
        "address": {
            "@type": "PostalAddress",
            "streetAddress": place.address,
            "addressLocality": place.town,
            "postalCode": place.postcode,
            "addressCountry": "GB",
        }
        if has_street
        else None,
        "geo": {"@type": "GeoCoordinates", "latitude": place.latitude, "longitude": place.longitude}
        if place.latitude is not None
        else None,
        "knowsLanguage": list(service.languages),
    }


def _without_blanks(value: Any) -> Any:
    """Return plain data without what is empty: nobody has told us, so nothing is said."""
    if isinstance(value, dict):
        kept = {name: _without_blanks(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if one is not None and one != "" and one != [] and one != {}}
    return [_without_blanks(one) for one in value] if isinstance(value, list) else value
