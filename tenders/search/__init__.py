"""The search for opportunities: one question, one list, the counts of every filter."""

from .asking import Listed, Relaxed, Results, count_frameworks, find_all, search, without_one_filter
from .entries import Entry, Named, read_entries
from .question import NAMES, PAGE_SIZE, PARAMETERS, OpportunityQuery, Order
from .words import holding

__all__ = [
    "NAMES",
    "PAGE_SIZE",
    "PARAMETERS",
    "Entry",
    "Listed",
    "Named",
    "OpportunityQuery",
    "Order",
    "Relaxed",
    "Results",
    "count_frameworks",
    "find_all",
    "holding",
    "read_entries",
    "search",
    "without_one_filter",
]
