"""Public pages of services and providers: the search, and each one's own page."""

from .care_search import service_list
from .finder import finder, finder_step
from .profiles import provider, provider_list, service

__all__ = ["finder", "finder_step", "provider", "provider_list", "service", "service_list"]
