"""How the lists of services and providers are narrowed. A parent finds its children; an unknown value is left out."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib.postgres.functions import TransactionNow
from django.db.models import Exists, OuterRef, Q

from core.filters import RegisterFilterSet, TreeFilter, WordsFilter
from core.models import ClientGroup, Place, ServiceType

from .models import Location, Provider, Service

# A withheld address is not told by what it is found by.
SHOWN_LOCATION = Q(locations__is_address_withheld=False)


class PlaceFilter(TreeFilter):
    """Services in a place or that serve it."""

    def filter(self, qs: Any, value: Any) -> Any:
        if value is None:
            return qs
        below = Place.objects.within([value])
        served = Q(areas_served__in=below) | Q(areas_served__in=_above(value))
        stands_there = Q(locations__place__in=below) & SHOWN_LOCATION
        return qs.filter(stands_there | served).distinct()


def _above(place: Place) -> Any:
    parts = place.path.split("/")
    return Place.objects.filter(path__in=["/".join(parts[:count]) for count in range(1, len(parts))])


def _places_with_something() -> Any:
    """Every place a list names; of England's 153 councils those with towns, services or doors of ours alone."""
    here = OuterRef("pk")
    return (
        Place.objects.exclude(kind__in=["country", "region", "zone"])
        .filter(
            ~Q(kind="council")
            | Exists(Place.objects.filter(parent=here))
            | Exists(Location.objects.filter(place=here))
            | Exists(Service.areas_served.through.objects.filter(place=here))
        )
        .order_by("path")
    )


class ServiceFilterSet(RegisterFilterSet):
    q = WordsFilter(
        [
            "name",
            "summary",
            "provider__name",
            "locations__town",
            "locations__postcode",
            "types__name",
            "areas_served__name",
        ],
        only={"locations": SHOWN_LOCATION, "provider": Q(provider__published_at__lte=TransactionNow())},
        label="Town or name",
        distinct=True,
    )
    type = TreeFilter(
        field_name="types",
        to_field_name="slug",
        label="Type of care",
        empty_label="All types",
        queryset=ServiceType.objects.order_by("order", "name"),
    )
    group = TreeFilter(
        field_name="client_groups",
        to_field_name="slug",
        label="Who it is for",
        empty_label="Everybody",
        queryset=ClientGroup.objects.order_by("order", "name"),
    )
    place = PlaceFilter(
        to_field_name="slug",
        label="Where",
        empty_label="Everywhere",
        queryset=_places_with_something(),
    )
    setting = django_filters.ChoiceFilter(
        label="Where care is given", empty_label="Either", choices=[("place", "You go there"), ("home", "Comes to you")]
    )

    class Meta:
        model = Service
        fields: list[str] = []


class ProviderFilterSet(RegisterFilterSet):
    q = WordsFilter(["name", "trading_name", "brand"], label="Name")
    sector = django_filters.ChoiceFilter(label="Sector", empty_label="All sectors", choices=Provider.Sector)

    class Meta:
        model = Provider
        fields: list[str] = []
