"""A contract's end makes the next entry of the pipeline, and a decision says what follows."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from commissioning.services import publish_record
from core.models import AuditEvent
from tenders import services
from tenders.models import Contract, Opportunity
from tests.factories import NOON
from tests.factories.commissioning import OfficerFactory
from tests.factories.core import PlaceFactory, ServiceTypeFactory, UserFactory
from tests.factories.tenders import ContractFactory, OpportunityFactory
from tests.tools.at_once import begun

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def ending_in(days, **facts):
    return ContractFactory(ends=(TODAY + dt.timedelta(days=days)).isoformat(), **({"lead_time_months": 12} | facts))


def test_a_contract_near_its_end_gets_a_linked_private_draft():
    contract = ending_in(200, title="Care at home", reference="care-at-home")
    contract.types.add(ServiceTypeFactory())
    contract.places.add(PlaceFactory())
    earlier = OpportunityFactory(organisation=contract.organisation, contract=contract)

    made = services.propose_successors(at=NOON)

    successor = contract.replaced_by.get()
    assert made == 1
    assert (successor.reference, successor.title) == ("care-at-home-next", "Care at home")
    assert successor.organisation == contract.organisation
    assert successor.renews == earlier
    assert successor.published_at is None
    assert successor.ocid.endswith("care-at-home-next")
    assert successor.contract_start_date.earliest == TODAY + dt.timedelta(days=201)
    assert set(successor.types.all()) == set(contract.types.all())
    assert set(successor.places.all()) == set(contract.places.all())
    assert AuditEvent.objects.filter(action="opportunity.proposed").count() == 1


def test_a_second_run_proposes_nothing_more():
    ending_in(200)

    runs = [services.propose_successors(at=NOON) for _ in range(2)]

    assert runs == [1, 0]
    assert Opportunity.objects.count() == 1


@pytest.mark.parametrize(
    ("days", "facts", "made"),
    [
        (365, {}, 1),
        (366, {}, 0),  # the lead time begins tomorrow
        (0, {}, 1),  # its last day
        (-1, {}, 0),  # ended
        (200, {"published_at": None}, 0),
        (200, {"lead_time_months": 6}, 0),
        (500, {"lead_time_months": None}, 1),  # the installation's 18 months
        (600, {"lead_time_months": None}, 0),
    ],
)
def test_when_a_contract_counts_as_near_its_end(days, facts, made):
    ending_in(days, **facts)

    assert services.propose_successors(at=NOON) == made


def test_a_contract_without_a_known_end_proposes_nothing():
    ContractFactory(ends=None)
    ContractFactory(ends="to be confirmed")

    assert services.propose_successors(at=NOON) == 0


def test_a_contract_that_has_an_entry_already_gets_no_second():
    contract = ending_in(200)
    OpportunityFactory(organisation=contract.organisation, replaces_contract=contract)

    assert services.propose_successors(at=NOON) == 0


def test_a_reference_that_is_taken_is_counted_on():
    contract = ending_in(200, reference="meals")
    OpportunityFactory(reference="meals-next")

    services.propose_successors(at=NOON)

    assert contract.replaced_by.get().reference == "meals-next-2"


def decide(contract, decision="re_procure", reason="The need remains.", day=TODAY, by=None):
    return services.decide_end(contract=contract, decision=decision, decided_date=day, reason=reason, by=by, at=NOON)


def test_a_decision_is_kept_with_its_day_and_reason_and_shown(client):
    officer = UserFactory()
    contract = ending_in(200)

    decide(contract, by=officer)

    contract.refresh_from_db()
    page = client.get(contract.get_absolute_url()).content.decode()
    assert (contract.end_decision, contract.end_decided_date) == ("re_procure", TODAY)
    assert "What follows: buy it anew." in page
    assert "The need remains." in page
    assert AuditEvent.objects.filter(action="contract.end_decided").count() == 1


def test_extending_counts_the_extension_and_moves_the_draft():
    contract = ending_in(200, ends_if_extended=(TODAY + dt.timedelta(days=930)).isoformat())
    services.propose_successors(at=NOON)

    decide(contract, "extend")

    contract.refresh_from_db()
    assert contract.planned_end() == TODAY + dt.timedelta(days=930)
    assert not contract.is_near_end(at=NOON)
    assert contract.replaced_by.get().contract_start_date.earliest == TODAY + dt.timedelta(days=931)


def test_letting_it_end_drops_the_draft():
    contract = ending_in(200)
    services.propose_successors(at=NOON)

    decide(contract, "decommission", reason="The need has gone.")

    assert not contract.replaced_by.exists()
    assert services.propose_successors(at=NOON) == 0
    assert AuditEvent.objects.filter(action="opportunity.dropped").count() == 1


def test_letting_it_end_withdraws_what_was_public_with_the_reason():
    contract = ending_in(200)
    successor = OpportunityFactory(organisation=contract.organisation, replaces_contract=contract)

    decide(contract, "decommission", reason="The need has gone.")

    successor.refresh_from_db()
    assert successor.status(at=NOON) == Opportunity.Status.WITHDRAWN
    assert successor.ended_reason == "The need has gone."


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"reason": " "}, "Say why"),
        ({"day": TODAY + dt.timedelta(days=1)}, "lies ahead"),
        ({"decision": "extend"}, "until when it can be extended"),
    ],
)
def test_a_decision_that_does_not_fit_is_refused_and_nothing_changes(asked, refusal):
    contract = ending_in(200)

    with pytest.raises(services.DecisionRefused, match=refusal):
        decide(contract, **asked)

    contract.refresh_from_db()
    assert contract.end_decision == ""
    assert not AuditEvent.objects.exists()


def test_the_database_keeps_no_decision_without_day_and_reason():
    contract = ending_in(200)

    with pytest.raises(IntegrityError), transaction.atomic():
        Contract.objects.filter(pk=contract.pk).update(end_decision="extend")


@pytest.fixture
def officer(client):
    membership = OfficerFactory(role="publisher")
    client.force_login(membership.user)
    return membership


def address(contract):
    return f"/admin/tenders/contract/{contract.pk}/action/decide_end/"


def test_an_officer_decides_and_the_first_page_waits_no_longer(client, officer):
    contract = ending_in(100, organisation=officer.organisation, title="Our meals")
    contract.ends = "31 December 2030"
    contract.lead_time_months = 120
    contract.save()
    before = client.get("/admin/").content.decode()

    response = client.post(
        address(contract), {"decision": "re_procure", "decided_date": "2024-01-02", "reason": "The need remains."}
    )

    assert response.status_code == 302
    assert "Our meals" in before
    assert "Our meals" not in client.get("/admin/").content.decode()


def test_another_councils_contract_is_not_found(client, officer):
    contract = ending_in(100, published_at=None, title="Secret contract")

    response = client.post(address(contract), {"decision": "re_procure", "decided_date": "2024-01-02", "reason": "x"})

    assert response.status_code == 404
    assert "Secret contract" not in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_deciding_an_end_and_publishing_what_follows_do_not_wait_in_a_ring():
    contract = ending_in(200)
    successor = OpportunityFactory(organisation=contract.organisation, replaces_contract=contract, published_at=None)

    def decide():
        services.decide_end(
            contract=contract, decision="re_procure", decided_date=TODAY, reason="The need stays.", by=None, at=NOON
        )

    with transaction.atomic():
        Opportunity.objects.select_for_update().get(pk=successor.pk)
        end = begun(decide)
        publish_record(record=successor, by=None, at=NOON)

    assert end() == "done"
    contract.refresh_from_db()
    successor.refresh_from_db()
    assert (contract.end_decision, successor.published_at) == ("re_procure", NOON)
