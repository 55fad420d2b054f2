"""What a tender came to, and how a contract runs on: who may record what, and what stays to be read."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from core.dates import parse
from core.errors import AlreadyDone, DomainError
from core.models import AuditEvent, RegisterVersion
from tenders import services
from tenders.models import Award, Contract, Opportunity
from tenders.services import Winner
from tests.factories import NOON
from tests.factories.core import UserFactory
from tests.factories.providers import ProviderFactory
from tests.factories.tenders import (
    AwardFactory,
    ContractChangeFactory,
    ContractFactory,
    ExtensionOptionFactory,
    OpportunityFactory,
    OpportunityLotFactory,
)

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
DAY = dt.timedelta(days=1)
DEFAULT = object()


def award(opportunity, winners=DEFAULT, **facts):
    winners = [Winner(name="Dale Homecare Ltd", registration_number="01234567")] if winners is DEFAULT else winners
    return services.record_award(
        opportunity=opportunity, winners=winners, **({"award_date": TODAY, "by": None, "at": NOON} | facts)
    )


def closed(**facts):
    return OpportunityFactory(**({"opens_at": NOON - 30 * DAY, "closes_at": NOON - DAY} | facts))


def test_an_award_names_who_was_chosen_and_makes_the_tender_awarded():
    officer, provider, tender = UserFactory(), ProviderFactory(), closed()

    made = award(
        tender,
        [Winner(provider=provider), Winner(name="Dale Homecare Ltd", registration_number="01234567", is_sme=True)],
        value_amount=Decimal(2_000_000),
        standstill_ends_date=TODAY + 10 * DAY,
        by=officer,
    )

    tender.refresh_from_db()
    assert tender.status(at=NOON) == Opportunity.Status.AWARDED
    assert [str(one) for one in made.suppliers.order_by("order")] == [str(provider), "Dale Homecare Ltd"]
    assert made.organisation == tender.organisation
    assert (made.outcome, made.announced_by) == (Award.Outcome.AWARDED, officer)
    assert AuditEvent.objects.get(action="award.recorded").by_id == officer.pk


def test_a_tender_with_lots_is_awarded_once_every_lot_is_decided():
    tender = closed()
    first, second = OpportunityLotFactory.create_batch(2, opportunity=tender)

    award(tender, lot=first)
    tender.refresh_from_db()
    between = tender.awarded_at
    nobody = award(tender, [], lot=second)

    tender.refresh_from_db()
    assert between is None
    assert tender.awarded_at == NOON
    assert nobody.status(at=NOON) == Award.Status.UNSUCCESSFUL


def test_a_tender_nobody_won_is_not_awarded():
    tender = closed()

    award(tender, [])

    tender.refresh_from_db()
    assert tender.awarded_at is None


@pytest.mark.parametrize(
    ("facts", "asked", "refusal"),
    [
        ({"published_at": None}, {}, "Publish the tender first"),
        ({"closes_at": NOON + DAY}, {}, "Bids can still be made"),
        ({"withdrawn_at": NOON - DAY, "ended_reason": "No budget."}, {}, "withdrawn or cancelled"),
        ({}, {"award_date": TODAY + DAY}, "lies ahead"),
        ({}, {"standstill_ends_date": TODAY - DAY}, "after the decision"),
    ],
)
def test_an_award_that_cannot_be_is_refused(facts, asked, refusal):
    tender = closed(**facts)

    with pytest.raises(DomainError, match=refusal):
        award(tender, **asked)

    assert not Award.objects.exists()


def test_an_award_names_a_lot_of_this_tender():
    tender = closed()
    OpportunityLotFactory(opportunity=tender)

    for lot, refusal in [(None, "Choose the lot"), (OpportunityLotFactory(), "lot of this tender")]:
        with pytest.raises(DomainError, match=refusal):
            award(tender, lot=lot)

    assert not Award.objects.exists()


def test_nothing_is_awarded_twice():
    tender = closed()
    award(tender)

    with pytest.raises(AlreadyDone):
        award(tender, award_date=TODAY - DAY)

    assert Award.objects.count() == 1


def test_an_award_taken_back_stays_and_the_tender_is_open_to_another():
    tender = closed()
    first = award(tender, award_date=TODAY - 5 * DAY)

    services.take_back_award(award=first, reason="A bid was overlooked.", by=None, at=NOON)
    tender.refresh_from_db()
    between = tender.awarded_at
    award(tender)

    first.refresh_from_db()
    tender.refresh_from_db()
    assert between is None
    assert tender.awarded_at == NOON
    assert (first.status(at=NOON), first.cancelled_reason) == (Award.Status.CANCELLED, "A bid was overlooked.")


def test_a_standstill_is_over_once_its_last_day_is_or_the_contract_is_signed():
    row = AwardFactory(standstill_ends_date=TODAY)

    assert row.status(at=NOON) == Award.Status.PENDING
    assert row.status(at=NOON + DAY) == Award.Status.ACTIVE
    row.signed_date = TODAY
    assert row.status(at=NOON) == Award.Status.ACTIVE


def test_a_signed_contract_joins_the_tender_to_the_register():
    tender = closed()
    contract = ContractFactory(organisation=tender.organisation)
    made = award(tender, award_date=TODAY - DAY)

    services.sign_contract(award=made, signed_date=TODAY, contract=contract, by=None, at=NOON)

    tender.refresh_from_db()
    assert (tender.contract, tender.signed_date) == (contract, TODAY)
    with pytest.raises(DomainError, match="ends by its own terms"):
        services.take_back_award(award=made, reason="No.", by=None, at=NOON)


@pytest.mark.parametrize("days", [-1, 1])
def test_a_contract_is_signed_on_or_after_the_decision_and_not_ahead(days):
    made = award(closed())

    with pytest.raises(DomainError, match="Give the day it was signed"):
        services.sign_contract(award=made, signed_date=TODAY + days * DAY, by=None, at=NOON)


def test_another_councils_contract_is_not_joined():
    made = award(closed())
    theirs = ContractFactory(title="Theirs")

    with pytest.raises(DomainError, match="your own register"):
        services.sign_contract(award=made, signed_date=TODAY, contract=theirs, by=None, at=NOON)

    made.refresh_from_db()
    assert (made.contract, made.signed_date) == (None, None)


@pytest.mark.parametrize(
    ("facts", "end", "status"),
    [
        ({}, services.withdraw_opportunity, Opportunity.Status.WITHDRAWN),
        ({"opens_at": NOON - DAY, "closes_at": NOON + DAY}, services.cancel_opportunity, Opportunity.Status.CANCELLED),
        ({"awarded_at": NOON - DAY}, services.cancel_opportunity, Opportunity.Status.CANCELLED),
    ],
)
def test_what_ends_leaves_the_lists_and_keeps_its_moment_and_reason(facts, end, status):
    officer, row = UserFactory(), OpportunityFactory(**facts)

    end(opportunity=row, reason=" The need is met otherwise. ", by=officer, at=NOON)

    connection.check_constraints()
    row.refresh_from_db()
    assert row.status(at=NOON) == status
    assert row.ended_reason == "The need is met otherwise."
    assert not Opportunity.objects.listed(at=NOON).exists()
    assert Opportunity.objects.public(at=NOON).get() == row
    assert AuditEvent.objects.get().by_id == officer.pk
    assert RegisterVersion.objects.filter(register="opportunities").exists()


@pytest.mark.parametrize(
    ("facts", "end", "refusal"),
    [
        ({"published_at": None}, services.withdraw_opportunity, "simply deleted"),
        ({"published_at": None}, services.cancel_opportunity, "simply deleted"),
        ({"opens_at": NOON - DAY}, services.withdraw_opportunity, "cancel it instead"),
        ({"awarded_at": NOON - DAY}, services.withdraw_opportunity, "awarded already"),
        ({"signed_date": TODAY}, services.cancel_opportunity, "its own terms"),
        ({"cancelled_at": NOON, "ended_reason": "Why"}, services.withdraw_opportunity, "ended already"),
        ({"withdrawn_at": NOON, "ended_reason": "Why"}, services.cancel_opportunity, "ended already"),
    ],
)
def test_what_cannot_end_so_is_refused(facts, end, refusal):
    row = OpportunityFactory(**facts)
    before = Opportunity.objects.values().get()

    with pytest.raises(DomainError, match=refusal):
        end(opportunity=row, reason="No need.", by=None, at=NOON)

    assert Opportunity.objects.values().get() == before


@pytest.mark.parametrize("end", [services.withdraw_opportunity, services.cancel_opportunity])
def test_an_end_needs_its_reason(end):
    row = OpportunityFactory()

    with pytest.raises(DomainError, match="Say why"):
        end(opportunity=row, reason=" ", by=None, at=NOON)

    assert Opportunity.objects.listed(at=NOON).get() == row


def extend(contract, **facts):
    return services.extend_contract(
        contract=contract, **({"reason": "It does well.", "decided_date": TODAY, "by": None, "at": NOON} | facts)
    )


@pytest.mark.parametrize(
    ("end", "months", "expected"),
    [
        ("30 September 2026", 6, dt.date(2027, 3, 31)),
        ("31 March 2027", 12, dt.date(2028, 3, 31)),
        ("28 February 2027", 12, dt.date(2028, 2, 29)),
        ("15 May 2027", 1, dt.date(2027, 6, 15)),
    ],
)
def test_an_option_adds_its_whole_months(end, months, expected):
    contract = ContractFactory(ends=end)
    option = ExtensionOptionFactory(contract=contract, months=months)

    change = extend(contract, option=option)

    contract.refresh_from_db()
    assert contract.ends.latest == expected
    assert (str(change.old_end), change.option) == (end, option)


def test_an_extension_carries_out_the_decision_and_moves_the_proposed_draft():
    contract = ContractFactory(ends="31 March 2027", ends_if_extended="31 March 2028", lead_time_months=24)
    services.propose_successors(at=NOON)
    services.decide_end(
        contract=contract, decision="extend", decided_date=TODAY, reason="It does well.", by=None, at=NOON
    )

    extend(contract, to=parse("31 March 2028"))

    contract.refresh_from_db()
    assert (contract.end_decision, contract.ends_if_extended) == ("", None)
    assert contract.replaced_by.get().contract_start_date.earliest == dt.date(2028, 4, 1)
    assert AuditEvent.objects.get(action="contract.extended").after["end_decision"] == ""


@pytest.mark.parametrize(
    ("facts", "asked", "refusal"),
    [
        ({}, {"to": parse("31 March 2028")}, "beyond what was agreed"),
        ({"ends_if_extended": "31 March 2028"}, {"to": parse("1 April 2028")}, "beyond what was agreed"),
        ({"ends_if_extended": "31 March 2028"}, {"to": parse("31 March 2027")}, "later than the present"),
        ({}, {}, "Choose an option"),
        ({}, {"to": parse("to be confirmed")}, "Choose an option"),
        ({"ends": None}, {"to": parse("31 March 2028")}, "First state"),
        ({"ends_if_extended": "2030"}, {"to": parse("31 March 2028"), "reason": " "}, "Say why"),
        ({"ends_if_extended": "2030"}, {"to": parse("31 March 2028"), "decided_date": TODAY + DAY}, "lies ahead"),
    ],
)
def test_an_extension_that_cannot_be_is_refused(facts, asked, refusal):
    contract = ContractFactory(**({"ends": "31 March 2027"} | facts))
    before = Contract.objects.values().get()

    with pytest.raises(DomainError, match=refusal):
        extend(contract, **asked)

    assert Contract.objects.values().get() == before


def test_an_option_is_taken_up_once_and_by_its_own_contract():
    contract = ContractFactory(ends="31 March 2027")
    option = ExtensionOptionFactory(contract=contract)
    extend(contract, option=option)

    with pytest.raises(AlreadyDone):
        extend(contract, option=option, decided_date=TODAY - DAY)
    with pytest.raises(DomainError, match="option of this contract"):
        extend(contract, option=ExtensionOptionFactory(), decided_date=TODAY - DAY)

    contract.refresh_from_db()
    assert contract.ends.latest == dt.date(2028, 3, 31)


@pytest.mark.parametrize(
    "break_it",
    [
        lambda: AwardFactory(value_amount=-1),
        lambda: AwardFactory(standstill_ends_date=TODAY - DAY),
        lambda: AwardFactory(signed_date=TODAY - DAY),
        lambda: AwardFactory(cancelled_date=TODAY),
        lambda: AwardFactory(outcome="not_awarded", signed_date=TODAY),
        lambda: ContractChangeFactory(reason=""),
        lambda: ContractChangeFactory(new_end=None),
        lambda: ExtensionOptionFactory(months=0),
    ],
)
def test_the_database_refuses_what_cannot_be(break_it):
    with pytest.raises(IntegrityError), transaction.atomic():
        break_it()
