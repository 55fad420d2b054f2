from .evidence import Indicator, Observation
from .organisations import (
    Accent,
    Contact,
    Coverage,
    CycleStage,
    Officer,
    Organisation,
    OrganisationValue,
    PartnerBase,
    Team,
)
from .owned import OwnedModel, OwnedQuerySet
from .sources import SourcedModel, SourceDocument

__all__ = [
    "Accent",
    "Contact",
    "Coverage",
    "CycleStage",
    "Indicator",
    "Observation",
    "Officer",
    "Organisation",
    "OrganisationValue",
    "OwnedModel",
    "OwnedQuerySet",
    "PartnerBase",
    "SourceDocument",
    "SourcedModel",
    "Team",
]
