"""What a block takes from the registers for its section."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from strategies import blocks, composition
from strategies.models import Section, Strategy
from tenders.models import Framework
from tests.factories import NOON
from tests.factories.commissioning import IndicatorFactory, ObservationFactory
from tests.factories.providers import LocationFactory, ServiceFactory
from tests.factories.strategies import (
    MessageFactory,
    PriorityFactory,
    SectionFactory,
    StrategyFactory,
    TermFactory,
    ThemeFactory,
)
from tests.factories.tenders import (
    ContractFactory,
    ContractSupplierFactory,
    FrameworkFactory,
    LotFactory,
    OpportunityFactory,
)
from tests.strategies.registers import (
    REGISTERS,
    covered,
    fill,
    in_house,
    key_messages,
    make_section,
    make_strategy,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def strategy():
    return StrategyFactory()


def texts(block):
    return [[cell["text"] for cell in row] for group in block["groups"] for row in group["rows"]]


def test_headings_choose_the_themes_whose_priorities_stand_in_a_section(strategy):
    fairer = ThemeFactory(strategy=strategy, title="Fairer")
    PriorityFactory(strategy=strategy, theme=fairer, title="Best start in life")
    PriorityFactory(strategy=strategy, theme=ThemeFactory(strategy=strategy, title="Protected"), title="Screening")
    section = SectionFactory(strategy=strategy, block=Section.Block.PRIORITIES, message_headings=["Fairer"])

    block = blocks.build(section, at=NOON)

    assert [(item["title"], item["above"]) for item in block["items"]] == [("Best start in life", "Fairer")]


def test_a_theme_is_not_named_again_below_its_own_title(strategy):
    PriorityFactory(strategy=strategy, theme=ThemeFactory(strategy=strategy, title="Fairer"))
    section = SectionFactory(strategy=strategy, title="Fairer", block=Section.Block.PRIORITIES)

    block = blocks.build(section, at=NOON)

    assert block["items"][0]["above"] == ""


def test_the_pipeline_says_when_the_contract_starts_and_what_the_date_waits_for(strategy):
    OpportunityFactory(
        organisation=strategy.organisation,
        title="Reablement",
        tender_date="Autumn 2024",
        contract_start_date="April 2025",
        dates_as_stated="Waits for the review.",
    )
    section = SectionFactory(strategy=strategy, block=Section.Block.PIPELINE)

    block = blocks.build(section, at=NOON)

    assert block["columns"] == ["Service", "Tender", "Contract start"]
    assert texts(block) == [["Reablement", "Autumn 2024", "April 2025"]]
    assert block["groups"][0]["rows"][0][1]["note"] == "Waits for the review."


def test_words_stand_in_for_a_tender_date_that_is_not_known(strategy):
    OpportunityFactory(organisation=strategy.organisation, dates_as_stated="When the money is there")
    section = SectionFactory(strategy=strategy, block=Section.Block.PIPELINE)

    block = blocks.build(section, at=NOON)

    assert texts(block)[0][1] == "When the money is there"


def test_a_framework_is_shown_with_its_lots(strategy):
    framework = FrameworkFactory(
        organisation=strategy.organisation, title="Home care", joining=Framework.Joining.CLOSED
    )
    LotFactory(framework=framework, number="1", title="Zone 1", providers_as_stated="Between 2 and 4 providers")
    section = SectionFactory(strategy=strategy, block=Section.Block.FRAMEWORKS)

    block = blocks.build(section, at=NOON)

    assert block["items"][0]["parts"] == [
        {"heading": "Lots", "title": "1: Zone 1", "text": "Providers: Between 2 and 4 providers"}
    ]


def said(block):
    return json.dumps(block, ensure_ascii=False)


def test_every_kind_of_block_has_a_register_here():
    kinds = set(Section.Block) - {Section.Block.NONE}

    assert set(REGISTERS) == kinds


@pytest.mark.parametrize("kind", REGISTERS)
def test_a_block_carries_every_word_of_its_rows(kind):
    strategy = make_strategy()
    words = fill(strategy, kind, rows=2)
    section = make_section(strategy, kind)

    text = said(blocks.build(section, at=NOON))

    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize("kind", REGISTERS)
def test_a_block_costs_the_same_number_of_queries_for_one_row_and_for_three(kind):
    counts = []
    for rows in (1, 3):
        strategy = make_strategy()
        fill(strategy, kind, rows=rows)
        made = make_section(strategy, kind)
        section = Section.objects.select_related("strategy__organisation").get(pk=made.pk)

        with CaptureQueriesContext(
            connection,
        ) as queries:
            blocks.build(section, at=NOON)
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("kind", [kind for kind in REGISTERS if kind != Section.Block.PARTNERS])
def test_rows_of_another_organisation_stay_out(kind):
    words = fill(make_strategy(), kind)
    strategy = make_strategy()
    section = make_section(strategy, kind)

    block = blocks.build(section, at=NOON)

    assert words
    assert block is None


@pytest.mark.parametrize("kind", [kind for kind in REGISTERS if kind != Section.Block.PARTNERS])
def test_a_block_without_rows_is_named_as_missing(kind):
    strategy = make_strategy()
    section = make_section(strategy, kind, body="", title="Left open")

    _, missing = composition.compose(strategy, at=NOON)

    assert missing == [f"1 Left open: the register has nothing for “{section.get_block_display()}”."]


@pytest.mark.parametrize(
    "kind",
    [
        Section.Block.PIPELINE,
        Section.Block.FRAMEWORKS,
        Section.Block.CONTRACTS,
        Section.Block.SERVICES,
        Section.Block.FORUMS,
    ],
)
def test_drafts_stay_out(kind):
    strategy = make_strategy()
    fill(strategy, kind)
    for model in registers_of(kind):
        model.objects.update(published_at=None)
    section = make_section(strategy, kind)

    block = blocks.build(section, at=NOON)

    assert block is None


SAMPLED = [kind for kind in REGISTERS if kind not in (Section.Block.PARTNERS, Section.Block.PLACES)]


@pytest.mark.parametrize("kind", SAMPLED)
def test_sample_rows_stay_out_of_a_real_document(kind):
    strategy = make_strategy()
    fill(strategy, kind)
    for model in registers_of(kind):
        model.objects.update(is_sample=True)
    section = make_section(strategy, kind)

    block = blocks.build(section, at=NOON)

    assert block is None


def test_a_document_that_is_a_sample_keeps_its_own_rows():
    strategy = make_strategy(is_sample=True)
    MessageFactory(strategy=strategy, text="Invented.", is_sample=True)
    section = make_section(strategy, Section.Block.MESSAGES)

    block = blocks.build(section, at=NOON)

    assert block["groups"][0]["items"][0]["text"] == "Invented."


def registers_of(kind):
    """The models whose rows a block of this kind lists."""
    from commissioning.models import Contact, CycleStage, Indicator, OrganisationValue
    from providers.models import Service
    from strategies.models import Action, Message, Principle, Priority, RelatedDocument, Term
    from tenders.models import Contract, Forum, Opportunity

    return {
        Section.Block.MESSAGES: [Message],
        Section.Block.INDICATORS: [Indicator],
        Section.Block.PRIORITIES: [Priority],
        Section.Block.PRINCIPLES: [Principle],
        Section.Block.DELIVERY_PLAN: [Action],
        Section.Block.PIPELINE: [Opportunity],
        Section.Block.FRAMEWORKS: [Framework],
        Section.Block.CONTRACTS: [Contract],
        Section.Block.SERVICES: [Service],
        Section.Block.FORUMS: [Forum],
        Section.Block.CONTACTS: [Contact],
        Section.Block.RELATED: [RelatedDocument],
        Section.Block.GLOSSARY: [Term],
        Section.Block.VALUES: [OrganisationValue],
        Section.Block.CYCLE: [CycleStage],
    }[kind]


def test_messages_stand_under_their_headings_and_keep_their_order():
    strategy = make_strategy()
    MessageFactory(strategy=strategy, heading="Later", text="Third.", order=3)
    MessageFactory(strategy=strategy, heading="First", text="One.", order=1)
    MessageFactory(strategy=strategy, heading="First", text="Two.", order=2)
    section = make_section(strategy, Section.Block.MESSAGES)

    block = blocks.build(section, at=NOON)

    assert [(group["heading"], [item["text"] for item in group["items"]]) for group in block["groups"]] == [
        ("First", ["One.", "Two."]),
        ("Later", ["Third."]),
    ]


def test_only_key_messages_and_visions_are_set_apart():
    strategy = make_strategy()
    MessageFactory(strategy=strategy)
    section = make_section(strategy, Section.Block.MESSAGES)

    plain = blocks.build(section, at=NOON)["emphasis"]
    key = blocks.build(key_messages(section), at=NOON)["emphasis"]

    assert (plain, key) == ("", "key")


def test_a_glossary_is_in_alphabetical_order_whatever_the_case():
    strategy = make_strategy()
    for term in ("VCSE", "co-production", "ADASS"):
        TermFactory(strategy=strategy, term=term)
    section = make_section(strategy, Section.Block.GLOSSARY)

    block = blocks.build(section, at=NOON)

    assert [item["term"] for item in block["items"]] == ["ADASS", "co-production", "VCSE"]


def test_a_column_that_few_rows_fill_becomes_a_note_below_their_titles():
    strategy = make_strategy()
    for ends in ("2026", "2027", "2028"):
        ContractFactory(organisation=strategy.organisation, ends=ends)
    ContractFactory(organisation=strategy.organisation, title="Beds", ends="2029", value_as_stated="£2 million")
    section = make_section(strategy, Section.Block.CONTRACTS)

    block = blocks.build(section, at=NOON)

    assert block["columns"] == ["Service", "Start and end"]
    assert block["groups"][0]["rows"][-1][0]["note"] == "Value: £2 million"


def test_areas_with_one_row_each_are_notes_and_no_headings():
    strategy = make_strategy()
    for title, area in (("Carers hub", "Carers Hub"), ("Beds", "Care homes"), ("Meals", "Meals")):
        OpportunityFactory(organisation=strategy.organisation, title=title, service_area=area, tender_date="2027")
    section = make_section(strategy, Section.Block.PIPELINE)

    block = blocks.build(section, at=NOON)

    assert [group["title"] for group in block["groups"]] == [""]
    notes = {row[0]["text"]: row[0].get("note") for row in block["groups"][0]["rows"]}
    assert notes == {"Carers hub": None, "Beds": "Part of: Care homes", "Meals": None}


def test_areas_with_several_rows_are_headings():
    strategy = make_strategy()
    for title in ("Beds", "Respite"):
        OpportunityFactory(organisation=strategy.organisation, title=title, service_area="Adults", tender_date="2027")
    section = make_section(strategy, Section.Block.PIPELINE)

    block = blocks.build(section, at=NOON)

    assert [(group["title"], len(group["rows"])) for group in block["groups"]] == [("Adults", 2)]


def test_suppliers_are_named_with_their_part():
    strategy = make_strategy()
    contract = ContractFactory(organisation=strategy.organisation)
    lead = ContractSupplierFactory(contract=contract, role="lead", order=1)
    below = ContractSupplierFactory(contract=contract, role="subcontractor", order=2)

    text = blocks.suppliers_text(contract)

    assert text == f"{lead.provider} (lead provider); {below.provider} (subcontractor)"


def test_a_service_of_the_council_itself_says_so():
    assert blocks.suppliers_text(in_house(make_strategy())) == "In-house"


def test_a_withheld_address_is_not_printed():
    strategy = make_strategy()
    refuge = ServiceFactory()
    refuge.locations.add(
        LocationFactory(place=covered(strategy), address="9 Hidden Lane", postcode="ZZ1 1ZZ", is_address_withheld=True)
    )
    section = make_section(strategy, Section.Block.SERVICES)

    text = said(blocks.build(section, at=NOON))

    assert refuge.name in text
    assert "Hidden" not in text and "ZZ1" not in text


def test_an_indicator_in_two_places_keeps_its_figures():
    strategy = make_strategy()
    row = IndicatorFactory(organisation=strategy.organisation, unit="%")
    ObservationFactory(indicator=row, category="Women", value=62)
    section = make_section(strategy, Section.Block.INDICATORS)

    block = blocks.build(section, at=NOON)

    assert block["items"][0]["figures"][0] | {"note": ""} == {
        "value": "62%",
        "what": "Women",
        "when": "",
        "note": "",
        "is_headline": False,
    }


def test_the_delivery_plan_puts_each_milestone_into_its_year():
    strategy = make_strategy()
    fill(strategy, Section.Block.DELIVERY_PLAN)

    plan = blocks.delivery_plan(Strategy.objects.get(pk=strategy.pk), at=NOON)

    row = plan["groups"][0]["rows"][0]
    assert plan["years"] == ["2024/25"]
    assert row["cells"] == [{"text": "Tender & award contract", "buys": True, "label": "2024/25"}]
