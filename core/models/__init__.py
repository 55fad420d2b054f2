from .addresses import AddressedModel, FormerSlug
from .audit import AuditEvent, AuditEventQuerySet
from .jobs import Heartbeat, Job, JobQuerySet, JobState
from .mail import OutgoingMail, OutgoingMailQuerySet
from .places import Place
from .publishing import PublishableModel, PublishableQuerySet
from .taxonomy import ClientGroup, CpvCode, LifeStage, ServiceType
from .tree import TreeNode, TreeQuerySet
from .users import User, UserManager
from .versions import RegisterVersion, TouchedRegister

__all__ = [
    "AddressedModel",
    "AuditEvent",
    "AuditEventQuerySet",
    "ClientGroup",
    "CpvCode",
    "FormerSlug",
    "Heartbeat",
    "Job",
    "JobQuerySet",
    "JobState",
    "LifeStage",
    "OutgoingMail",
    "OutgoingMailQuerySet",
    "Place",
    "PublishableModel",
    "PublishableQuerySet",
    "RegisterVersion",
    "ServiceType",
    "TouchedRegister",
    "TreeNode",
    "TreeQuerySet",
    "User",
    "UserManager",
]
