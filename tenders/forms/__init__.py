"""What people fill in: for alerts, events, questions, and the officers' actions on a record."""

from .alerts import EmailForm, FollowForm, FrequencyForm, SaveSearchForm
from .awards import ExtendForm, ReasonForm, RecordAwardForm, SignContractForm
from .engagement import (
    CancelEventForm,
    InterestForm,
    MoveEventForm,
    RegistrationForm,
    ReplyForm,
    initial_for,
    kept_days,
)
from .questions import (
    AddendumForm,
    AnswerForm,
    CorrectAnswerForm,
    DeclineForm,
    QuestionForm,
    StrangersQuestionForm,
)
from .records import AdmissionForm, DecideEndForm, EndAdmissionForm, MoveDateForm, RefuseForm, SuspendForm

__all__ = [
    "AddendumForm",
    "AdmissionForm",
    "AnswerForm",
    "CancelEventForm",
    "CorrectAnswerForm",
    "DecideEndForm",
    "DeclineForm",
    "EmailForm",
    "EndAdmissionForm",
    "ExtendForm",
    "FollowForm",
    "FrequencyForm",
    "InterestForm",
    "MoveDateForm",
    "MoveEventForm",
    "QuestionForm",
    "ReasonForm",
    "RecordAwardForm",
    "RefuseForm",
    "RegistrationForm",
    "ReplyForm",
    "SaveSearchForm",
    "SignContractForm",
    "StrangersQuestionForm",
    "SuspendForm",
    "initial_for",
    "kept_days",
]
