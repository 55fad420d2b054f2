"""Search for any register: words with slips of the finger, filters with counts, one statement for all (ADR 0017).

A register keeps narrow rows with masks, its words apart, and cards; it says what its `Facet`s and `Source`s are, and
`Statement` writes the SQL. `providers/search.py` is the search for care.
"""

from .masks import FLAGS, Facet, place, read_groups, read_sums
from .memory import FacetValue, Memory, Values, Versions, learn, remembered
from .statement import Chosen, Page, Source, Statement
from .words import Vocabulary, is_correctable, read

__all__ = [
    "FLAGS",
    "Chosen",
    "Facet",
    "FacetValue",
    "Memory",
    "Page",
    "Source",
    "Statement",
    "Values",
    "Versions",
    "Vocabulary",
    "is_correctable",
    "learn",
    "place",
    "read",
    "read_groups",
    "read_sums",
    "remembered",
]
