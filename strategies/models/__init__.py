from .editions import Edition, EditionFile, EditionQuerySet
from .sections import Section
from .strategies import (
    Action,
    Intention,
    Message,
    Milestone,
    Principle,
    Priority,
    Progress,
    RelatedDocument,
    Strategy,
    StrategyPart,
    StrategyPartner,
    StrategyQuerySet,
    Term,
    Theme,
)

__all__ = [
    "Action",
    "Edition",
    "EditionFile",
    "EditionQuerySet",
    "Intention",
    "Message",
    "Milestone",
    "Principle",
    "Priority",
    "Progress",
    "RelatedDocument",
    "Section",
    "Strategy",
    "StrategyPart",
    "StrategyPartner",
    "StrategyQuerySet",
    "Term",
    "Theme",
]
