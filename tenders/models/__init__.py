from .addenda import Addendum, AddendumQuerySet
from .admissions import Admission, AdmissionDecision, AdmissionQuerySet, Suspension
from .alerts import AlertItem, AlertNews, AlertRun, Follow, Frequency, SavedSearch, StatusSeen, Subscriber
from .awards import Award, AwardQuerySet, AwardSupplier, public_winners
from .changes import DateChange
from .contracts import Contract, ContractCommissioner, ContractQuerySet, ContractSupplier, has_passed, public_suppliers
from .documents import Document, DocumentQuerySet
from .evaluation import Criterion, PanelSeat
from .events import CoproductionNote, Event, EventChange, EventQuerySet
from .extensions import ContractChange, ContractChangeQuerySet, ExtensionOption
from .forums import Forum
from .frameworks import Framework, FrameworkPartner, FrameworkQuerySet
from .lots import EntryCondition, Lot, LotQuerySet, Rate
from .notices import Notice, NoticeQuerySet
from .opportunities import Opportunity, OpportunityQuerySet, stale_age
from .partners import OpportunityPartner
from .procurement import Regime, ReservedFor, Route
from .questions import Asker, AskerQuerySet, Question, QuestionQuerySet
from .register import RegisterRow, RegisterRowQuerySet
from .releases import OcdsImport, ReadRelease, Release, ReleaseQuerySet
from .replies import Interest, InterestQuerySet, Registration, RegistrationQuerySet, Reply, ReplyQuerySet
from .search import SearchArea, SearchCard, SearchRow, SearchText, ToldDate
from .tender_lots import OpportunityLot

__all__ = [
    "Addendum",
    "AddendumQuerySet",
    "Admission",
    "AdmissionDecision",
    "AdmissionQuerySet",
    "AlertItem",
    "AlertNews",
    "AlertRun",
    "Asker",
    "AskerQuerySet",
    "Award",
    "AwardQuerySet",
    "AwardSupplier",
    "Contract",
    "ContractChange",
    "ContractChangeQuerySet",
    "ContractCommissioner",
    "ContractQuerySet",
    "ContractSupplier",
    "CoproductionNote",
    "Criterion",
    "DateChange",
    "Document",
    "DocumentQuerySet",
    "EntryCondition",
    "Event",
    "EventChange",
    "EventQuerySet",
    "ExtensionOption",
    "Follow",
    "Forum",
    "Framework",
    "FrameworkPartner",
    "FrameworkQuerySet",
    "Frequency",
    "Interest",
    "InterestQuerySet",
    "Lot",
    "LotQuerySet",
    "Notice",
    "NoticeQuerySet",
    "OcdsImport",
    "Opportunity",
    "OpportunityLot",
    "OpportunityPartner",
    "OpportunityQuerySet",
    "PanelSeat",
    "Question",
    "QuestionQuerySet",
    "Rate",
    "ReadRelease",
    "Regime",
    "RegisterRow",
    "RegisterRowQuerySet",
    "Registration",
    "RegistrationQuerySet",
    "Release",
    "ReleaseQuerySet",
    "Reply",
    "ReplyQuerySet",
    "ReservedFor",
    "Route",
    "SavedSearch",
    "SearchArea",
    "SearchCard",
    "SearchRow",
    "SearchText",
    "StatusSeen",
    "Subscriber",
    "Suspension",
    "ToldDate",
    "has_passed",
    "public_suppliers",
    "public_winners",
    "stale_age",
]
