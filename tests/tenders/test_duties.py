"""The statutory clock put to a record: each duty due, done and overdue."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from core.dates import parse
from tenders.clocks import State
from tenders.duties import duties
from tenders.models import ContractChange, Notice, Regime, Route
from tests.factories.commissioning import OfficerFactory, OrganisationFactory
from tests.factories.tenders import (
    AwardFactory,
    AwardSupplierFactory,
    ContractChangeFactory,
    ContractFactory,
    NoticeFactory,
    OpportunityFactory,
    OpportunityLotFactory,
)

pytestmark = pytest.mark.django_db
Kind = Notice.Kind
MONDAY = dt.date(2026, 9, 7)


def record(**facts):
    given = {"regime": Regime.PROCUREMENT_ACT, "route": Route.OPEN}
    return OpportunityFactory(**(given | facts))


def stands(row, on=MONDAY):
    changes = ContractChange.objects.of_procurement(row)
    return {duty.name: duty for duty in duties(row, row.notices.all(), on=on, changes=changes)}


def test_a_large_plan_of_a_large_buyer_belongs_in_the_pipeline_notice():
    buyer = OrganisationFactory(expected_contract_spend=Decimal(300_000_000))
    row = record(organisation=buyer, value_gross=Decimal(4_000_000), tender_date=parse("November 2026"))

    before = stands(row, on=dt.date(2026, 5, 26))["In the pipeline notice (UK1)"]
    after = stands(row, on=dt.date(2026, 5, 27))["In the pipeline notice (UK1)"]

    assert (before.state, before.due_date) == (State.DUE, dt.date(2026, 5, 26))
    assert after.state is State.OVERDUE


def test_a_pipeline_notice_published_late_is_done_and_late():
    buyer = OrganisationFactory(expected_contract_spend=Decimal(300_000_000))
    row = record(organisation=buyer, value_gross=Decimal(4_000_000), tender_date=parse("November 2026"))
    NoticeFactory(opportunity=row, kind=Kind.UK1, published_date=dt.date(2026, 6, 1))

    duty = stands(row)["In the pipeline notice (UK1)"]

    assert duty.state is State.DONE
    assert duty.was_late


def test_what_is_missing_for_the_pipeline_notice_is_named():
    duty = stands(record())["In the pipeline notice (UK1)"]

    assert duty.state is State.UNKNOWN
    assert duty.detail == "Give its value with VAT, its tender date and the organisation’s spending in the year."


def test_what_is_known_for_the_pipeline_notice_is_not_asked_again():
    duty = stands(record(value_gross=Decimal(4_000_000), tender_date=parse("November 2026")))[
        "In the pipeline notice (UK1)"
    ]

    assert duty.detail == "Give the organisation’s spending in the year."


def test_engagement_without_its_notice_needs_reasons_in_the_tender_notice():
    row = record(engagement_date=parse("May 2026"))
    NoticeFactory(opportunity=row, kind=Kind.UK4, published_date=dt.date(2026, 8, 3))

    duty = stands(row)["Market engagement notice (UK2)"]

    assert duty.state is State.OVERDUE
    assert "reasons" in duty.detail


@pytest.mark.parametrize(
    ("closes", "state"), [(dt.date(2026, 9, 28), State.DONE), (dt.date(2026, 9, 27), State.OVERDUE)]
)
def test_the_time_for_tenders_is_checked_to_the_day(closes, state):
    opens = dt.datetime(2026, 9, 3, 8, tzinfo=dt.UTC)
    row = record(opens_at=opens, closes_at=dt.datetime.combine(closes, dt.time(11), tzinfo=dt.UTC))
    NoticeFactory(opportunity=row, kind=Kind.UK4, published_date=dt.date(2026, 9, 3))

    assert stands(row)["Time for tenders"].state is state


def test_a_qualifying_planned_notice_makes_ten_days_enough():
    opens = dt.datetime(2026, 9, 3, 8, tzinfo=dt.UTC)
    row = record(opens_at=opens, closes_at=dt.datetime(2026, 9, 14, 11, tzinfo=dt.UTC))
    NoticeFactory(opportunity=row, kind=Kind.UK3, published_date=dt.date(2026, 7, 1))
    NoticeFactory(opportunity=row, kind=Kind.UK4, published_date=dt.date(2026, 9, 3))

    found = stands(row)

    assert "qualifies" in found["Planned procurement notice (UK3)"].detail
    assert found["Time for tenders"].state is State.DONE


def test_signing_within_the_standstill_is_shown():
    row = record(signed_date=dt.date(2026, 9, 16))
    NoticeFactory(opportunity=row, kind=Kind.UK6, published_date=MONDAY)

    duty = stands(row, on=dt.date(2026, 9, 20))["Standstill"]

    assert duty.state is State.OVERDUE
    assert "before the standstill had ended" in duty.detail


def test_a_standstill_runs_then_is_over():
    row = record()
    NoticeFactory(opportunity=row, kind=Kind.UK6, published_date=MONDAY)

    running = stands(row, on=dt.date(2026, 9, 16))["Standstill"]
    over = stands(row, on=dt.date(2026, 9, 17))["Standstill"]

    assert running.state is State.DUE
    assert "17 September 2026" in running.detail
    assert over.state is State.DONE


def test_a_standstill_beyond_the_known_holidays_is_not_guessed():
    row = record()
    NoticeFactory(opportunity=row, kind=Kind.UK6, published_date=dt.date(2050, 1, 3))

    duty = stands(row, on=dt.date(2050, 1, 4))["Standstill"]

    assert duty.state is State.UNKNOWN
    assert "Count the working days by hand" in duty.detail


@pytest.mark.parametrize(
    ("regime", "due"),
    [(Regime.PROCUREMENT_ACT, dt.date(2026, 9, 30)), (Regime.LIGHT_TOUCH, dt.date(2026, 12, 29))],
)
def test_the_details_notice_after_signing(regime, due):
    row = record(regime=regime, signed_date=dt.date(2026, 9, 1), value_gross=Decimal(6_000_000))

    waiting = stands(row, on=due)["Contract details notice (UK7)"]
    late = stands(row, on=due + dt.timedelta(days=1))["Contract details notice (UK7)"]
    NoticeFactory(opportunity=row, kind=Kind.UK7, published_date=due)
    done = stands(row, on=due)["Contract details notice (UK7)"]

    assert [waiting.state, late.state, done.state] == [State.DUE, State.OVERDUE, State.DONE]
    assert waiting.due_date == due


def test_indicators_are_asked_of_a_large_contract_but_not_of_light_touch():
    large = record(signed_date=dt.date(2026, 9, 1), value_gross=Decimal(6_000_000))
    light = record(regime=Regime.LIGHT_TOUCH, signed_date=dt.date(2026, 9, 1), value_gross=Decimal(6_000_000))

    assert "At least three performance indicators" in stands(large)
    assert "At least three performance indicators" not in stands(light)


OPENED = dt.datetime(2026, 9, 7, 8, tzinfo=dt.UTC)


def test_a_tender_that_is_out_owes_its_notice():
    row = record(opens_at=OPENED)

    before = stands(row, on=dt.date(2026, 9, 7))["Tender notice (UK4)"]
    after = stands(row, on=dt.date(2026, 9, 8))["Tender notice (UK4)"]
    NoticeFactory(opportunity=row, kind=Kind.UK4, published_date=dt.date(2026, 9, 7))
    done = stands(row, on=dt.date(2026, 9, 8))["Tender notice (UK4)"]

    assert [before.state, after.state, done.state] == [State.DUE, State.OVERDUE, State.DONE]
    assert not done.was_late


@pytest.mark.parametrize("route", [Route.CALL_OFF, Route.DIRECT])
def test_a_call_off_or_direct_award_owes_no_tender_notice(route):
    assert "Tender notice (UK4)" not in stands(record(route=route, opens_at=OPENED))


def extended(row, **facts):
    """A contract of four years with one more year agreed, of which a year or a month is taken."""
    contract = ContractFactory(
        organisation=row.organisation,
        starts=parse("1 October 2022"),
        ends=parse("30 September 2027"),
        ends_if_extended=parse("30 September 2027"),
    )
    given = {"old_end": parse("30 September 2026"), "new_end": parse("30 September 2027")}
    ContractChangeFactory(contract=contract, decided_date=dt.date(2026, 8, 3), **(given | facts))
    return contract


YEAR = "Contract change notice (UK10): extended to 30 September 2027"


@pytest.mark.parametrize("way", ["its contract", "a lot's contract"])
def test_an_extension_owes_a_change_notice_until_the_old_end(way):
    row = record(value_gross=Decimal(6_000_000))
    contract = extended(row)
    if way == "its contract":
        row.contract = contract
        row.save()
    else:
        AwardFactory(opportunity=row, contract=contract)

    before = stands(row, on=dt.date(2026, 9, 30))
    after = stands(row, on=dt.date(2026, 10, 1))
    NoticeFactory(opportunity=row, kind=Kind.UK10, published_date=dt.date(2026, 7, 20))
    done = stands(row, on=dt.date(2026, 10, 1))

    assert [one[YEAR].state for one in (before, after, done)] == [State.DUE, State.OVERDUE, State.DONE]
    assert before["Copy of the change to 30 September 2027"].due_date == dt.date(2026, 10, 31)


def test_a_month_more_or_a_light_touch_contract_needs_no_change_notice():
    short, light = record(), record(regime=Regime.LIGHT_TOUCH)
    AwardFactory(opportunity=short, contract=extended(short, new_end=parse("30 October 2026")))
    AwardFactory(opportunity=light, contract=extended(light))

    month = stands(short)["Contract change notice (UK10): extended to 30 October 2026"]
    year = stands(light)[YEAR]

    assert (month.state, month.section) == (State.NOT_REQUIRED, "PA 75(2)")
    assert (year.state, year.section) == (State.NOT_REQUIRED, "PA 75(6)")


@pytest.mark.parametrize(
    ("regime", "words"),
    [
        (Regime.PROCUREMENT_ACT, "Before that, publish a contract change notice"),
        (Regime.LIGHT_TOUCH, "needs no contract change notice"),
        (Regime.UNKNOWN, "does not say under which law"),
    ],
)
def test_an_officer_who_extends_is_told_of_the_notice_the_contracts_law_asks(client, officer, regime, words):
    contract = ContractFactory(organisation=officer.organisation, regime=regime)

    page = client.get(reverse("admin:tenders_contract_action", args=[contract.pk, "extend"])).content.decode()

    assert words in page
    assert page.count("contract change notice") == 1


def test_a_cancelled_tender_owes_a_termination_notice():
    noon = dt.datetime(2026, 9, 4, 11, tzinfo=dt.UTC)
    row = record(cancelled_at=noon, ended_reason="The need has gone.")
    NoticeFactory(opportunity=row, kind=Kind.UK4, published_date=dt.date(2026, 8, 3))

    assert stands(row)["Notice that no contract will be awarded (UK12)"].state is State.DUE


def test_the_provider_selection_regime_has_its_own_clock():
    row = record(
        regime=Regime.PSR,
        route=Route.PSR_MOST_SUITABLE,
        awarded_at=dt.datetime(2026, 9, 21, 11, tzinfo=dt.UTC),
    )
    NoticeFactory(opportunity=row, kind=Kind.PSR_APPROACH, published_date=dt.date(2026, 8, 3))
    NoticeFactory(opportunity=row, kind=Kind.PSR_INTENTION, published_date=MONDAY)

    found = stands(row, on=dt.date(2026, 10, 22))

    assert "17 August 2026" in found["Notice of the most suitable provider process"].detail
    assert found["Standstill"].due_date == dt.date(2026, 9, 18)
    assert (found["Notice of the award"].state, found["Notice of the award"].due_date) == (
        State.OVERDUE,
        dt.date(2026, 10, 21),
    )


@pytest.mark.parametrize("regime", [Regime.OLDER_LAW, Regime.BELOW_THRESHOLD, Regime.UNKNOWN])
def test_no_clock_is_kept_under_other_law(regime):
    assert duties(record(regime=regime), [], on=MONDAY) == []


@pytest.fixture
def officer(client):
    membership = OfficerFactory()
    client.force_login(membership.user)
    return membership


def clock_address(row):
    return f"/admin/tenders/opportunity/{row.pk}/clock/"


def test_an_officer_reads_the_clock_and_what_a_notice_must_carry(client, officer):
    row = record(organisation=officer.organisation, signed_date=dt.date(2026, 9, 1))

    page = client.get(clock_address(row), {"kind": "uk4"}).content.decode()

    assert "Contract details notice (UK7)" in page
    assert "30 September 2026" in page
    assert "Missing here" in page


@pytest.mark.parametrize("kind", ["", "nonsense", "uk17"])
def test_an_unknown_notice_shows_no_list_and_no_error(client, officer, kind):
    row = record(organisation=officer.organisation)

    response = client.get(clock_address(row), {"kind": kind})

    assert response.status_code == 200
    assert "Missing here" not in response.content.decode()


def test_another_councils_officer_finds_nothing(client, officer):
    row = record(published_at=None, title="Secret plan")

    response = client.get(clock_address(row))

    assert response.status_code == 404
    assert "Secret plan" not in response.content.decode()


@pytest.mark.parametrize("count", [1, 12])
def test_the_clock_costs_the_same_however_long_the_record(client, officer, count, django_assert_max_num_queries):
    row = record(organisation=officer.organisation)
    NoticeFactory.create_batch(count, opportunity=row, kind=Kind.UK10)
    for _ in range(count):
        award = AwardFactory(opportunity=row, lot=OpportunityLotFactory(opportunity=row), contract=extended(row))
        AwardSupplierFactory(award=award)

    with django_assert_max_num_queries(36):
        response = client.get(clock_address(row), {"kind": "uk10"})

    assert response.status_code == 200
