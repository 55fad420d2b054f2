"""Rows as documents of Open Referral UK 3.0. Pure functions: no query, no clock.

What is not known is left out. Fields beyond the standard begin with ``x_``; docs/open-data.md lists them.
"""

from .organizations import listed_organization, whole_organization
from .services import (
    listed_service,
    listed_service_at_location,
    minimal_service,
    nested_service_at_location,
    whole_service,
)

__all__ = [
    "listed_organization",
    "listed_service",
    "listed_service_at_location",
    "minimal_service",
    "nested_service_at_location",
    "whole_organization",
    "whole_service",
]
