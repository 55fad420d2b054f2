"""Who is on a framework: admitted or refused, suspended from new placements, let go on, and taken off."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction

from core import audit, mail, versions
from core.dates import parse
from core.errors import AlreadyDone, DomainError
from core.text import clean_plain_text
from providers.models import Provider, Representative
from tenders.models import Admission, AdmissionDecision, Framework, Lot, Suspension

from .releases import record_release


class AdmissionRefused(DomainError):
    """The decision cannot be made so."""


class SuspensionRefused(DomainError):
    """The suspension cannot be made so."""


@transaction.atomic
def admit(*, admission: Admission, reason: str, by: Any, at: dt.datetime) -> Admission:
    """Take a provider on a framework or a lot of it. Its people are told why; the public sees it among the members.

    :param admission: not saved yet.
    :raises AdmissionRefused: without a reason, if it is on it already, or if the lot is full.
    """
    framework = check_admittable(framework=admission.framework, lot=admission.lot, provider=admission.provider, at=at)
    admission.save()
    decision = _decide(
        framework, admission.lot, admission.provider, AdmissionDecision.Kind.ADMITTED, reason=reason, by=by, at=at
    )
    audit.record(
        "admission.added", admission, by=by, at=at, organisation=framework.organisation, after=audit.snapshot(admission)
    )
    _tell(
        admission.provider,
        key=f"admitted:{decision.pk}",
        subject=f"You are on {framework}",
        text=f"{framework.organisation} has admitted {admission.provider} to “{admission.lot or framework}”.\n\n"
        f"Its reason: {decision.reason}\n\nCall-offs for members are in your workspace.",
    )
    record_release(admission, at=at)
    versions.touch(*Framework.REGISTERS)
    return admission


@transaction.atomic
def check_admittable(*, framework: Framework, lot: Lot | None, provider: Provider, at: dt.datetime) -> Framework:
    """Say why a provider cannot be admitted now, if it cannot. Until the transaction ends nobody else is.

    :return: the framework, locked: two officers who admit at one time wait here for each other.
    :raises AdmissionRefused: if it is on it already, or if the lot is full.
    """
    row = Framework.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=framework.pk)
    if Admission.objects.filter(framework=row, lot=lot, provider=provider).exists():
        raise AdmissionRefused("This provider is or was on it. Change that admission’s dates instead.")
    members = Admission.objects.current(at=at).filter(lot=lot).count() if lot is not None else 0
    if lot is not None and lot.places_left(members=members) == 0:
        raise AdmissionRefused(
            f"The lot takes at most {lot.maximum_providers}, and {members} are on it. End a place, or change what the lot "
            "says, first."
        )
    return row


@transaction.atomic
def refuse_admission(
    *, framework: Framework, lot: Lot | None, provider: Provider, reason: str, by: Any, at: dt.datetime
) -> AdmissionDecision:
    """Keep that a provider was not admitted, and tell its people why. The public reads nothing of it.

    :raises AdmissionRefused: without a reason, or if it is on it at present.
    """
    row = Framework.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=framework.pk)
    if Admission.objects.current(at=at).filter(framework=row, lot=lot, provider=provider).exists():
        raise AdmissionRefused("This provider is on it. To take it off, end its admission.")
    decision = _decide(row, lot, provider, AdmissionDecision.Kind.REFUSED, reason=reason, by=by, at=at)
    _tell(
        provider,
        key=f"not-admitted:{decision.pk}",
        subject=f"Not admitted to {row}",
        text=f"{row.organisation} has not admitted {provider} to “{lot or row}”.\n\nIts reason: {decision.reason}\n\n"
        "You may apply again where it is open to join.",
    )
    return decision


@transaction.atomic
def end_admission(
    *, admission: Admission, until_date: dt.date, reason: str, by: Any, at: dt.datetime
) -> AdmissionDecision:
    """Take a provider off a framework after a day, and tell its people why.

    :param until_date: its last day on it.
    :raises AdmissionRefused: without a reason, before its first day, or if it ends by then already.
    """
    row = _locked(admission)
    if row.since and row.since.earliest and until_date < row.since.earliest:
        raise AdmissionRefused("It ends on or after the day it began.")
    if row.until and row.until.is_past(on=until_date):
        raise AdmissionRefused("It ends earlier than that already.")
    before = audit.snapshot(row)
    row.until = parse(f"{until_date:%-d %B %Y}")
    row.save(update_fields=["until"])
    decision = _decide(row.framework, row.lot, row.provider, AdmissionDecision.Kind.ENDED, reason=reason, by=by, at=at)
    after = audit.snapshot(row)
    audit.record("admission.ended", row, by=by, at=at, organisation=row.organisation, before=before, after=after)
    _tell(
        row.provider,
        key=f"admission-ended:{decision.pk}",
        subject=f"Your place on {row.framework} ends",
        text=f"{row.provider} is on “{row.lot or row.framework}” of {row.organisation} until {until_date:%-d %B %Y}.\n\n"
        f"Its reason: {decision.reason}\n\nPeople who use the service now are not affected by this message. Ask the "
        "organisation what happens next.",
    )
    record_release(decision, at=at)
    versions.touch(*Framework.REGISTERS)
    return decision


def _decide(
    framework: Framework, lot: Lot | None, provider: Provider, kind: str, *, reason: str, by: Any, at: dt.datetime
) -> AdmissionDecision:
    reason = clean_plain_text(reason, multiline=True)
    if not reason:
        raise AdmissionRefused("Say why: the provider will be told.")
    decision = AdmissionDecision.objects.create(
        framework=framework, lot=lot, provider=provider, kind=kind, reason=reason, decided_at=at, decided_by=by
    )
    after = audit.snapshot(decision)
    audit.record(f"admission.decided_{kind}", decision, by=by, at=at, organisation=framework.organisation, after=after)
    return decision


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
        row.provider,
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
        admission.provider,
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


def _tell(provider: Provider, *, key: str, subject: str, text: str) -> None:
    for person in Representative.objects.filter(provider=provider).select_related("user"):
        closing = f"\n\nYour workspace: {settings.PUBLIC_URL.rstrip('/')}/workspace/"
        mail.owe(key=f"{key}:{person.user_id}", to=person.user.email, subject=subject, text=text + closing)
