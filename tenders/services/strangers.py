"""One unanswered mail a day to an address that anybody may have typed, whichever of our forms it was typed into.

Registrations for events, interest in tenders, questions and alerts all ask an address to confirm itself. While one such
mail is younger than a day and nobody has pressed its button, no other goes to that mailbox: what comes in meanwhile
waits, is shown on the page of the mail that did go out, and gets a mail of its own once that is answered or a day old
(`tenders.services.confirmations`).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from tenders.models import Asker, Interest, Registration, Reply, Subscriber

DAY = dt.timedelta(days=1)
# More than anybody books before they read their mail.
MOST_WAITING = 20
REPLIES: tuple[type[Reply], ...] = (Registration, Interest)


def may_ask(email: str, *, at: dt.datetime) -> bool:
    """Whether a mail that asks to confirm may go to an address now.

    The mailbox is held until the end of the transaction, so that of two forms sent at one time one asks.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", ["@".join(_parts(email))])
    since = at - DAY
    unanswered: list[QuerySet[Any]] = [
        Subscriber.objects.filter(named_as(email), asked_at__gt=since).exclude(confirm_hash=""),
        Asker.objects.filter(named_as(email), confirmed_at=None, mailed_at__gt=since),
        *(_unconfirmed(model, email).filter(mailed_at__gt=since) for model in REPLIES),
    ]
    return not any(rows.exists() for rows in unanswered)


def named_as(email: str) -> Q:
    """Find a mailbox under any of its names, kept in small letters: ``ada+tenders@`` is read where ``ada@`` is."""
    name, domain = _parts(email)
    return Q(email=f"{name}@{domain}") | Q(email__startswith=f"{name}+", email__endswith=f"@{domain}")


def waiting_beside(reply: Reply) -> list[Reply]:
    """Return what else a mailbox has registered and not confirmed, the oldest first: for the page of its link."""
    found = [one for model in REPLIES for one in _unconfirmed(model, reply.email).select_related(model.OWNED_THROUGH)]
    return sorted((one for one in found if one != reply), key=lambda one: (one.received_at, one.pk))


def has_too_much_waiting(email: str) -> bool:
    """Whether somebody has typed an address so often that no more is taken in for it before it confirms something."""
    return sum(_unconfirmed(model, email).count() for model in REPLIES) >= MOST_WAITING


def note_asked(email: str, *, at: dt.datetime) -> None:
    """Note that a mail has gone out whose page shows all that waits for a mailbox: none of it needs its own."""
    for model in REPLIES:
        _unconfirmed(model, email).filter(mailed_at=None).update(mailed_at=at)


def _unconfirmed(model: type[Reply], email: str) -> QuerySet[Any]:
    name, domain = _parts(email)
    # An address stands here as it was typed, in capitals too.
    mailbox = Q(email__iexact=f"{name}@{domain}") | Q(email__istartswith=f"{name}+", email__iendswith=f"@{domain}")
    return model.objects.standing().filter(mailbox, confirmed_at=None)


def _parts(email: str) -> tuple[str, str]:
    name, _, domain = email.strip().lower().rpartition("@")
    return name.partition("+")[0], domain
