"""Reminders of deadlines, 14 and 3 days before; of events, 3 days before registration closes and before they begin.

A deadline that moves reminds anew. What is new or has just opened says its deadline itself.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from core.templatetags.portal import gov_datetime, gov_period
from tenders.models import AlertNews, Event, Framework, Lot, Opportunity

from .looking import Look

REMIND_DAYS = (3, 14)
EVENT_DAYS = dt.timedelta(days=3)


def reminders(look: Look) -> None:
    _deadlines(look)
    _events(look)


def _deadlines(look: Look) -> None:
    soon = {"closes_at__gt": look.at, "closes_at__lte": look.at + dt.timedelta(days=max(REMIND_DAYS))}
    tenders = Opportunity.objects.published(at=look.at).standing(at=look.at).filter(opens_at__lte=look.at, **soon)
    for pk, closes_at in tenders.exclude(awarded_at__lte=look.at).values_list("pk", "closes_at"):
        _before(look, "opportunity", pk, closes_at, f"Bids close at {gov_datetime(closes_at)}.", opportunity_id=pk)
    public = Framework.objects.public(at=look.at)
    whole = public.filter(joining=Framework.Joining.WINDOW, opens_at__lte=look.at, **soon)
    for pk, closes_at in whole.values_list("pk", "closes_at"):
        _before(look, "framework", pk, closes_at, f"Applications close at {gov_datetime(closes_at)}.", framework_id=pk)
    lots = Lot.objects.filter(framework__in=public.values("pk"), joining=Framework.Joining.WINDOW, **soon)
    for lot in lots.filter(opens_at__lte=look.at):
        text = f"{lot}: applications close at {gov_datetime(lot.closes_at)}."
        _before(look, "lot", lot.pk, lot.closes_at, text, framework_id=lot.framework_id)


def _before(look: Look, kind: str, pk: int, closes_at: dt.datetime, text: str, **entry: int) -> None:
    days = next(days for days in REMIND_DAYS if closes_at - look.at <= dt.timedelta(days=days))
    _remind(look, f"reminder:{days}", kind, pk, closes_at, text, **entry)


def _events(look: Look) -> None:
    soon = (look.at, look.at + EVENT_DAYS)
    closing = Q(takes_registrations=True, registration_closes_at__range=soon)
    for row in Event.objects.listed(at=look.at).filter(closing | Q(starts_at__range=soon)).order_by("pk"):
        closes_at, starts_at = row.last_moment_to_register(), row.starts_at
        when = gov_period(starts_at, row.ends_at)
        is_open = row.registration_opens_at is None or row.registration_opens_at <= look.at
        if row.takes_registrations and is_open and look.at < closes_at:
            text = f"Registration closes at {gov_datetime(closes_at)}. When it is: {when}."
            _remind(look, "reminder:register", "event", row.pk, closes_at, text, event_id=row.pk)
        elif not row.takes_registrations or closes_at <= starts_at - EVENT_DAYS:
            _remind(look, "reminder:begins", "event", row.pk, starts_at, f"It begins soon: {when}.", event_id=row.pk)


def _remind(look: Look, name: str, kind: str, pk: int, due_at: dt.datetime, text: str, **entry: int) -> None:
    look.add(
        f"{name}:{kind}:{pk}:{due_at:%Y%m%d%H%M%S}",
        AlertNews.Kind.REMINDER,
        text,
        due_at=due_at,
        is_told=pk not in look.fresh[kind] and pk not in look.opened[kind],
        **entry,
    )
