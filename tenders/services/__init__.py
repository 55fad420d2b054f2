from .memberships import SuspensionRefused, lift, suspend
from .plans import DateRefused, NothingMoves, ask_owners, confirm_plan, move_date
from .succession import DecisionRefused, decide_end, propose_successors

__all__ = [
    "DateRefused",
    "DecisionRefused",
    "NothingMoves",
    "SuspensionRefused",
    "ask_owners",
    "confirm_plan",
    "decide_end",
    "lift",
    "move_date",
    "propose_successors",
    "suspend",
]
