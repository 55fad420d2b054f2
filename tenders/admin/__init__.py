"""The procurement registers in the commissioners' workspace."""

from . import contracts, dashboard, frameworks, opportunities
from .base import PublishableAdmin

__all__ = ["PublishableAdmin", "contracts", "dashboard", "frameworks", "opportunities"]
