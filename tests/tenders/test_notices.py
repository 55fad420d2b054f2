"""What each kind of notice must carry, and what of it a record holds."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from tenders.models import Notice
from tenders.notices import MUST_CARRY, gaps, items
from tests.factories import NOON
from tests.factories.commissioning import ContactFactory
from tests.factories.tenders import NoticeFactory, OpportunityFactory

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

    assert values["Estimated value with VAT"] == "£1,250,000.00"
    assert values["Contact for enquiries"] == "Care buyers, buyers@council.example"
    assert not {"Estimated value with VAT", "Contact for enquiries", "Deadline for tenders"} & missing


def test_not_stated_is_a_gap_and_no_is_an_answer():
    record = OpportunityFactory(route="unknown", is_sme_suitable=False)

    missing = {gap.label for gap in gaps(Kind.UK4, record)}

    assert "Procedure" in missing
    assert "Suitable for small and medium-sized firms" not in missing


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
