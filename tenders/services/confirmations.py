"""The mails that had to wait, because an address gets one a day that it has not answered: sent when their time comes."""

from __future__ import annotations

import datetime as dt

from tenders.models import Asker, Interest, Registration

from . import interests, questions, registrations, subscriptions

_ASK = {Registration: registrations.ask_waiting, Interest: interests.ask_waiting, Asker: questions.ask_waiting}


def ask_the_waiting(*, at: dt.datetime) -> int:
    """Write to those who have something to confirm that no mail has told them of; return to how many.

    The oldest first. Whoever was written to within the day and has not answered goes on waiting.
    """
    waiting = sorted(
        (received_at, model.__name__, pk, model)
        for model in _ASK
        for pk, received_at in model.objects.filter(confirmed_at=None, mailed_at=None).values_list("pk", "received_at")
    )
    written = sum(_ASK[model](pk=pk, at=at) for _, _, pk, model in waiting)
    return written + subscriptions.ask_the_waiting(at=at)
