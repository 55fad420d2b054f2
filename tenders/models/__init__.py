from .changes import DateChange
from .contracts import Contract, ContractCommissioner, ContractQuerySet, ContractSupplier, public_suppliers
from .forums import Forum
from .frameworks import Admission, Framework, FrameworkPartner, FrameworkQuerySet, Lot, Rate
from .notices import Notice, NoticeQuerySet
from .opportunities import Opportunity, OpportunityPartner, OpportunityQuerySet, stale_age
from .procurement import Regime, ReservedFor, Route

__all__ = [
    "Admission",
    "Contract",
    "ContractCommissioner",
    "ContractQuerySet",
    "ContractSupplier",
    "DateChange",
    "Forum",
    "Framework",
    "FrameworkPartner",
    "FrameworkQuerySet",
    "Lot",
    "Notice",
    "NoticeQuerySet",
    "Opportunity",
    "OpportunityPartner",
    "OpportunityQuerySet",
    "Rate",
    "Regime",
    "ReservedFor",
    "Route",
    "public_suppliers",
    "stale_age",
]
