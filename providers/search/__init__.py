"""The search for care: one question, two lists (near you, comes to you), the counts of every filter."""

from core.search import FacetValue

from .asking import search, widened, without_one_filter
from .question import (
    ACCESS,
    DEFAULT_RADIUS_MILES,
    FUNDING,
    PAGE_SIZE,
    RADII_MILES,
    RATINGS,
    SETTINGS,
    Hit,
    HitPage,
    Order,
    Relaxed,
    Results,
    ServiceQuery,
)

__all__ = [
    "ACCESS",
    "DEFAULT_RADIUS_MILES",
    "FUNDING",
    "PAGE_SIZE",
    "RADII_MILES",
    "RATINGS",
    "SETTINGS",
    "FacetValue",
    "Hit",
    "HitPage",
    "Order",
    "Relaxed",
    "Results",
    "ServiceQuery",
    "search",
    "widened",
    "without_one_filter",
]
