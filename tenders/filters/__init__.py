"""What the registers and the events are narrowed by."""

from .events import EventFilterSet
from .registers import ContractFilterSet, FrameworkFilterSet, ProcurementFilterSet

__all__ = ["ContractFilterSet", "EventFilterSet", "FrameworkFilterSet", "ProcurementFilterSet"]
