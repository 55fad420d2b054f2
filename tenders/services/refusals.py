"""Mailboxes that refuse our mails for good: after some days nothing more is sent to them, until somebody says they work."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from core import audit, mail
from core.errors import AlreadyDone
from core.models import OutgoingMail
from tenders.models import AlertItem, Subscriber

from .subscriptions import take_up_all

# Days in London on each of which the mailbox has refused a mail, and taken none since: one refusal may be a mistake.
REFUSED_DAYS = 3


@transaction.atomic
def stop_refused(*, at: dt.datetime) -> int:
    """Send nothing more to those whose mailbox has refused for good on `REFUSED_DAYS` days; return how many they are.

    What a mail server cannot take at the moment is no refusal.
    """
    refusing = OutgoingMail.objects.refusing(days=REFUSED_DAYS)
    people = Subscriber.objects.select_for_update().told().filter(email__in=refusing).order_by("pk")
    for person in (found := list(people)):
        person.stopped_at = person.refused_at = at
        person.save(update_fields=["stopped_at", "refused_at"])
        AlertItem.objects.filter(subscriber=person, sent_at=None).delete()
        mail.recall(prefix=f"alerts:{person.pk}:")
        audit.record("subscriber.refused", person, by=None, at=at)
    return len(found)


@transaction.atomic
def resume(*, subscriber: Subscriber, by: Any, at: dt.datetime) -> Subscriber:
    """Write again to somebody whose mailbox is said to work again. What happened in between is not told.

    :raises AlreadyDone: if its mails go out, or if somebody has stopped them.
    """
    person = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
    if person.refused_at is None:
        raise AlreadyDone("Only mails that stopped because the mailbox refused them can be taken up again here.")
    person = take_up_all(subscriber=person, at=at)
    audit.record("subscriber.resumed", person, by=by, at=at)
    return person
