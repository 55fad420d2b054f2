from .addresses import AddressedModel, AddressMoved, FormerSlug, find_by_slug
from .audit import AuditEvent, AuditEventQuerySet
from .jobs import Heartbeat, Job, JobQuerySet, JobState
from .mail import OutgoingMail, OutgoingMailQuerySet
from .places import AuthorityCode, Country, Outcode, OutcodeCouncil, Outline, Place, Postcode, Town
from .publishing import PublishableModel, PublishableQuerySet
from .search import SearchValue, SearchVersion, SearchWord
from .taxonomy import ClientGroup, CpvCode, LifeStage, ServiceType
from .tree import TreeNode, TreeQuerySet
from .users import User, UserManager
from .versions import RegisterVersion, TouchedRegister

__all__ = [
    "AddressMoved",
    "AddressedModel",
    "AuditEvent",
    "AuditEventQuerySet",
    "AuthorityCode",
    "ClientGroup",
    "Country",
    "CpvCode",
    "FormerSlug",
    "Heartbeat",
    "Job",
    "JobQuerySet",
    "JobState",
    "LifeStage",
    "Outcode",
    "OutcodeCouncil",
    "OutgoingMail",
    "OutgoingMailQuerySet",
    "Outline",
    "Place",
    "Postcode",
    "PublishableModel",
    "PublishableQuerySet",
    "RegisterVersion",
    "SearchValue",
    "SearchVersion",
    "SearchWord",
    "ServiceType",
    "TouchedRegister",
    "Town",
    "TreeNode",
    "TreeQuerySet",
    "User",
    "UserManager",
    "find_by_slug",
]
