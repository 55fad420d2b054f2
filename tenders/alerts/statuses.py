"""The statuses of all public entries in SQL: the twins of ``status(at)``, and what differs from what was seen last."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Case, F, Func, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from core.dates import london_date
from tenders.models import Contract, Event, Framework, Lot, Opportunity, StatusSeen
from tenders.models.contracts import default_lead

NEAR_END = "near_end"
# Of what was public before alerts looked at its kind: how it stood then is not known, and no news.
UNREAD = "unread"
BATCH = 2000


class _MonthsBefore(Func):
    """A day so many months earlier, or the last day of a month that is shorter."""

    arg_joiner = " - make_interval(months => "
    template = "(%(expressions)s))::date"
    output_field = models.DateField()


@dataclass(frozen=True)
class Difference:
    """An entry whose status is not what it was; ``before`` is None where it was never seen."""

    pk: int
    status: str
    before: str | None


def differences(kind: str, rows: QuerySet[Any]) -> Iterator[Difference]:
    """Tell which of these rows, annotated with ``current_status``, have another status than was seen last."""
    seen = "status_seen__status"
    changed = rows.filter(Q(status_seen=None) | ~Q(**{seen: F("current_status")})).order_by("pk")
    for pk, status, before in changed.values_list("pk", "current_status", seen).iterator(BATCH):
        yield Difference(pk, status, before)


def note(kind: str, found: list[Difference], *, at: dt.datetime) -> None:
    """Remember these statuses as seen.

    :param kind: ``opportunity``, ``framework``, ``lot``, ``contract`` or ``event``.
    """
    StatusSeen.objects.bulk_create(
        [StatusSeen(**{f"{kind}_id": one.pk}, status=one.status, seen_at=at) for one in found],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=[kind],
        update_fields=["status", "seen_at"],
    )


def opportunities(*, at: dt.datetime) -> QuerySet[Any]:
    """The published opportunities with their status: the twin of `Opportunity.status`.

    Call-offs for members only are among them: `members` says who may be told of these.
    """
    status, today = Opportunity.Status, london_date(at)
    ended = Q(tender_date__latest__lt=today) | Q(tender_date__isnull=True, replaces_contract__ends__latest__lt=today)
    current = Case(
        _when(Q(withdrawn_at__lte=at), status.WITHDRAWN),
        _when(Q(cancelled_at__lte=at), status.CANCELLED),
        _when(Q(awarded_at__lte=at), status.AWARDED),
        _when(Q(closes_at__lte=at), status.CLOSED),
        _when(Q(opens_at__lte=at), status.OPEN),
        _when(Q(opens_at=None) & ended, status.DATE_PASSED),
        _when(Q(engagement_date__earliest__lte=today), status.ENGAGING),
        default=Value(status.PLANNED.value),
        output_field=models.CharField(),
    )
    return Opportunity.objects.published(at=at).annotate(current_status=current)


def frameworks(*, at: dt.datetime) -> QuerySet[Any]:
    """The public frameworks with their status: the twin of `Framework.status`."""
    cases = [*_term("", at), *_joining(Q(), "", _ahead("reopens", at), at)]
    return Framework.objects.public(at=at).annotate(current_status=_cases(cases))


def lots(*, at: dt.datetime) -> QuerySet[Any]:
    """The lots of public frameworks with their status: the twin of `Lot.status`."""
    reopens = _ahead("reopens", at) | Q(reopens__isnull=True) & _ahead("framework__reopens", at)
    full = Q(maximum_providers__isnull=False, members__gte=F("maximum_providers"))
    cases = [
        *_term("framework__", at),
        *_joining(~Q(joining=""), "", reopens, at, full=full),
        *_joining(Q(joining=""), "framework__", reopens, at, full=full),
    ]
    public = Framework.objects.public(at=at).values("pk")
    return Lot.objects.with_members(at=at).filter(framework__in=public).annotate(current_status=_cases(cases))


def contracts(*, at: dt.datetime) -> QuerySet[Any]:
    """The public contracts, and whether each comes near its end: the twin of `Contract.is_near_end`."""
    today = london_date(at)
    decision = Contract.EndDecision
    end = Case(
        When(end_decision=decision.EXTEND, ends_if_extended__latest__isnull=False, then=F("ends_if_extended__latest")),
        default=F("ends__latest"),
        output_field=models.DateField(),
    )
    lead = Coalesce(F("lead_time_months"), Value(default_lead()), output_field=models.IntegerField())
    rows = Contract.objects.public(at=at).annotate(planned=end, plan_from=_MonthsBefore(end, lead))
    near = Q(plan_from__lte=today, planned__gte=today) & ~Q(end_decision=decision.DECOMMISSION)
    return rows.annotate(current_status=Case(_when(near, NEAR_END), default=Value(""), output_field=models.CharField()))


def events(*, at: dt.datetime) -> QuerySet[Any]:
    """The public events with their status, and of those that lie ahead whether one can register."""
    status, booking = Event.Status, Event.Booking
    registers = Q(takes_registrations=True)
    current = Case(
        _when(Q(cancelled_at__lte=at), status.CANCELLED),
        _when(Q(ends_at__lte=at), status.PAST),
        _when(Q(starts_at__lte=at), status.RUNNING),
        _when(registers & Q(registration_opens_at__gt=at), booking.OPENS),
        _when(registers & Q(registration_closes_at__lte=at), booking.CLOSED),
        default=Value(status.UPCOMING.value),
        output_field=models.CharField(),
    )
    return Event.objects.public(at=at).annotate(current_status=current)


def _cases(cases: list[When]) -> Case:
    return Case(*cases, default=Value(Framework.Status.RUNNING.value), output_field=models.CharField())


def _when(condition: Q, status: str) -> When:
    return When(condition, then=Value(str(status)))


def _ahead(path: str, at: dt.datetime) -> Q:
    """Whether a stated date has not passed."""
    ahead = Q(**{f"{path}__latest__isnull": True}) | Q(**{f"{path}__latest__gte": london_date(at)})
    return Q(**{f"{path}__isnull": False}) & ahead


def _term(path: str, at: dt.datetime) -> list[When]:
    today = london_date(at)
    return [
        _when(Q(**{f"{path}ends__latest__lt": today}), Framework.Status.EXPIRED),
        _when(Q(**{f"{path}starts__earliest__gt": today}), Framework.Status.PLANNED),
    ]


def _joining(own: Q, path: str, reopens: Q, at: dt.datetime, *, full: Q | None = None) -> list[When]:
    """The cases of `joining_state` where the facts at ``path`` count."""
    status, joining = Framework.Status, Framework.Joining
    window = own & Q(**{f"{path}joining": joining.WINDOW, f"{path}opens_at__isnull": False})
    still = Q(**{f"{path}closes_at__isnull": True}) | Q(**{f"{path}closes_at__gt": at})
    opened = window & Q(**{f"{path}opens_at__lte": at})
    is_open = own & Q(**{f"{path}joining": joining.ALWAYS}) | opened & still
    is_closed = own & Q(**{f"{path}joining": joining.CLOSED}) | opened & ~still
    return [
        *([_when(is_open & full, status.FULL)] if full is not None else []),
        _when(is_open, status.OPEN),
        _when(window & Q(**{f"{path}opens_at__gt": at}), status.OPENS),
        _when(is_closed & reopens, status.REOPENS),
        _when(is_closed, status.CLOSED),
    ]
