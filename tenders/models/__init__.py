from .addenda import Addendum, AddendumQuerySet
from .admissions import Admission, AdmissionQuerySet, Suspension
from .changes import DateChange
from .contracts import Contract, ContractCommissioner, ContractQuerySet, ContractSupplier, public_suppliers
from .evaluation import Criterion, PanelSeat
from .forums import Forum
from .frameworks import Framework, FrameworkPartner, FrameworkQuerySet
from .lots import EntryCondition, Lot, LotQuerySet, Rate
from .notices import Notice, NoticeQuerySet
from .opportunities import Opportunity, OpportunityPartner, OpportunityQuerySet, stale_age
from .procurement import Regime, ReservedFor, Route
from .questions import Asker, AskerQuerySet, Question, QuestionQuerySet
from .tender_lots import OpportunityLot

__all__ = [
    "Addendum",
    "AddendumQuerySet",
    "Admission",
    "AdmissionQuerySet",
    "Asker",
    "AskerQuerySet",
    "Contract",
    "ContractCommissioner",
    "ContractQuerySet",
    "ContractSupplier",
    "Criterion",
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
    "OpportunityLot",
    "OpportunityPartner",
    "OpportunityQuerySet",
    "PanelSeat",
    "Question",
    "QuestionQuerySet",
    "Rate",
    "Regime",
    "ReservedFor",
    "Route",
    "public_suppliers",
    "Suspension",
    "stale_age",
]
