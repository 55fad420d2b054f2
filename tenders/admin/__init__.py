"""The procurement registers in the commissioners' workspace."""

from . import awards, contracts, dashboard, events, frameworks, opportunities, questions, subscribers, tender_parts
from .base import PublishableAdmin

__all__ = [
    "PublishableAdmin",
    "awards",
    "contracts",
    "dashboard",
    "events",
    "frameworks",
    "opportunities",
    "questions",
    "subscribers",
    "tender_parts",
]
