from .addresses import AddressedModel, FormerSlug
from .places import Place
from .publishing import PublishableModel, PublishableQuerySet
from .taxonomy import ClientGroup, CpvCode, LifeStage, ServiceType
from .tree import TreeNode, TreeQuerySet
from .users import User, UserManager

__all__ = [
    "AddressedModel",
    "ClientGroup",
    "CpvCode",
    "FormerSlug",
    "LifeStage",
    "Place",
    "PublishableModel",
    "PublishableQuerySet",
    "ServiceType",
    "TreeNode",
    "TreeQuerySet",
    "User",
    "UserManager",
]
