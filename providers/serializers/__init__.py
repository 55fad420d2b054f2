"""The directory as the portal's own interface tells it. Unknown is null: the provider has not told us.

Each serializer is given a `ServiceFacts`, or what it holds, and never asks the database.
"""

from .basics import Maybe, NamedSerializer, ProblemSerializer
from .facts import ServiceFacts
from .search import SearchQuestionSerializer, SearchResultsSerializer
from .services import ServiceSerializer

__all__ = [
    "Maybe",
    "NamedSerializer",
    "ProblemSerializer",
    "SearchQuestionSerializer",
    "SearchResultsSerializer",
    "ServiceFacts",
    "ServiceSerializer",
]
