"""Reading the contracts register back from a spreadsheet: what a file would change, and changing it.

A file has the columns of the export, in any order; those it lacks stay as they are, and those that no officer keeps by
hand (status, page, …) are passed over. Rows are joined by reference, inside one organisation's own register. A cell
that is empty or says “Not stated” means that the fact is not known.
"""

from .applying import PlanOutdated, apply_plan
from .plans import FieldChange, Plan, RowPlan, make_plan
from .reading import Sheet, SheetRow, read_register

__all__ = [
    "FieldChange",
    "Plan",
    "PlanOutdated",
    "RowPlan",
    "Sheet",
    "SheetRow",
    "apply_plan",
    "make_plan",
    "read_register",
]
