"""Reads OCDS of other publishers, such as Find a Tender's packages, so that a council can mirror its own notices."""

from .differences import FieldChange
from .files import read_file
from .part_plans import Outcome, PartPlan
from .plans import make_plan
from .process_plans import JOIN_NEW, SKIP, Plan, ProcessPlan
from .processes import Process, ReadOne, read_processes
from .suppliers import AS_STATED, Supplier, token_of

__all__ = [
    "AS_STATED",
    "JOIN_NEW",
    "SKIP",
    "FieldChange",
    "Outcome",
    "PartPlan",
    "Plan",
    "Process",
    "ProcessPlan",
    "ReadOne",
    "Supplier",
    "make_plan",
    "read_file",
    "read_processes",
    "token_of",
]
