"""What the law asks of one procurement, from its own facts and notices: the statutory clock, put to a record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.dates import EstimatedDate, london_date
from core.workdays import CalendarEnds

from . import clocks
from .clocks import State
from .models import ContractChange, Notice, Opportunity, Regime, Route

Kind = Notice.Kind
ACT = {Regime.PROCUREMENT_ACT, Regime.LIGHT_TOUCH}
# The routes on which a tender notice invites to bid; markets, call-offs and direct awards have notices of their own.
COMPETITIVE = {Route.OPEN, Route.FLEXIBLE, Route.FRAMEWORK}


@dataclass(frozen=True)
class Duty:
    """One thing the law asks, by when, and how it stands. ``due_date`` is the last day on which it is in time."""

    name: str
    section: str
    state: State
    due_date: dt.date | None = None
    done_date: dt.date | None = None
    detail: str = ""

    @property
    def was_late(self) -> bool:
        """Whether it was done after its last day."""
        return bool(self.due_date and self.done_date and self.done_date > self.due_date)


def duties(
    record: Opportunity, notices: Iterable[Notice], *, on: dt.date, changes: Iterable[ContractChange] = ()
) -> list[Duty]:
    """Return what the law asks of this procurement, in the order of its life; nothing under other law.

    :param notices: the record's notices; those of a later day than ``on`` are not published yet.
    :param changes: what changed in its contracts, the earliest first, each with its contract.
    """
    told = sorted((one.published_date, one.kind) for one in notices if one.published_date and one.published_date <= on)
    published = {kind: day for day, kind in reversed(told)}
    if record.regime in ACT:
        of_changes = [day for day, kind in told if kind == Kind.UK10]
        return [*_under_the_act(record, published, on), *_changes(record, changes, of_changes, on)]
    if record.regime == Regime.PSR:
        return list(_under_the_psr(record, published, on))
    return []


def _under_the_act(record: Opportunity, published: dict[str, dt.date], on: dt.date) -> Iterator[Duty]:
    yield _pipeline_notice(record, published, on)
    yield _conflicts(record, published, on)
    yield _engagement_notice(record, published)
    yield from _planned_notice(record, published)
    yield from _tender_notice(record, published, on)
    yield from _tender_period(record, published)
    yield from _before_signing(record, published, on)
    yield from _after_signing(record, published, on)
    if record.cancelled_at and Kind.UK4 in published:
        done = published.get(Kind.UK12)
        state = State.DONE if done else State.DUE
        yield Duty("Notice that no contract will be awarded (UK12)", "PA 55", state, None, done, "As soon as you can.")


def _pipeline_notice(record: Opportunity, published: dict[str, dt.date], on: dt.date) -> Duty:
    name, section = "In the pipeline notice (UK1)", "PA 93"
    tender_date = published.get(Kind.UK4) or (record.tender_date.earliest if record.tender_date else None)
    answer = clocks.pipeline_notice(
        value=record.value_gross,
        tender_date=tender_date,
        spend=record.organisation.expected_contract_spend,
        year_start=clocks.financial_year_start(on),
        regime=Regime(record.regime),
    )
    done = published.get(Kind.UK1)
    if answer is None:
        known = {
            "its value with VAT": record.value_gross,
            "its tender date": tender_date,
            "the organisation’s spending in the year": record.organisation.expected_contract_spend,
        }
        missing = f"Give {_and([words for words, value in known.items() if value is None])}."
        return Duty(name, section, State.DONE if done else State.UNKNOWN, None, done, "" if done else missing)
    if not answer.is_due:
        return Duty(name, section, State.DONE if done else State.NOT_REQUIRED, None, done, answer.reason)
    state = clocks.stand(due_date=answer.due_date, done_date=done, on=on)
    return Duty(name, section, state, answer.due_date, done, answer.reason)


def _and(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _conflicts(record: Opportunity, published: dict[str, dt.date], on: dt.date) -> Duty:
    # PA 83(1): before the tender or transparency notice; (4): kept under review after it.
    name, section = "Conflicts of interest assessed", "PA 81 to 83"
    notices = [published[kind] for kind in (Kind.UK4, Kind.UK5) if kind in published]
    first, done = min(notices, default=None), record.conflicts_assessed_date
    if done is not None and done <= on:
        return Duty(name, section, State.DONE, first, done, "Review it until the contract ends.")
    if first is not None:
        return Duty(name, section, State.OVERDUE, first, None, "It was to be done before the notice was published.")
    return Duty(name, section, State.DUE, detail="Before the tender or transparency notice is published.")


def _engagement_notice(record: Opportunity, published: dict[str, dt.date]) -> Duty:
    name, section = "Market engagement notice (UK2)", "PA 17"
    done, tender = published.get(Kind.UK2), published.get(Kind.UK4)
    if done:
        return Duty(name, section, State.DONE, tender, done)
    if record.engagement_date is None:
        return Duty(name, section, State.NOT_REQUIRED, detail="No market engagement is recorded.")
    if tender:
        return Duty(name, section, State.OVERDUE, tender, None, "The tender notice must give the reasons.")
    return Duty(name, section, State.DUE, detail="Before the tender notice, or with reasons in it.")


def _planned_notice(record: Opportunity, published: dict[str, dt.date]) -> Iterator[Duty]:
    planned = published.get(Kind.UK3)
    tender = published.get(Kind.UK4) or (record.tender_date.earliest if record.tender_date else None)
    if planned and tender:
        qualifies = clocks.planned_notice_qualifies(planned_date=planned, tender_date=tender)
        words = (
            "It qualifies: 10 days are enough for tenders."
            if qualifies
            else "It does not qualify: it must stand 40 days to 12 months before the tender notice."
        )
        yield Duty("Planned procurement notice (UK3)", "PA 15", State.DONE, None, planned, words)


def _tender_notice(record: Opportunity, published: dict[str, dt.date], on: dt.date) -> Iterator[Duty]:
    done = published.get(Kind.UK4)
    if done is None and (record.route not in COMPETITIVE or record.opens_at is None):
        return
    due = london_date(record.opens_at) if record.opens_at else None
    state = clocks.stand(due_date=due, done_date=done, on=on)
    words = "" if done else "It invites to bid: without it the tender is not open in law."
    yield Duty("Tender notice (UK4)", "PA 21", state, due, done, words)


def _tender_period(record: Opportunity, published: dict[str, dt.date]) -> Iterator[Duty]:
    invited = published.get(Kind.UK4)
    if invited is None or record.closes_at is None:
        return
    planned = published.get(Kind.UK3)
    period = clocks.shortest_tender_period(
        regime=Regime(record.regime),
        has_qualifying_notice=bool(
            planned and clocks.planned_notice_qualifies(planned_date=planned, tender_date=invited)
        ),
        is_preselected_or_market=record.route == Route.CALL_OFF,
    )
    earliest, closes = period.earliest_deadline(invited), london_date(record.closes_at)
    if earliest is None:
        yield Duty("Time for tenders", period.section, State.NOT_REQUIRED, None, closes, period.reason)
        return
    state = State.DONE if closes >= earliest else State.OVERDUE
    words = f"At least {period.days} days. {period.reason}"
    if state is State.OVERDUE:
        words = f"Tenders close before {earliest:%-d %B %Y}, the first lawful day. {words}"
    yield Duty("Time for tenders", period.section, state, None, closes, words)


def _before_signing(record: Opportunity, published: dict[str, dt.date], on: dt.date) -> Iterator[Duty]:
    award_notice = published.get(Kind.UK6)
    if award_notice is None:
        if record.signed_date and record.signed_date <= on:
            words = "The contract was signed without it."
            yield Duty("Contract award notice (UK6)", "PA 50", State.OVERDUE, record.signed_date, None, words)
        elif record.awarded_at:
            yield Duty("Contract award notice (UK6)", "PA 50", State.DUE, detail="Before the contract is signed.")
        return
    yield Duty("Contract award notice (UK6)", "PA 50", State.DONE, None, award_notice)
    yield from _standstill(record, award_notice, on)


def _standstill(record: Opportunity, published_date: dt.date, on: dt.date) -> Iterator[Duty]:
    try:
        period = clocks.standstill(
            regime=Regime(record.regime), route=Route(record.route), published_date=published_date
        )
    except CalendarEnds as unknown:
        yield Duty("Standstill", "", State.UNKNOWN, detail=str(unknown))
        return
    if period is None:
        return
    words = f"The contract may be signed from {period.signing_from:%-d %B %Y}."
    if not period.is_mandatory:
        words = f"Voluntary. If the notice promised one: {words[0].lower()}{words[1:]}"
    signed_early = record.signed_date is not None and record.signed_date <= period.last_date
    if signed_early and period.is_mandatory:
        words = f"It was signed on {record.signed_date:%-d %B %Y}, before the standstill had ended."
        yield Duty("Standstill", period.section, State.OVERDUE, period.last_date, None, words)
        return
    over = on > period.last_date
    state = State.DONE if over else State.DUE
    yield Duty("Standstill", period.section, state, period.last_date, period.last_date if over else None, words)


def _after_signing(record: Opportunity, published: dict[str, dt.date], on: dt.date) -> Iterator[Duty]:
    signed = record.signed_date
    if signed is None or signed > on:
        return
    regime = Regime(record.regime)
    due, done = clocks.details_notice_due(regime=regime, signed_date=signed), published.get(Kind.UK7)
    state = clocks.stand(due_date=due, done_date=done, on=on)
    yield Duty("Contract details notice (UK7)", "PA 53(1)", state, due, done)
    copy_due = clocks.contract_copy_due(regime=regime, signed_date=signed, value=record.value_gross)
    if copy_due:
        # No notice tells of it, so that only the officer knows once its day has passed.
        state = State.DUE if on <= copy_due else State.UNKNOWN
        words = "" if state is State.DUE else "Check that a copy of the contract was published in time."
        yield Duty("Copy of the contract", "PA 53(3)", state, copy_due, None, words)
    if clocks.needs_indicators(regime=regime, value=record.value_gross):
        words = "Check that they were set before signing and published."
        yield Duty("At least three performance indicators", "PA 52", State.UNKNOWN, detail=words)


def _changes(
    record: Opportunity, changes: Iterable[ContractChange], published: list[dt.date], on: dt.date
) -> Iterator[Duty]:
    """The notice of each change to a contract: the first change has the first notice, and so on."""
    regime, notices = Regime(record.regime), iter(published)
    for change in changes:
        if change.decided_date > on or change.old_end is None or change.new_end is None:
            continue
        answer = clocks.change_notice(
            regime=regime,
            longest_term=_days(change.contract.starts, change.contract.ends_if_extended or change.contract.ends),
            term_change=_days(change.old_end, change.new_end),
        )
        name = f"Contract change notice (UK10): {change.get_kind_display().lower()} to {change.new_end}"
        if answer is None:
            continue
        if not answer.is_due:
            yield Duty(name, answer.section, State.NOT_REQUIRED, detail=answer.reason)
            continue
        # A contract that has ended cannot be extended: the notice comes before that at the latest.
        due, done = change.old_end.latest, next(notices, None)
        state = clocks.stand(due_date=due, done_date=done, on=on)
        yield Duty(name, answer.section, state, due, done, "" if done else f"Before it is changed. {answer.reason}")
        copy_due = clocks.change_copy_due(regime=regime, changed_date=change.decided_date, value=record.value_gross)
        if copy_due:
            # As with the contract itself, no notice tells of the copy.
            state = State.DUE if on <= copy_due else State.UNKNOWN
            words = "" if state is State.DUE else "Check that a copy of the change was published in time."
            yield Duty(f"Copy of the change to {change.new_end}", "PA 77", state, copy_due, None, words)


def _days(first: EstimatedDate | None, last: EstimatedDate | None) -> int | None:
    """From one estimated date to another; nothing where one is not known."""
    if first is None or last is None or first.latest is None or last.latest is None:
        return None
    return (last.latest - first.latest).days


def _under_the_psr(record: Opportunity, published: dict[str, dt.date], on: dt.date) -> Iterator[Duty]:
    if record.route == Route.PSR_MOST_SUITABLE:
        approach = published.get(Kind.PSR_APPROACH)
        name = "Notice of the most suitable provider process"
        if approach:
            first = clocks.psr_providers_from(intention_date=approach)
            words = f"Providers may have been identified from {first:%-d %B %Y}."
            yield Duty(name, "PSR 10(2)", State.DONE, None, approach, words)
        else:
            yield Duty(name, "PSR 10(2)", State.DUE, detail="At least 14 days before providers are identified.")
    if record.route == Route.PSR_COMPETITIVE:
        done = published.get(Kind.PSR_INVITATION)
        yield Duty("Invitation to offer", "PSR 11(3)", State.DONE if done else State.DUE, None, done)
    intention = published.get(Kind.PSR_INTENTION)
    if intention:
        yield Duty("Notice of intention to award", "PSR 12(2)", State.DONE, None, intention)
        yield from _standstill(record, intention, on)
    if record.awarded_at and london_date(record.awarded_at) <= on:
        due, done = (
            clocks.psr_award_notice_due(awarded_date=london_date(record.awarded_at)),
            published.get(Kind.PSR_AWARD),
        )
        state = clocks.stand(due_date=due, done_date=done, on=on)
        yield Duty("Notice of the award", "PSR 7 to 11", state, due, done)
    if record.cancelled_at and london_date(record.cancelled_at) <= on:
        due = clocks.psr_change_notice_due(changed_date=london_date(record.cancelled_at))
        done = published.get(Kind.PSR_ABANDONED)
        state = clocks.stand(due_date=due, done_date=done, on=on)
        yield Duty("Notice of abandonment", "PSR 15(5)", state, due, done)
