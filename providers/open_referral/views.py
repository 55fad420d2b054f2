from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.http import HttpRequest

from core import clock
from core.api import Problem, feed
from providers.models import Provider, Service

from . import documents, ids, parameters, rows
from .filters import narrowed, providers_with_words
from .pages import envelope, page_of_keys, sliced
from .places import KEY, links_near, postcode_asked
from .plain import Document, known
from .stream import lines
from .taxonomies import TAXONOMIES, read_terms, taxonomy_document, term_document

VERSION = "HSDS-UK-3.0"
PROFILE = "https://openreferraluk.org/specifications/3.0"
OPENAPI = "https://openreferraluk.org/specifications/3.0/openapi.json"
REGISTERS = ("services", "providers", "places", "taxonomy", "organisations")


@feed(*REGISTERS)
def root(request: HttpRequest) -> Document:
    at = clock.now()
    return {
        "version": VERSION,
        "profile": PROFILE,
        "openapi_url": OPENAPI,
        "x_documentation": f"{settings.PUBLIC_URL}/about/data/#open-data",
        "x_services_without_organization": rows.services_without_provider(at=at),
    }


@feed(*REGISTERS)
def services(request: HttpRequest) -> Any:
    query = request.GET
    is_minimal, is_full = parameters.flag(query, "minimal"), parameters.flag(query, "full")
    paging = parameters.paging(query, is_minimal=is_minimal)
    at = clock.now()
    found = narrowed(rows.public_services(at=at), query, read_terms(), at=at).order_by("pk")
    if is_minimal:
        found, make = rows.shortest(found, at=at), _shortest_services(at)
    else:
        found, make = found.values_list("pk", flat=True), partial(_services, at=at, is_full=is_full)
    if parameters.is_stream(query):
        return lines(found, make)
    total, keys = page_of_keys(found, paging)
    return envelope(make(keys), total=total, paging=paging)


def _shortest_services(at: dt.datetime) -> Callable[[list[Any]], list[Document]]:
    around = rows.Surroundings(at=at, site=settings.PUBLIC_URL)
    return lambda found: [documents.minimal_service(one, around) for one in found]


def _services(keys: list[int], *, at: dt.datetime, is_full: bool) -> list[Document]:
    chosen = Service.objects.filter(pk__in=keys).order_by("pk")
    whole = list(rows.for_whole(chosen, at=at) if is_full else rows.for_list(chosen, at=at))
    around = rows.surroundings(whole, at=at, site=settings.PUBLIC_URL, with_terms=is_full)
    make = documents.whole_service if is_full else documents.listed_service
    return [make(one, around) for one in whole]


@feed(*REGISTERS)
def service(request: HttpRequest, identifier: str) -> Document:
    at = clock.now()
    keys = list(rows.public_services(at=at).filter(uuid=_asked(identifier)).values_list("pk", flat=True))
    if not keys:
        raise Problem("No service has this identifier.", status=404)
    return _services(keys, at=at, is_full=True)[0]


@feed(*REGISTERS, private="postcode")
def service_at_locations(request: HttpRequest) -> Any:
    query = request.GET
    is_full = parameters.flag(query, "full")
    paging = parameters.paging(query, is_minimal=False)
    at = clock.now()
    found = links_near(
        narrowed(rows.public_services(at=at), query, read_terms(), at=at),
        near=postcode_asked(query),
        metres=parameters.whole_number(query, "proximity", default=None, least=1, most=parameters.MOST_METRES),
    ).values_list(*KEY)
    if parameters.is_stream(query):
        return lines(found, lambda keys: _links(keys, at=at, is_full=is_full))
    total, keys = page_of_keys(found, paging)
    return envelope(_links(keys, at=at, is_full=is_full), total=total, paging=paging)


def _links(keys: list[tuple[int, int]], *, at: dt.datetime, is_full: bool) -> list[Document]:
    """Return services at locations in the order of their keys."""
    chosen = Service.objects.filter(pk__in={service for service, _ in keys})
    whole = {one.pk: one for one in (rows.for_whole(chosen, at=at) if is_full else rows.for_list(chosen, at=at))}
    around = rows.surroundings(whole.values(), at=at, site=settings.PUBLIC_URL, with_terms=is_full)
    make = documents.nested_service_at_location if is_full else documents.listed_service_at_location
    return [
        make(whole[service], location, around)
        for service, at_location in keys
        # A stream may come to a row that has gone since its list was made.
        if service in whole
        for location in whole[service].locations.all()
        if location.pk == at_location
    ]


@feed(*REGISTERS)
def service_at_location(request: HttpRequest, identifier: str) -> Document:
    at = clock.now()
    asked = _asked(identifier)
    links = Service.locations.through.objects.filter(
        service__in=rows.public_services(at=at).filter(uuid__range=ids.services_with(asked))
    ).select_related("service", "location")
    for link in links:
        if ids.service_at_location(link.service.uuid, link.location.uuid) == str(asked):
            return _links([(link.service_id, link.location_id)], at=at, is_full=True)[0]
    raise Problem("No service at a location has this identifier.", status=404)


@feed(*REGISTERS)
def organizations(request: HttpRequest) -> Any:
    query = request.GET
    has_services, is_full = parameters.flag(query, "full_service"), parameters.flag(query, "full")
    paging = parameters.paging(query, is_minimal=False)
    at = clock.now()
    found = providers_with_words(rows.public_organizations(at=at), parameters.text(query, "search")).order_by("pk")
    found = found.values_list("pk", flat=True)
    options = {"at": at, "is_full": is_full, "has_services": has_services}
    if parameters.is_stream(query):
        return lines(found, lambda keys: _organizations(keys, **options))
    total, keys = page_of_keys(found, paging)
    return envelope(_organizations(keys, **options), total=total, paging=paging)


def _organizations(keys: list[int], *, at: dt.datetime, is_full: bool, has_services: bool) -> list[Document]:
    """Return organisations; whole, with their services' names; with ``has_services``, with their whole services."""
    chosen = Provider.objects.filter(pk__in=keys).order_by("pk")
    if not (is_full or has_services):
        around = rows.Surroundings(at=at, site=settings.PUBLIC_URL)
        return [documents.listed_organization(one, around) for one in chosen]
    shown = rows.public_services(at=at).order_by("pk")
    shown = rows.for_whole(shown, at=at) if has_services else rows.with_facts(shown, at=at)
    providers = list(chosen.prefetch_related(Prefetch("services", shown, to_attr="shown_services")))
    every = [one for provider in providers for one in provider.shown_services]
    around = rows.Surroundings(at=at, site=settings.PUBLIC_URL)
    if has_services:
        around = rows.surroundings(every, at=at, site=settings.PUBLIC_URL, with_terms=True)
    return [
        known(
            {
                **documents.whole_organization(provider, around),
                "services": [
                    documents.whole_service(one, around, with_organization=False)
                    if has_services
                    else documents.minimal_service(one, around)
                    for one in provider.shown_services
                ],
            }
        )
        for provider in providers
    ]


@feed(*REGISTERS)
def organization(request: HttpRequest, identifier: str) -> Document:
    has_services = parameters.flag(request.GET, "full_service")
    at = clock.now()
    keys = list(rows.public_organizations(at=at).filter(uuid=_asked(identifier)).values_list("pk", flat=True))
    if not keys:
        raise Problem("No organisation has this identifier.", status=404)
    return _organizations(keys, at=at, is_full=True, has_services=has_services)[0]


@feed("taxonomy")
def taxonomies(request: HttpRequest) -> Any:
    words = parameters.text(request.GET, "search").lower()
    chosen = [one for one in TAXONOMIES.values() if words in one.name.lower()]
    return _at_hand(request, [taxonomy_document(one) for one in chosen])


@feed("taxonomy")
def taxonomy(request: HttpRequest, identifier: str) -> Document:
    known = TAXONOMIES.get(str(_asked(identifier)))
    if known is None:
        raise Problem("No taxonomy has this identifier.", status=404)
    return taxonomy_document(known, read_terms())


@feed("taxonomy")
def taxonomy_terms(request: HttpRequest) -> Any:
    query = request.GET
    words = parameters.text(query, "search").lower()
    taxonomy_id = parameters.identifier(query, "taxonomy_id")
    parent_id = parameters.identifier(query, "parent_id")
    top_only = parameters.flag(query, "top_only")
    chosen = [
        term
        for term in read_terms().by_id.values()
        if words in term.name.lower()
        and (taxonomy_id is None or term.taxonomy.id == str(taxonomy_id))
        and (parent_id is None or term.parent_id == str(parent_id))
        and not (top_only and term.parent_id)
    ]
    return _at_hand(request, [term_document(term) for term in chosen])


@feed("taxonomy")
def taxonomy_term(request: HttpRequest, identifier: str) -> Document:
    term = read_terms().by_id.get(str(_asked(identifier)))
    if term is None:
        raise Problem("No taxonomy term has this identifier.", status=404)
    return term_document(term)


@feed("taxonomy")
def lost(request: HttpRequest, path: str) -> Document:
    raise Problem("There is nothing at this address. The root of the feed names its documentation.", status=404)


def _at_hand(request: HttpRequest, every: list[Document]) -> Any:
    paging = parameters.paging(request.GET, is_minimal=False)
    if parameters.is_stream(request.GET):
        return lines(None, lambda keys: every)
    total, contents = sliced(every, paging)
    return envelope(contents, total=total, paging=paging)


def _asked(identifier: str) -> uuid.UUID:
    """Read the identifier in an address: whatever is none is nobody's."""
    try:
        return parameters.read_uuid(identifier, name="id")
    except Problem as problem:
        raise Problem("An identifier is a UUID, and this is none.", status=404) from problem
