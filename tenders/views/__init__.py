"""Public pages of the procurement registers: opportunities, frameworks, contracts."""

from .browse import (
    opportunity_atom,
    opportunity_calendar,
    opportunity_csv,
    opportunity_dates,
    opportunity_ics,
    opportunity_json,
    opportunity_list,
    opportunity_xlsx,
)
from .contracts import contract, contract_csv, contract_json, contract_list, contract_template, contract_xlsx
from .events import event, event_calendar, event_calendars, event_list
from .frameworks import framework, framework_check, framework_list
from .opportunities import opportunity
from .questions import question_ask, question_confirm, question_sent
from .replies import (
    event_register,
    event_register_sent,
    interest,
    interest_register,
    interest_register_sent,
    interest_withdraw,
    registration,
    registration_withdraw,
)

__all__ = [
    "contract",
    "contract_csv",
    "contract_json",
    "contract_list",
    "contract_template",
    "contract_xlsx",
    "event",
    "event_calendar",
    "event_calendars",
    "event_list",
    "event_register",
    "event_register_sent",
    "framework",
    "framework_check",
    "framework_list",
    "interest",
    "interest_register",
    "interest_register_sent",
    "interest_withdraw",
    "opportunity",
    "opportunity_atom",
    "opportunity_calendar",
    "opportunity_csv",
    "opportunity_dates",
    "opportunity_ics",
    "opportunity_json",
    "opportunity_list",
    "opportunity_xlsx",
    "question_ask",
    "question_confirm",
    "question_sent",
    "registration",
    "registration_withdraw",
]
