"""Search for any register: words with slips of the finger, filters with counts, one statement for all (ADR 0017).

A register keeps narrow rows with masks, its words apart, and cards; it says what its `Facet`s and `Source`s are, and
`Statement` writes the SQL, and `ask` takes a question to the database and back. `providers/search/` and `tenders/search/`
are two such registers.
"""

from .asking import Answer, Typed, ask, correct, know, run, run_bits, run_groups, run_ids
from .bitmaps import FEWEST, BitStatement, Rows, build, is_due
from .masks import FLAGS, Facet, place
from .memory import FacetValue, Memory, Values, Versions, has_bits, learn, leave_bits, remembered
from .statement import Chosen, Page, Source, Statement
from .words import Vocabulary, is_correctable, read

__all__ = [
    "FEWEST",
    "FLAGS",
    "Answer",
    "BitStatement",
    "Chosen",
    "Facet",
    "FacetValue",
    "Memory",
    "Page",
    "Rows",
    "Source",
    "Statement",
    "Typed",
    "Values",
    "Versions",
    "Vocabulary",
    "ask",
    "build",
    "correct",
    "has_bits",
    "is_correctable",
    "is_due",
    "know",
    "learn",
    "leave_bits",
    "place",
    "read",
    "remembered",
    "run",
    "run_bits",
    "run_groups",
    "run_ids",
]
