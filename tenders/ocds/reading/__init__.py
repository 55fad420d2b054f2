"""Reads OCDS of other publishers, such as Find a Tender's packages, so that a council can mirror its own notices."""

from .files import read_file
from .plans import JOIN_NEW, SKIP, Plan, ProcessPlan, make_plan
from .processes import Process, ReadOne, read_processes

__all__ = [
    "JOIN_NEW",
    "SKIP",
    "Plan",
    "Process",
    "ProcessPlan",
    "ReadOne",
    "make_plan",
    "read_file",
    "read_processes",
]
