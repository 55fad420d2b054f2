"""One record from the plan to the next need: what the story tells, in which order, and what it must not tell."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from core.dates import parse
from tenders.models import Notice, Opportunity
from tenders.timeline import for_timeline, steps, story
from tenders.views.tender_parts import tender_parts
from tests.factories import NOON
from tests.factories.providers import ProviderFactory
from tests.factories.tenders import (
    AwardFactory,
    AwardSupplierFactory,
    ContractChangeFactory,
    ContractFactory,
    ContractSupplierFactory,
    DateChangeFactory,
    DocumentFactory,
    ExtensionOptionFactory,
    FrameworkFactory,
    NoticeFactory,
    OpportunityFactory,
    OpportunityLotFactory,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def whole_record():
    """A home care procurement of 2023 that has come to its next need; now is a noon of 2026."""
    contract = ContractFactory(
        title="Care at home", starts="1 April 2024", ends="31 March 2028", ends_if_extended="31 March 2029",
        end_decision="re_procure", end_decided_date=dt.date(2026, 1, 5), end_decision_reason="The need grows.",
    )  # fmt: skip
    record = OpportunityFactory(
        organisation=contract.organisation, title="Care at home tender", published_at=dt.datetime(2023, 1, 9, tzinfo=dt.UTC),
        engagement_date="Spring 2023", opens_at=dt.datetime(2023, 9, 1, 9, tzinfo=dt.UTC),
        closes_at=dt.datetime(2023, 11, 1, 12, tzinfo=dt.UTC), awarded_at=dt.datetime(2024, 1, 10, 9, tzinfo=dt.UTC),
        contract=contract,
    )  # fmt: skip
    NoticeFactory(opportunity=record, kind=Notice.Kind.UK4, published_date=dt.date(2023, 9, 1))
    DateChangeFactory(
        opportunity=record, old=parse("June 2023"), new=parse("September 2023"), reason="A review came first.",
        changed_at=dt.datetime(2023, 5, 2, 9, tzinfo=dt.UTC),
    )  # fmt: skip
    award = AwardFactory(
        opportunity=record, award_date=dt.date(2024, 1, 10), signed_date=dt.date(2024, 2, 1), contract=contract,
        standstill_ends_date=dt.date(2024, 1, 22), announced_at=dt.datetime(2024, 1, 10, 9, tzinfo=dt.UTC),
    )  # fmt: skip
    provider = ProviderFactory(name="Dale Homecare Ltd", published_at=NOON - DAY)
    AwardSupplierFactory(award=award, provider=provider)
    ContractSupplierFactory(contract=contract, provider=provider)
    option = ExtensionOptionFactory(contract=contract, number=1)
    ExtensionOptionFactory(contract=contract, number=2, decide_by_date=dt.date(2027, 9, 30))
    ContractChangeFactory(
        contract=contract, option=option, old_end=parse("31 March 2027"), new_end=parse("31 March 2028"),
        decided_date=dt.date(2025, 12, 1), changed_at=NOON - DAY,
    )  # fmt: skip
    OpportunityFactory(
        title="Care at home from 2028", replaces_contract=contract, renews=record, tender_date="Spring 2027"
    )
    return record


def told(record):
    row = Opportunity.objects.public(at=NOON).prefetch_related(*fetched()).get(pk=record.pk)
    return story(row, at=NOON)


def fetched():
    from django.db.models import Prefetch

    from tenders.models import DateChange

    return [
        *tender_parts(NOON),
        *for_timeline(NOON),
        Prefetch("notices", Notice.objects.published(at=NOON), to_attr="shown_notices"),
        Prefetch("date_changes", DateChange.objects.filter(changed_at__lte=NOON), to_attr="slips"),
    ]


def test_the_story_goes_from_the_plan_to_the_next_need():
    found = [(one.title, one.when, one.is_ahead, one.is_estimate) for one in told(whole_record())]

    assert found == [
        ("In the plan", "9 January 2023", False, False),
        ("Market engagement", "Spring 2023", False, True),
        ("Date moved: Tender notice", "2 May 2023", False, False),
        ("UK4: tender notice", "1 September 2023", False, False),
        ("Open for bids", "10am BST on 1 September 2023", False, False),
        ("Bids close", "midday GMT on 1 November 2023", False, False),
        ("Awarded", "10 January 2024", False, False),
        ("Standstill ends", "22 January 2024", False, False),
        ("Contract signed", "1 February 2024", False, False),
        ("Contract starts", "1 April 2024", False, False),
        ("Extended", "1 December 2025", False, False),
        ("Decided: buy it anew", "5 January 2026", False, False),
        ("Next need", "Spring 2027", True, True),
        ("Option 2 is to be decided by", "30 September 2027", True, False),
        ("Contract ends", "31 March 2028", True, True),
        ("Contract ends if extended", "31 March 2029", True, True),
    ]


def two_lots():
    """A tender of two lots, each with an award and a contract of its own, and nothing in the tender's own field."""
    record = OpportunityFactory(
        opens_at=NOON - 900 * DAY, awarded_at=NOON - 700 * DAY, value_from=90_000, value_to=95_000
    )
    for number, (title, ends) in enumerate((("Towns", "31 March 2028"), ("Dales", "31 March 2025"))):
        contract = ContractFactory(title=f"Care in the {title}", starts=f"1 April 202{4 - number}", ends=ends)
        lot = OpportunityLotFactory(opportunity=record, title=title, order=number)
        AwardFactory(opportunity=record, lot=lot, contract=contract)
        OpportunityFactory(title=f"Next in the {title}", replaces_contract=contract)
    return record


def test_the_contracts_of_all_lots_are_part_of_the_story():
    record = two_lots()
    row = Opportunity.objects.prefetch_related(*fetched()).get(pk=record.pk)

    found = [(one.title, one.note) for one in told(record) if "ontract" in one.title or one.title == "Next need"]
    now = next(one for one in steps(row, at=NOON) if one["state"] == "now")

    assert found == [
        ("Contract starts, Dales", ""),
        ("Contract starts, Towns", ""),
        ("Contract ends, Dales", ""),
        ("Contract ends, Towns", ""),
        ("Next need", "Next in the Dales"),
        ("Next need", "Next in the Towns"),
    ]
    # One of them still runs.
    assert (now["name"], now["when"]) == ("Contract", "1 April 2023")


def test_pages_of_a_tender_and_of_each_lots_contract_lead_to_each_other(client):
    record = two_lots()

    tender = client.get(record.get_absolute_url()).content.decode()
    contracts = [client.get(one.contract.get_absolute_url()).content.decode() for one in record.awards.all()]

    assert tender.count("In the contracts register") == 2
    assert "£90,000 to £95,000" in tender
    assert [
        f'How it was bought: <a class="govuk-link" href="{record.get_absolute_url()}"' in one for one in contracts
    ] == [
        True,
        True,
    ]


def test_the_outline_says_how_far_it_has_come():
    record = whole_record()
    row = Opportunity.objects.prefetch_related(*fetched()).get(pk=record.pk)

    found = [(one["name"], one["when"], one["state"]) for one in steps(row, at=NOON)]

    assert found == [
        ("In the plan", "9 January 2023", "done"),
        ("Engagement", "Spring 2023", "done"),
        ("Tender", "1 September 2023", "done"),
        ("Award", "10 January 2024", "done"),
        ("Contract", "1 April 2024", "now"),
        ("Next need", "Spring 2027", ""),
    ]


def test_what_is_not_public_is_no_part_of_the_story():
    record = whole_record()
    Opportunity.objects.filter(title="Care at home from 2028").update(published_at=None)
    hidden = ProviderFactory(name="Hidden Care Ltd", published_at=None)
    AwardSupplierFactory(award=record.awards.get(), provider=hidden)
    ContractSupplierFactory(contract=record.contract, provider=hidden)
    AwardFactory(opportunity=record, announced_at=NOON + DAY, note="Embargoed", award_date=dt.date(2024, 3, 1))
    ContractChangeFactory(contract=record.contract, reason="Embargoed", changed_at=NOON + DAY)
    NoticeFactory(opportunity=record, kind=Notice.Kind.UK7, published_date=NOON.date() + DAY)

    found = told(record)

    words = " ".join(f"{one.title} {one.note}" for one in found)
    assert [word for word in ("from 2028", "Hidden", "Embargoed", "UK7") if word in words] == []
    assert "Dale Homecare Ltd" in words


def test_a_contract_that_is_not_public_is_no_part_of_the_story():
    record = whole_record()
    type(record.contract).objects.update(published_at=NOON + DAY)

    titles = [one.title for one in told(record)]

    assert [title for title in titles if title in ("Contract ends", "Extended", "Contract starts")] == []


def test_the_next_need_for_members_only_is_not_told():
    record = whole_record()
    Opportunity.objects.filter(title="Care at home from 2028").update(
        is_members_only=True, framework=FrameworkFactory()
    )

    assert "Next need" not in [one.title for one in told(record)]


def test_a_withdrawn_record_says_why_and_expects_nothing():
    record = OpportunityFactory(
        withdrawn_at=NOON - DAY, ended_reason="Met otherwise.", award_date="2027", contract_start_date="2028",
        next_procurement_date="2030",
    )  # fmt: skip

    found = [(one.title, one.note) for one in told(record)]

    assert ("Withdrawn", "Met otherwise.") in found
    assert not {title for title, _ in found} & {"Award", "Contract starts", "Next need"}


def test_the_pages_show_it_and_lead_to_each_other(client):
    record = whole_record()
    DocumentFactory(opportunity=record, title="Specification")
    DocumentFactory(opportunity=record, title="Embargoed", published_date=clock.now().date() + 2 * DAY)

    tender = client.get(record.get_absolute_url()).content.decode()
    contract = client.get(record.contract.get_absolute_url()).content.decode()

    for page in (tender, contract):
        assert "Care at home from 2028" in page
        assert "Dale Homecare Ltd" in page
        assert "Was to end 31 March 2027, now 31 March 2028" in page
    assert f'href="{record.contract.get_absolute_url()}"' in tender
    assert f'href="{record.get_absolute_url()}"' in contract
    assert ("Specification" in tender, "Embargoed" in tender) == (True, False)


@pytest.mark.parametrize("page", ["tender", "contract"])
def test_the_story_costs_as_many_queries_however_long_it_is(client, page):
    record = whole_record()
    address = (record if page == "tender" else record.contract).get_absolute_url()
    client.get(address)

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as found:
            client.get(address)
        return len(found)

    AwardFactory(opportunity=record, lot=OpportunityLotFactory(opportunity=record), contract=record.contract)
    short = queries()
    for lot in OpportunityLotFactory.create_batch(3, opportunity=record):
        award = AwardFactory(opportunity=record, lot=lot, contract=ContractFactory())
        AwardSupplierFactory.create_batch(2, award=award)
    for number in range(3):
        ContractChangeFactory(contract=record.contract, decided_date=dt.date(2025, 1, 1 + number))
        NoticeFactory(opportunity=record)
        OpportunityFactory(replaces_contract=record.contract)

    assert queries() == short


def test_what_was_planned_and_is_past_is_not_told_as_done():
    record = OpportunityFactory(tender_date="Autumn 2024", contract_start_date="April 2025")

    found = {one.title: (one.is_ahead, one.is_untold) for one in told(record)}

    assert found["Tender"] == (False, True)
    assert found["Contract starts"] == (False, True)


def test_what_may_have_begun_and_is_still_expected_stands_after_what_has_happened():
    record = OpportunityFactory(published_at=NOON - DAY, tender_date=str(NOON.year))

    assert [one.title for one in told(record)] == ["In the plan", "Tender"]


@pytest.mark.parametrize("begun", ["engagement_date", "tender_date"])
def test_what_was_entered_afterwards_was_not_in_the_plan_here(begun):
    record = OpportunityFactory(published_at=NOON - DAY, **{begun: "Spring 2024"})

    assert "Entered in this portal" in [one.title for one in told(record)]


def test_the_outline_ticks_nothing_that_nobody_has_told_of():
    record = OpportunityFactory(published_at=NOON - 9 * DAY, opens_at=NOON - DAY, closes_at=NOON + DAY)
    row = Opportunity.objects.prefetch_related(*fetched()).get(pk=record.pk)

    found = {one["name"]: one["state"] for one in steps(row, at=NOON)}

    assert found == {
        "In the plan": "done", "Engagement": "", "Tender": "now", "Award": "", "Contract": "", "Next need": "",
    }  # fmt: skip
