"""What a block takes from the registers for its section."""

import pytest

from strategies import blocks
from strategies.models import Section
from tenders.models import Framework
from tests.factories import NOON
from tests.factories.strategies import PriorityFactory, SectionFactory, StrategyFactory, ThemeFactory
from tests.factories.tenders import FrameworkFactory, LotFactory, OpportunityFactory

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
