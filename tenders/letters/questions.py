"""The mails about questions: to who asked, and to nobody else. Each function returns a subject and a text."""

from __future__ import annotations

from providers.letters import address, letter

from ..models import Opportunity, Question


def confirm(*, opportunity: Opportunity, token: str) -> tuple[str, str]:
    """Ask somebody to confirm the address they gave. What was asked is not in it: a stranger may have typed it."""
    return (
        "Confirm your question",
        letter(
            "Hello,",
            f"somebody, we think you, asked {opportunity.organisation} a question about “{opportunity.title}” and gave "
            "this address.",
            "Open this page within seven days, read what was asked and press the button. Only then is it passed on:\n"
            f"{address('tenders:question_confirm', token)}",
            "It counts as asked when you sent the form. The answer is for everybody to read; who asked is not.",
            "If it was not you, do nothing. The question is deleted and we do not write again.",
        ),
    )


def answered(*, question: Question) -> tuple[str, str]:
    """Tell who asked that everybody can read the answer now."""
    opportunity = question.opportunity
    return (
        f"Answered: your question about {opportunity}",
        letter(
            "Hello,",
            f"{opportunity.organisation} has answered your question about “{opportunity.title}” for everybody, without "
            "saying who asked.",
            f"Question, in its words:\n{question.question_public}",
            f"Answer:\n{question.answer}",
            f"All questions and answers:\n{address('tenders:opportunity', opportunity.reference)}#questions",
        ),
    )


def corrected(*, question: Question, reason: str) -> tuple[str, str]:
    """Tell who asked that the answer they may have built on says something else now."""
    opportunity = question.opportunity
    return (
        f"Corrected: the answer to your question about {opportunity}",
        letter(
            "Hello,",
            f"{opportunity.organisation} has corrected the answer to your question about “{opportunity.title}” for "
            "everybody, without saying who asked.",
            f"Question, in its words:\n{question.question_public}",
            f"Answer, as it is now:\n{question.answer}",
            f"Why:\n{reason}",
            f"What it said before:\n{address('tenders:opportunity', opportunity.reference)}#addenda",
        ),
    )


def declined(*, question: Question) -> tuple[str, str]:
    """Tell who asked, and only them, why there is no answer."""
    opportunity = question.opportunity
    return (
        f"Not answered: your question about {opportunity}",
        letter(
            "Hello,",
            f"{opportunity.organisation} does not answer your question about “{opportunity.title}”. Its reason:",
            question.decline_reason,
            "Nobody else is told that you asked.",
        ),
    )


def waiting(*, question: Question, url: str) -> tuple[str, str]:
    """Tell the owner of the entry that a question waits. Who asked stands only in the portal."""
    opportunity = question.opportunity
    return (
        f"A question about {opportunity}",
        letter("Hello,", f"a question about “{opportunity.title}” waits for an answer.", url),
    )
