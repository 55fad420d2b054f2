"""What is always true of a row is a rule of the database, and a status follows from facts and the clock."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from commissioning.models import Observation
from core.models import FormerSlug, Place, User
from providers.models import Fee, Provider, Rating, Vacancy
from strategies.models import Edition, Milestone, Progress
from tenders.models import Contract, ContractSupplier, Framework, Opportunity, Rate
from tests.factories import NOON
from tests.factories.commissioning import IndicatorFactory, OrganisationFactory, SourceDocumentFactory
from tests.factories.core import PlaceFactory, UserFactory
from tests.factories.providers import LocationFactory, ProviderFactory, ServiceFactory
from tests.factories.strategies import ActionFactory, MilestoneFactory, SectionFactory, StrategyFactory
from tests.factories.tenders import AdmissionFactory, ContractFactory, FrameworkFactory, LotFactory, OpportunityFactory

pytestmark = pytest.mark.django_db
LATER = NOON + dt.timedelta(days=30)
BEFORE = NOON - dt.timedelta(days=30)

BROKEN = {
    "half a point": lambda: PlaceFactory(latitude=54.0),
    "a point outside the country": lambda: LocationFactory(latitude=10.0, longitude=0.0),
    "a GSS code of the wrong shape": lambda: PlaceFactory(gss_code="DURHAM"),
    "a weighting above a hundred": lambda: OrganisationFactory(social_value_weighting=101),
    "a successor without an end": lambda: OrganisationFactory(succeeded_by=OrganisationFactory()),
    "a sample that cites a document": lambda: OpportunityFactory(is_sample=True, source=SourceDocumentFactory()),
    "a publisher without publication": lambda: OpportunityFactory(published_at=None, published_by=UserFactory()),
    "a reserved slug": lambda: StrategyFactory(slug="latest"),
    "a reserved reference": lambda: OpportunityFactory(reference="calendar"),
    "an in-house provider of nobody": lambda: ProviderFactory(sector=Provider.Sector.IN_HOUSE),
    "ages in the wrong order": lambda: ServiceFactory(minimum_age=65, maximum_age=18),
    "a fee that falls": lambda: Fee.objects.create(
        service=ServiceFactory(), name="Room", amount_from=900, amount_to=800, per="week", told_date=NOON.date()
    ),
    "a vacancy that never was": lambda: Vacancy.objects.create(
        service=ServiceFactory(), unit="room", available=1, told_at=NOON, expires_at=NOON
    ),
    "more space than there is": lambda: Vacancy.objects.create(
        service=ServiceFactory(), unit="room", available=3, maximum=2, told_at=NOON, expires_at=LATER
    ),
    "a rating without a value": lambda: Rating.objects.create(service=ServiceFactory()),
    "a value without a rating": lambda: Rating.objects.create(
        service=ServiceFactory(), state=Rating.State.NOT_YET_INSPECTED, value=Rating.Value.GOOD
    ),
    "a framework that closes before it opens": lambda: FrameworkFactory(
        joining=Framework.Joining.WINDOW, opens_at=LATER, closes_at=NOON
    ),
    "a window on a framework without one": lambda: FrameworkFactory(opens_at=NOON),
    "a rate that says nothing": lambda: Rate.objects.create(framework=FrameworkFactory(), slug="r", name="Rate"),
    "a negative contract": lambda: ContractFactory(value_amount=-1),
    "a supplier without a name": lambda: ContractSupplier.objects.create(contract=ContractFactory()),
    "a tender that closes before it opens": lambda: OpportunityFactory(opens_at=LATER, closes_at=NOON),
    "a tender that closes and never opens": lambda: OpportunityFactory(closes_at=NOON),
    "a falling value": lambda: OpportunityFactory(value_from=2, value_to=1),
    "a withdrawal without a reason": lambda: OpportunityFactory(withdrawn_at=NOON),
    "an observation without anything": lambda: Observation.objects.create(indicator=IndicatorFactory()),
    "an override without a reason": lambda: Progress.objects.create(
        action=ActionFactory(), reported_date=NOON.date(), text="Done.", override=Progress.Rag.GREEN
    ),
    "an edition published before it is composed": lambda: Edition.objects.create(
        strategy=StrategyFactory(), number=1, requested_at=NOON, published_at=NOON
    ),
    "an edition published by somebody at no moment": lambda: Edition.objects.create(
        strategy=StrategyFactory(), number=1, requested_at=NOON, published_by=UserFactory()
    ),
    "half an edition": lambda: Edition.objects.create(
        strategy=StrategyFactory(), number=1, requested_at=NOON, composed_at=NOON
    ),
    "an empty section below another": lambda: SectionFactory(body="", parent=SectionFactory()),
    "the same email in other letters": lambda: (
        UserFactory(email="ada@example.org"),
        UserFactory(email="ADA@example.org"),
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_the_database_refuses(what):
    with pytest.raises(IntegrityError), transaction.atomic():
        BROKEN[what]()


@pytest.mark.parametrize(
    ("model", "make"),
    [
        ("lot twice", lambda: [LotFactory(framework=one, slug="zone-1") for one in [FrameworkFactory()] * 2]),
        ("edition number twice", lambda: [
            Edition.objects.create(strategy=one, number=1, requested_at=NOON) for one in [StrategyFactory()] * 2
        ]),
        ("admission without lot twice", lambda: [
            AdmissionFactory(framework=one, provider=two)
            for one, two in [(FrameworkFactory(), ProviderFactory())] * 2
        ]),
    ],
)  # fmt: skip
def test_what_is_once_stays_once(model, make):
    with pytest.raises(IntegrityError), transaction.atomic():
        make()


def test_children_carry_their_owner():
    lot = LotFactory()
    milestone = MilestoneFactory()

    assert lot.organisation == lot.framework.organisation
    assert milestone.organisation == milestone.action.organisation == milestone.action.strategy.organisation


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({}, "planned"),
        ({"tender_date": "2030"}, "planned"),
        ({"tender_date": "Spring 2024"}, "date_passed"),
        ({"engagement_date": "2026-10-01", "tender_date": "2027"}, "engaging"),
        ({"opens_at": BEFORE, "closes_at": LATER}, "open"),
        ({"opens_at": BEFORE, "closes_at": NOON}, "closed"),
        ({"opens_at": LATER}, "planned"),
        ({"opens_at": BEFORE, "closes_at": NOON, "awarded_at": NOON}, "awarded"),
        ({"withdrawn_at": NOON, "ended_reason": "The need has gone."}, "withdrawn"),
        ({"withdrawn_at": LATER, "ended_reason": "The need will have gone."}, "planned"),
        ({"cancelled_at": NOON, "ended_reason": "No bids."}, "cancelled"),
    ],
)
def test_an_opportunitys_status_follows_from_its_facts(facts, status):
    opportunity = OpportunityFactory(**facts)

    assert Opportunity.objects.get(pk=opportunity.pk).status(at=NOON) == status


def test_an_opportunity_is_late_once_the_contract_it_replaces_has_ended():
    running, ended = ContractFactory(ends="2027"), ContractFactory(ends="30th November 2022")

    assert OpportunityFactory(replaces_contract=running).status(at=NOON) == Opportunity.Status.PLANNED
    assert OpportunityFactory(replaces_contract=ended).status(at=NOON) == Opportunity.Status.DATE_PASSED


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({}, "running"),
        ({"ends": "2022"}, "expired"),
        ({"starts": "2030"}, "planned"),
        ({"joining": "always"}, "open"),
        ({"joining": "always", "ends": "2022"}, "expired"),
        ({"joining": "closed"}, "closed"),
        ({"joining": "window", "opens_at": LATER}, "opens"),
        ({"joining": "window", "opens_at": BEFORE, "closes_at": LATER}, "open"),
        ({"joining": "window", "opens_at": BEFORE, "closes_at": NOON}, "closed"),
    ],
)
def test_a_frameworks_status_follows_from_its_facts(facts, status):
    framework = FrameworkFactory(**facts)

    assert Framework.objects.get(pk=framework.pk).status(at=NOON) == status


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({}, "unknown"),
        ({"ends": "to be confirmed"}, "unknown"),
        ({"ends": "2027"}, "running"),
        ({"starts": "2020"}, "running"),
        ({"starts": "2030"}, "planned"),
        ({"ends": "2022"}, "ended"),
        ({"ends": "2022", "ends_if_extended": "2028"}, "extended"),
        ({"ends": "2022", "ends_if_extended": "2024"}, "ended"),
    ],
)
def test_a_contracts_status_follows_from_its_dates(facts, status):
    contract = ContractFactory(**facts)

    assert Contract.objects.get(pk=contract.pk).status(at=NOON) == status


def test_a_deadline_is_judged_by_the_day_in_london():
    # 23:30 UTC on 30 June is already 1 July in London.
    contract = ContractFactory(ends="2026-06-30")
    late = dt.datetime(2026, 6, 30, 23, 30, tzinfo=dt.UTC)

    assert Contract.objects.get(pk=contract.pk).status(at=late) == Contract.Status.ENDED


def test_an_ocid_is_minted_once_and_a_given_one_is_kept(settings):
    minted, given = OpportunityFactory(), OpportunityFactory(ocid="ocds-h6vhtk-05e520")

    assert minted.ocid == f"{settings.OCID_PREFIX}-{minted.reference}"
    assert not minted.ocid.startswith("ocds-h6vhtk")
    assert given.ocid == "ocds-h6vhtk-05e520"


def test_a_filter_on_a_parent_finds_its_children():
    county = PlaceFactory(slug="county", kind=Place.Kind.COUNCIL)
    town = PlaceFactory(slug="town", parent=county)
    zone = PlaceFactory(slug="zone", parent=town)
    PlaceFactory(slug="county-next-door")

    assert set(Place.objects.within([county])) == {county, town, zone}
    assert set(Place.objects.within([town])) == {town, zone}
    assert not Place.objects.within([]).exists()


def test_moving_a_place_moves_what_lies_below_it():
    county, other = PlaceFactory(slug="county"), PlaceFactory(slug="other")
    zone = PlaceFactory(slug="zone", parent=PlaceFactory(slug="town", parent=county))

    town = zone.parent
    town.parent = other
    town.save()

    zone.refresh_from_db()
    assert zone.path == "other/town/zone"


def test_a_place_cannot_stand_below_itself():
    county = PlaceFactory()
    town = PlaceFactory(parent=county)
    county.parent = town

    with pytest.raises(ValidationError, match="not below this one"):
        county.full_clean()


def test_a_changed_slug_leaves_a_redirect_until_it_is_used_again():
    strategy = StrategyFactory(slug="old")
    strategy.slug = "new-name"
    strategy.save()

    assert list(FormerSlug.objects.values_list("slug", "object_id")) == [("old", strategy.pk)]
    strategy.slug = "old"
    strategy.save()
    assert list(FormerSlug.objects.values_list("slug", flat=True)) == ["new-name"]


def test_a_milestone_keeps_the_words_of_its_year():
    milestone = MilestoneFactory(due="2024/25")

    assert Milestone.objects.get(pk=milestone.pk).due_words == "2024/25"


def test_people_sign_in_by_e_mail_in_any_case():
    user = UserFactory(email="Ada@Example.org")

    assert User.objects.get_by_natural_key("ada@example.ORG") == user
    with pytest.raises(ValueError, match="email address"):
        User.objects.create_user("")
