"""Each publication leaves an OCDS release behind that never changes, validates, and tells nothing private."""

import datetime as dt
import json
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from commissioning.services import publish_record
from config.fixtures import load_fixtures
from core.dates import parse
from tenders import services
from tenders.models import Admission, Notice, Release, Route
from tenders.ocds.merging import compiled
from tests.factories import NOON
from tests.factories.commissioning import OfficerFactory
from tests.factories.core import UserFactory
from tests.factories.providers import ProviderFactory
from tests.factories.tenders import (
    AddendumFactory,
    AdmissionFactory,
    AskerFactory,
    AwardFactory,
    AwardSupplierFactory,
    ContractChangeFactory,
    ContractFactory,
    ContractSupplierFactory,
    CriterionFactory,
    DateChangeFactory,
    DocumentFactory,
    FrameworkFactory,
    LotFactory,
    NoticeFactory,
    OpportunityFactory,
    OpportunityLotFactory,
    QuestionFactory,
)
from tests.tools.ocds import package, problems

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
LATER = NOON + DAY
FIXTURES = Path(settings.BASE_DIR) / "fixtures"


def bodies(**facts):
    return [json.loads(one.body) for one in Release.objects.filter(**facts).order_by("ocid", "number")]


def full_opportunity(**facts):
    """An opportunity with everything that a release can tell of."""
    framework = FrameworkFactory()
    row = OpportunityFactory(
        summary="Care at home.", route=Route.OPEN, regime="light_touch", framework=framework,
        replaces_contract=ContractFactory(), renews=OpportunityFactory(), engagement_date="Spring 2026",
        tender_date="1 November 2026", award_date="March 2027", contract_start_date="1 April 2027",
        contract_end_date="31 March 2030", opens_at=NOON - DAY, closes_at=NOON + 9 * DAY,
        questions_close_at=NOON + 5 * DAY, value_from=1_000_000, value_to="2500000.50", value_gross=3_000_000,
        is_sme_suitable=True, is_vcse_suitable=False, reserved_for="public_service_mutual", risks="Winter.",
        participation_conditions="A current profile.", payment_terms="Thirty days.", options="Two of a year.",
        next_procurement_date="2030", social_value_weighting=10, award_criteria="Quality first.",
        portal_url="https://bids.example/1", **facts,
    )  # fmt: skip
    lot = OpportunityLotFactory(opportunity=row, value_net=5, is_sme_suitable=True)
    CriterionFactory(opportunity=row, weight=100)
    QuestionFactory(opportunity=row, is_answered=True)
    DocumentFactory(opportunity=row)
    AddendumFactory(opportunity=row)
    DateChangeFactory(opportunity=row, old=parse("June 2026"), new=parse("July 2026"))
    for kind in Notice.Kind:
        NoticeFactory(opportunity=row, kind=kind)
    contract = ContractFactory(starts="1 April 2027", ends="31 March 2030", extension_months=12, value_amount=7)
    ContractSupplierFactory(contract=contract, provider=ProviderFactory(company_number="123456"))
    ContractChangeFactory(contract=contract, new_end="31 March 2031")
    award = AwardFactory(opportunity=row, lot=lot, contract=contract, standstill_ends_date=dt.date(2026, 12, 1))
    AwardSupplierFactory(award=award, provider=ProviderFactory(charity_number="1234567"))
    return row


def test_publishing_leaves_a_release_in_the_same_transaction():
    draft = OpportunityFactory(published_at=None)

    publish_record(record=draft, by=UserFactory(), at=NOON)

    (release,) = Release.objects.all()
    body = json.loads(release.body)
    assert (release.ocid, release.number, release.tags, release.stage) == (draft.ocid, 1, ["planning"], "planning")
    assert body["id"] == release.release_id
    assert (body["date"], release.published_at) == ("2026-11-18T12:00:00Z", NOON)
    assert release.is_whole()


def test_a_publication_that_is_rolled_back_leaves_none():
    draft = OpportunityFactory(published_at=None)

    with pytest.raises(RuntimeError), transaction.atomic():
        publish_record(record=draft, by=None, at=NOON)
        raise RuntimeError

    assert not Release.objects.exists()


@pytest.mark.parametrize("facts", [{"published_at": None}, {"is_members_only": True}])
def test_drafts_and_what_only_members_see_leave_none(facts):
    row = OpportunityFactory(framework=FrameworkFactory(), **facts)

    assert services.record_release(row, at=NOON) is None
    services.make_releases(at=NOON, is_thorough=True)

    assert not Release.objects.filter(opportunity=row).exists()


def test_the_same_facts_are_told_once():
    row = full_opportunity()

    first = services.record_release(row, at=NOON)
    again = services.record_release(row, at=NOON + dt.timedelta(minutes=1))

    assert first is not None
    assert again is None
    assert Release.objects.filter(opportunity=row).count() == 1


def test_a_release_in_full_validates_and_so_does_each_change():
    row = full_opportunity()
    services.record_release(row, at=NOON)
    row.awards.all().delete()
    row.notices.all().delete()
    row.questions.all().delete()
    for name in ("summary", "risks", "payment_terms", "options", "portal_url", "participation_conditions"):
        setattr(row, name, "")
    row.value_from = row.value_to = row.value_gross = row.is_sme_suitable = None
    row.framework = row.renews = row.replaces_contract = row.award_date = row.next_procurement_date = None
    row.reserved_for, row.regime, row.route = "", "unknown", "unknown"
    row.save()

    services.record_release(row, at=LATER)

    first, second = bodies(opportunity=row)
    assert problems("release", package([first, second])) == []
    assert second["tender"]["riskDetails"] is None
    merged = compiled([first, second])
    assert problems("release", package([merged])) == []
    assert "riskDetails" not in merged["tender"]
    assert "value" not in merged["tender"]
    assert (merged["awards"][0]["status"], "value" in merged["awards"][0]) == ("cancelled", False)
    assert services.record_release(row, at=LATER) is None
    assert merged["relatedProcesses"][0].keys() == {"id"}


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({}, "planning"),
        ({"tender_date": "January 2027"}, "planned"),
        ({"tender_date": "January 2020"}, "planned"),
        ({"engagement_date": "January 2020"}, "planning"),
        ({"opens_at": NOON + DAY}, "planned"),
        ({"opens_at": NOON - DAY, "closes_at": NOON + DAY}, "active"),
        ({"opens_at": NOON - 2 * DAY, "closes_at": NOON - DAY}, "active"),
        ({"awarded_at": NOON - DAY}, "complete"),
        ({"withdrawn_at": NOON - DAY, "ended_reason": "No money."}, "withdrawn"),
        ({"cancelled_at": NOON - DAY, "ended_reason": "No bids."}, "cancelled"),
    ],
)
def test_each_state_of_an_opportunity_validates(facts, status):
    row = OpportunityFactory(**facts)

    services.record_release(row, at=NOON)

    body = bodies()[0]
    assert body["tender"]["status"] == status
    assert problems("release", package(bodies())) == []


@pytest.mark.parametrize(
    "kind", ["framework", "open_framework", "dynamic_market", "purchasing_system", "approved_list"]
)
@pytest.mark.parametrize(
    "facts",
    [
        {"joining": "always"},
        {"joining": "window", "opens_at": NOON + DAY},
        {"joining": "closed", "reopens": "2028", "starts": "2024", "ends": "2030", "conditions": "A profile."},
        {"starts": "2015", "ends": "2020"},
    ],
)
def test_each_state_of_a_framework_validates(kind, facts):
    row = FrameworkFactory(kind=kind, **facts)
    lot = LotFactory(framework=row)
    AdmissionFactory(framework=row, lot=lot)
    hidden = AdmissionFactory(framework=row, lot=lot, provider=ProviderFactory(published_at=None, name="Hidden Ltd"))

    release = services.record_release(row, at=NOON)

    assert problems("release", package(bodies())) == []
    assert hidden.provider.name not in release.body


@pytest.mark.parametrize("facts", [{}, {"starts": "2030"}, {"starts": "2020", "ends": "2021"}, {"ends": "2030"}])
def test_each_state_of_a_contract_validates(facts):
    row = ContractFactory(**facts, value_amount="10.25")
    ContractSupplierFactory(contract=row)
    ContractSupplierFactory(contract=row, provider=None, name_as_stated="A firm", registration_number="SC123456")
    ContractSupplierFactory(contract=row, provider=None, name_as_stated="Various", role="various")

    services.record_release(row, at=NOON)

    (body,) = bodies()
    assert body["tag"] == ["award", "contract"]
    assert [one["name"] for one in body["awards"][0]["suppliers"]][1:] == ["A firm"]
    assert body["contracts"][0]["value"] == {"amount": 10.25, "currency": "GBP"}
    assert problems("release", package([body])) == []


def test_a_contract_is_told_of_under_the_opportunity_that_led_to_it():
    contract = ContractFactory()
    row = OpportunityFactory(contract=contract, signed_date=dt.date(2026, 1, 5))

    release = services.record_release(contract, at=NOON)

    assert (release.opportunity, release.ocid, release.stage) == (row, row.ocid, "contract")
    assert json.loads(release.body)["contracts"][0]["dateSigned"] == "2026-01-05T00:00:00+00:00"
    assert services.make_releases(at=NOON, is_thorough=True) == 0


def test_tags_tell_what_is_new():
    row = OpportunityFactory(tender_date="January 2027")
    services.record_release(row, at=NOON)
    services.move_date(opportunity=row, field="tender_date", to=parse("March 2027"), reason="Late.", by=None, at=NOON)
    services.move_date(opportunity=row, field="opens_at", to=NOON, reason="It opens.", by=None, at=LATER)
    services.move_date(opportunity=row, field="closes_at", to=LATER + DAY, reason="A week.", by=None, at=LATER)
    services.cancel_opportunity(opportunity=row, reason="No bids came.", by=None, at=LATER)

    told = [one.tags for one in Release.objects.order_by("number")]

    assert told == [["planning"], ["planningUpdate"], ["tender"], ["tenderAmendment"], ["tenderCancellation"]]
    last = bodies()[-1]["tender"]
    assert (last["status"], last["finalStatusDate"]) == ("cancelled", "2026-11-19T12:00:00Z")
    assert last["amendments"][-1]["rationale"] == "No bids came."


def test_an_answer_is_told_in_the_words_for_all_and_nobody_learns_who_asked():
    row = OpportunityFactory(opens_at=NOON - DAY, closes_at=NOON + 9 * DAY)
    question = QuestionFactory(opportunity=row)
    AskerFactory(
        opportunity=row, question=question, confirmed_at=NOON, name="Ann Asker", email="ann@asker.example",
        organisation_name="Asker Homes", question_asked="We of Asker Homes wonder.",
    )  # fmt: skip

    services.answer_question(question=question, question_public="Is it so?", answer="It is.", by=None, at=NOON)

    (release,) = Release.objects.all()
    assert "Is it so?" in release.body
    assert "sker" not in release.body


def test_what_is_not_public_is_not_told():
    row = OpportunityFactory(
        contract=ContractFactory(published_at=None, title="Secretive contract"),
        framework=FrameworkFactory(published_at=None, title="Secretive framework"),
        replaces_contract=ContractFactory(published_at=LATER, title="Secretive predecessor"),
        note="Proposed because the present contract comes near its end.",
    )
    DocumentFactory(opportunity=row, title="Secretive paper", published_date=LATER.date())
    AwardFactory(opportunity=row, announced_at=LATER, note="Secretive award")

    release = services.record_release(row, at=NOON)

    assert "ecretive" not in release.body


def test_the_database_refuses_to_change_or_delete_a_release():
    release = services.record_release(OpportunityFactory(), at=NOON)

    for statement in ("UPDATE tenders_release SET body = '{}'", "DELETE FROM tenders_release"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    release.refresh_from_db()
    assert release.is_whole()


def test_a_successor_and_its_predecessor_tell_of_each_other():
    before = OpportunityFactory()
    services.record_release(before, at=NOON)
    draft = OpportunityFactory(renews=before, published_at=None)

    publish_record(record=draft, by=None, at=LATER)

    links = {body["ocid"]: body["relatedProcesses"][0] for body in bodies(published_at=LATER)}
    assert (links[draft.ocid]["relationship"], links[draft.ocid]["identifier"]) == (["prior"], before.ocid)
    assert (links[before.ocid]["relationship"], links[before.ocid]["identifier"]) == (["renewalProcess"], draft.ocid)


@pytest.mark.slow
def test_the_documents_loaded_are_told_of_once_and_validate():
    load_fixtures(folder=FIXTURES, at=NOON)

    made = services.make_releases(at=LATER, is_thorough=True)

    assert made > 150
    assert services.make_releases(at=LATER, is_thorough=True) == 0
    assert problems("release", package(bodies())) == []


def typed(page):
    """What a browser would send back of an admin form as it is."""
    data = {}
    for form in [
        page.context["adminform"].form,
        *(one.formset.management_form for one in page.context["inline_admin_formsets"]),
    ]:
        for field in form:
            value = field.value()
            data[field.html_name] = "" if value is None else value
    return data


def test_publishing_and_editing_in_the_workspace_leave_releases(client):
    officer = OfficerFactory(role="publisher")
    client.force_login(officer.user)
    row = ContractFactory(organisation=officer.organisation, published_at=None, title="Old title")
    address = f"/admin/tenders/contract/{row.pk}"

    client.post(f"{address}/change/", typed(client.get(f"{address}/change/")) | {"title": "Draft title"})
    drafted = Release.objects.count()
    client.post(f"{address}/action/publish/")
    answer = client.post(f"{address}/change/", typed(client.get(f"{address}/change/")) | {"title": "New title"})

    assert (drafted, answer.status_code) == (0, 302)
    assert [one["tender"]["title"] for one in bodies(contract=row)] == ["Draft title", "New title"]
    assert [one.tags for one in Release.objects.order_by("number")] == [
        ["award", "contract"],
        ["tenderUpdate", "awardUpdate", "contractUpdate"],
    ]


def test_a_new_member_of_a_framework_is_told_of():
    framework = FrameworkFactory()
    services.record_release(framework, at=NOON)
    newcomer = ProviderFactory(name="Newcomer Ltd")

    services.admit(admission=Admission(framework=framework, provider=newcomer), reason="Fits.", by=None, at=LATER)

    assert bodies()[-1]["awards"][0]["suppliers"][0]["name"] == "Newcomer Ltd"


def test_an_award_is_told_of_with_its_supplier_and_standstill():
    row = OpportunityFactory(opens_at=NOON - 9 * DAY, closes_at=NOON - DAY)
    services.record_release(row, at=NOON)

    services.record_award(
        opportunity=row, award_date=NOON.date(), winners=[services.Winner(name="A firm")], by=None, at=LATER,
        standstill_ends_date=(NOON + 9 * DAY).date(),
    )  # fmt: skip

    body = bodies()[-1]
    assert "award" in body["tag"]
    assert body["awards"][0]["standstillPeriod"]["endDate"].startswith("2026-11-27")
    assert [one["name"] for one in body["parties"] if "supplier" in one["roles"]] == ["A firm"]
    assert problems("release", package(bodies())) == []
