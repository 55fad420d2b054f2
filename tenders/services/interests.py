"""Who may want to bid: told by anybody, confirmed and taken back by a link, seen by the buyer alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from core import audit, mail
from core.errors import AlreadyDone, DomainError
from core.models import User
from core.text import clean_plain_text
from providers.models import Provider
from tenders.letters import engagement as letters
from tenders.models import Interest, Opportunity, OpportunityLot

from . import strangers
from .replies import LinkGone, check_flood, find, is_own_address, may_write_to, note_mailed, plain_email, token_of

Status = Opportunity.Status
OVER = {Status.WITHDRAWN, Status.CANCELLED, Status.AWARDED, Status.CLOSED}


class InterestClosed(DomainError):
    """It is too late to tell the buyer of one's interest."""


@transaction.atomic
def register_interest(
    *,
    opportunity: Opportunity,
    lots: Iterable[OpportunityLot] = (),
    name: str,
    organisation_name: str,
    email: str,
    note: str = "",
    is_sme: bool = False,
    is_vcse: bool = False,
    user: User | None = None,
    provider: Provider | None = None,
    sender: str | None,
    at: dt.datetime,
) -> Interest | None:
    """Take in that somebody may want to bid. Who is not signed in confirms by a link in a mail.

    Whether an address is known is told to its owner alone, by mail, and at most once a day. A stranger who has not
    answered our last mail gets no second that day (`strangers`): the interest waits on the page of that mail.

    :param lots: lots of this opportunity; another's are left out.
    :return: the interest where it stands at once, since the address is the signed-in person's own; else None.
    :raises InterestClosed: once bids are in, and where nothing is bought any more.
    :raises AlreadyDone: if the signed-in person's own address has registered interest already.
    :raises TooManyReplies: if too many have come from one sender.
    """
    rows = Opportunity.objects.select_related("organisation", "replaces_contract")
    opportunity = rows.select_for_update(of=("self",), no_key=True).get(pk=opportunity.pk)
    check_open(opportunity=opportunity, at=at)
    check_flood(sender, at=at)
    email = plain_email(email)
    is_own = is_own_address(user, email)
    known = opportunity.interests.standing().filter(email__iexact=email).first()
    if known is not None and known.confirmed_at is not None:
        known.opportunity = opportunity
        if is_own:
            raise AlreadyDone("You have registered your interest already.")
        if may_write_to(known, at=at):
            note_mailed(known, at=at)
            subject, text = letters.already_interested(interest=known, token=token_of(known))
            mail.owe(key=f"interest-again:{known.pk}:{at:%Y%m%d%H%M}", to=known.email, subject=subject, text=text)
        return None

    row = known or Interest(opportunity=opportunity, email=email, received_at=at)
    is_asked = not is_own and may_write_to(row, at=at)
    if not is_own and not is_asked and (known is not None or strangers.has_too_much_waiting(email)):
        return None
    row.opportunity, row.email = opportunity, email
    row.name = clean_plain_text(name)[:120]
    row.organisation_name = clean_plain_text(organisation_name)[:200]
    row.note = clean_plain_text(note, multiline=True)
    row.is_sme, row.is_vcse = is_sme, is_vcse
    row.user, row.provider = (user, provider) if is_own else (None, None)
    token_of(row)
    row.save()
    row.lots.set([lot for lot in lots if lot.opportunity_id == opportunity.pk])
    if known is None:
        audit.record(
            "interest.received",
            row,
            by=row.user,
            at=at,
            organisation=opportunity.organisation,
            after=audit.snapshot(row),
        )
    if is_own:
        return _confirm(row, by=user, at=at)
    if is_asked:
        _ask(row, at=at)
    return None


def _ask(row: Interest, *, at: dt.datetime) -> None:
    strangers.note_asked(row.email, at=at)
    note_mailed(row, at=at)
    subject, text = letters.confirm_interest(interest=row, token=token_of(row))
    mail.owe(key=f"interest:{row.pk}:{at:%Y%m%d%H%M}", to=row.email, subject=subject, text=text)


@transaction.atomic
def ask_waiting(*, pk: int, at: dt.datetime) -> bool:
    """Ask the address of an interest that has waited to confirm it; return whether its time had come."""
    row = _locked(pk)
    is_over = row.withdrawn_at is not None or row.opportunity.status(at=at) in OVER
    if is_over or row.mailed_at is not None or row.confirmed_at is not None or not may_write_to(row, at=at):
        return False
    _ask(row, at=at)
    return True


def check_open(*, opportunity: Opportunity, at: dt.datetime) -> None:
    """Say why it is too late to register interest, if it is.

    :raises InterestClosed: once bids are in, and where nothing is bought any more.
    """
    status = opportunity.status(at=at)
    if status in OVER:
        raise InterestClosed(f"This opportunity is {status.label.lower()}, so interest can no longer be registered.")


def find_interest(*, token: str) -> Interest:
    """Return the interest a link is for.

    :raises LinkUnknown: if no link of ours says this.
    """
    rows = Interest.objects.select_related("opportunity__organisation", "opportunity__replaces_contract")
    found: Interest = find(rows, token=token)
    return found


def check_confirmable(*, interest: Interest, at: dt.datetime) -> None:
    """Say why interest cannot be confirmed any more, if it cannot.

    :raises LinkGone: if it was taken back, or bids are in, or nothing is bought any more.
    """
    if interest.withdrawn_at is not None:
        raise LinkGone("You have taken this back. Register your interest anew if it has come back.")
    try:
        check_open(opportunity=interest.opportunity, at=at)
    except InterestClosed as refusal:
        raise LinkGone(str(refusal)) from None


@transaction.atomic
def confirm_interest(*, token: str, at: dt.datetime) -> Interest:
    """Confirm interest by the link that went to its address: from now on the buyer sees it. Pressed again, nothing changes.

    :raises LinkUnknown: if no link of ours says this.
    :raises LinkGone: if it was taken back, or bids are in, or nothing is bought any more.
    """
    row = _locked(find_interest(token=token).pk)
    check_confirmable(interest=row, at=at)
    return row if row.confirmed_at is not None else _confirm(row, by=row.user, at=at)


@transaction.atomic
def withdraw_interest(*, interest: Interest, by: Any = None, at: dt.datetime) -> Interest:
    """Take interest back.

    :raises AlreadyDone: if it was taken back before.
    """
    row = _locked(interest.pk)
    if row.withdrawn_at is not None:
        raise AlreadyDone("This was taken back before.")
    before = audit.snapshot(row)
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])
    audit.record(
        "interest.withdrawn", row, by=by, at=at, organisation=row.organisation, before=before, after=audit.snapshot(row)
    )
    return row


def _confirm(row: Interest, *, by: Any, at: dt.datetime) -> Interest:
    before = audit.snapshot(row)
    row.confirmed_at = at
    row.save(update_fields=["confirmed_at"])
    audit.record(
        "interest.confirmed", row, by=by, at=at, organisation=row.organisation, before=before, after=audit.snapshot(row)
    )
    subject, text = letters.interest_confirmed(interest=row, token=token_of(row))
    mail.owe(key=f"interest-confirmed:{row.pk}", to=row.email, subject=subject, text=text)
    return row


def _locked(pk: int) -> Interest:
    rows = Interest.objects.select_related("opportunity__organisation", "opportunity__replaces_contract", "user")
    row: Interest = rows.select_for_update(of=("self",)).get(pk=pk)
    return row
