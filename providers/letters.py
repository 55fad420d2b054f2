"""The mails of the directory: plain, warm and short. Each function returns a subject and a text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localtime

from commissioning.models import Organisation

from .models import Correction, Provider, Service

SIGNATURE = "Care Commissioning Portal"


def address(name: str, *args: object) -> str:
    """Return the whole address of a page, for a mail."""
    return f"{settings.PUBLIC_URL}{reverse(name, args=args)}"


def day(moment: dt.datetime) -> str:
    """Return a moment's day as people write it: 3 March 2026."""
    local = localtime(moment)
    return f"{local.day} {local:%B %Y}"


def letter(*paragraphs: str) -> str:
    """Set paragraphs one below the other, signed and with the portal's address."""
    return "\n\n".join([*paragraphs, f"{SIGNATURE}\n{settings.PUBLIC_URL}/"]) + "\n"


def invitation(
    *, provider: Provider, organisation: Organisation | None, colleague: str, token: str, expires_at: dt.datetime
) -> tuple[str, str]:
    """Invite somebody to keep a provider's entry.

    :param colleague: the name of the representative who invites; empty where a council or an operator does.
    """
    inviter = colleague or (str(organisation) if organisation else "The people who run the portal")
    invites = "invites" if colleague or organisation else "invite"
    return (
        f"Keep the entry of {provider} up to date",
        letter(
            "Hello,",
            f"{inviter} {invites} you to keep what families read about {provider}: who you care for, what it costs, "
            "and whether you have space today.",
            f"To accept, open this page and press the button:\n{address('providers:invitation', token)}",
            f"The link works once, until {day(expires_at)}. Please do not pass it on: it is for you alone.",
            "If you did not expect this, do nothing. Nobody gets an account without pressing that button.",
        ),
    )


def representation_ended(*, provider: Provider) -> tuple[str, str]:
    """Tell somebody that they no longer keep an entry."""
    return (
        f"You no longer keep the entry of {provider}",
        letter(
            "Hello,",
            f"You can no longer change what families read about {provider}. Thank you for having kept it.",
            f"If this is a mistake, write to {settings.CONTACT_EMAIL}.",
        ),
    )


def confirmation_request(
    *, provider: Provider, asked: Iterable[tuple[Service, str]], expires_at: dt.datetime
) -> tuple[str, str]:
    """Ask whether entries are still true, each with a link of its own.

    :param asked: each service with its token.
    """
    asked = list(asked)
    lines = []
    for service, token in asked:
        since = (
            f"You last said that it is right on {day(service.confirmed_at)}."
            if service.confirmed_at
            else "You have not yet told us whether it is right."
        )
        lines.append(f"{service}\n{since}\n{address('providers:confirm', token)}")
    one = len(asked) == 1
    return (
        f"Is what families read about {asked[0][0]} still true?"
        if one
        else f"Are your {len(asked)} entries still true? {provider}",
        letter(
            "Hello,",
            "Has nothing changed? Open the link and press the one button. It takes a minute and no password."
            if one
            else "Has nothing changed? Open each link and press the one button. It takes a minute and no password.",
            *lines,
            f"Has something changed? Sign in and tell us: {address('providers:workspace')}",
            f"Families rely on what you say. After {settings.CONFIRMATION_STALE_DAYS} days without a word from you, "
            f"the entry says so. {'The link works' if one else 'Each link works'} once, until {day(expires_at)}.",
        ),
    )


def correction_answer(*, correction: Correction, organisation: Organisation | None) -> tuple[str, str]:
    """Answer somebody who told us that an entry is wrong."""
    who = str(organisation) if organisation else "The people who run the portal"
    return (
        f"What you told us about {correction.service}",
        letter(
            "Hello,",
            f"On {day(correction.received_at)} you told us something about {correction.service}. Thank you: it helps "
            "the next family.",
            f"{who} {'answers' if organisation else 'answer'}:",
            correction.answer,
            f"The entry: {settings.PUBLIC_URL}{correction.service.get_absolute_url()}",
            "We do not write to you again about this.",
        ),
    )
