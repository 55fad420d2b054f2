from .contracts import Contract, ContractCommissioner, ContractQuerySet, ContractSupplier, public_suppliers
from .forums import Forum
from .frameworks import Admission, Framework, FrameworkPartner, FrameworkQuerySet, Lot, Rate
from .opportunities import Opportunity, OpportunityPartner, OpportunityQuerySet
from .procurement import Regime, Route

__all__ = [
    "Admission",
    "Contract",
    "ContractCommissioner",
    "ContractQuerySet",
    "ContractSupplier",
    "Forum",
    "Framework",
    "FrameworkPartner",
    "FrameworkQuerySet",
    "Lot",
    "Opportunity",
    "OpportunityPartner",
    "OpportunityQuerySet",
    "Rate",
    "Regime",
    "Route",
    "public_suppliers",
]
