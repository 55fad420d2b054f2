"""A full row in the register of each kind of block, for one strategy."""

import datetime as dt

from strategies.models import Message, Progress, RelatedDocument, Section
from tenders.models import Contract, Framework
from tests.factories.commissioning import (
    ContactFactory,
    CoverageFactory,
    CycleStageFactory,
    IndicatorFactory,
    ObservationFactory,
    OrganisationFactory,
    OrganisationValueFactory,
    TeamFactory,
)
from tests.factories.core import ClientGroupFactory, PlaceFactory, ServiceTypeFactory
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
    ForumFactory,
    FrameworkFactory,
    LotFactory,
    OpportunityFactory,
    RateFactory,
)

Block = Section.Block


def make_strategy(**facts):
    """A strategy of a council that covers one place."""
    strategy = StrategyFactory(**facts)
    CoverageFactory(organisation=strategy.organisation, place=PlaceFactory(kind="council"))
    return strategy


def covered(strategy):
    return strategy.organisation.coverage.get().place


def message(strategy):
    row = MessageFactory(
        strategy=strategy, made_by=OrganisationFactory(), place=PlaceFactory(), source_note="Read twice."
    )
    return [row.text, row.made_by.name, row.place.name, "Read twice."]


def indicator(strategy):
    row = IndicatorFactory(organisation=strategy.organisation, chart="bars")
    observations = [ObservationFactory(indicator=row, place=PlaceFactory()) for _ in range(2)]
    return [row.title, *(one.category for one in observations)]


def priority(strategy):
    row = PriorityFactory(strategy=strategy, theme=ThemeFactory(strategy=strategy), number="4", text="First of all.")
    intention = IntentionFactory(strategy=strategy, priority=row, heading="At home")
    return [row.title, row.theme.title, "4", "First of all.", intention.title, "At home"]


def principle(strategy):
    return [PrincipleFactory(strategy=strategy, text="We ask first.").title, "We ask first."]


def action(strategy):
    row = ActionFactory(strategy=strategy, priority=PriorityFactory(strategy=strategy, number="2"), heading="Respite")
    team = TeamFactory(organisation=strategy.organisation)
    row.teams.add(team)
    milestone = MilestoneFactory(action=row, due="2024/25", title="Tender & award contract", is_buying=True)
    Progress.objects.create(action=row, reported_date=dt.date(2026, 10, 1), text=f"Begun with {team.name}.")
    return [row.title, "Respite", row.priority.title, team.name, milestone.title, "2024/25", f"Begun with {team.name}."]


def opportunity(strategy):
    running = ContractFactory(organisation=strategy.organisation, ends="31 March 2027")
    row = OpportunityFactory(
        organisation=strategy.organisation,
        summary="Help after hospital.",
        tender_date="Autumn 2026",
        contract_start_date="April 2027",
        joint_as_stated="Council and NHS",
        replaces_contract=running,
        framework=FrameworkFactory(organisation=strategy.organisation),
    )
    row.partnerships.create(organisation=OrganisationFactory())
    return [row.title, "Help after hospital.", "Autumn 2026", "April 2027", "31 March 2027", "Council and NHS"]


def framework(strategy):
    row = FrameworkFactory(
        organisation=strategy.organisation,
        kind=Framework.Kind.PURCHASING_SYSTEM,
        starts="2024",
        ends="2028",
        rates_as_stated="Set each April",
        call_off_note="All councils of the region",
    )
    lot = LotFactory(framework=row, providers_as_stated="Between 2 and 4 providers")
    rate = RateFactory(framework=row, stated="£21.50 an hour")
    admission = AdmissionFactory(framework=row, provider=ProviderFactory())
    caller = row.partnerships.create(organisation=OrganisationFactory(), role="may_call_off").organisation
    return [
        row.title, "2024", "2028", "Set each April", "All councils of the region", lot.title,
        "Between 2 and 4 providers", rate.name, "£21.50 an hour", admission.provider.name, caller.name,
    ]  # fmt: skip


def contract(strategy):
    row = ContractFactory(
        organisation=strategy.organisation,
        summary="Day care.",
        starts="1 April 2023",
        ends="31 March 2026",
        extension_as_stated="2 years more",
        value_as_stated="£36 million",
        framework=FrameworkFactory(organisation=strategy.organisation),
    )
    lead = ContractSupplierFactory(contract=row, role="lead")
    commissioner = row.commissioners.create(organisation=OrganisationFactory())
    return [
        row.title, "Day care.", "1 April 2023 to 31 March 2026", "2 years more", "£36 million", lead.provider.name,
        commissioner.organisation.name,
    ]  # fmt: skip


def service(strategy):
    row = ServiceFactory(summary="Flats with care.")
    row.types.add(ServiceTypeFactory())
    row.client_groups.add(ClientGroupFactory())
    row.locations.add(LocationFactory(place=covered(strategy), address="1 Mill Lane", town="Sampleton"))
    row.areas_served.add(covered(strategy))
    row.units.create(kind="apartments", count=46, tenure="rent")
    return [row.name, "Flats with care.", "1 Mill Lane, Sampleton", "46 apartments (rent)", row.provider.name]


def forum(strategy):
    row = ForumFactory(organisation=strategy.organisation, about="Talks prices.", meets="Every quarter")
    return [row.name, "Talks prices.", "Every quarter"]


def contact(strategy):
    row = ContactFactory(organisation=strategy.organisation, email="buying@example.org", phone="01632 960 001")
    return [row.role, "buying@example.org", "01632 960 001"]


def related(strategy):
    row = RelatedDocumentFactory(
        strategy=strategy, kind=RelatedDocument.Kind.NATIONAL, text="Duties of councils.", status="In force"
    )
    return [row.title, "National law or policy", "Duties of councils.", "In force"]


def term(strategy):
    row = TermFactory(strategy=strategy)
    return [row.term, row.meaning]


def value(strategy):
    return [OrganisationValueFactory(organisation=strategy.organisation, text="Open doors.").name, "Open doors."]


def stage(strategy):
    return [CycleStageFactory(organisation=strategy.organisation, text="Ask people.").name, "Ask people."]


def partner(strategy):
    after = OrganisationFactory()
    row = OrganisationFactory(summary="Buys health care.", succeeded_by=after, ended="June 2022")
    CoverageFactory(organisation=row, place=PlaceFactory(name=f"Ward of {row.name}"), note="without the north")
    strategy.partnerships.create(organisation=row, note="Signs too")
    return [row.name, "Buys health care.", f"Ward of {row.name} (without the north)", after.name, "Signs too"]


def place(strategy):
    row = PlaceFactory(parent=covered(strategy), note="Key service centre")
    return [row.name, "Key service centre"]


# The block, a row of its register, and whether anything makes the register empty.
REGISTERS = {
    Block.MESSAGES: message,
    Block.INDICATORS: indicator,
    Block.PRIORITIES: priority,
    Block.PRINCIPLES: principle,
    Block.DELIVERY_PLAN: action,
    Block.PIPELINE: opportunity,
    Block.FRAMEWORKS: framework,
    Block.CONTRACTS: contract,
    Block.SERVICES: service,
    Block.FORUMS: forum,
    Block.CONTACTS: contact,
    Block.RELATED: related,
    Block.GLOSSARY: term,
    Block.VALUES: value,
    Block.CYCLE: stage,
    Block.PARTNERS: partner,
    Block.PLACES: place,
}


def fill(strategy, kind, rows=1):
    """Fill the register of one kind; return the words that its block must carry."""
    return [words for _ in range(rows) for words in REGISTERS[kind](strategy)]


def make_section(strategy, kind, **facts):
    """A section fed by the block. Indicators are chosen one by one, so it takes all there are."""
    section = SectionFactory(strategy=strategy, block=kind, **facts)
    if kind == Block.INDICATORS:
        section.indicators.set(strategy.organisation.indicator_set.all())
    return section


def in_house(strategy):
    return ContractFactory(organisation=strategy.organisation, arrangement=Contract.Arrangement.IN_HOUSE)


def key_messages(section):
    section.message_kinds = [Message.Kind.KEY_MESSAGE, Message.Kind.VISION]
    section.save()
    return section
