"""What each kind of notice must carry, and what of it a record holds."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from core.dates import parse
from core.templatetags.portal import gov_date, gov_datetime
from tenders.models import Notice
from tenders.notices import MUST_CARRY, gaps, items
from tests.factories import NOON
from tests.factories.commissioning import ContactFactory
from tests.factories.engagement import EventFactory
from tests.factories.tenders import (
    AwardFactory,
    AwardSupplierFactory,
    ContractChangeFactory,
    ContractFactory,
    CriterionFactory,
    NoticeFactory,
    OpportunityFactory,
    OpportunityLotFactory,
)

pytestmark = pytest.mark.django_db
Kind = Notice.Kind


def test_an_empty_record_is_told_each_gap_of_a_tender_notice():
    record = OpportunityFactory(title="Care at home")

    missing = [gap.label for gap in gaps(Kind.UK4, record)]

    assert {"Estimated value with VAT", "Deadline for tenders", "Award criteria", "Known risks"} <= set(missing)
    assert not {"Title", "Contracting authority", "Languages of tenders"} & set(missing)


def test_what_is_filled_in_is_no_gap_and_stands_there_to_copy():
    record = OpportunityFactory(value_gross=Decimal("1250000"), closes_at=NOON, opens_at=NOON - dt.timedelta(days=30))
    ContactFactory(organisation=record.organisation, role="Care buyers", email="buyers@council.example")

    values = {item.label: item.value for item in items(Kind.UK4, record)}
    missing = {gap.label for gap in gaps(Kind.UK4, record)}

    assert values["Estimated value with VAT"] == "£1,250,000"
    assert values["Deadline for tenders"] == gov_datetime(NOON)
    assert values["Contact for enquiries"] == "Care buyers, buyers@council.example"
    assert not {"Estimated value with VAT", "Contact for enquiries", "Deadline for tenders"} & missing


def test_not_stated_is_a_gap_and_no_is_an_answer():
    record = OpportunityFactory(route="unknown", is_sme_suitable=False)

    missing = {gap.label for gap in gaps(Kind.UK4, record)}

    assert "Procedure" in missing
    assert "Suitable for small and medium-sized firms" not in missing


def test_lots_criteria_and_events_of_the_record_stand_in_its_notices():
    record = OpportunityFactory()
    lot = OpportunityLotFactory(
        opportunity=record, number="Lot 2", title="The dales", value_gross=Decimal(9_600_000), description="Visits."
    )
    for name, weight in (("Quality", 60), ("Price", 40)):
        CriterionFactory(opportunity=record, lot=lot, name=name, weight=weight)
    EventFactory(opportunity=record, title="Bidder day", place_as_stated="Town Hall")
    EventFactory(opportunity=record, title="Secret draft", published_at=None)

    tender = {item.label: item.value for item in items(Kind.UK4, record)}
    engagement = {item.label: item.value for item in items(Kind.UK2, record)}[
        "How suppliers are engaged: events and periods"
    ]

    assert tender["Lots"] == "Lot 2: The dales. Visits. £9,600,000 with VAT."
    assert tender["Award criteria"] == "Lot 2: The dales: Quality 60%, Price 40%."
    assert engagement.startswith("Bidder day, ")
    assert engagement.endswith(", Town Hall")
    assert "Secret draft" not in engagement


def test_a_tender_without_lots_says_so_and_lacks_none():
    found = {item.label: item for item in items(Kind.UK4, OpportunityFactory())}

    assert found["Lots"].value == "It is not divided into lots."


def test_award_notice_names_the_suppliers_and_days_of_each_lot_that_stands():
    record = OpportunityFactory()
    first, second = (
        OpportunityLotFactory(opportunity=record, title=title, order=n) for n, title in enumerate(("A", "B"))
    )
    award = AwardFactory(
        opportunity=record, lot=first, award_date=dt.date(2026, 3, 2), standstill_ends_date=dt.date(2026, 3, 12)
    )
    AwardSupplierFactory(
        award=award, provider=None, name_as_stated="Dale Homecare Ltd", registration_number="01234567", is_sme=True
    )
    gone = AwardFactory(
        opportunity=record, lot=second, cancelled_date=dt.date(2026, 3, 5), cancelled_reason="A mistake."
    )
    AwardSupplierFactory(award=gone, provider=None, name_as_stated="Gone Ltd")

    values = {item.label: item.value for item in items(Kind.UK6, record)}

    assert values["Suppliers, with number and size"] == "A: Dale Homecare Ltd (01234567), small or medium-sized firm"
    assert values["Day of the decision"] == "A: 2 March 2026"
    assert values["End of the standstill"] == "A: 12 March 2026"


def test_change_notice_carries_each_thing_the_regulation_names():
    contract = ContractFactory(reference="care-7")
    record = OpportunityFactory(contract=contract)
    ContractChangeFactory(contract=contract, old_end=parse("31 March 2027"), reason="Nobody else could begin in time.")

    found = {item.label: item for item in items(Kind.UK10, record)}
    ours = {
        label: item.value for label, item in found.items() if item.section.startswith("PR 40") and item.is_held_here
    }

    assert ours == {
        "Title": record.title,
        "Procurement identifier (OCID)": record.ocid,
        "Contract identifier": "care-7",
        "Suppliers, with number and size": "",
        "Why it is changed, and why the ground applies": "Nobody else could begin in time.",
        "Change of the term": "Was to end 31 March 2027, now 31 March 2028.",
        "When it is changed": f"Decided on {gov_date(NOON.date())}",
    }
    assert {
        label for label, item in found.items() if item.section.startswith("PR 40(2)") and not item.is_held_here
    } == {
        "Ground of Schedule 8, where the change rests on one",
        "Change of the estimated value",
        "Suppliers that come in or leave on a restructuring",
        "From when the change has effect",
        "Voluntary standstill, and how long: eight working days at least",
    }


def test_two_contracts_of_one_procurement_stand_in_its_notices():
    record = OpportunityFactory()
    for n in (1, 2):
        contract = ContractFactory(reference=f"care-{n}")
        AwardFactory(opportunity=record, lot=OpportunityLotFactory(opportunity=record, order=n), contract=contract)
        ContractChangeFactory(contract=contract, reason=f"Reason {n}.")

    values = {item.label: item.value for item in items(Kind.UK10, record)}

    assert values["Contract identifier"] == "care-1, care-2"
    assert values["Why it is changed, and why the ground applies"] == "Reason 1.\nReason 2."


@pytest.mark.parametrize("kind", sorted(MUST_CARRY))
def test_every_kind_that_was_read_names_who_buys_and_its_rules(kind):
    record = OpportunityFactory()

    found = items(kind, record)

    assert found[0].label == "Contracting authority"
    assert found[0].value == record.organisation.name
    assert all(item.section.startswith(("PR ", "PA ")) for item in found)


@pytest.mark.parametrize("kind", [Kind.UK8, Kind.UK17, Kind.PSR_AWARD, "nonsense"])
def test_nothing_is_claimed_of_kinds_that_were_not_read(kind):
    assert items(kind, OpportunityFactory()) == []


def test_a_number_without_a_day_is_refused_by_the_database():
    with pytest.raises(IntegrityError), transaction.atomic():
        NoticeFactory(published_date=None)


def test_a_notice_belongs_to_the_buyer_of_its_record():
    notice = NoticeFactory()

    assert notice.organisation == notice.opportunity.organisation


def test_the_page_lists_notices_once_they_are_published(client):
    record = OpportunityFactory()
    NoticeFactory(opportunity=record, kind=Kind.UK3, published_date=dt.date(2024, 2, 1), number="2024/S 000-000003")
    NoticeFactory(opportunity=record, kind=Kind.UK4, published_date=dt.date(2999, 1, 1), number="2999/S 000-000004")

    page = client.get(record.get_absolute_url()).content.decode()

    assert "UK3: planned procurement notice" in page
    assert "2024/S 000-000003" in page
    assert "2999/S 000-000004" not in page
