from .providers import Provider, ProviderQuerySet, Representative
from .services import Fee, Location, Rating, Service, ServiceQuerySet, Unit, Vacancy

__all__ = [
    "Fee",
    "Location",
    "Provider",
    "ProviderQuerySet",
    "Rating",
    "Representative",
    "Service",
    "ServiceQuerySet",
    "Unit",
    "Vacancy",
]
