"""Questions about a tender: taken in until their deadline, answered for everybody, and nobody learns who asked."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.urls import reverse

from core import audit, mail, versions
from core.errors import AlreadyDone, DomainError
from core.text import clean_plain_text
from providers.floods import sent_this_hour
from providers.models import Provider
from providers.tokens import hash_of, new_token
from tenders.letters import questions as question_letters
from tenders.models import Asker, Opportunity, OpportunityLot, Question

from . import strangers
from .addenda import RUNNING, publish_addendum
from .releases import record_release

ENDED = {Opportunity.Status.AWARDED, Opportunity.Status.WITHDRAWN, Opportunity.Status.CANCELLED}


class QuestionsClosed(DomainError):
    """No question is taken in any more, or none yet."""


class TooManyQuestions(DomainError):
    """More has come from one sender or address than a bidder would write."""


class QuestionLinkGone(DomainError):
    """The link confirms nothing any more."""


class AnswerRefused(DomainError):
    """The answer cannot be published so."""


def takes_questions(opportunity: Opportunity, *, at: dt.datetime) -> bool:
    """Whether a question that comes in at this moment is in time."""
    closes_at = opportunity.questions_close_at
    return closes_at is not None and at < closes_at and opportunity.status(at=at) not in ENDED


@transaction.atomic
def ask_question(
    *,
    opportunity: Opportunity,
    lot: OpportunityLot | None,
    question: str,
    name: str,
    email: str,
    organisation_name: str,
    provider: Provider | None,
    sender: str | None,
    at: dt.datetime,
) -> Asker:
    """Take in a question. From a provider's own people it goes to the buyer at once, else once the address is confirmed.

    In time is what comes in before ``questions_close_at``; confirming may come later. A mailbox gets one confirming
    mail a day (`strangers`), whose page holds everything it has asked.

    :param provider: whose signed-in representative asks; their address is known to be theirs.
    :param sender: the network address, counted and not kept (`providers.floods`).
    :raises QuestionsClosed: outside the time for questions.
    :raises TooManyQuestions: over ``settings.QUESTIONS_PER_…``.
    """
    # The lock orders this with a moved deadline and gives each question its number.
    row = Opportunity.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=opportunity.pk)
    if not takes_questions(row, at=at):
        raise QuestionsClosed("The time for questions is over. What you wrote was not sent.")
    if provider is None and row.is_members_only:
        raise QuestionsClosed("Sign in to ask about a call-off that is for members only.")
    email = clean_plain_text(email).lower()
    _check_floods(row, email=email, sender=sender, is_known=provider is not None, at=at)
    asker = Asker.objects.create(
        opportunity=row,
        lot=lot,
        name=clean_plain_text(name),
        email=email,
        organisation_name=clean_plain_text(organisation_name),
        provider=provider,
        question_asked=clean_plain_text(question, multiline=True),
        received_at=at,
    )
    if provider is not None:
        _pass_on(asker, row, at=at)
    else:
        _ask_to_confirm(asker, row, at=at)
    return asker


def _check_floods(opportunity: Opportunity, *, email: str, sender: str | None, is_known: bool, at: dt.datetime) -> None:
    today = {"received_at__gte": at - dt.timedelta(days=1)}
    asked = Asker.objects.filter(email=email, **today)
    # Anybody can type an address: what its owner has not confirmed does not keep them out once they have signed in.
    if (asked.exclude(confirmed_at=None) if is_known else asked).count() >= settings.QUESTIONS_PER_ADDRESS_AND_DAY:
        raise TooManyQuestions("This address has asked a lot today. What you wrote was not sent: come back tomorrow.")
    if is_known:
        return
    unconfirmed = Asker.objects.filter(opportunity=opportunity, confirmed_at=None, **today).count()
    if unconfirmed >= settings.QUESTIONS_UNCONFIRMED_PER_TENDER_AND_DAY:
        raise TooManyQuestions(
            "More questions have come in today than people write. Sign in as a provider to ask, or come back tomorrow."
        )
    if sent_this_hour("question", sender, at=at) > settings.QUESTIONS_PER_SENDER_AND_HOUR:
        raise TooManyQuestions("You have asked a lot within the hour. What you wrote last was not sent.")


def _ask_to_confirm(asker: Asker, opportunity: Opportunity, *, at: dt.datetime) -> bool:
    if not strangers.may_ask(asker.email, at=at):
        return False
    token = new_token()
    asker.token_hash = hash_of(token)
    asker.save(update_fields=["token_hash"])
    # The page of the link holds all that the address has asked.
    Asker.objects.filter(email=asker.email, confirmed_at=None).update(mailed_at=at)
    subject, text = question_letters.confirm(opportunity=opportunity, token=token)
    mail.owe(key=f"question-confirm:{asker.pk}", to=asker.email, subject=subject, text=text)
    return True


@transaction.atomic
def ask_waiting(*, pk: int, at: dt.datetime) -> bool:
    """Ask the address of a question that has waited to confirm it; return whether its time had come."""
    rows = Asker.objects.select_for_update(of=("self",)).select_related("opportunity__organisation")
    asker = rows.filter(pk=pk, confirmed_at=None, mailed_at=None, received_at__gte=at - Asker.confirm_within).first()
    return asker is not None and _ask_to_confirm(asker, asker.opportunity, at=at)


def _pass_on(asker: Asker, opportunity: Opportunity, *, at: dt.datetime) -> Question:
    """Give the buyer the question, under the next number. The trail names no person: it was somebody."""
    last = Question.objects.filter(opportunity=opportunity).aggregate(last=Max("number"))["last"]
    question = Question.objects.create(
        opportunity=opportunity, lot=asker.lot, number=(last or 0) + 1, asked_at=asker.received_at
    )
    asker.question, asker.confirmed_at = question, at
    asker.save(update_fields=["question", "confirmed_at"])
    audit.record("question.received", question, by=None, at=at, organisation=opportunity.organisation)
    owner = opportunity.owner
    if owner is not None:
        url = settings.PUBLIC_URL.rstrip("/") + reverse("admin:tenders_question_change", args=[question.pk])
        subject, text = question_letters.waiting(question=question, url=url)
        mail.owe(key=f"question-waiting:{question.pk}", to=owner.user.email, subject=subject, text=text)
    versions.touch(*Question.REGISTERS)
    return question


def find_unconfirmed(*, token: str, at: dt.datetime) -> list[Asker]:
    """Return all that the address of a link has asked and not confirmed yet.

    :raises QuestionLinkGone: if the link is unknown or older than seven days, or nothing waits for it.
    """
    known = Asker.objects.filter(token_hash=hash_of(token), received_at__gte=at - Asker.confirm_within).first()
    if known is None:
        raise QuestionLinkGone(
            "This link is not known, or it is older than seven days. Ask again on the tender's page."
        )
    rows = Asker.objects.filter(
        email=known.email, confirmed_at=None, received_at__gte=at - Asker.confirm_within
    ).select_related("opportunity__organisation", "lot")
    waiting = list(rows.order_by("received_at", "pk"))
    if not waiting:
        raise QuestionLinkGone("Everything you asked has been passed on. The answers will be on the tender's page.")
    return waiting


@transaction.atomic
def confirm_questions(*, token: str, at: dt.datetime) -> list[Question]:
    """Pass on all that the address of a link has asked.

    :raises QuestionLinkGone: as `find_unconfirmed`.
    """
    keys = sorted({one.opportunity_id for one in find_unconfirmed(token=token, at=at)})
    # Locked first and in one order, so that two presses wait for each other and number each question once.
    locked = Opportunity.objects.filter(pk__in=keys).select_related("organisation", "owner__user").order_by("pk")
    opportunities = {one.pk: one for one in locked.select_for_update(of=("self",))}
    waiting = find_unconfirmed(token=token, at=at)
    return [
        _pass_on(one, opportunities[one.opportunity_id], at=at)
        for one in waiting
        if one.opportunity_id in opportunities
    ]


@transaction.atomic
def answer_question(*, question: Question, question_public: str, answer: str, by: Any, at: dt.datetime) -> Question:
    """Publish a question in words for all with its answer. Who asked gets a mail; followers hear as of any news.

    :raises AnswerRefused: without words, or with the asker's own name or address in them.
    :raises AlreadyDone: if it was answered or declined before.
    """
    row = _locked(question)
    before = audit.snapshot(row)
    row.question_public = clean_plain_text(question_public, multiline=True)
    row.answer = clean_plain_text(answer, multiline=True)
    if not row.question_public or not row.answer:
        raise AnswerRefused("Write the question in words for all, and its answer.")
    asker = Asker.objects.filter(question=row).select_related("provider").first()
    if asker is not None:
        _check_hidden(asker, row)
    row.answered_at, row.answered_by = at, by
    row.save(update_fields=["question_public", "answer", "answered_at", "answered_by"])
    after = audit.snapshot(row)
    audit.record("question.answered", row, by=by, at=at, organisation=row.organisation, before=before, after=after)
    if asker is not None:
        subject, text = question_letters.answered(question=row)
        mail.owe(key=f"question-answered:{row.pk}", to=asker.email, subject=subject, text=text)
    record_release(row, at=at)
    versions.touch(*Question.REGISTERS)
    return row


def is_correctable(question: Question, *, at: dt.datetime) -> bool:
    """Whether bidders still build on the answer: once nobody can bid differently, it stays as it was."""
    return question.answered_at is not None and question.opportunity.status(at=at) in RUNNING


@transaction.atomic
def correct_answer(*, question: Question, answer: str, reason: str, by: Any, at: dt.datetime) -> Question:
    """Put right an answer that everybody has read. An addendum keeps the old words beside the new ones and the reason,
    so that followers hear of it; who asked gets a mail.

    :raises AnswerRefused: without an answer to correct, other words or a reason, with the asker's own name or address
        in them, or once the tender is over.
    """
    rows = Question.objects.select_related("opportunity__organisation", "organisation", "lot")
    row = rows.select_for_update(of=("self",)).get(pk=question.pk)
    if not is_correctable(row, at=at):
        raise AnswerRefused("Only a published answer of a tender that is out can be corrected.")
    before, old = audit.snapshot(row), row.answer
    row.answer, reason = clean_plain_text(answer, multiline=True), clean_plain_text(reason, multiline=True)
    if not row.answer or row.answer == old:
        raise AnswerRefused("Write what the answer is now.")
    if not reason:
        raise AnswerRefused("Say why: whoever has built on the old answer will ask.")
    asker = Asker.objects.filter(question=row).select_related("provider").first()
    if asker is not None:
        _check_hidden(asker, row, reason)
    row.save(update_fields=["answer"])
    audit.record(
        "question.corrected", row, by=by, at=at, organisation=row.organisation, before=before, after=audit.snapshot(row)
    )
    change = {"name": f"Answer to question {row.number}", "old": old, "new": row.answer, "question": row.number}
    addendum = publish_addendum(opportunity=row.opportunity, text=reason, changes=[change], by=by, at=at)
    if asker is not None:
        subject, text = question_letters.corrected(question=row, reason=reason)
        mail.owe(key=f"question-corrected:{addendum.pk}", to=asker.email, subject=subject, text=text)
    return row


def _check_hidden(asker: Asker, question: Question, reason: str = "") -> None:
    """Refuse words that would tell who asked; the eye misses what was copied from the question."""
    told = f"{question.question_public}\n{question.answer}\n{reason}".casefold()
    names = [asker.email, asker.name, asker.organisation_name, str(asker.provider or "")]
    shown = [one for one in names if len(one) > 3 and one.casefold() in told]
    if shown:
        raise AnswerRefused(f"“{shown[0]}” would tell everybody who asked. Leave it out.")


@transaction.atomic
def decline_question(*, question: Question, reason: str, by: Any, at: dt.datetime) -> Question:
    """Do not answer a question. Only who asked is told, with the reason.

    :raises AnswerRefused: without a reason.
    :raises AlreadyDone: if it was answered or declined before.
    """
    row = _locked(question)
    row.decline_reason = clean_plain_text(reason, multiline=True)
    if not row.decline_reason:
        raise AnswerRefused("Say why: the person who asked will be told.")
    row.declined_at, row.declined_by = at, by
    row.save(update_fields=["decline_reason", "declined_at", "declined_by"])
    audit.record("question.declined", row, by=by, at=at, organisation=row.organisation)
    asker = Asker.objects.filter(question=row).first()
    if asker is not None:
        subject, text = question_letters.declined(question=row)
        mail.owe(key=f"question-declined:{row.pk}", to=asker.email, subject=subject, text=text)
    versions.touch(*Question.REGISTERS)
    return row


def _locked(question: Question) -> Question:
    rows = Question.objects.select_related("opportunity__organisation", "organisation", "lot")
    row = rows.select_for_update(of=("self",)).get(pk=question.pk)
    if row.answered_at is not None or row.declined_at is not None:
        raise AlreadyDone("This question was answered or declined before.")
    return row
