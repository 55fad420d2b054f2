"""One procurement as one story: from the plan to the contract, its changes and end, and the next need.

What has happened and what is expected stand in one order of days. An expected day keeps the words of its author and is
marked as expected; what has no day comes last. Only facts that are public go in: the pages fetch no others
(`for_timeline`, `for_contract_timeline`).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Prefetch

from core.dates import EstimatedDate, london_date
from core.templatetags.portal import gov_date, gov_datetime

from .models import (
    Award,
    Contract,
    ContractChange,
    Document,
    Event,
    ExtensionOption,
    Opportunity,
    public_suppliers,
    public_winners,
)

# Where several things share a day, the order in which they follow from each other.
(
    BEFORE, PLAN, ENGAGEMENT, NOTICE, TENDER, QUESTIONS, ADDENDUM, CLOSED, ENDED, AWARD, STANDSTILL, SIGNED, CONTRACT,
    CHANGE, DECISION, END, NEXT,
) = range(17)  # fmt: skip


@dataclass(frozen=True)
class Moment:
    """One thing that happened or is expected. ``when`` are words for people; ``day`` only puts it in order.

    ``is_untold`` is what was planned for a time now past, and nobody has told whether it came about.
    """

    rank: int
    title: str
    day: dt.date | None
    when: str
    is_ahead: bool
    is_estimate: bool = False
    note: str = ""
    url: str = ""
    number: str = ""
    is_untold: bool = False


def for_timeline(at: dt.datetime) -> list[Prefetch | str]:
    """What an opportunity's page fetches for its story, beside notices, moved dates, questions and addenda."""
    return [
        Prefetch(
            "events", Event.objects.public(at=at).with_counts().order_by("starts_at", "pk"), to_attr="shown_events"
        ),
        Prefetch("documents", Document.objects.published(at=at), to_attr="shown_documents"),
        *_award_parts(at),
        Prefetch("shown_awards__contract", Contract.objects.public(at=at).prefetch_related(*_contract_parts(at))),
        Prefetch("contract", Contract.objects.public(at=at).prefetch_related(*_contract_parts(at))),
        Prefetch("renewals", Opportunity.objects.public(at=at).order_by("pk"), to_attr="shown_renewals"),
        Prefetch("renews", Opportunity.objects.public(at=at)),
    ]


def for_contract_timeline(at: dt.datetime) -> list[Prefetch | str]:
    """What a contract's page fetches for its part of the story."""
    tender = Opportunity.objects.public(at=at).prefetch_related(*_award_parts(at))
    return [
        *_contract_parts(at),
        Prefetch("opportunity", tender),
        Prefetch(
            "awards",
            Award.objects.announced(at=at)
            .filter(opportunity__in=Opportunity.objects.public(at=at).values("pk"))
            .select_related("lot"),
            to_attr="shown_awards",
        ),
        Prefetch("shown_awards__opportunity", Opportunity.objects.public(at=at)),
        Prefetch("shown_awards__suppliers", public_winners(at=at), to_attr="shown_winners"),
    ]


def _award_parts(at: dt.datetime) -> list[Prefetch | str]:
    winners = Prefetch("suppliers", public_winners(at=at), to_attr="shown_winners")
    awards = Award.objects.announced(at=at).select_related("lot").prefetch_related(winners)
    return [Prefetch("awards", awards, to_attr="shown_awards")]


def _contract_parts(at: dt.datetime) -> list[Prefetch | str]:
    return [
        Prefetch("suppliers", public_suppliers(at=at)),
        Prefetch(
            "changes",
            ContractChange.objects.told(at=at).select_related("option"),
            to_attr="shown_changes",
        ),
        Prefetch(
            "extension_options",
            ExtensionOption.objects.filter(taken_up__isnull=True).order_by("number"),
            to_attr="open_options",
        ),
        Prefetch("replaced_by", Opportunity.objects.public(at=at).order_by("pk"), to_attr="shown_successors"),
    ]


def story(record: Opportunity, *, at: dt.datetime) -> list[Moment]:
    """Return the whole story of an opportunity fetched with `for_timeline`, the earliest first."""
    found = [*_before(record, at), *_tender(record, at), *_awards(record, at), *_after(record, at)]
    if _has_ended(record, at):
        # Nothing is expected any more of what was withdrawn or cancelled.
        found = [one for one in found if not one.is_ahead]
    return _in_order(found)


def contract_story(contract: Contract, *, at: dt.datetime) -> list[Moment]:
    """Return the part of the story that a contract's page tells, fetched with `for_contract_timeline`."""
    record = getattr(contract, "opportunity", None)
    found = list(_of_contract(contract, at))
    awards = contract.shown_awards or (record.shown_awards if record else [])  # type: ignore[attr-defined]
    for award in awards:
        found += _of_award(award, at, url=award.opportunity.get_absolute_url())
    if record and not awards:
        found += _moment(AWARD, "Tender", record.awarded_at, at, note=record.title, url=record.get_absolute_url())
    return _in_order([*found, *_successors(contract.shown_successors, at)])  # type: ignore[attr-defined]


def _in_order(moments: Iterable[Moment]) -> list[Moment]:
    return sorted(moments, key=lambda one: (one.day is None, one.day or dt.date.max, one.rank, one.title))


def _moment(
    rank: int,
    title: str,
    value: dt.datetime | dt.date | EstimatedDate | None,
    at: dt.datetime,
    *,
    is_plan: bool = False,
    **facts: str,
) -> list[Moment]:
    """Return one moment of a day, a moment or an estimated date; nothing where there is none.

    :param is_plan: whether it was only planned, as far as we are told.
    """
    if not value:
        return []
    today = london_date(at)
    if isinstance(value, EstimatedDate):
        is_exact = value.precision == "day"
        is_ahead = value.latest is None or value.latest >= today
        # What may have begun and is still expected stands after what has happened.
        day = max(value.earliest, today) if is_ahead and value.earliest else value.earliest
        is_estimate, is_untold = is_ahead or not is_exact, is_plan and not is_ahead
        return [Moment(rank, title, day, str(value), is_ahead, is_estimate, is_untold=is_untold, **facts)]
    if isinstance(value, dt.datetime):
        return [Moment(rank, title, london_date(value), gov_datetime(value), value > at, **facts)]
    return [Moment(rank, title, value, gov_date(value), value > today, **facts)]


def _before(record: Opportunity, at: dt.datetime) -> Iterator[Moment]:
    replaced = record.replaces_contract
    if replaced:
        title = "Contract before this one ends"
        yield from _moment(BEFORE, title, replaced.ends, at, note=replaced.title, url=replaced.get_absolute_url())
    if record.renews and record.renews != record:
        earlier = record.renews
        bought = earlier.awarded_at or earlier.opens_at or earlier.tender_date
        yield from _moment(BEFORE, "Bought before", bought, at, note=earlier.title, url=earlier.get_absolute_url())
    if record.source and record.source.published:
        yield from _moment(PLAN, "In the plan", record.source.published, at, note=record.source.title)
    elif record.published_at:
        title = "In the plan" if _is_plan(record) else "Entered in this portal"
        yield from _moment(PLAN, title, london_date(record.published_at), at, note="Published here")


def _is_plan(record: Opportunity) -> bool:
    """Whether the record was public here before anything it tells of began: older ones are entered afterwards."""
    if record.published_at is None:
        return False
    stated = (record.engagement_date, record.tender_date, record.award_date, record.contract_start_date)
    begun = [london_date(moment) for moment in (record.opens_at, record.awarded_at) if moment]
    begun += [date.latest for date in stated if date and date.latest]
    begun += [london_date(event.starts_at) for event in record.shown_events]  # type: ignore[attr-defined]
    begun += [notice.published_date for notice in record.shown_notices if notice.published_date]  # type: ignore[attr-defined]
    return all(london_date(record.published_at) <= day for day in begun)


def _tender(record: Opportunity, at: dt.datetime) -> Iterator[Moment]:
    events = record.shown_events  # type: ignore[attr-defined]
    if not events:
        is_plan = _is_only_planned(record, at)
        yield from _moment(ENGAGEMENT, "Market engagement", record.engagement_date, at, is_plan=is_plan)
    for event in events:
        is_off = event.cancelled_at is not None and event.cancelled_at <= at
        title = f"{event.title} (cancelled)" if is_off else event.title
        yield from _moment(ENGAGEMENT, title, event.starts_at, at, url=event.get_absolute_url())
    for notice in record.shown_notices:  # type: ignore[attr-defined]
        title, number = notice.get_kind_display(), notice.number
        yield from _moment(NOTICE, title, notice.published_date, at, url=notice.url, number=number)
    for slip in record.slips:  # type: ignore[attr-defined]
        old, new = (gov_datetime(one) if isinstance(one, dt.datetime) else one for one in _both(slip))
        note = f"Was {old or 'not stated'}, now {new or 'not stated'}. {slip.reason}"
        yield from _moment(
            NOTICE, f"Date moved: {slip.get_field_display()}", london_date(slip.changed_at), at, note=note
        )
    if record.opens_at:
        yield from _moment(TENDER, "Open for bids", record.opens_at, at)
    else:
        yield from _moment(TENDER, "Tender", record.tender_date, at, is_plan=_is_only_planned(record, at))
    yield from _moment(QUESTIONS, "Last moment for questions", record.questions_close_at, at)
    yield from _moment(QUESTIONS, "All questions answered by", record.answers_by_at, at)
    answered = Counter(london_date(one.answered_at) for one in record.shown_questions)  # type: ignore[attr-defined]
    here = record.get_absolute_url()
    for day, count in answered.items():
        title = "A question answered" if count == 1 else f"{count} questions answered"
        yield from _moment(QUESTIONS, title, day, at, url=f"{here}#questions")
    for addendum in record.shown_addenda:  # type: ignore[attr-defined]
        title, url = f"Addendum {addendum.number}", f"{here}#addendum-{addendum.number}"
        yield from _moment(ADDENDUM, title, london_date(addendum.published_at), at, url=url)
    yield from _moment(CLOSED, "Bids close", record.closes_at, at)
    for title, ended_at in (("Withdrawn", record.withdrawn_at), ("Cancelled", record.cancelled_at)):
        if ended_at and ended_at <= at:
            yield from _moment(ENDED, title, ended_at, at, note=record.ended_reason)


def _both(slip: object) -> tuple[object, object]:
    return (
        getattr(slip, "old_at", None) or getattr(slip, "old", None),
        getattr(slip, "new_at", None) or getattr(slip, "new", None),
    )


def _awards(record: Opportunity, at: dt.datetime) -> Iterator[Moment]:
    awards = record.shown_awards  # type: ignore[attr-defined]
    for award in awards:
        yield from _of_award(award, at)
    if not awards and record.awarded_at and record.awarded_at <= at:
        yield from _moment(AWARD, "Awarded", london_date(record.awarded_at), at)
    elif not awards and not _has_ended(record, at):
        yield from _moment(AWARD, "Award", record.award_date, at, is_plan=True)


def _of_award(award: Award, at: dt.datetime, url: str = "") -> Iterator[Moment]:
    lot = f", {award.lot}" if award.lot else ""
    is_none = award.outcome == Award.Outcome.NOT_AWARDED
    title = f"Nobody was chosen{lot}" if is_none else f"Awarded{lot}"
    names = ", ".join(str(one) for one in award.shown_winners)  # type: ignore[attr-defined]
    parts = [names, award.shown_value, award.note]
    note = ". ".join(part.rstrip(".") for part in parts if part)
    yield from _moment(AWARD, title, award.award_date, at, note=note, url=url)
    yield from _moment(STANDSTILL, f"Standstill ends{lot}", award.standstill_ends_date, at)
    if award.signed_date and award.signed_date <= london_date(at):
        yield from _moment(SIGNED, f"Contract signed{lot}", award.signed_date, at)
    if award.cancelled_date and award.cancelled_date <= london_date(at):
        yield from _moment(SIGNED, f"Award taken back{lot}", award.cancelled_date, at, note=award.cancelled_reason)


def contracts_of(record: Opportunity) -> dict[Contract, str]:
    """Return the contracts that came of it, each with its lot in words where there are several; the earliest first."""
    found = {record.contract: ""} if record.contract else {}
    for award in record.shown_awards:  # type: ignore[attr-defined]
        if award.contract and award.cancelled_date is None:
            found.setdefault(award.contract, "")
            found[award.contract] = found[award.contract] or str(award.lot or "")
    first = {one: one.starts.earliest if one.starts and one.starts.earliest else dt.date.max for one in found}
    ordered = sorted(found, key=lambda one: (first[one], one.pk))
    return {one: found[one] if len(found) > 1 else "" for one in ordered}


def _following(record: Opportunity, contracts: Iterable[Contract]) -> list[Opportunity]:
    """What is planned next, each once."""
    planned = [*record.shown_renewals, *(one for contract in contracts for one in contract.shown_successors)]  # type: ignore[attr-defined]
    return list({one.pk: one for one in planned}.values())


def _after(record: Opportunity, at: dt.datetime) -> Iterator[Moment]:
    contracts = contracts_of(record)
    for contract, lot in contracts.items():
        yield from _of_contract(contract, at, url=contract.get_absolute_url(), lot=lot)
    if not contracts and not _has_ended(record, at):
        is_plan = _is_only_planned(record, at)
        yield from _moment(CONTRACT, "Contract starts", record.contract_start_date, at, is_plan=is_plan)
        yield from _moment(END, "Contract ends", record.contract_end_date, at, is_plan=is_plan)
    successors = _following(record, contracts)
    if successors:
        yield from _successors(successors, at)
    elif not _has_ended(record, at):
        yield from _moment(NEXT, "Next need", record.next_procurement_date, at)


def _of_contract(contract: Contract, at: dt.datetime, url: str = "", lot: str = "") -> Iterator[Moment]:
    of = f", {lot}" if lot else ""
    names = ", ".join(str(one) for one in contract.suppliers.all())
    yield from _moment(CONTRACT, f"Contract starts{of}", contract.starts, at, note=names, url=url)
    yield from _moment(CHANGE, f"Review{of}", contract.review, at)
    for change in contract.shown_changes:  # type: ignore[attr-defined]
        note = f"Was to end {change.old_end or 'on a day not stated'}, now {change.new_end}. {change.reason}"
        if change.kind != ContractChange.Kind.EXTENSION:
            note = change.reason
        yield from _moment(CHANGE, f"{change.get_kind_display()}{of}", change.decided_date, at, note=note)
    for option in contract.open_options:  # type: ignore[attr-defined]
        title = f"Option {option.number} is to be decided by{of}"
        note = f"It may run on for {option.months} month{'' if option.months == 1 else 's'}"
        yield from _moment(CHANGE, title, option.decide_by_date, at, note=note)
    if contract.end_decision:
        title = f"Decided: {contract.get_end_decision_display().lower()}{of}"
        yield from _moment(DECISION, title, contract.end_decided_date, at, note=contract.end_decision_reason)
    yield from _moment(END, f"Contract ends{of}", contract.ends, at, note=contract.extension_as_stated)
    yield from _moment(END, f"Contract ends if extended{of}", contract.ends_if_extended, at)


def _successors(records: Iterable[Opportunity], at: dt.datetime) -> Iterator[Moment]:
    for one in records:
        when = one.opens_at or one.tender_date or one.contract_start_date
        facts = {"note": one.title, "url": one.get_absolute_url()}
        yield from _moment(NEXT, "Next need", when, at, **facts) or [
            Moment(NEXT, "Next need", None, "No date stated", True, True, **facts)
        ]


def _is_only_planned(record: Opportunity, at: dt.datetime) -> bool:
    """Whether nothing is known to have come of the plan: its dates may be past, but nobody has said that they held."""
    return not any(moment and moment <= at for moment in (record.opens_at, record.closes_at, record.awarded_at))


def _has_ended(record: Opportunity, at: dt.datetime) -> bool:
    return any(moment and moment <= at for moment in (record.withdrawn_at, record.cancelled_at))


def steps(record: Opportunity, *, at: dt.datetime) -> list[dict[str, str]]:
    """The stages of the record, what is known of each, and how far it has come: the story's outline."""
    status = record.status(at=at)
    awards = record.shown_awards  # type: ignore[attr-defined]
    contracts = list(contracts_of(record))
    awarded = london_date(record.awarded_at) if record.awarded_at and record.awarded_at <= at else None
    successors = _following(record, contracts)
    following = next((one.tender_date or one.contract_start_date for one in successors), record.next_procurement_date)
    planned, planned_note = (record.source.published if record.source else None), "Published by the organisation"
    if planned is None and record.last_confirmed:
        planned, planned_note = record.last_confirmed, "Last confirmed by the organisation"
    if planned is None and record.published_at and _is_plan(record):
        planned, planned_note = london_date(record.published_at), "Published here"
    tender = london_date(record.opens_at) if record.opens_at else record.tender_date or record.dates_as_stated
    order = [
        ("In the plan", planned, planned_note if planned else ""),
        ("Engagement", record.engagement_date, "A chance to shape what is bought"),
        ("Tender", tender, f"Bids close {gov_date(record.closes_at)}" if record.closes_at else ""),
        ("Award", awards[-1].award_date if awards and awarded else awarded or record.award_date, ""),
        ("Contract", contracts[0].starts if contracts else record.contract_start_date, ""),
        ("Next need", following, ""),
    ]
    reached = {
        Opportunity.Status.PLANNED: 0,
        Opportunity.Status.DATE_PASSED: 0,
        Opportunity.Status.ENGAGING: 1,
        Opportunity.Status.OPEN: 2,
        Opportunity.Status.CLOSED: 2,
        Opportunity.Status.AWARDED: 3,
    }.get(status)
    states = {one.status(at=at) for one in contracts}
    if reached == 3 and states - {Contract.Status.PLANNED, Contract.Status.UNKNOWN}:
        reached = 5 if states == {Contract.Status.ENDED} else 4
    found = []
    for number, (name, when, note) in enumerate(order):
        # What nobody has told of is not ticked, though the record has gone beyond it.
        is_done = reached is not None and number < reached and bool(when)
        state = "now" if number == reached else "done" if is_done else ""
        if name == "Engagement" and reached is not None and reached > number:
            note = ""
        words = gov_date(when) if isinstance(when, dt.date) else str(when or "Not stated")
        found.append({"name": name, "when": words, "note": note, "state": state})
    return found
