"""What registrations for events and interest in tenders share: links, and when to write to whoever's address it is."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeVar

from django.conf import settings
from django.utils.crypto import salted_hmac

from core.errors import DomainError
from core.models import User
from core.text import clean_plain_text
from providers.floods import sent_this_hour
from providers.tokens import hash_of
from tenders.models import Reply, ReplyQuerySet

from . import strangers

AnyReply = TypeVar("AnyReply", bound=Reply)


class TooManyReplies(DomainError):
    """More has come from one sender than a person would send."""


class LinkUnknown(DomainError):
    """No link of ours says this."""


class LinkGone(DomainError):
    """What the link was for is over."""


def token_of(reply: Reply) -> str:
    """Return what stands in the links of a reply.

    It is made of the row's random number and the installation's secret, so that a later mail can carry the same link
    although the database holds its hash only. After a change of the secret, old links go on working until a new one
    is sent.
    """
    token = salted_hmac("tenders.reply", reply.uuid.hex, algorithm="sha256").hexdigest()
    if reply.token_hash != hash_of(token):
        reply.token_hash = hash_of(token)
        if reply.pk is not None:
            reply.save(update_fields=["token_hash"])
    return token


def find(rows: ReplyQuerySet, *, token: str) -> Any:
    """Return the reply that a link is for.

    :raises LinkUnknown: if no link of ours says this.
    """
    found = rows.filter(token_hash=hash_of(token)).first()
    if found is None:
        raise LinkUnknown(
            "We do not know this link. Perhaps the mail program has cut it: copy all of it. What nobody confirms within "
            "seven days is deleted, and then its link ends too."
        )
    return found


def check_flood(sender: str | None, *, at: dt.datetime) -> None:
    """Count one more from a network address.

    :raises TooManyReplies: over ``settings.REPLIES_PER_SENDER_AND_HOUR``.
    """
    if sent_this_hour("reply", sender, at=at) > settings.REPLIES_PER_SENDER_AND_HOUR:
        raise TooManyReplies("A lot has come from your connection within the hour. Please come back in an hour.")


def may_write_to(reply: Reply, *, at: dt.datetime) -> bool:
    """Whether to write because somebody typed an address: once a day for each thing, and once in all to a stranger."""
    if reply.mailed_at is not None and reply.mailed_at > at - strangers.DAY:
        return False
    return reply.confirmed_at is not None or strangers.may_ask(reply.email, at=at)


def note_mailed(reply: Reply, *, at: dt.datetime) -> None:
    """Note that we wrote because somebody typed the address."""
    reply.mailed_at = at
    reply.save(update_fields=["mailed_at"])


def is_own_address(user: User | None, email: str) -> bool:
    """Whether a signed-in person gave the address of their account, which the invitation to it has proven."""
    return user is not None and user.is_active and user.email.lower() == email.lower()


def plain_email(email: str) -> str:
    return User.objects.normalize_email(clean_plain_text(email))
