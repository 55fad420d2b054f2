"""Who is on a framework: admitted, suspended from new placements, and let go on."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction

from core import audit, mail, versions
from core.errors import AlreadyDone, DomainError
from providers.models import Representative
from tenders.models import Admission, Framework, Suspension


class SuspensionRefused(DomainError):
    """The suspension cannot be made so."""


@transaction.atomic
def suspend(
    *, admission: Admission, from_date: dt.date, until_date: dt.date | None, reason: str, by: Any, at: dt.datetime
) -> Suspension:
    """Stop new placements with a provider for a time. The provider's people are told why; the public reads no reason.

    :raises SuspensionRefused: without a reason, with an end before the beginning, or beside another suspension.
    """
    row = _locked(admission)
    reason = reason.strip()
    if not reason:
        raise SuspensionRefused("Say why: the provider will be told.")
    if until_date is not None and until_date < from_date:
        raise SuspensionRefused("A suspension ends on or after the day it begins.")
    others = row.suspensions.filter(lifted_at=None)
    if any(_overlap(one, from_date, until_date) for one in others):
        raise SuspensionRefused("It is suspended for some of these days already. Lift that suspension first.")
    made = Suspension.objects.create(
        admission=row, from_date=from_date, until_date=until_date, reason=reason, made_at=at, made_by=by
    )
    audit.record("admission.suspended", made, by=by, at=at, organisation=row.organisation, after=audit.snapshot(made))
    until = f" until {until_date:%-d %B %Y}" if until_date else " until further notice"
    _tell(
        row,
        key=f"suspended:{made.pk}",
        subject=f"No new placements under {row.framework}",
        text=f"{row.organisation} makes no new placements with {row.provider} under “{row.lot or row.framework}” from "
        f"{from_date:%-d %B %Y}{until}.\n\nIts reason: {reason}\n\nPeople who use the service now are not affected by "
        "this message. Ask the organisation what happens next.",
    )
    versions.touch(*Framework.REGISTERS)
    return made


@transaction.atomic
def lift(*, suspension: Suspension, by: Any, at: dt.datetime) -> Suspension:
    """End a suspension from now on, and tell the provider's people.

    :raises AlreadyDone: if it was lifted before.
    """
    row = Suspension.objects.select_for_update(of=("self",)).select_related("admission").get(pk=suspension.pk)
    if row.lifted_at is not None:
        raise AlreadyDone("This suspension was lifted before.")
    row.lifted_at = at
    row.save(update_fields=["lifted_at"])
    admission = _locked(row.admission)
    audit.record("admission.suspension_lifted", row, by=by, at=at, organisation=admission.organisation)
    _tell(
        admission,
        key=f"suspension-lifted:{row.pk}",
        subject=f"New placements again under {admission.framework}",
        text=f"{admission.organisation} may make new placements with {admission.provider} under "
        f"“{admission.lot or admission.framework}” again.",
    )
    versions.touch(*Framework.REGISTERS)
    return row


def _locked(admission: Admission) -> Admission:
    rows = Admission.objects.select_related("framework", "lot", "provider", "organisation")
    return rows.select_for_update(of=("self",)).get(pk=admission.pk)


def _overlap(one: Suspension, from_date: dt.date, until_date: dt.date | None) -> bool:
    begins_after = until_date is not None and one.from_date > until_date
    ended_before = one.until_date is not None and one.until_date < from_date
    return not (begins_after or ended_before)


def _tell(admission: Admission, *, key: str, subject: str, text: str) -> None:
    for person in Representative.objects.filter(provider=admission.provider).select_related("user"):
        closing = f"\n\nYour workspace: {settings.PUBLIC_URL.rstrip('/')}/workspace/"
        mail.owe(key=f"{key}:{person.user_id}", to=person.user.email, subject=subject, text=text + closing)
