"""Who looks after an entry: the council that decides a provider's changes, answers corrections and checks its age."""

from __future__ import annotations

from django.db.models import BigIntegerField, CharField, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat, Replace, Upper

from commissioning.models import Officer, Organisation
from core import geography
from core.models import Place, Postcode, User
from providers.models import Location, Provider, Service, ServiceQuerySet

DECIDING_ROLES = (Officer.Role.PUBLISHER, Officer.Role.ADMINISTRATOR)


def home_organisation(subject: Service | Provider) -> Organisation | None:
    """Return the council that looks after a service, or after what is said of a provider itself.

    For a service the council with adult social care at its location (an agency's location is its office), else at
    its provider's registered office; for a provider that of its registered office, else the council that keeps the
    entry. The postcode's code decides, then the place a location is put under.

    :return: None where that council has no officer here who may decide: then the installation's operators do.
    """
    council = home_council(subject)
    if council is not None and deciders(council).exists():
        return council
    return None


def home_council(subject: Service | Provider) -> Organisation | None:
    """Return the council an entry belongs to, whether or not it has officers here; None where nobody can tell."""
    provider = subject if isinstance(subject, Provider) else subject.provider
    places = [_of_location(one) for one in subject.locations.order_by("pk")] if isinstance(subject, Service) else []
    if provider is not None:
        places.append(geography.council_of(provider.registered_postcode))
    place = next((one for one in places if one is not None), None)
    if place is not None:
        return council_for(place)
    return provider.organisation if provider is not None else None


def council_for(place: Place) -> Organisation | None:
    """Return the council, among the organisations here, whose area a place is."""
    councils = Organisation.objects.filter(kind=Organisation.Kind.COUNCIL, succeeded_by__isnull=True)
    named = councils.filter(gss_code=place.gss_code).first() if place.gss_code else None
    return named or councils.filter(coverage__place=place).order_by("pk").first()


def services_of(organisation: Organisation) -> ServiceQuerySet:
    """Return the services of which an organisation is the home council, as :func:`home_council` says of each."""
    places = Place.objects.filter(kind=Place.Kind.COUNCIL).filter(
        Q(gss_code=organisation.gss_code, gss_code__isnull=False) | Q(coverage__organisation=organisation)
    )
    own = [place.pk for place in places.distinct() if council_for(place) == organisation]
    above = (
        Place.objects.filter(kind=Place.Kind.COUNCIL)
        .alias(below=ExpressionWrapper(OuterRef("place__path"), CharField()))
        .filter(Q(below=F("path")) | Q(below__startswith=Concat(F("path"), Value("/"))))
        .order_by("-path")
    )
    located = Location.objects.filter(services=OuterRef("pk")).annotate(
        council=Coalesce(_council_at("postcode"), Subquery(above.values("pk")[:1]), output_field=BigIntegerField())
    )
    rows: ServiceQuerySet = Service.objects.alias(
        home=Coalesce(
            Subquery(located.filter(council__isnull=False).order_by("pk").values("council")[:1]),
            _council_at("provider__registered_postcode"),
            output_field=BigIntegerField(),
        )
    )
    return rows.filter(Q(home__in=own) | Q(home__isnull=True, provider__organisation=organisation))


def _council_at(field: str) -> Subquery:
    plain = Upper(Replace(OuterRef(field), Value(" "), Value("")))
    return Subquery(Postcode.objects.filter(postcode=plain).values("council")[:1])


def deciders(organisation: Organisation | None) -> QuerySet[User]:
    """Return the people who may decide for a council; for None, the installation's operators."""
    people = User.objects.filter(is_active=True).order_by("pk")
    if organisation is None:
        return people.filter(is_superuser=True)
    return people.filter(
        Q(officerships__organisation=organisation) & Q(officerships__role__in=DECIDING_ROLES)
    ).distinct()


def _of_location(location: Location) -> Place | None:
    council = geography.council_of(location.postcode) if location.postcode else None
    if council is not None or location.place is None:
        return council
    parts = location.place.path.split("/")
    above = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
    return Place.objects.filter(path__in=above, kind=Place.Kind.COUNCIL).order_by("-path").first()
