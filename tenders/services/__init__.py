from .addenda import AddendumRefused, publish_addendum
from .memberships import (
    AdmissionRefused,
    SuspensionRefused,
    admit,
    end_admission,
    lift,
    refuse_admission,
    suspend,
)
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
from .succession import DecisionRefused, decide_end, propose_successors

__all__ = [
    "AddendumRefused",
    "AdmissionRefused",
    "AnswerRefused",
    "DateRefused",
    "DecisionRefused",
    "NothingMoves",
    "QuestionLinkGone",
    "QuestionsClosed",
    "SuspensionRefused",
    "TooManyQuestions",
    "admit",
    "answer_question",
    "ask_owners",
    "ask_question",
    "confirm_plan",
    "confirm_questions",
    "decide_end",
    "decline_question",
    "end_admission",
    "lift",
    "move_date",
    "propose_successors",
    "publish_addendum",
    "refuse_admission",
    "suspend",
    "takes_questions",
]
