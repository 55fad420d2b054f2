"""Public pages of the procurement registers: opportunities, frameworks, contracts."""

from .contracts import contract, contract_list
from .frameworks import framework, framework_check, framework_list
from .opportunities import opportunity, opportunity_list
from .questions import question_ask, question_confirm, question_sent

__all__ = [
    "contract",
    "contract_list",
    "framework",
    "framework_check",
    "framework_list",
    "opportunity",
    "opportunity_list",
    "question_ask",
    "question_confirm",
    "question_sent",
]
