"""How people come to keep a provider's entry, and how that ends."""

from __future__ import annotations

import datetime as dt
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction

from commissioning.models import Organisation
from core import audit, mail, versions
from core.errors import AlreadyDone, DomainError
from core.models import User
from core.text import clean_plain_text
from providers import letters
from providers.models import Invitation, Provider, Representative
from providers.permissions import may_look_after, represents
from providers.services.home import home_organisation
from providers.tokens import hash_of, new_token

# So that nobody uses the portal to write to strangers.
MOST_A_DAY = 20
# The last mail needs a while to arrive; a second press would make its link worthless.
PAUSE = dt.timedelta(minutes=10)
# Who has not answered so many mails does not want them, or never gets them.
MOST_SENT = 5


class CannotInvite(DomainError):
    """The person may not invite for this provider, or has invited too many today."""


class InvitationGone(DomainError):
    """The invitation was accepted, withdrawn or has expired, or there never was one."""


class CannotAccept(DomainError):
    """The invitation is open, but not for whoever presses the button, or not in this way."""


class NotYours(DomainError):
    """Only an officer of the home council, or somebody who keeps the entry, may do this."""


@transaction.atomic
def invite(*, provider: Provider, email: str, by: Any, at: dt.datetime) -> Invitation:
    """Invite whoever reads an email address to keep a provider's entry.

    Whether the address has an account here is told to nobody; only its owner finds out, by the link.

    :raises CannotInvite: if the person neither looks after the entry nor keeps it, or has invited too many.
    :raises AlreadyDone: if the address keeps the entry already, or has an open invitation.
    """
    provider = Provider.objects.select_for_update(of=("self",), no_key=True).get(pk=provider.pk)
    organisation = check_invitable(provider=provider, email=email, by=by, at=at)
    token = new_token()
    invitation = Invitation.objects.create(
        provider=provider,
        email=_plain(email),
        organisation=organisation,
        invited_by=by,
        invited_at=at,
        token_hash=hash_of(token),
        expires_at=at + dt.timedelta(days=settings.INVITATION_DAYS),
    )
    _record("invitation.sent", invitation, by=by, at=at)
    _send(invitation, token)
    return invitation


def check_invitable(*, provider: Provider, email: str, by: Any, at: dt.datetime) -> Organisation | None:
    """Say why somebody cannot be invited now, if they cannot.

    :return: the council that invites; None for a representative, and for an operator where there is no council.
    :raises CannotInvite: if the person neither looks after the entry nor keeps it, or has invited too many.
    :raises AlreadyDone: if the address keeps the entry already, or has an open invitation.
    """
    organisation = _may_manage(by, provider)
    email = _plain(email)
    if Representative.objects.filter(provider=provider, user__email__iexact=email).exists():
        raise AlreadyDone(f"{email} keeps this entry already.")
    if Invitation.objects.open(at=at).filter(provider=provider, email__iexact=email).exists():
        raise AlreadyDone(f"{email} has an invitation that still waits. You can send it again.")
    if Invitation.objects.filter(provider=provider, invited_at__gt=at - dt.timedelta(days=1)).count() >= MOST_A_DAY:
        raise CannotInvite(f"{MOST_A_DAY} people have been invited for this provider today. Invite more tomorrow.")
    return organisation


@transaction.atomic
def send_again(*, invitation: Invitation, by: Any, at: dt.datetime) -> Invitation:
    """Send an invitation anew, with a new link and new days to answer. The link sent before stops working.

    :raises CannotInvite: if the person neither looks after the entry nor keeps it.
    :raises InvitationGone: if it was accepted or withdrawn.
    :raises AlreadyDone: if it was sent a few minutes ago, or `MOST_SENT` times.
    """
    invitation = _lock(invitation)
    _may_manage(by, invitation.provider)
    _check_unanswered(invitation)
    if at < invitation.expires_at - dt.timedelta(days=settings.INVITATION_DAYS) + PAUSE:
        raise AlreadyDone("It was sent a few minutes ago. Give the mail ten minutes to arrive, then send it again.")
    if mail.written(prefix=f"invitation:{invitation.pk}:") >= MOST_SENT:
        raise AlreadyDone(f"It was sent {MOST_SENT} times. Ask the person whether the address is right.")
    before = audit.snapshot(invitation)
    token = new_token()
    invitation.token_hash = hash_of(token)
    invitation.expires_at = at + dt.timedelta(days=settings.INVITATION_DAYS)
    invitation.save(update_fields=["token_hash", "expires_at"])
    _record("invitation.sent_again", invitation, by=by, at=at, before=before)
    _send(invitation, token)
    return invitation


@transaction.atomic
def withdraw(*, invitation: Invitation, by: Any, at: dt.datetime) -> Invitation:
    """Take an invitation back: its link stops working.

    :raises CannotInvite: if the person neither looks after the entry nor keeps it.
    :raises InvitationGone: if it was accepted or withdrawn before.
    """
    invitation = _lock(invitation)
    _may_manage(by, invitation.provider)
    _check_unanswered(invitation)
    before = audit.snapshot(invitation)
    invitation.withdrawn_at = at
    invitation.save(update_fields=["withdrawn_at"])
    _record("invitation.withdrawn", invitation, by=by, at=at, before=before)
    return invitation


def find_invitation(*, token: str) -> Invitation:
    """Return the invitation of a link.

    :raises InvitationGone: if no link of ours says this.
    """
    found = Invitation.objects.select_related("provider", "organisation").filter(token_hash=hash_of(token)).first()
    if found is None:
        raise InvitationGone(
            "We do not know this link. Perhaps the mail program has cut it, or a newer invitation was sent since: "
            "look for the newest mail, and copy all of the link."
        )
    return found


def check_open(*, invitation: Invitation, at: dt.datetime) -> None:
    """Say why an invitation can no longer be accepted, if it cannot.

    :raises InvitationGone: if it was accepted or withdrawn, or has expired.
    """
    state = invitation.state(at=at)
    if state == Invitation.State.ACCEPTED:
        raise InvitationGone("This invitation has been accepted. Sign in to keep the entry.")
    if state == Invitation.State.WITHDRAWN:
        raise InvitationGone("This invitation was taken back. Ask whoever invited you for another.")
    if state == Invitation.State.EXPIRED:
        raise InvitationGone(
            f"This invitation ended on {letters.day(invitation.expires_at)}. Ask whoever invited you to send it again."
        )


def account_of(invitation: Invitation) -> User | None:
    """Return the account of the invited address: for whoever holds the link, and nobody else to know."""
    return User.objects.filter(email__iexact=invitation.email).first()


@transaction.atomic
def accept_with_account(*, token: str, by: User, at: dt.datetime) -> Representative:
    """Let somebody who has signed in keep the entry they were invited to keep.

    :raises InvitationGone: if the invitation cannot be accepted any more.
    :raises CannotAccept: if it was sent to another address than the account's.
    """
    invitation = _open_by_token(token, at=at)
    if by.email.lower() != invitation.email.lower():
        raise CannotAccept(
            f"This invitation was sent to {invitation.email}, and you are signed in as {by.email}. Sign out, then "
            "open the link again."
        )
    return _accept(invitation, by, at=at)


@transaction.atomic
def accept_with_new_account(*, token: str, name: str, password: str, at: dt.datetime) -> Representative:
    """Make an account for the invited address, which the link has proven, and let it keep the entry.

    :param password: already checked against the site's rules.
    :raises InvitationGone: if the invitation cannot be accepted any more.
    :raises CannotAccept: if the address has an account by now.
    """
    invitation = _open_by_token(token, at=at)
    taken = CannotAccept("There is an account with your address already. Sign in with it to accept.")
    if account_of(invitation) is not None:
        raise taken
    try:
        with transaction.atomic():
            user = User.objects.create_user(invitation.email, password, name=clean_plain_text(name)[:120])
    except IntegrityError:
        raise taken from None
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    audit.record("user.added", user, by=user, at=at, organisation=invitation.provider, after=audit.snapshot(user))
    return _accept(invitation, user, at=at)


@transaction.atomic
def end_representation(*, representative: Representative, by: Any, at: dt.datetime) -> None:
    """End that somebody keeps a provider's entry. Their account stays; what they changed stays.

    Somebody who leaves is told nothing; somebody whose part is ended by the council or an operator gets a mail, and the
    invitations they sent that still wait are taken back: one may be to an address of their own.

    :raises NotYours: if it is neither the person's own part nor one of an entry that ``by`` looks after.
    :raises AlreadyDone: if it has ended before.
    """
    found = (
        Representative.objects.select_for_update(of=("self",))
        .select_related("provider", "user")
        .filter(pk=representative.pk)
        .first()
    )
    if found is None:
        raise AlreadyDone("This has ended before.")
    leaves = found.user_id == by.pk
    organisation = home_organisation(found.provider)
    if not leaves and not may_look_after(by, organisation):
        raise NotYours("Only the council that looks after this entry can end that somebody keeps it.")
    action = "representative.left" if leaves else "representative.ended"
    acting_for = found.provider if leaves else organisation
    # The account's number is the one thing that tells later whose part it was; it names nobody.
    before = {"account": found.user_id, "provider": found.provider_id}
    audit.record(action, found, by=by, at=at, organisation=acting_for, before=before)
    if not leaves:
        subject, text = letters.representation_ended(provider=found.provider)
        mail.owe(key=f"representation-ended:{found.pk}", to=found.user.email, subject=subject, text=text)
        sent = Invitation.objects.open(at=at).filter(provider=found.provider, invited_by=found.user, organisation=None)
        for one in sent.order_by("pk"):
            withdraw(invitation=one, by=by, at=at)
    found.delete()


def _plain(email: str) -> str:
    return User.objects.normalize_email(clean_plain_text(email))


def _may_manage(by: Any, provider: Provider) -> Organisation | None:
    """Return the council a person invites for; None for a representative and an operator without one."""
    organisation = home_organisation(provider)
    if may_look_after(by, organisation):
        return organisation
    if represents(by, provider):
        return None
    raise CannotInvite(
        "Only the council that looks after this provider’s entry, or somebody who keeps it, can do this."
    )


def _lock(invitation: Invitation) -> Invitation:
    return Invitation.objects.select_for_update(of=("self",)).select_related("provider").get(pk=invitation.pk)


def _open_by_token(token: str, *, at: dt.datetime) -> Invitation:
    invitation = _lock(find_invitation(token=token))
    if invitation.token_hash != hash_of(token):
        raise InvitationGone("A newer invitation was sent since. Open the link in the newest mail.")
    check_open(invitation=invitation, at=at)
    return invitation


def _check_unanswered(invitation: Invitation) -> None:
    if invitation.accepted_at is not None:
        raise InvitationGone("This invitation has been accepted. To stop the person, end their part instead.")
    if invitation.withdrawn_at is not None:
        raise InvitationGone("This invitation was taken back. Invite the person anew.")


def _accept(invitation: Invitation, user: User, *, at: dt.datetime) -> Representative:
    if not user.is_active:
        raise CannotAccept(f"The account of this address is closed. Write to {settings.CONTACT_EMAIL}.")
    before = audit.snapshot(invitation)
    invitation.accepted_at, invitation.accepted_by = at, user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    _record("invitation.accepted", invitation, by=user, at=at, before=before)
    representative, is_new = Representative.objects.get_or_create(user=user, provider=invitation.provider)
    if is_new:
        audit.record(
            "representative.added",
            representative,
            by=user,
            at=at,
            organisation=invitation.provider,
            after={"account": user.pk, "provider": invitation.provider_id},
        )
    _claim(invitation, by=user, at=at)
    return representative


def _claim(invitation: Invitation, *, by: User, at: dt.datetime) -> None:
    """Put an entry that nobody kept, such as an imported one, under the council whose invitation was accepted."""
    provider = Provider.objects.select_for_update(of=("self",), no_key=True).get(pk=invitation.provider_id)
    if provider.organisation_id is not None or invitation.organisation is None:
        return
    before = audit.snapshot(provider, ["organisation"])
    provider.organisation = invitation.organisation
    provider.save(update_fields=["organisation"])
    after = audit.snapshot(provider, ["organisation"])
    audit.record(
        "provider.claimed", provider, by=by, at=at, organisation=invitation.organisation, before=before, after=after
    )
    versions.touch(*Provider.REGISTERS)


def _record(action: str, invitation: Invitation, *, by: Any, at: dt.datetime, before: Any = None) -> None:
    audit.record(
        action,
        invitation,
        by=by,
        at=at,
        organisation=invitation.organisation or invitation.provider,
        before=before,
        after=audit.snapshot(invitation),
    )


def _send(invitation: Invitation, token: str) -> None:
    inviter = invitation.invited_by
    subject, text = letters.invitation(
        provider=invitation.provider,
        organisation=invitation.organisation,
        colleague=str(inviter) if invitation.organisation is None and represents(inviter, invitation.provider) else "",
        token=token,
        expires_at=invitation.expires_at,
    )
    mail.owe(
        key=f"invitation:{invitation.pk}:{invitation.token_hash[:12]}", to=invitation.email, subject=subject, text=text
    )
