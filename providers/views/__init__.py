"""Public pages of services and providers: the search, and each one's own page."""

from .care_search import service_list
from .corrections import correction, correction_sent
from .finder import finder, finder_step
from .links import confirm, invitation, welcome
from .photos import photo
from .profiles import provider, provider_list
from .service_page import service
from .shortlist import compare, shortlist_page, visit_sheet

__all__ = [
    "compare",
    "confirm",
    "correction",
    "correction_sent",
    "finder",
    "finder_step",
    "invitation",
    "photo",
    "provider",
    "provider_list",
    "service",
    "service_list",
    "shortlist_page",
    "visit_sheet",
    "welcome",
]
