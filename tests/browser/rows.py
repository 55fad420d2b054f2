"""Rows as full as a council can make them, for the examples of each page."""

import datetime as dt
import io

from PIL import Image

from core import clock, files, jobs
from core.models import Outline
from providers.models import Fee, Rating, Unit, Vacancy
from providers.services import photos, revisions
from strategies import services
from strategies.models import Edition, EditionFile, Section
from tenders.models import ContractSupplier, EntryCondition
from tests.factories import NOON
from tests.factories.commissioning import (
    ContactFactory,
    CoverageFactory,
    CycleStageFactory,
    IndicatorFactory,
    ObservationFactory,
    OrganisationFactory,
    OrganisationValueFactory,
    SourceDocumentFactory,
    TeamFactory,
)
from tests.factories.core import ClientGroupFactory, PlaceFactory, ServiceTypeFactory, TownFactory, UserFactory
from tests.factories.providers import LocationFactory, ProviderFactory, ServiceFactory
from tests.factories.strategies import (
    ActionFactory,
    IntentionFactory,
    MessageFactory,
    MilestoneFactory,
    PrincipleFactory,
    PriorityFactory,
    RelatedDocumentFactory,
    SectionFactory,
    StrategyFactory,
    TermFactory,
    ThemeFactory,
)
from tests.factories.tenders import (
    AdmissionFactory,
    ContractFactory,
    ContractSupplierFactory,
    EntryConditionFactory,
    FrameworkFactory,
    LotFactory,
    OpportunityFactory,
    RateFactory,
)
from tests.providers.profiles import make_home

LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitänsmütze"
NOW = dt.datetime.now(dt.UTC)


def full_organisation():
    organisation = OrganisationFactory(
        name="Council of a Place with an Unusually Long Name and a Northern Part",
        short_name="Northern Part",
        summary="The council of a place that exists only here.",
        procurement_portal="The Portal",
        procurement_portal_url="https://portal.example/",
        social_value_weighting=10,
        social_value_note="Local jobs count.",
        website="https://council.example/",
        accent="heather",
    )
    source = SourceDocumentFactory(organisation=organisation, title="A plan", note="A draft.")
    CoverageFactory(organisation=organisation, note="Adults and children")
    organisation.members.add(OrganisationFactory())
    OrganisationValueFactory(organisation=organisation, text="What it means.")
    CycleStageFactory(organisation=organisation, text="What is done.")
    TeamFactory(organisation=organisation, about="What it does.")
    ContactFactory(
        organisation=organisation, email=f"{LONG_WORD.encode().hex()[:50]}@council.example", phone="01234 567890"
    )
    for topic in ("population", "health", "children", "spending"):
        for _ in range(2):
            indicator = IndicatorFactory(organisation=organisation, topic=topic, source=source, source_section="2.1")
            for _ in range(3):
                ObservationFactory(indicator=indicator)
        ObservationFactory(indicator=IndicatorFactory(organisation=organisation, topic=topic, chart="figure"))
    return organisation


def full_strategy(*, organisation=None):
    """Return a public strategy with one of everything, and sections that a document can be composed of."""
    organisation = organisation or full_organisation()
    source = organisation.sourcedocument_set.first()
    strategy = StrategyFactory(
        organisation=organisation, source=source, source_section="Whole", lede="Who needs what.", kind="mps",
        source_status="Final draft",
    )  # fmt: skip
    strategy.partnerships.create(organisation=OrganisationFactory())
    theme = ThemeFactory(strategy=strategy, text="What it holds.")
    for number in range(3):
        priority = PriorityFactory(
            strategy=strategy, theme=theme, number=str(number + 1), text="Why it matters.", source=source
        )
        for heading in ("", "Under a heading"):
            IntentionFactory(strategy=strategy, priority=priority, heading=heading, text="How.", source=source)
        action = ActionFactory(strategy=strategy, priority=priority, responsible_as_stated="A team")
        MilestoneFactory(action=action, due="2024/25", is_buying=True)
        MilestoneFactory(action=action, due="2025/26")
    IntentionFactory(strategy=strategy)
    for _ in range(8):
        MessageFactory(strategy=strategy, source=source)
    PrincipleFactory(strategy=strategy, text="What it asks.")
    RelatedDocumentFactory(strategy=strategy, url="https://law.example/", status="in draft")
    TermFactory(strategy=strategy)
    chapter = SectionFactory(strategy=strategy, source=source, source_section="1")
    blocks = [block for block in Section.Block.values if block in BLOCKS]
    for block in blocks:
        parent = chapter if block in ("glossary", "related") else None
        section = SectionFactory(strategy=strategy, block=block, parent=parent, source=source)
        if block == "messages":
            section.message_kinds = ["key_message"]
            section.save()
        if block == "indicators":
            section.indicators.set(organisation.indicator_set.all())
    return strategy


# What `full_strategy` fills; the registers of procurement have pages of their own here.
BLOCKS = (
    "messages", "indicators", "priorities", "principles", "delivery_plan", "contacts", "related", "glossary", "values",
    "cycle", "partners",
)  # fmt: skip


def composed_edition(strategy, *, published_at=None):
    """Compose an edition through the services with the real renderer, here and now."""
    edition = services.request_edition(strategy=strategy, by=None, at=clock.now())
    jobs.run(services.composing_job(edition).pk)
    edition.refresh_from_db()
    assert edition.is_composed, services.composing_job(edition).reason
    if published_at:
        Edition.objects.filter(pk=edition.pk).update(published_at=published_at)
        edition.refresh_from_db()
    return edition


class Press:
    """Composes one full strategy a session, and sets what came of it into each test's empty database and folder."""

    def __init__(self):
        self._kept = None

    def edition(self, strategy, *, published_at=None):
        if self._kept is None:
            edition = composed_edition(strategy)
            self._kept = (
                {name: getattr(edition, name) for name in ("composed_at", "content", "content_checksum")},
                [(file.kind, file.pages, files.read(file.checksum)) for file in edition.files.all()],
            )
            Edition.objects.filter(pk=edition.pk).update(published_at=published_at)
            edition.refresh_from_db()
            return edition
        kept, stored = self._kept
        edition = Edition.objects.create(
            strategy=strategy, number=1, requested_at=NOW, published_at=published_at, **kept
        )
        for kind, pages, content in stored:
            file = files.store(content)
            EditionFile.objects.create(edition=edition, kind=kind, pages=pages, checksum=file.checksum, size=file.size)
        return edition


def full_contract(**more):
    organisation = OrganisationFactory()
    contract = ContractFactory(
        organisation=organisation, summary="What it buys.", ends="2027", term_as_stated="3 years",
        extension_as_stated="up to 2 years", value_as_stated="About £1m", note="A note.",
        source=SourceDocumentFactory(organisation=organisation), source_section="Table 3", source_note="Read as 2027.",
        **more,
    )  # fmt: skip
    ContractSupplierFactory(contract=contract, role=ContractSupplier.Role.LEAD, note="Leads.")
    contract.types.add(ServiceTypeFactory())
    contract.client_groups.add(ClientGroupFactory())
    contract.commissioners.create(organisation=OrganisationFactory())
    contract.services.add(ServiceFactory())
    return contract


def full_framework():
    organisation = OrganisationFactory()
    framework = FrameworkFactory(
        organisation=organisation, summary="What is bought from it.", joining="always", ends="2030",
        providers_as_stated="About 40 in three zones, and more for complex needs", rates_as_stated="See below",
        source=SourceDocumentFactory(organisation=organisation), source_section="Section 8",
    )  # fmt: skip
    for _ in range(3):
        lot = LotFactory(framework=framework, summary="What it holds.", provider_count=4, capacity_as_stated="Enough")
        lot.places.add(PlaceFactory())
        RateFactory(framework=framework, lot=lot)
        AdmissionFactory(framework=framework, lot=lot)
    framework.types.add(ServiceTypeFactory())
    framework.partnerships.create(organisation=OrganisationFactory())
    ContractFactory(organisation=organisation, framework=framework)
    OpportunityFactory(organisation=organisation, framework=framework)
    return framework


def full_opportunity(**more):
    organisation = OrganisationFactory(procurement_portal="The Portal")
    more.setdefault("tender_date", "2028")
    opportunity = OpportunityFactory(
        organisation=organisation, service_area="Adult care", summary="What is wanted.", note="A note.",
        contract_start_date="2028/29", value_as_stated="Not more than £1m a year", dates_as_stated="Spring, perhaps",
        replaces_contract=ContractFactory(organisation=organisation, ends="2028"), framework=FrameworkFactory(),
        source=SourceDocumentFactory(organisation=organisation), source_section="Table 1", **more,
    )  # fmt: skip
    kind = ServiceTypeFactory()
    opportunity.types.add(kind)
    opportunity.client_groups.add(ClientGroupFactory())
    opportunity.places.add(PlaceFactory())
    opportunity.partnerships.create(organisation=OrganisationFactory())
    OpportunityFactory(organisation=organisation).types.add(kind)
    action = ActionFactory(priority=PriorityFactory())
    action.opportunities.add(opportunity)
    MessageFactory().opportunities.add(opportunity)
    return opportunity


def opportunities_in_every_state():
    """One opportunity for each status a record can have, so that each tag is on the page."""
    day = dt.timedelta(days=1)
    states = [
        {"tender_date": "2035"},
        {"engagement_date": "2024", "tender_date": "2035"},
        {"opens_at": NOW - day, "closes_at": NOW + 30 * day},
        {"opens_at": NOW - day, "closes_at": NOW + 3 * day},
        {"opens_at": NOW - 3 * day, "closes_at": NOW - day},
        {"awarded_at": NOW - day},
        {"tender_date": "2020"},
    ]
    return [full_opportunity(is_sample=False, **state) for state in states]


def service_on_a_map():
    """A service with an alert, an old rating in other words, and a map."""
    service = full_service(alert="The entrance has moved to the side.", is_closed_temporarily=True)
    council = PlaceFactory(name="Exampleshire", kind="council")
    ring = [[54.6, -1.8], [54.6, -1.3], [54.9, -1.3], [54.9, -1.8], [54.6, -1.8]]
    Outline.objects.create(place=council, rings=[ring], source="A file", licence="Licence of the map.")
    TownFactory(name="Sampleton", latitude=54.72, longitude=-1.55)
    service.locations.update(
        latitude=54.75, longitude=-1.5, place=council, has_lift=True, cqc_location_id="1-234567890"
    )
    service.ratings.filter(question="overall").update(rated_date=NOON.date() - dt.timedelta(days=2000))
    return service


def full_service(**more):
    organisation = OrganisationFactory()
    source = SourceDocumentFactory(organisation=organisation)
    provider = ProviderFactory(phone="01234 567890")
    service = ServiceFactory(
        provider=provider, summary="What it is.", description="More words.\nIn two lines.", setting="place",
        minimum_age=18, maximum_age=90, takes_self_funders=True, takes_council_funded=False,
        languages=["English", "Welsh"], how_to_get="Ask the council.", website="https://service.example/long/path/of/it",
        email="office@service.example", phone="01234 567890", opened="2019", confirmed_at=NOON, checked_at=NOON,
        source=source, source_section="Table 9", **more,
    )  # fmt: skip
    service.types.add(ServiceTypeFactory())
    service.client_groups.add(ClientGroupFactory())
    service.locations.add(
        LocationFactory(
            provider=provider, address="1 Street", town="Sampleton", postcode="ZZ1 1ZZ", place=PlaceFactory()
        )
    )
    service.areas_served.add(PlaceFactory())
    Unit.objects.create(service=service, kind="apartments", tenure="rent", count=40)
    Fee.objects.create(
        service=service,
        name="Room",
        amount_from=1000,
        amount_to=1200,
        per="week",
        told_date=NOON.date(),
        included="Meals",
    )
    Vacancy.objects.create(
        service=service, unit="room", available=2, maximum=40, told_at=NOW, expires_at=NOW + dt.timedelta(days=7)
    )
    Rating.objects.create(service=service, value="good", rated_date=NOON.date(), report_url="https://cqc.example/")
    Rating.objects.create(service=service, question="safe", value="requires_improvement", rated_date=NOON.date())
    ServiceFactory(provider=provider)
    ContractFactory().services.add(service)
    return service


def withdrawn_opportunity():
    return OpportunityFactory(withdrawn_at=NOON, ended_reason="The money went elsewhere.")


def sample_service():
    return ServiceFactory(is_sample=True, provider=ProviderFactory(is_sample=True))


def tell_all(service):
    """Fees and vacancies of a service, one vacancy too old to count."""
    for name in ("Single room", "Double room"):
        Fee.objects.create(
            service=service, name=name, amount_from=1000, amount_to=1200, per="week", told_date=NOON.date(),
            included="Meals",
        )  # fmt: skip
    for unit, told_at in (("room", NOW), ("place for a day", NOW - dt.timedelta(days=40))):
        Vacancy.objects.create(
            service=service, unit=unit, available=2, maximum=2, told_at=told_at,
            expires_at=told_at + dt.timedelta(days=14),
        )  # fmt: skip


def add_photos(home):
    """Two photos in the draft of a service."""
    for colour in ("teal", "white"):
        output = io.BytesIO()
        Image.new("RGB", (400, 300), colour).save(output, "JPEG")
        output.seek(0)
        photos.add_photo(
            provider=home.provider, service=home.service, file=output, size=1, alt_text=f"Something {colour}.",
            by=home.person, at=NOON,
        )  # fmt: skip


def photo_visit(at):
    """The address of a photo that a council has agreed to."""

    def visit(press):
        home = make_home()
        add_photos(home)
        home.approve(revisions.submit_changes(provider=home.provider, service=home.service, by=home.person, at=NOON))
        return at("providers:photo", home.service.slug, home.service.photos.first().file, is_page=False)

    return visit


def conditions():
    """A framework with a lot of each state of joining, and each kind of entry condition."""
    framework = FrameworkFactory(joining="always")
    for facts in ({}, {"joining": "closed", "reopens": "Spring 2040"}, {"maximum_providers": 0}):
        LotFactory(framework=framework, **facts)
    for kind in EntryCondition.Kind:
        rating = "good" if kind == "cqc_rating" else ""
        EntryConditionFactory(framework=framework, kind=kind, rating=rating, text="In the council's words")
    return framework


def bare_representative():
    """Somebody who keeps the entry of a provider without a service."""
    return ProviderFactory().representatives.create(user=UserFactory()).user
