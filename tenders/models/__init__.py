from .admissions import Admission, AdmissionQuerySet, Suspension
from .changes import DateChange
from .contracts import Contract, ContractCommissioner, ContractQuerySet, ContractSupplier, public_suppliers
from .forums import Forum
from .frameworks import Framework, FrameworkPartner, FrameworkQuerySet
from .lots import EntryCondition, Lot, LotQuerySet, Rate
from .notices import Notice, NoticeQuerySet
from .opportunities import Opportunity, OpportunityPartner, OpportunityQuerySet, stale_age
from .procurement import Regime, ReservedFor, Route

__all__ = [
    "Admission",
    "AdmissionQuerySet",
    "Contract",
    "ContractCommissioner",
    "ContractQuerySet",
    "ContractSupplier",
    "DateChange",
    "EntryCondition",
    "Forum",
    "Framework",
    "FrameworkPartner",
    "FrameworkQuerySet",
    "Lot",
    "LotQuerySet",
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
    "Suspension",
    "stale_age",
]
