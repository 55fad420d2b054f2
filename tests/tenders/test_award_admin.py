"""An officer records awards, endings and extensions at the record itself, and only at their own."""

import datetime as dt

import pytest
from django.urls import reverse

from commissioning.models import Officer
from core import clock
from tenders.models import Award, Contract, Opportunity
from tests.factories.commissioning import OfficerFactory
from tests.factories.providers import ProviderFactory
from tests.factories.tenders import ContractFactory, ExtensionOptionFactory, OpportunityFactory, OpportunityLotFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def officer(client, db):
    officer = OfficerFactory(role=Officer.Role.PUBLISHER)
    client.force_login(officer.user)
    return officer


def tender(officer, **facts):
    at = clock.now()
    return OpportunityFactory(
        organisation=officer.organisation,
        published_at=at - 40 * DAY,
        **({"opens_at": at - 30 * DAY, "closes_at": at - DAY} | facts),
    )


def press(client, row, action, **typed):
    address = reverse(f"admin:tenders_{row._meta.model_name}_action", args=[row.pk, action])
    return client.post(address, typed)


def test_an_award_is_recorded_with_known_and_unknown_winners(client, officer):
    row = tender(officer)
    known = ProviderFactory(name="Dale Homecare Ltd", company_number="01234567", published_at=clock.now() - DAY)
    ProviderFactory(name="Hidden Care Ltd", published_at=None)
    winners = "Dale Home Care (01234567)\n\nHidden Care Ltd\nNew Care CIC (CE012345)"

    response = press(client, row, "record_award", award_date="2026-01-05", winners=winners, value_amount="2000000")

    assert response.status_code == 302
    award = Award.objects.get()
    assert [(one.provider, str(one), one.registration_number) for one in award.suppliers.order_by("order")] == [
        (known, "Dale Homecare Ltd", ""),
        (None, "Hidden Care Ltd", ""),
        (None, "New Care CIC", "CE012345"),
    ]
    row.refresh_from_db()
    assert row.awarded_at is not None


def test_a_lot_is_chosen_where_there_are_lots(client, officer):
    row = tender(officer)
    lot, theirs = OpportunityLotFactory(opportunity=row, title="Ours"), OpportunityLotFactory(title="Theirs")
    page = client.get(reverse("admin:tenders_opportunity_action", args=[row.pk, "record_award"])).content.decode()

    press(client, row, "record_award", lot=theirs.pk, award_date="2026-01-05", winners="A")
    press(client, row, "record_award", lot=lot.pk, award_date="2026-01-05", winners="A")

    assert ("Ours" in page, "Theirs" in page) == (True, False)
    assert [award.lot for award in Award.objects.all()] == [lot]


def test_names_that_stand_twice_are_refused(client, officer):
    response = press(client, tender(officer), "record_award", award_date="2026-01-05", winners="A\na ")

    assert "A name stands there twice." in response.content.decode()
    assert not Award.objects.exists()


def test_a_plan_is_withdrawn_and_a_tender_cancelled(client, officer):
    plan, invited = tender(officer, opens_at=None, closes_at=None), tender(officer)

    wrong = [press(client, plan, "cancel", reason="No."), press(client, invited, "withdraw", reason="No.")]
    right = [press(client, plan, "withdraw", reason="No need."), press(client, invited, "cancel", reason="No bids.")]

    assert [one.status_code for one in wrong + right] == [403, 403, 302, 302]
    plan.refresh_from_db()
    invited.refresh_from_db()
    assert (plan.ended_reason, plan.withdrawn_by) == ("No need.", officer.user)
    assert (invited.ended_reason, invited.cancelled_by) == ("No bids.", officer.user)


def test_an_editor_may_not_end_or_award(client, officer):
    Officer.objects.update(role=Officer.Role.EDITOR)
    row = tender(officer)

    statuses = [press(client, row, one, reason="No.").status_code for one in ("record_award", "cancel")]

    assert statuses == [403, 403]
    assert Opportunity.objects.listed(at=clock.now()).get() == row


def test_another_councils_tender_and_award_are_not_found(client, officer):
    row = tender(OfficerFactory())
    award = Award.objects.create(opportunity=row, award_date="2026-01-05", announced_at=clock.now())

    statuses = [
        press(client, row, "cancel", reason="No.").status_code,
        press(client, award, "sign_contract", signed_date="2026-01-06").status_code,
    ]

    assert statuses == [404, 404]
    award.refresh_from_db()
    assert award.signed_date is None


def test_a_contract_is_signed_into_ones_own_register_only(client, officer):
    row = tender(officer)
    award = Award.objects.create(opportunity=row, award_date="2026-01-05", announced_at=clock.now())
    ours = ContractFactory(organisation=officer.organisation, reference="ours")
    ContractFactory(reference="theirs")

    refused = press(client, award, "sign_contract", signed_date="2026-01-06", contract="theirs")
    press(client, award, "sign_contract", signed_date="2026-01-06", contract="ours")

    assert "Your register holds no contract" in refused.content.decode()
    award.refresh_from_db()
    assert (award.contract, award.signed_date) == (ours, dt.date(2026, 1, 6))


def test_a_contract_is_extended_by_an_option(client, officer):
    contract = ContractFactory(organisation=officer.organisation, ends="31 March 2027")
    option = ExtensionOptionFactory(contract=contract)
    theirs = ExtensionOptionFactory()
    typed = {"decided_date": "2026-01-05", "reason": "It does well."}

    press(client, contract, "extend", option=theirs.pk, **typed)
    press(client, contract, "extend", option=option.pk, **typed)

    row = Contract.objects.get(pk=contract.pk)
    assert str(row.ends) == "31 March 2028"
    assert row.changes.get().option == option
