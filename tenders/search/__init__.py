"""The search for opportunities: one question, one list, the counts of every filter."""

from .question import OpportunityQuery, Order

__all__ = ["OpportunityQuery", "Order"]
