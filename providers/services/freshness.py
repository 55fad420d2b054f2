"""Three dates: the provider says that nothing has changed, the council says that it has looked, and we ask in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from core import audit, mail, versions
from core.errors import DomainError
from providers import letters
from providers.models import ConfirmationRequest, ProfileRevision, Representative, Service
from providers.models.freshness import stale_age
from providers.permissions import may_look_after, represents
from providers.services.home import home_organisation
from providers.tokens import hash_of, new_token

# A mail with more links than this is not read. The rest is asked the night after.
MOST_IN_A_MAIL = 20


class CannotConfirm(DomainError):
    """The entry cannot be confirmed as it stands, or not by this person."""


class LinkGone(DomainError):
    """The link was used, is too old, or was never sent."""


@transaction.atomic
def confirm_service(*, service: Service, by: Any, at: dt.datetime) -> Service:
    """Note that the provider says, through one of its people, that all the entry says is true. Nothing else changes.

    :raises CannotConfirm: if the person does not keep this entry, families do not see it, or a change to it waits.
    """
    service = Service.objects.select_for_update(of=("self",)).get(pk=service.pk)
    if not represents(by, service.provider):
        raise CannotConfirm("Only somebody who keeps this provider’s entry can say that it is still true.")
    return _confirm(service, by=by, at=at)


def find_request(*, token: str) -> ConfirmationRequest:
    """Return what a link asks.

    :raises LinkGone: if no link of ours says this.
    """
    found = (
        ConfirmationRequest.objects.select_related("service__provider", "representative__user")
        .filter(token_hash=hash_of(token), representative__user__is_active=True)
        .first()
    )
    if found is None:
        raise LinkGone("We do not know this link. Perhaps the mail program has cut it: copy all of it, or sign in.")
    return found


def check_request(*, request: ConfirmationRequest, at: dt.datetime) -> None:
    """Say why a link can no longer be used, if it cannot.

    :raises LinkGone: if it was used or is too old, or the entry has been confirmed since it was sent.
    """
    confirmed_at = request.service.confirmed_at
    if request.used_at is not None:
        raise LinkGone(f"You have used this link on {letters.day(request.used_at)}. There is nothing more to do.")
    if confirmed_at is not None and confirmed_at > request.sent_at:
        raise LinkGone(
            f"Somebody has told us on {letters.day(confirmed_at)} that this entry is true. There is nothing more to do."
        )
    if at >= request.expires_at:
        raise LinkGone(
            f"This link worked until {letters.day(request.expires_at)}. Sign in to say that nothing has changed."
        )


@transaction.atomic
def confirm_by_link(*, token: str, at: dt.datetime) -> Service:
    """Note that nothing has changed, said by whoever was sent the link. The link works once.

    :raises LinkGone: if it cannot be used.
    :raises CannotConfirm: if families do not see the entry, or a change to it waits.
    """
    request = find_request(token=token)
    service = Service.objects.select_for_update(of=("self",)).get(pk=request.service_id)
    request = ConfirmationRequest.objects.select_for_update().get(pk=request.pk)
    request.service = service
    check_request(request=request, at=at)
    request.used_at = at
    request.save(update_fields=["used_at"])
    return _confirm(service, by=request.representative.user, at=at)


def _confirm(service: Service, *, by: Any, at: dt.datetime) -> Service:
    if not service.is_public(at=at):
        raise CannotConfirm("Families do not see this entry, so there is nothing to confirm.")
    if ProfileRevision.objects.waiting().filter(service=service).exists():
        raise CannotConfirm(
            "Your change to this entry is with the council. When it agrees, the entry counts as confirmed."
        )
    before = audit.snapshot(service, ["confirmed_at"])
    service.confirmed_at = at
    service.save(update_fields=["confirmed_at"])
    after = audit.snapshot(service, ["confirmed_at"])
    audit.record("service.confirmed", service, by=by, at=at, organisation=service.provider, before=before, after=after)
    versions.touch(*Service.REGISTERS)
    return service


@transaction.atomic
def mark_checked(*, service: Service, by: Any, at: dt.datetime) -> Service:
    """Note that an officer of the home council has checked the entry. The provider's own date stays as it is.

    :raises CannotConfirm: if the person does not look after this entry, or families do not see it.
    """
    service = Service.objects.select_for_update(of=("self",)).get(pk=service.pk)
    organisation = home_organisation(service)
    if not may_look_after(by, organisation):
        keeper = str(organisation) if organisation else "the operator of the site"
        raise CannotConfirm(f"This entry is looked after by {keeper}, who alone can say that it was checked.")
    if not service.is_public(at=at):
        raise CannotConfirm("Families do not see this entry, so there is nothing to check.")
    before = audit.snapshot(service, ["checked_at", "checked_by"])
    service.checked_at, service.checked_by = at, by
    service.save(update_fields=["checked_at", "checked_by"])
    after = audit.snapshot(service, ["checked_at", "checked_by"])
    audit.record("service.checked", service, by=by, at=at, organisation=organisation, before=before, after=after)
    versions.touch(*Service.REGISTERS)
    return service


def _due_and_not_asked(representative: Any, *, at: dt.datetime) -> QuerySet[Service]:
    """Return the services that are due and that a representative was not asked about in this period.

    A person is asked once a period: not again while the last question about a service is younger than the age at which
    an entry counts as stale, unless the service was confirmed after that question.
    """
    asked = ConfirmationRequest.objects.filter(
        Q(service__confirmed_at__isnull=True) | Q(sent_at__gt=F("service__confirmed_at")),
        service=OuterRef("pk"),
        representative=representative,
        sent_at__gt=at - stale_age(),
    )
    return Service.objects.due_for_reminder(at=at).public(at=at).filter(~Exists(asked))


def representatives_to_ask(*, at: dt.datetime) -> QuerySet[Representative]:
    """Return the people who are to be asked whether their entries are still true."""
    due = _due_and_not_asked(OuterRef(OuterRef("pk")), at=at).filter(provider=OuterRef("provider"))
    return Representative.objects.filter(Exists(due), user__is_active=True).order_by("pk")


@transaction.atomic
def ask_representative(*, representative: Representative, at: dt.datetime) -> list[ConfirmationRequest]:
    """Send one person one mail with a link for each of their services that is due, and note what was asked.

    Asked a second time it finds nothing due, so that no mail is doubled.

    :return: what was asked; nothing where the person has left or nothing is due.
    """
    person = (
        Representative.objects.select_for_update(of=("self",))
        .select_related("provider", "user")
        .filter(pk=representative.pk, user__is_active=True)
        .first()
    )
    if person is None:
        return []
    due = list(
        _due_and_not_asked(person, at=at).filter(provider=person.provider_id).order_by("name", "pk")[:MOST_IN_A_MAIL]
    )
    if not due:
        return []
    expires_at = at + dt.timedelta(days=settings.CONFIRMATION_LINK_DAYS)
    tokens = [new_token() for _ in due]
    requests = ConfirmationRequest.objects.bulk_create(
        ConfirmationRequest(
            service=service, representative=person, token_hash=hash_of(token), sent_at=at, expires_at=expires_at
        )
        for service, token in zip(due, tokens, strict=True)
    )
    subject, text = letters.confirmation_request(
        provider=person.provider, asked=zip(due, tokens, strict=True), expires_at=expires_at
    )
    mail.owe(key=f"confirmation:{requests[0].pk}", to=person.user.email, subject=subject, text=text)
    return requests


def ask_all(*, at: dt.datetime, progress: Callable[[str, int, int], None]) -> int:
    """Ask everybody whose entries are due, each in a transaction of its own.

    Stopped half-way, whoever was asked is not asked again, and the rest is asked next time.

    :param progress: told after each person.
    :return: how many people were asked.
    """
    people = list(representatives_to_ask(at=at))
    for number, person in enumerate(people, 1):
        ask_representative(representative=person, at=at)
        progress("Asking provider", number, len(people))
    return len(people)
