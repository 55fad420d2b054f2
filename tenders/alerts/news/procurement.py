"""What happens in a procurement: dates that move, answers, addenda, notices and awards."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet

from core.dates import london_date
from core.templatetags.portal import gov_date, gov_datetime
from tenders.models import Addendum, AlertNews, Award, DateChange, Notice, Opportunity, Question

from .looking import DAYS_LATE, Look, short

Kind = AlertNews.Kind


def procurement(look: Look) -> None:
    for read in (_dates, _questions, _addenda, _notices, _awards):
        read(look)


def _published(look: Look, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Keep the facts of what is no draft; who may be told of a call-off for members is seen to by `members`."""
    return rows.filter(opportunity__in=Opportunity.objects.published(at=look.at).values("pk"))


def _is_told(look: Look, opportunity_id: int) -> bool:
    """Of an entry that is new itself, nothing more is told."""
    return opportunity_id not in look.fresh["opportunity"]


def _dates(look: Look) -> None:
    rows = DateChange.objects.filter(changed_at__range=look.window)
    for row in _published(look, rows).order_by("changed_at", "pk"):
        if row.field in DateChange.MOMENTS:
            old, new = gov_datetime(row.old_at), gov_datetime(row.new_at)
        else:
            old, new = str(row.old or ""), str(row.new or "")
        text = (
            f"{row.get_field_display()}: was {old or 'not stated'}, now {new or 'not stated'}. The reason: {row.reason}"
        )
        look.add(
            f"moved:{row.pk}",
            Kind.MOVED,
            text,
            happened_at=row.changed_at,
            is_told=_is_told(look, row.opportunity_id),
            opportunity_id=row.opportunity_id,
        )


def _questions(look: Look) -> None:
    rows = Question.objects.filter(answered_at__range=look.window)
    for row in _published(look, rows).order_by("answered_at", "pk"):
        text = f"Question {row.number} is answered. Question: {row.question_public} Answer: {row.answer}"
        look.add(
            f"answer:{row.pk}:{row.answered_at:%Y%m%d%H%M%S}",
            Kind.ANSWER,
            short(text),
            happened_at=row.answered_at,
            is_told=_is_told(look, row.opportunity_id),
            opportunity_id=row.opportunity_id,
        )


def _addenda(look: Look) -> None:
    rows = Addendum.objects.filter(published_at__range=look.window)
    for row in _published(look, rows).order_by("published_at", "pk"):
        changes = [f"{one['name']}: was {one['old'] or 'empty'}, now {one['new'] or 'empty'}." for one in row.changes]
        look.add(
            f"addendum:{row.pk}",
            Kind.ADDENDUM,
            short(" ".join([f"Addendum {row.number}.", row.text, *changes])),
            happened_at=row.published_at,
            is_told=_is_told(look, row.opportunity_id),
            opportunity_id=row.opportunity_id,
        )


def _notices(look: Look) -> None:
    first = london_date(look.at) - dt.timedelta(days=DAYS_LATE)
    rows = list(_published(look, Notice.objects.published(at=look.at).filter(published_date__gte=first)))
    known = look.has_told_before([f"notice:{row.pk}" for row in rows])
    for row in rows:
        key = f"notice:{row.pk}"
        if key not in known:
            number = f" {row.number}" if row.number else ""
            text = f"{row.get_kind_display()}{number}, published {gov_date(row.published_date)}."
            told = _is_told(look, row.opportunity_id)
            look.add(key, Kind.NOTICE, text, is_told=told, opportunity_id=row.opportunity_id)


def _awards(look: Look) -> None:
    rows = Award.objects.filter(announced_at__range=look.window)
    for row in _published(look, rows).select_related("lot").prefetch_related("suppliers__provider").order_by("pk"):
        # A provider that is not public is not named: the page does not either.
        chosen = [
            one.name_as_stated or (one.provider.name if one.provider and one.provider.is_public(at=look.at) else "")
            for one in row.suppliers.all()
        ]
        names = ", ".join(name for name in chosen if name)
        what = f"{row.lot}: {row.get_outcome_display().lower()}" if row.lot else row.get_outcome_display()
        text = f"{what}{f' to {names}' if names else ''}, decided on {gov_date(row.award_date)}."
        look.add(
            f"award:{row.pk}",
            Kind.AWARD,
            short(text),
            happened_at=row.announced_at,
            is_told=_is_told(look, row.opportunity_id),
            opportunity_id=row.opportunity_id,
        )
