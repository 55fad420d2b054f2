"""What families may know of a service, as plain data: the same facts on its page, in the table and on the sheet.

The Competition and Markets Authority's key information (what a home must tell before anybody asks) comes first. What
nobody has told us is a fact without lines, and every page shows it as unknown.
"""

from .facts import Fact, Group
from .parts import fetch
from .ratings import RatingLine
from .rows import with_claims, with_facts
from .sheet import Sheet, of, side_by_side
from .space import Space
from .where import Where

__all__ = [
    "Fact",
    "Group",
    "RatingLine",
    "Sheet",
    "Space",
    "Where",
    "fetch",
    "of",
    "side_by_side",
    "with_claims",
    "with_facts",
]
