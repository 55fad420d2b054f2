"""What has happened: read from the facts by their time, and from what the clock changed since the last look.

Whoever moves a date, answers a question or withdraws a tender calls nothing here. Each piece of news has a key, so that
it is written once however often the same fact is read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from core.dates import london_date
from core.templatetags.portal import gov_date, gov_datetime
from tenders.models import Addendum, AlertNews, Award, DateChange, Framework, Lot, Notice, Opportunity, Question

from . import statuses

Kind = AlertNews.Kind
REMIND_DAYS = (3, 14)
# Facts are dated by the moment their transaction began, and may be seen later. What is read twice is written once.
OVERLAP = dt.timedelta(hours=1)
# A notice has a day and no time, and may be entered some days after.
NOTICE_DAYS = 30
# Nobody is told of what was over before it came here, such as an imported register's past.
OVER = {"closed", "awarded", "withdrawn", "cancelled", "expired"}


@dataclass
class Look:
    """One look at the registers.

    :param is_first: whether nobody has looked before: then all is noted and nothing is told.
    """

    at: dt.datetime
    since: dt.datetime
    run_id: int
    is_first: bool
    fresh: dict[str, set[int]] = field(default_factory=lambda: {"opportunity": set(), "framework": set(), "lot": set()})
    opened: dict[str, set[int]] = field(
        default_factory=lambda: {"opportunity": set(), "framework": set(), "lot": set()}
    )
    found: list[AlertNews] = field(default_factory=list)

    def add(
        self,
        key: str,
        kind: AlertNews.Kind,
        text: str,
        *,
        happened_at: dt.datetime | None = None,
        due_at: dt.datetime | None = None,
        is_told: bool = True,
        **entry: int,
    ) -> None:
        """Note a piece of news; ``is_told`` is false where it is only to be known as seen."""
        is_silent = self.is_first or not is_told
        self.found.append(
            AlertNews(
                key=key,
                kind=kind,
                text=text,
                due_at=due_at,
                happened_at=happened_at or self.at,
                found_at=self.at,
                matched_at=self.at if is_silent else None,
                **entry,
            )
        )


def collect(look: Look) -> None:
    """Write down all that is new, and remember every status as seen. In one transaction."""
    _opportunities(look)
    _frameworks(look)
    _contracts(look)
    for read in (_dates, _questions, _addenda, _notices, _awards, _reminders):
        read(look)
    AlertNews.objects.bulk_create(look.found, batch_size=1000, ignore_conflicts=True)


def _compared(kind: str, rows: QuerySet[Any], look: Look) -> Iterator[tuple[Any, statuses.Difference]]:
    """Note the statuses that differ and yield the entries of those that somebody may want to hear of."""
    found: list[statuses.Difference] = []
    for one in statuses.differences(kind, rows):
        found.append(one)
        if len(found) == statuses.BATCH:
            yield from _told(kind, rows, found, look)
            found = []
    yield from _told(kind, rows, found, look)


def _told(
    kind: str, rows: QuerySet[Any], found: list[statuses.Difference], look: Look
) -> Iterator[tuple[Any, statuses.Difference]]:
    statuses.note(kind, found, at=look.at)
    if look.is_first:
        return
    entries = rows.model.objects.in_bulk([one.pk for one in found])
    for one in found:
        if one.before is None and kind in look.fresh:
            look.fresh[kind].add(one.pk)
        yield entries[one.pk], one


def _opportunities(look: Look) -> None:
    status = Opportunity.Status
    for row, one in _compared("opportunity", statuses.opportunities(at=look.at), look):
        key = f"status:opportunity:{row.pk}:{one.status}:{look.run_id}"
        if one.status == status.OPEN:
            look.opened["opportunity"].add(row.pk)
        if one.before is None:
            if one.status not in OVER:
                look.add(
                    f"new:opportunity:{row.pk}", Kind.NEW, _where_it_stands(row, one.status), opportunity_id=row.pk
                )
        elif one.status in {status.WITHDRAWN, status.CANCELLED}:
            ended_at = row.withdrawn_at if one.status == status.WITHDRAWN else row.cancelled_at
            text = f"{status(one.status).label} on {gov_date(ended_at)}. The reason: {row.ended_reason}"
            look.add(key, Kind.ENDED, text, opportunity_id=row.pk)
        elif text := _where_it_stands(row, one.status, before=one.before):
            look.add(key, Kind.STATUS, text, opportunity_id=row.pk)


def _where_it_stands(row: Opportunity, now: str, *, before: str = "") -> str:
    """Say what a status means for a bidder; nothing where a date that moved tells it already."""
    status = Opportunity.Status
    if now == status.OPEN:
        again = " again" if before == status.CLOSED else ""
        until = f" until {gov_datetime(row.closes_at)}" if row.closes_at else ""
        return f"Open for bids{again}{until}."
    if now == status.ENGAGING:
        return f"Market engagement: {row.engagement_date}."
    if now == status.CLOSED:
        return "Closed to bids."
    if now == status.AWARDED:
        return "Awarded."
    if now == status.DATE_PASSED:
        return (
            f"Its planned date ({row.tender_date or 'the end of the present contract'}) has passed, and it is not open."
        )
    if before:
        return ""
    return f"Planned. Tender notice: {row.tender_date or row.dates_as_stated or 'not stated'}."


def _frameworks(look: Look) -> None:
    status = Framework.Status
    with_lots = set(Lot.objects.order_by().values_list("framework", flat=True).distinct())
    for row, one in _compared("framework", statuses.frameworks(at=look.at), look):
        key = f"status:framework:{row.pk}:{one.status}:{look.run_id}"
        text = _can_one_join(row, one.status)
        if one.status == status.OPEN:
            look.opened["framework"].add(row.pk)
        if one.before is None:
            if one.status not in OVER:
                new = (
                    f"{row.get_kind_display()}. {text}" if text and row.pk not in with_lots else row.get_kind_display()
                )
                look.add(f"new:framework:{row.pk}", Kind.NEW, new, framework_id=row.pk)
        elif one.status == status.EXPIRED:
            look.add(key, Kind.STATUS, "It has ended.", framework_id=row.pk)
        elif text and row.pk not in with_lots:
            look.add(key, Kind.STATUS, text, framework_id=row.pk)
    of_lots = _FrameworksOfLots()
    for lot, one in _compared("lot", statuses.lots(at=look.at), look):
        if one.status == status.OPEN:
            look.opened["lot"].add(lot.pk)
        if lot.framework_id in look.fresh["framework"] or one.status in {status.EXPIRED, status.PLANNED}:
            continue
        text = _can_one_join(lot if lot.joining else of_lots[lot.framework_id], one.status)
        if one.before is None:
            look.add(f"new:lot:{lot.pk}", Kind.LOT, f"New lot: {lot}. {text}".strip(), framework_id=lot.framework_id)
        elif text:
            key = f"status:lot:{lot.pk}:{one.status}:{look.run_id}"
            look.add(key, Kind.LOT, f"{lot}: {text}", framework_id=lot.framework_id)


class _FrameworksOfLots(dict[int, Framework]):
    """The frameworks whose own facts their lots go by, each read once."""

    def __missing__(self, pk: int) -> Framework:
        self[pk] = Framework.objects.get(pk=pk)
        return self[pk]


def _can_one_join(row: Framework | Lot, now: str) -> str:
    status = Framework.Status
    if now == status.OPEN:
        until = f" until {gov_datetime(row.closes_at)}" if row.closes_at else " now"
        return f"Open to join{until}."
    if now == status.OPENS:
        return f"Opens for applications at {gov_datetime(row.opens_at)}."
    if now == status.REOPENS:
        return (
            f"Closed to newcomers. It re-opens about {row.reopens}." if row.reopens else "Closed to newcomers for now."
        )
    if now == status.CLOSED:
        return "Closed to newcomers."
    if now == status.FULL:
        return "No places are left."
    return ""


def _contracts(look: Look) -> None:
    for row, one in _compared("contract", statuses.contracts(at=look.at), look):
        if one.status == statuses.NEAR_END:
            text = f"This contract ends {gov_date(row.planned_end())}. What follows it is being planned."
            key = f"near-end:contract:{row.pk}:{row.planned_end():%Y-%m-%d}"
            look.add(key, Kind.CONTRACT_END, text, contract_id=row.pk)


def _public(look: Look, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Keep the facts of opportunities that anybody may see."""
    return rows.filter(opportunity__in=Opportunity.objects.public(at=look.at).values("pk"))


def _is_told(look: Look, opportunity_id: int) -> bool:
    """Of an entry that is new itself, nothing more is told."""
    return opportunity_id not in look.fresh["opportunity"]


def _dates(look: Look) -> None:
    rows = DateChange.objects.filter(changed_at__gt=look.since - OVERLAP, changed_at__lte=look.at)
    for row in _public(look, rows).order_by("changed_at", "pk"):
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
    rows = Question.objects.filter(answered_at__gt=look.since - OVERLAP, answered_at__lte=look.at)
    for row in _public(look, rows).order_by("answered_at", "pk"):
        text = f"Question {row.number} is answered. Question: {row.question_public} Answer: {row.answer}"
        look.add(
            f"answer:{row.pk}:{row.answered_at:%Y%m%d%H%M%S}",
            Kind.ANSWER,
            _short(text),
            happened_at=row.answered_at,
            is_told=_is_told(look, row.opportunity_id),
            opportunity_id=row.opportunity_id,
        )


def _addenda(look: Look) -> None:
    rows = Addendum.objects.filter(published_at__gt=look.since - OVERLAP, published_at__lte=look.at)
    for row in _public(look, rows).order_by("published_at", "pk"):
        changes = [f"{one['name']}: was {one['old'] or 'empty'}, now {one['new'] or 'empty'}." for one in row.changes]
        look.add(
            f"addendum:{row.pk}",
            Kind.ADDENDUM,
            _short(" ".join([f"Addendum {row.number}.", row.text, *changes])),
            happened_at=row.published_at,
            is_told=_is_told(look, row.opportunity_id),
            opportunity_id=row.opportunity_id,
        )


def _notices(look: Look) -> None:
    first = london_date(look.at) - dt.timedelta(days=NOTICE_DAYS)
    rows = _public(look, Notice.objects.published(at=look.at).filter(published_date__gte=first))
    known = set(
        AlertNews.objects.filter(key__in=[f"notice:{pk}" for pk in rows.values_list("pk", flat=True)]).values_list(
            "key", flat=True
        )
    )
    for row in rows:
        key = f"notice:{row.pk}"
        if key not in known:
            number = f" {row.number}" if row.number else ""
            text = f"{row.get_kind_display()}{number}, published {gov_date(row.published_date)}."
            told = _is_told(look, row.opportunity_id)
            look.add(key, Kind.NOTICE, text, is_told=told, opportunity_id=row.opportunity_id)


def _awards(look: Look) -> None:
    rows = Award.objects.filter(announced_at__gt=look.since - OVERLAP, announced_at__lte=look.at)
    for row in _public(look, rows).select_related("lot").prefetch_related("suppliers__provider").order_by("pk"):
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
            _short(text),
            happened_at=row.announced_at,
            is_told=_is_told(look, row.opportunity_id),
            opportunity_id=row.opportunity_id,
        )


def _reminders(look: Look) -> None:
    """Remind 14 and 3 days before a deadline; a deadline that moves reminds anew.

    What is new or has just opened says its deadline itself.
    """
    soon = {"closes_at__gt": look.at, "closes_at__lte": look.at + dt.timedelta(days=max(REMIND_DAYS))}
    tenders = Opportunity.objects.listed(at=look.at).filter(opens_at__lte=look.at, **soon)
    for pk, closes_at in tenders.exclude(awarded_at__lte=look.at).values_list("pk", "closes_at"):
        _remind(look, "opportunity", pk, closes_at, f"Bids close at {gov_datetime(closes_at)}.", opportunity_id=pk)
    public = Framework.objects.public(at=look.at)
    whole = public.filter(joining=Framework.Joining.WINDOW, opens_at__lte=look.at, **soon)
    for pk, closes_at in whole.values_list("pk", "closes_at"):
        _remind(look, "framework", pk, closes_at, f"Applications close at {gov_datetime(closes_at)}.", framework_id=pk)
    lots = Lot.objects.filter(framework__in=public.values("pk"), joining=Framework.Joining.WINDOW, **soon)
    for lot in lots.filter(opens_at__lte=look.at):
        text = f"{lot}: applications close at {gov_datetime(lot.closes_at)}."
        _remind(look, "lot", lot.pk, lot.closes_at, text, framework_id=lot.framework_id)


def _remind(look: Look, kind: str, pk: int, closes_at: dt.datetime, text: str, **entry: int) -> None:
    days = next(days for days in REMIND_DAYS if closes_at - look.at <= dt.timedelta(days=days))
    look.add(
        f"reminder:{days}:{kind}:{pk}:{closes_at:%Y%m%d%H%M%S}",
        Kind.REMINDER,
        text,
        due_at=closes_at,
        is_told=pk not in look.fresh[kind] and pk not in look.opened[kind],
        **entry,
    )


def _short(text: str, *, most: int = 600) -> str:
    """Keep a text to what a mail can hold; the page has all of it."""
    words = " ".join(text.split())
    return words if len(words) <= most else f"{words[:most].rsplit(' ', 1)[0]} …"
