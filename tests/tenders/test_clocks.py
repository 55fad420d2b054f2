"""Each rule of the statutory clock, on days where a wrong reading gives another answer."""

import datetime as dt
from decimal import Decimal

import pytest

from tenders import clocks
from tenders.clocks import State
from tenders.models.procurement import Regime, Route

ACT, LIGHT, PSR, OLD = Regime.PROCUREMENT_ACT, Regime.LIGHT_TOUCH, Regime.PSR, Regime.OLDER_LAW
APRIL = dt.date(2026, 4, 1)
SPEND = Decimal("250_000_000")


def pipeline(**facts):
    given = {"value": Decimal(2_000_001), "tender_date": dt.date(2026, 9, 1), "spend": SPEND, "regime": LIGHT}
    return clocks.pipeline_notice(year_start=APRIL, **(given | facts))


def test_the_pipeline_notice_is_due_by_26_may():
    notice = pipeline()

    assert notice.is_due
    assert notice.due_date == dt.date(2026, 5, 26)


@pytest.mark.parametrize(
    ("facts", "is_due"),
    [
        ({"tender_date": APRIL}, True),
        ({"tender_date": dt.date(2027, 9, 30)}, True),  # the last day of the 18 months
        ({"tender_date": dt.date(2027, 10, 1)}, False),
        ({"tender_date": dt.date(2026, 3, 31)}, False),
        ({"value": Decimal(2_000_000)}, False),  # "more than"
        ({"spend": Decimal(100_000_000)}, False),
        ({"regime": PSR}, False),
        ({"regime": OLD}, False),
    ],
)
def test_what_belongs_in_the_pipeline_notice(facts, is_due):
    notice = pipeline(**facts)

    assert notice.is_due is is_due


@pytest.mark.parametrize("unknown", ["value", "tender_date", "spend"])
def test_nothing_is_said_of_the_pipeline_notice_where_a_fact_is_not_known(unknown):
    assert pipeline(**{unknown: None}) is None


@pytest.mark.parametrize(
    ("planned", "qualifies"),
    [
        (dt.date(2026, 9, 21), True),  # 40 days before
        (dt.date(2026, 9, 22), False),  # 39
        (dt.date(2025, 10, 31), True),  # 12 months before
        (dt.date(2025, 10, 30), False),
        (dt.date(2026, 11, 1), False),  # after the tender notice
    ],
)
def test_a_planned_procurement_notice_qualifies_40_days_to_12_months_before(planned, qualifies):
    assert clocks.planned_notice_qualifies(planned_date=planned, tender_date=dt.date(2026, 10, 31)) is qualifies


@pytest.mark.parametrize(
    ("facts", "days"),
    [
        ({}, 25),
        ({"has_all_documents": False}, 30),
        ({"is_electronic": False}, 30),
        ({"is_electronic": False, "has_all_documents": False}, 35),
        ({"has_qualifying_notice": True, "is_electronic": False}, 10),
        ({"is_urgent": True}, 10),
        ({"is_preselected_or_market": True}, 10),
        ({"is_period_agreed": True, "has_qualifying_notice": True}, None),
    ],
)
def test_the_shortest_tender_period_of_the_act(facts, days):
    assert clocks.shortest_tender_period(regime=ACT, **facts).days == days


@pytest.mark.parametrize("regime", [LIGHT, PSR, OLD, Regime.BELOW_THRESHOLD, Regime.UNKNOWN])
def test_other_law_has_no_shortest_tender_period(regime):
    period = clocks.shortest_tender_period(regime=regime, has_qualifying_notice=True)

    assert period.days is None
    assert period.earliest_deadline(APRIL) is None


def test_the_tender_period_is_counted_from_the_day_after_the_invitation():
    period = clocks.shortest_tender_period(regime=ACT)

    assert period.earliest_deadline(dt.date(2026, 9, 1)) == dt.date(2026, 9, 26)


def test_the_acts_standstill_counts_the_day_of_publication():
    standstill = clocks.standstill(regime=ACT, route=Route.OPEN, published_date=dt.date(2026, 9, 7))

    assert (standstill.first_date, standstill.last_date) == (dt.date(2026, 9, 7), dt.date(2026, 9, 16))
    assert standstill.signing_from == dt.date(2026, 9, 17)
    assert standstill.is_mandatory


def test_the_two_standstills_of_one_day_differ():
    monday = dt.date(2026, 9, 7)

    act = clocks.standstill(regime=ACT, route=Route.OPEN, published_date=monday)
    psr = clocks.standstill(regime=PSR, route=Route.PSR_COMPETITIVE, published_date=monday)

    assert act.last_date == dt.date(2026, 9, 16)
    # It begins on Tuesday, and the eight working days come after that.
    assert (psr.first_date, psr.last_date) == (dt.date(2026, 9, 8), dt.date(2026, 9, 18))


def test_the_acts_standstill_leaves_out_holidays_of_all_four_nations():
    # 30 November is a holiday in Scotland only.
    act = clocks.standstill(regime=ACT, route=Route.OPEN, published_date=dt.date(2026, 11, 25))
    psr = clocks.standstill(regime=PSR, route=Route.PSR_MOST_SUITABLE, published_date=dt.date(2026, 11, 25))

    assert act.last_date == dt.date(2026, 12, 7)
    assert psr.last_date == dt.date(2026, 12, 8)


def test_a_standstill_published_on_a_saturday_counts_from_the_monday():
    standstill = clocks.standstill(regime=ACT, route=Route.OPEN, published_date=dt.date(2026, 9, 12))

    assert standstill.last_date == dt.date(2026, 9, 23)


@pytest.mark.parametrize(("regime", "route"), [(LIGHT, Route.OPEN), (ACT, Route.CALL_OFF)])
def test_a_standstill_is_voluntary_for_light_touch_and_call_offs(regime, route):
    standstill = clocks.standstill(regime=regime, route=route, published_date=dt.date(2026, 9, 7))

    assert not standstill.is_mandatory


@pytest.mark.parametrize("regime", [OLD, Regime.BELOW_THRESHOLD, Regime.UNKNOWN])
def test_no_standstill_is_worked_out_where_the_law_sets_none(regime):
    assert clocks.standstill(regime=regime, route=Route.OPEN, published_date=dt.date(2026, 9, 7)) is None


def test_representations_keep_a_standstill_open_for_five_working_days_more():
    assert clocks.standstill_after_decision(decided_date=dt.date(2026, 9, 16)) == dt.date(2026, 9, 23)


@pytest.mark.parametrize(
    ("regime", "due"),
    [(ACT, dt.date(2026, 9, 30)), (LIGHT, dt.date(2026, 12, 29)), (PSR, None), (Regime.BELOW_THRESHOLD, None)],
)
def test_the_details_notice_counts_from_the_day_of_signing(regime, due):
    assert clocks.details_notice_due(regime=regime, signed_date=dt.date(2026, 9, 1)) == due


@pytest.mark.parametrize(
    ("regime", "value", "due"),
    [
        (ACT, 5_000_001, dt.date(2026, 11, 29)),
        (LIGHT, 5_000_001, dt.date(2027, 2, 27)),
        (LIGHT, 5_000_000, None),
        (LIGHT, None, None),
        (PSR, 9_000_000, None),
    ],
)
def test_a_copy_of_a_large_contract_is_published(regime, value, due):
    value = None if value is None else Decimal(value)

    assert clocks.contract_copy_due(regime=regime, signed_date=dt.date(2026, 9, 1), value=value) == due


@pytest.mark.parametrize(
    ("regime", "facts", "is_due"),
    [
        (ACT, {"longest_term": 1000, "term_change": 101}, True),
        (ACT, {"longest_term": 1000, "term_change": 100}, False),
        (ACT, {"longest_term": 1000, "term_change": -101}, True),
        (ACT, {"longest_term": None, "term_change": 10}, True),
        (ACT, {"value": Decimal(500), "value_change": Decimal(-50)}, False),
        (ACT, {"value": Decimal(500), "value_change": Decimal(51)}, True),
        (LIGHT, {"longest_term": 1000, "term_change": 900}, False),
    ],
)
def test_a_change_by_more_than_a_tenth_needs_a_notice_but_not_of_a_light_touch_contract(regime, facts, is_due):
    assert clocks.change_notice(regime=regime, **facts).is_due is is_due


@pytest.mark.parametrize(("regime", "facts"), [(ACT, {}), (PSR, {"term_change": 900}), (OLD, {"term_change": 900})])
def test_nothing_is_said_of_a_change_notice_under_other_law_or_without_what_changes(regime, facts):
    assert clocks.change_notice(regime=regime, **facts) is None


@pytest.mark.parametrize(
    ("regime", "value", "due"),
    [
        (ACT, Decimal(5_000_001), dt.date(2026, 11, 29)),
        (ACT, Decimal(5_000_000), None),
        (ACT, None, None),
        (LIGHT, Decimal(5_000_001), None),
    ],
)
def test_a_copy_of_a_large_contracts_change_is_published(regime, value, due):
    assert clocks.change_copy_due(regime=regime, changed_date=dt.date(2026, 9, 1), value=value) == due


def test_the_days_of_the_provider_selection_regime():
    day = dt.date(2026, 9, 1)

    assert clocks.psr_award_notice_due(awarded_date=day) == dt.date(2026, 10, 1)
    assert clocks.psr_change_notice_due(changed_date=day) == dt.date(2026, 10, 1)
    assert clocks.psr_providers_from(intention_date=day) == dt.date(2026, 9, 15)


@pytest.mark.parametrize(
    ("regime", "value", "needed"),
    [(ACT, 5_000_001, True), (ACT, 5_000_000, False), (ACT, None, None), (LIGHT, 9_000_000, False)],
)
def test_indicators_are_set_above_five_million_but_not_for_light_touch(regime, value, needed):
    value = None if value is None else Decimal(value)

    assert clocks.needs_indicators(regime=regime, value=value) is needed


@pytest.mark.parametrize(
    ("regime", "awards", "facts", "ends", "again"),
    [
        (ACT, [(2026, 4, 1)], {"is_open_scheme": True}, (2034, 3, 31), (2029, 3, 31)),
        (LIGHT, [(2026, 4, 1), (2028, 4, 1)], {"is_open_scheme": True}, (2034, 3, 31), (2033, 3, 31)),
        (ACT, [(2026, 4, 1), (2029, 4, 1)], {"is_open_scheme": True}, (2034, 3, 31), None),
        (ACT, [(2026, 4, 1)], {"is_open_scheme": True, "has_single_supplier": True}, (2030, 3, 31), None),
        (ACT, [(2026, 4, 1)], {"is_open_scheme": False}, (2030, 3, 31), None),
        (PSR, [(2024, 2, 29)], {"is_open_scheme": False}, (2028, 2, 28), None),
    ],
)
def test_the_limits_of_frameworks(regime, awards, facts, ends, again):
    limits = clocks.framework_limits(regime=regime, awards=[dt.date(*day) for day in awards], **facts)

    assert limits.ends_date == dt.date(*ends)
    assert limits.re_award_by_date == (again and dt.date(*again))


@pytest.mark.parametrize(
    ("regime", "awards"), [(LIGHT, [dt.date(2026, 4, 1)]), (OLD, [dt.date(2026, 4, 1)]), (ACT, [])]
)
def test_no_limit_is_given_where_the_law_sets_none(regime, awards):
    assert clocks.framework_limits(regime=regime, awards=awards, is_open_scheme=False) is None


@pytest.mark.parametrize(
    ("due", "done", "state"),
    [
        (dt.date(2026, 9, 10), None, State.DUE),
        (dt.date(2026, 9, 9), None, State.OVERDUE),
        (dt.date(2026, 9, 9), dt.date(2026, 9, 10), State.DONE),
        (None, None, State.UNKNOWN),
        (None, dt.date(2026, 9, 1), State.DONE),
        (dt.date(2026, 9, 10), dt.date(2026, 9, 11), State.DUE),  # to be published tomorrow
    ],
)
def test_how_a_duty_stands_on_a_day(due, done, state):
    assert clocks.stand(due_date=due, done_date=done, on=dt.date(2026, 9, 10)) is state


@pytest.mark.parametrize(
    ("day", "start"), [(dt.date(2026, 3, 31), dt.date(2025, 4, 1)), (APRIL, APRIL), (dt.date(2027, 1, 1), APRIL)]
)
def test_a_financial_year_begins_in_april(day, start):
    assert clocks.financial_year_start(day) == start
