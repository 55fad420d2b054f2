"""What officers do with a plan: move a date, say that it still holds; and who is asked whether it does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from commissioning.models import Officer
from core import audit, mail, versions
from core.dates import EstimatedDate, london_date
from core.errors import DomainError
from tenders.models import DateChange, Opportunity, OpportunityQuerySet, stale_age

from .releases import record_release


class NothingMoves(DomainError):
    """The date is what it was."""


class DateRefused(DomainError):
    """The new date cannot be: it breaks an order of dates, or the kind of date is another."""


@transaction.atomic
def move_date(
    *,
    opportunity: Opportunity,
    field: str,
    to: EstimatedDate | dt.datetime | None,
    reason: str,
    by: Any,
    at: dt.datetime,
) -> DateChange:
    """Move one date of a public opportunity; the old one is kept with the reason and shown.

    :param field: a `DateChange.Field`; ``to`` is a moment for `DateChange.MOMENTS`, else an estimated date.
    :raises NothingMoves: if the date is the same.
    :raises DateRefused: if the new date cannot be.
    """
    row = Opportunity.objects.select_for_update(of=("self",)).get(pk=opportunity.pk)
    if row.published_at is None:
        raise DateRefused("A draft's dates are simply edited: nobody has seen them yet.")
    if not reason.strip():
        raise DateRefused("Say why the date moves: everybody will read it.")
    is_moment = field in DateChange.MOMENTS
    if to is not None and isinstance(to, dt.datetime) != is_moment:
        raise DateRefused("A deadline needs a day with its time; any other date may be as rough as “Spring 2027”.")
    old = getattr(row, field)
    if old == to:
        raise NothingMoves("This is the date it has already.")
    setattr(row, field, to)
    try:
        row.validate_constraints()
    except ValidationError as refusal:
        raise DateRefused(" ".join(refusal.messages)) from refusal
    row.confirmed_at, row.confirmed_by = at, by
    row.save(update_fields=[field, "confirmed_at", "confirmed_by"])
    values = {"old_at": old, "new_at": to} if is_moment else {"old": old, "new": to}
    change = DateChange.objects.create(
        opportunity=row, field=field, reason=reason.strip(), changed_at=at, changed_by=by, **values
    )
    audit.record(
        "opportunity.date_moved",
        row,
        by=by,
        at=at,
        organisation=row.organisation,
        before={field: str(old or "")},
        after={field: str(to or ""), "reason": change.reason},
    )
    record_release(change, at=at)
    versions.touch(*Opportunity.REGISTERS)
    return change


@transaction.atomic
def confirm_plan(*, opportunity: Opportunity, by: Any, at: dt.datetime) -> Opportunity:
    """Say that everything the entry tells still holds."""
    row = Opportunity.objects.select_for_update(of=("self",)).get(pk=opportunity.pk)
    before = audit.snapshot(row, ["confirmed_at"])
    row.confirmed_at, row.confirmed_by = at, by
    row.save(update_fields=["confirmed_at", "confirmed_by"])
    audit.record(
        "opportunity.confirmed",
        row,
        by=by,
        at=at,
        organisation=row.organisation,
        before=before,
        after=audit.snapshot(row, ["confirmed_at"]),
    )
    versions.touch(*Opportunity.REGISTERS)
    return row


def ask_owners(*, at: dt.datetime, progress: Callable[[str], object] = lambda words: None) -> int:
    """Ask for each unconfirmed plan whether it still holds; return how many mails are owed.

    One mail to a person holds all their plans. A plan is asked for at most once in each `stale_age`. Each organisation
    is a transaction of its own, so that a run that stops half-way goes on without asking anybody twice.
    """
    waiting = _to_ask(at).values_list("organisation", flat=True).order_by("organisation").distinct()
    owed = 0
    for organisation_id in list(waiting):
        owed += _ask(organisation_id, at=at)
        progress(f"{owed} mails owed")
    return owed


def _to_ask(at: dt.datetime) -> OpportunityQuerySet:
    rows: OpportunityQuerySet = Opportunity.objects.unconfirmed(at=at)
    return rows.exclude(asked_at__gt=at - stale_age())


@transaction.atomic
def _ask(organisation_id: int, *, at: dt.datetime) -> int:
    rows = list(
        _to_ask(at)
        .filter(organisation=organisation_id)
        .select_related("owner__user")
        .select_for_update(of=("self",))
        .order_by("title", "pk")
    )
    roles = [Officer.Role.PUBLISHER, Officer.Role.ADMINISTRATOR]
    officers = Officer.objects.filter(organisation=organisation_id, role__in=roles).select_related("user")
    publishers = [one.user for one in officers]
    plans: dict[Any, list[Opportunity]] = {}
    for row in rows:
        # Who may publish answers for a plan that has no owner.
        for user in [row.owner.user] if row.owner else publishers:
            plans.setdefault(user, []).append(row)
    for user, mine in plans.items():
        mail.owe(
            key=f"plans-unconfirmed:{organisation_id}:{user.pk}:{london_date(at)}",
            to=user.email,
            subject=f"Do {len(mine)} plans still hold?" if len(mine) > 1 else "Does this plan still hold?",
            text=_question(mine),
        )
    asked = [row.pk for mine in plans.values() for row in mine]
    Opportunity.objects.filter(pk__in=asked).update(asked_at=at)
    return len(plans)


def _question(plans: list[Opportunity]) -> str:
    lines = [
        "Providers plan by these entries, and nobody has confirmed them for a while.",
        "Please open each one and press “Everything still holds”, or move its dates with a reason.",
        "",
    ]
    for one in plans:
        address = settings.PUBLIC_URL.rstrip("/") + reverse("admin:tenders_opportunity_change", args=[one.pk])
        lines += [one.title, address, ""]
    lines.append("Until then the public page says when each was last confirmed.")
    return "\n".join(lines)
