"""Anybody's "this is wrong": taken in without an account, answered by the home council."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction

from core import audit, mail
from core.errors import AlreadyDone, DomainError
from core.text import clean_plain_text
from providers import letters
from providers.floods import sent_this_hour
from providers.models import Correction, Service
from providers.permissions import may_look_after
from providers.services.home import home_organisation


class TooManyCorrections(DomainError):
    """More has come from one sender, or about one service, than a person would write."""


class NotYours(DomainError):
    """Another council answers this."""


@transaction.atomic
def send_correction(
    *, service: Service, topic: str, text: str, email: str = "", sender: str | None, at: dt.datetime
) -> Correction:
    """Take in what somebody says is wrong with an entry, for its home council; without one, for the operators.

    :param email: where to send the answer; empty for none.
    :param sender: the network address it comes from, counted and not kept (`providers.floods`). While nobody can be
        counted, the limit of each service holds.
    :raises TooManyCorrections: over ``settings.CORRECTIONS_PER_SENDER_AND_HOUR`` or ``…_PER_SERVICE_AND_DAY``.
    """
    if Correction.objects.filter(service=service, received_at__gt=at - dt.timedelta(days=1)).count() >= (
        settings.CORRECTIONS_PER_SERVICE_AND_DAY
    ):
        raise TooManyCorrections(
            "Many people have told us something about this service today, and the council is looking into it. "
            "Please come back tomorrow."
        )
    if sent_this_hour("correction", sender, at=at) > settings.CORRECTIONS_PER_SENDER_AND_HOUR:
        raise TooManyCorrections(
            "Thank you: you have told us a lot within the hour. What you wrote last was not sent. Please come back "
            "in an hour."
        )
    organisation = home_organisation(service)
    correction = Correction.objects.create(
        service=service,
        organisation=organisation,
        topic=topic,
        text=clean_plain_text(text, multiline=True),
        email=clean_plain_text(email),
        received_at=at,
    )
    after = audit.snapshot(correction)
    audit.record("correction.received", correction, by=None, at=at, organisation=organisation, after=after)
    return correction


@transaction.atomic
def answer_correction(*, correction: Correction, answer: str, by: Any, at: dt.datetime) -> Correction:
    """Answer a correction; whoever left an address gets the answer by mail.

    :raises NotYours: if another council answers it.
    :raises AlreadyDone: if it was answered or closed before.
    """
    correction = _settle(correction, answer, action="correction.answered", by=by, at=at)
    if correction.email:
        subject, text = letters.correction_answer(correction=correction, organisation=correction.organisation)
        mail.owe(key=f"correction-answer:{correction.pk}", to=correction.email, subject=subject, text=text)
    return correction


@transaction.atomic
def close_correction(*, correction: Correction, note: str, by: Any, at: dt.datetime) -> Correction:
    """Take a correction off the list without an answer, such as one that says nothing. The note stays inside.

    :raises NotYours: if another council answers it.
    :raises AlreadyDone: if it was answered or closed before.
    """
    return _settle(correction, note, action="correction.closed", by=by, at=at)


def _settle(correction: Correction, words: str, *, action: str, by: Any, at: dt.datetime) -> Correction:
    correction = (
        Correction.objects.select_for_update(of=("self",))
        .select_related("service", "organisation")
        .get(pk=correction.pk)
    )
    if not may_look_after(by, correction.organisation):
        raise NotYours("Another council answers this.")
    if correction.answered_at is not None:
        raise AlreadyDone("This has been answered or closed before.")
    before = audit.snapshot(correction)
    correction.answered_at, correction.answered_by = at, by
    correction.answer = clean_plain_text(words, multiline=True)
    correction.save(update_fields=["answered_at", "answered_by", "answer"])
    after = audit.snapshot(correction)
    audit.record(action, correction, by=by, at=at, organisation=correction.organisation, before=before, after=after)
    return correction
