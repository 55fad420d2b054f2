from .corrections import ConfirmationRequest, Correction
from .cqc import CqcDifference, CqcImport, CqcRegistration
from .freshness import ConfirmationState
from .locations import Location
from .modifications import ServiceModification
from .offers import Fee, Unit, Vacancy
from .people import Invitation, InvitationQuerySet, Representative
from .providers import Provider, ProviderQuerySet
from .ratings import Rating
from .revisions import Photo, PhotoQuerySet, ProfileRevision, ProfileRevisionQuerySet
from .search import SearchArea, SearchCard, SearchRow, SearchText
from .services import Service, ServiceQuerySet

__all__ = [
    "ConfirmationRequest",
    "ConfirmationState",
    "Correction",
    "CqcDifference",
    "CqcImport",
    "CqcRegistration",
    "Fee",
    "Invitation",
    "InvitationQuerySet",
    "Location",
    "Photo",
    "PhotoQuerySet",
    "ProfileRevision",
    "ProfileRevisionQuerySet",
    "Provider",
    "ProviderQuerySet",
    "Rating",
    "Representative",
    "SearchArea",
    "SearchCard",
    "SearchRow",
    "SearchText",
    "Service",
    "ServiceModification",
    "ServiceQuerySet",
    "Unit",
    "Vacancy",
]
