"""Which rows the feed shows, and all that a page of them needs, in a number of queries that never grows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Greatest

from commissioning.models import Contact
from core.geography import normalise_postcode, outcode_of
from core.models import Outcode, Place, Postcode
from providers.models import CqcRegistration, Location, Photo, Provider, Service, ServiceModification, Vacancy

from .taxonomies import Terms, read_terms

OFF_THE_REGISTER = Q(is_deregistered=True) | Q(is_dormant=True)


def public_services(*, at: dt.datetime) -> QuerySet[Service]:
    """Return every service of the feed: published, and its provider named and published."""
    return Service.objects.public(at=at).filter(provider__published_at__lte=at)


def services_without_provider(*, at: dt.datetime) -> int:
    """Return how many public services the feed leaves out, because nobody has said who provides them."""
    return Service.objects.public(at=at).filter(provider__isnull=True).count()


def public_organizations(*, at: dt.datetime) -> QuerySet[Provider]:
    return Provider.objects.public(at=at)


def modified_since(rows: QuerySet[Service], moment: dt.datetime, *, at: dt.datetime) -> QuerySet[Service]:
    """Narrow services to those of which anything changed, became public or ran out since a moment. By index alone."""
    changed = ServiceModification.objects.filter(modified_at__gte=moment).values("service_id")
    published = Service.objects.filter(published_at__gte=moment, published_at__lte=at).values("pk")
    of_published = Service.objects.filter(
        provider__in=Provider.objects.filter(published_at__gte=moment, published_at__lte=at).values("pk")
    ).values("pk")
    expired = Vacancy.objects.filter(expires_at__gte=moment, expires_at__lte=at).values("service_id")
    return rows.filter(pk__in=changed.union(published, of_published, expired, all=True))


def with_facts(rows: QuerySet[Service], *, at: dt.datetime) -> QuerySet[Service]:
    """Add when each service last changed, and whether the regulator has all its locations off the register."""
    expired = (
        Vacancy.objects.filter(service=OuterRef("pk"), expires_at__lte=at)
        .order_by()
        .values("service")
        .annotate(last=Max("expires_at"))
        .values("last")
    )
    registrations = CqcRegistration.objects.filter(location__services=OuterRef("pk"))
    return rows.annotate(
        organization_uuid=F("provider__uuid"),
        last_modified=Greatest(
            F("modification__modified_at"), F("published_at"), F("provider__published_at"), Subquery(expired)
        ),
        is_off_register=Exists(registrations.filter(OFF_THE_REGISTER))
        & ~Exists(registrations.exclude(OFF_THE_REGISTER)),
    )


def shortest(rows: QuerySet[Service], *, at: dt.datetime) -> Any:
    """Fetch what the shortest form tells, without making a model of each: a page may hold all of the country's."""
    return with_facts(rows, at=at).values_list(
        "uuid", "organization_uuid", "name", "ended", "opened", "is_closed_temporarily", "is_off_register", "last_modified",
        named=True,
    )  # fmt: skip


def for_list(rows: QuerySet[Service], *, at: dt.datetime) -> QuerySet[Service]:
    """Fetch what a service says of itself, its provider and its rating."""
    return (
        with_facts(rows, at=at)
        .select_related("provider", "source")
        .prefetch_related("ratings", Prefetch("locations", Location.objects.select_related("place").order_by("pk")))
    )


def for_whole(rows: QuerySet[Service], *, at: dt.datetime) -> QuerySet[Service]:
    """Fetch all that is told with a service."""
    return for_list(rows, at=at).prefetch_related(
        Prefetch("areas_served", Place.objects.order_by("path")),
        "types",
        "client_groups",
        "fees",
        "units",
        "vacancies",
        Prefetch("photos", Photo.objects.shown(at=at), to_attr="shown_photos"),
    )


@dataclass
class Surroundings:
    """What a page of services needs beside its rows, each found once for all of them."""

    at: dt.datetime
    site: str
    terms: Terms = field(default_factory=Terms)
    councils: dict[str, Place] = field(default_factory=dict)
    postcodes: dict[str, Postcode] = field(default_factory=dict)
    outcodes: dict[str, Outcode] = field(default_factory=dict)
    contacts: dict[str, str] = field(default_factory=dict)

    def council_of(self, location: Location) -> Place | None:
        """The council a location lies in, by its postcode and else its place; of a withheld one nothing is told."""
        if location.is_address_withheld:
            return None
        known = self.postcodes.get(normalise_postcode(location.postcode) or "")
        if known is not None and known.council is not None:
            return known.council
        paths = _paths(location.place.path) if location.place else []
        return next((self.councils[path] for path in paths if path in self.councils), None)

    def point_of(self, location: Location) -> tuple[float, float] | None:
        """Where a location is, as the search has it: of a withheld one the centre of its outcode, whatever is known."""
        centre = self.outcodes.get(outcode_of(location.postcode) or "")
        known = self.postcodes.get(normalise_postcode(location.postcode) or "")
        if not location.is_address_withheld:
            if location.latitude is not None and location.longitude is not None:
                return location.latitude, location.longitude
            if known is not None:
                return known.latitude, known.longitude
        return (centre.latitude, centre.longitude) if centre else None

    def accuracy_of(self, location: Location) -> str:
        """How exact that point is: the building's own, its postcode's, or only its outcode's."""
        if location.is_address_withheld:
            return "outcode"
        if location.latitude is not None:
            return "exact"
        return "postcode" if normalise_postcode(location.postcode) in self.postcodes else "outcode"

    def contact_of(self, service: Any) -> str:
        """The public address of the organisation that checks a service: its council, or the one that keeps it."""
        for location in service.locations.all():
            council = self.council_of(location)
            if council is not None and council.gss_code in self.contacts:
                return self.contacts[council.gss_code]
        return self.contacts.get(f"organisation {service.provider.organisation_id}", "")


def surroundings(
    services: Iterable[Any], *, at: dt.datetime, site: str, with_terms: bool, with_contacts: bool = True
) -> Surroundings:
    """Look up what these services, fetched already, need besides."""
    services = list(services)
    locations = [location for service in services for location in service.locations.all()]
    open_ones = [location for location in locations if not location.is_address_withheld]
    found = Surroundings(at=at, site=site)
    if with_terms:
        found.terms = read_terms()
    paths = {path for one in open_ones if one.place for path in _paths(one.place.path)}
    for place in Place.objects.filter(kind=Place.Kind.COUNCIL, path__in=paths):
        found.councils[place.path] = place
    codes = {normalise_postcode(one.postcode) for one in open_ones} - {None}
    found.postcodes = Postcode.objects.select_related("council").in_bulk(codes)
    found.outcodes = Outcode.objects.in_bulk({outcode_of(one.postcode) for one in locations} - {None})
    checked = [service for service in services if service.checked_at]
    if checked and with_contacts:
        found.contacts = _contacts(found, checked)
    return found


def _contacts(found: Surroundings, services: list[Any]) -> dict[str, str]:
    councils = {found.council_of(one) for service in services for one in service.locations.all()}
    codes = {council.gss_code for council in councils if council is not None} - {None}
    keepers = {service.provider.organisation_id for service in services} - {None}
    contacts: dict[str, str] = {}
    for contact in (
        Contact.objects.exclude(email="")
        .filter(Q(organisation__gss_code__in=codes) | Q(organisation__in=keepers))
        .select_related("organisation")
        .order_by("order", "pk")
    ):
        contacts.setdefault(f"organisation {contact.organisation_id}", contact.email)
        contacts.setdefault(contact.organisation.gss_code or "", contact.email)
    return contacts


def _paths(path: str) -> list[str]:
    """The paths of a place and all above it, the nearest first."""
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(len(parts), 0, -1)]
