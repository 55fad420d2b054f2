"""A document composed from its sections: what it lacks, what changed, what stands first."""

import copy
import json

import pytest

from strategies import composition
from strategies.models import Section
from tests.factories import NOON
from tests.factories.commissioning import IndicatorFactory, ObservationFactory, OrganisationFactory
from tests.factories.strategies import MessageFactory, SectionFactory, TermFactory
from tests.strategies.registers import REGISTERS, fill, make_section, make_strategy

pytestmark = pytest.mark.django_db


@pytest.fixture
def strategy():
    return make_strategy(title="Care in Sampleshire", headline="What care Sampleshire needs", lede="Read this first.")


def compose(strategy):
    content, missing = composition.compose(strategy, at=NOON)
    assert missing == []
    return content


def figure(strategy, value, **facts):
    is_headline = facts.pop("is_headline", False)
    row = IndicatorFactory(organisation=strategy.organisation, chart="figure", **facts)
    ObservationFactory(indicator=row, category="", value=value, period="2026", is_headline=is_headline)
    return row


def headline_values(strategy):
    return [one["value"] for one in compose(strategy)["figures"]]


def test_the_document_names_itself_its_council_and_its_partners(strategy):
    partner = OrganisationFactory(short_name="ICB")
    strategy.partnerships.create(organisation=partner)
    SectionFactory(strategy=strategy)

    content = compose(strategy)

    assert (content["title"], content["headline"], content["lede"]) == (
        "Care in Sampleshire",
        "What care Sampleshire needs",
        "Read this first.",
    )
    assert content["organisation"]["name"] == strategy.organisation.name
    assert (content["partners"], content["partner_short_names"]) == ([partner.name], ["ICB"])


def test_sections_are_numbered_through_their_tree(strategy):
    first = SectionFactory(strategy=strategy, title="First", order=1)
    SectionFactory(strategy=strategy, title="Second", order=2)
    below = SectionFactory(strategy=strategy, title="Below", parent=first)
    SectionFactory(strategy=strategy, title="Deeper", parent=below)

    content = compose(strategy)

    assert [(one["number"], one["title"]) for one in composition.walk(content["sections"])] == [
        ("1", "First"),
        ("1.1", "Below"),
        ("1.1.1", "Deeper"),
        ("2", "Second"),
    ]


def test_a_document_without_sections_is_not_complete(strategy):
    _, missing = composition.compose(strategy, at=NOON)

    assert missing == ["The document has no sections yet."]


def test_a_section_that_says_nothing_is_named(strategy):
    SectionFactory(strategy=strategy, title="Hollow", body="")

    _, missing = composition.compose(strategy, at=NOON)

    assert missing == ["1 Hollow: it has neither words nor a block."]


def test_the_content_is_plain_data_with_every_block(strategy):
    for kind in REGISTERS:
        fill(strategy, kind)
        make_section(strategy, kind)

    content = compose(strategy)

    assert json.loads(json.dumps(content)) == content
    assert all(section["block"] for section in content["sections"])


def test_the_checksum_is_the_same_for_the_same_content_whatever_its_order(strategy):
    fill(strategy, Section.Block.GLOSSARY)
    make_section(strategy, Section.Block.GLOSSARY)

    first, second = compose(strategy), compose(strategy)
    turned = dict(reversed(list(second.items())))

    assert composition.checksum(first) == composition.checksum(turned)


def test_the_checksum_differs_when_a_word_does(strategy):
    section = SectionFactory(strategy=strategy)
    before = composition.checksum(compose(strategy))
    Section.objects.filter(pk=section.pk).update(body="<p>Other words.</p>")

    after = composition.checksum(compose(strategy))

    assert before != after


def test_figures_marked_as_headlines_stand_first_in_the_documents_order(strategy):
    figure(strategy, 18, topic="supply")
    figure(strategy, 4221, topic="supply", is_headline=True, order=2)
    figure(strategy, 97, topic="quality", is_headline=True, order=3)
    make_section(strategy, Section.Block.INDICATORS)

    values = headline_values(strategy)

    assert values == ["4,221", "97"]


def test_without_a_mark_figures_about_people_supply_and_money_stand_first(strategy):
    figure(strategy, 10, topic="quality", order=1)
    figure(strategy, 128577, topic="population", order=2)
    make_section(strategy, Section.Block.INDICATORS)

    values = headline_values(strategy)

    assert values == ["128,577"]


def test_four_figures_at_most_each_once(strategy):
    for number in range(1, 7):
        figure(strategy, number, topic="supply", is_headline=True, order=number)
    make_section(strategy, Section.Block.INDICATORS)
    make_section(strategy, Section.Block.INDICATORS)

    values = headline_values(strategy)

    assert values == ["1", "2", "3", "4"]


def test_one_figure_of_a_series_can_be_marked_with_what_it_is_of(strategy):
    row = IndicatorFactory(organisation=strategy.organisation, unit="%", measure="Share of people")
    ObservationFactory(indicator=row, category="85 and over", value=93, is_headline=True, order=2)
    ObservationFactory(indicator=row, category="0 to 15", value=-2, order=1)
    make_section(strategy, Section.Block.INDICATORS)

    figures = compose(strategy)["figures"]

    assert figures == [{"value": "93%", "what": "85 and over", "when": ""}]


def test_a_first_edition_has_no_changes(strategy):
    SectionFactory(strategy=strategy)

    assert composition.changes(None, compose(strategy)) == []


def test_nothing_changed_is_no_sentence(strategy):
    fill(strategy, Section.Block.PRIORITIES)
    make_section(strategy, Section.Block.PRIORITIES)
    content = compose(strategy)

    assert composition.changes(copy.deepcopy(content), content) == []


def test_changes_name_each_section_and_what_became_of_its_rows(strategy):
    kept = MessageFactory(strategy=strategy, text="Beds are short.")
    MessageFactory(strategy=strategy, text="Leaves.")
    make_section(strategy, Section.Block.MESSAGES, title="Messages", order=1)
    words = SectionFactory(strategy=strategy, title="Words", order=2)
    gone = SectionFactory(strategy=strategy, title="Old", order=3)
    before = compose(strategy)

    strategy.message_set.exclude(pk=kept.pk).delete()
    strategy.message_set.update(text="Beds are very short.")
    MessageFactory(strategy=strategy, text="Comes.")
    MessageFactory(strategy=strategy, text="Comes too.")
    Section.objects.filter(pk=words.pk).update(body="<p>Other words.</p>")
    gone.delete()
    TermFactory(strategy=strategy)
    make_section(strategy, Section.Block.GLOSSARY, title="Glossary", order=4)

    said = composition.changes(before, compose(strategy))

    assert said == [
        "1 Messages: 1 added, 2 changed.",
        "2 Words: words changed.",
        "New: 3 Glossary.",
        "Left out: Old.",
    ]


def test_rows_left_out_are_counted(strategy):
    rows = [MessageFactory(strategy=strategy) for _ in range(3)]
    make_section(strategy, Section.Block.MESSAGES, title="Messages")
    before = compose(strategy)
    for row in rows[1:]:
        row.delete()

    said = composition.changes(before, compose(strategy))

    assert said == ["1 Messages: 2 left out."]
