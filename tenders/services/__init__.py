from .addenda import AddendumRefused, publish_addendum
from .awards import AwardRefused, Winner, record_award, sign_contract, take_back_award
from .endings import EndingRefused, cancel_opportunity, withdraw_opportunity
from .memberships import (
    AdmissionRefused,
    SuspensionRefused,
    admit,
    end_admission,
    lift,
    refuse_admission,
    suspend,
)
from .ocds_imports import ImportRefused, apply_reading, keep_reading, plan_of
from .plans import DateRefused, NothingMoves, ask_owners, confirm_plan, move_date
from .questions import (
    AnswerRefused,
    QuestionLinkGone,
    QuestionsClosed,
    TooManyQuestions,
    answer_question,
    ask_question,
    confirm_questions,
    decline_question,
    takes_questions,
)
from .releases import make_releases, record_publication, record_release
from .succession import DecisionRefused, ExtensionRefused, decide_end, extend_contract, propose_successors

__all__ = [
    "AddendumRefused",
    "AdmissionRefused",
    "AnswerRefused",
    "AwardRefused",
    "DateRefused",
    "DecisionRefused",
    "EndingRefused",
    "ExtensionRefused",
    "ImportRefused",
    "NothingMoves",
    "QuestionLinkGone",
    "QuestionsClosed",
    "SuspensionRefused",
    "TooManyQuestions",
    "Winner",
    "admit",
    "answer_question",
    "apply_reading",
    "ask_owners",
    "ask_question",
    "cancel_opportunity",
    "confirm_plan",
    "confirm_questions",
    "decide_end",
    "decline_question",
    "end_admission",
    "extend_contract",
    "keep_reading",
    "lift",
    "make_releases",
    "move_date",
    "plan_of",
    "propose_successors",
    "publish_addendum",
    "record_award",
    "record_publication",
    "record_release",
    "refuse_admission",
    "sign_contract",
    "suspend",
    "take_back_award",
    "takes_questions",
    "withdraw_opportunity",
]
