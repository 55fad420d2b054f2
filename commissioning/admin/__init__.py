"""The commissioners' workspace: one base class that scopes everything an admin page can leak, and the registers on it."""

from . import registers
from .actions import object_action
from .base import OrganisationScopedAdmin, PublicReferenceAdmin
from .inlines import ScopedStackedInline, ScopedTabularInline
from .operators import OperatorsAdmin

__all__ = [
    "OperatorsAdmin",
    "OrganisationScopedAdmin",
    "PublicReferenceAdmin",
    "ScopedStackedInline",
    "ScopedTabularInline",
    "object_action",
    "registers",
]
