"""Search for any register: words with slips of the finger, filters with counts, one statement for all (ADR 0017).

A register keeps narrow rows with masks, its words apart, and cards; it says what its `Facet`s and `Source`s are, and
`Statement` writes the SQL. `providers/search.py` is the search for care.
"""

from .bitmaps import FEWEST, BitStatement, Rows, build, is_due, read_bits
from .masks import FLAGS, Facet, place, read_groups, read_sums
from .memory import FacetValue, Memory, Values, Versions, has_bits, learn, leave_bits, remembered
from .statement import Chosen, Page, Source, Statement
from .words import Vocabulary, is_correctable, read

__all__ = [
    "FEWEST",
    "FLAGS",
    "BitStatement",
    "Chosen",
    "Facet",
    "FacetValue",
    "Memory",
    "Page",
    "Rows",
    "Source",
    "Statement",
    "Values",
    "Versions",
    "Vocabulary",
    "build",
    "has_bits",
    "is_correctable",
    "is_due",
    "learn",
    "leave_bits",
    "place",
    "read",
    "read_bits",
    "read_groups",
    "read_sums",
    "remembered",
]
