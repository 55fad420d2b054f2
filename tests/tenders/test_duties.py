"""The statutory clock put to a record: each duty due, done and overdue."""

import datetime as dt
from decimal import Decimal

import pytest

from core.dates import parse
from tenders.clocks import State
from tenders.duties import duties
from tenders.models import Notice, Regime, Route
from tests.factories.commissioning import OfficerFactory, OrganisationFactory
from tests.factories.tenders import NoticeFactory, OpportunityFactory

pytestmark = pytest.mark.django_db
Kind = Notice.Kind
MONDAY = dt.date(2026, 9, 7)


def record(**facts):
    given = {"regime": Regime.PROCUREMENT_ACT, "route": Route.OPEN}
    return OpportunityFactory(**(given | facts))


def stands(row, on=MONDAY):
    return {duty.name: duty for duty in duties(row, row.notices.all(), on=on)}


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
    assert "value with VAT" in duty.detail


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


def test_the_clock_costs_the_same_however_many_notices(client, officer, django_assert_max_num_queries):
    row = record(organisation=officer.organisation)
    NoticeFactory.create_batch(30, opportunity=row, kind=Kind.UK10)

    with django_assert_max_num_queries(20):
        response = client.get(clock_address(row), {"kind": "uk4"})

    assert response.status_code == 200
