"""The loader takes fixtures whole or not at all, and names what is wrong by file, line, row and field."""

import textwrap

import pytest

from commissioning.models import Organisation
from config.fixtures import FixturesRefused, load_fixtures
from core.models import Place
from tenders.models import Framework, Lot, Opportunity
from tests.factories import NOON

pytestmark = pytest.mark.django_db

COUNCIL = """
    commissioning.organisation:
      - {slug: council, name: A Council, short_name: A, kind: council}
"""


@pytest.fixture
def load(tmp_path):
    folder = tmp_path / "fixtures"

    def write_and_load(**files):
        for name, text in files.items():
            path = folder / "council" / f"{name}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")
        return load_fixtures(folder=folder, at=NOON)

    return write_and_load


def test_rows_children_and_links_are_loaded_once(load):
    files = {
        "a": COUNCIL
        + """
    tenders.framework:
      - slug: home-care
        organisation: council
        title: Home care
        kind: framework
        starts: Spring 2024
        places: [town]
        lots:
          - {slug: zone-1, title: Zone 1, provider_count: 4}
""",
        "b": "core.place:\n  - {slug: town, name: Town, kind: town}\n",
    }

    first, second = load(**files), load(**files)

    framework = Framework.objects.get()
    assert framework.starts.words == "Spring 2024"
    assert [place.slug for place in framework.places.all()] == ["town"]
    assert framework.published_at == NOON
    lot = Lot.objects.get()
    assert (lot.framework, lot.organisation.slug, lot.order, lot.provider_count) == (framework, "council", 1, 4)
    assert first.created == {
        "core.place": 1,
        "commissioning.organisation": 1,
        "tenders.framework": 1,
        "tenders.lot": 1,
    }
    assert (second.created, second.updated, second.unchanged) == ({}, {}, 4)


def test_a_child_whose_key_was_left_to_its_default_is_found_again(load):
    text = """
    defaults: {is_sample: true}
    providers.service:
      - {slug: home, name: Home, units: [{kind: room, count: 3}]}
"""

    load(a=text)
    second = load(a=text)

    assert (second.created, second.updated, second.unchanged) == ({}, {}, 2)


def test_a_town_stands_under_a_place_of_the_reference_files(tmp_path):
    files = {
        "a-council/town": "core.place:\n  - {slug: town, name: Town, kind: town, parent: county}\n",
        "reference/places": "core.place:\n  - {slug: county, name: County, kind: council}\n",
    }
    for name, text in files.items():
        path = tmp_path / f"{name}.yaml"
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")

    load_fixtures(folder=tmp_path, at=NOON)

    assert Place.objects.get(slug="town").path == "county/town"


def test_a_draft_stays_private(load):
    load(
        a=COUNCIL
        + """
    tenders.opportunity:
      - {reference: need, organisation: council, title: A need, draft: true}
"""
    )

    assert Opportunity.objects.get().published_at is None


def test_a_changed_file_changes_the_row(load):
    load(a=COUNCIL)

    report = load(a=COUNCIL.replace("A Council", "Another Council"))

    assert Organisation.objects.get().name == "Another Council"
    assert report.updated == {"commissioning.organisation": 1}


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (
            "tenders.opportunity:\n  - {reference: need, organisation: council, title: A need, tender_date: soonish}",
            "council/b.yaml, line 2, tenders.opportunity “need”, field tender_date: We cannot read “soonish” as a date.",
        ),
        (
            "tenders.opportunity:\n  - {reference: need, organisation: nobody, title: A need}",
            "field organisation: there is no organisation “nobody”.",
        ),
        (
            "tenders.opportunity:\n  - {reference: need, organisation: council, title: A need, colour: red}",
            "field colour: there is no such field.",
        ),
        (
            "tenders.opportunity:\n  - {reference: need, organisation: council}",
            "field title: This field cannot be blank.",
        ),
        (
            "tenders.contract:\n  - {reference: c, organisation: council, title: C, value_amount: -1}",
            "A value cannot be below nought.",
        ),
        ("tenders.tender:\n  - {reference: need}", "there is no model “tenders.tender” to load"),
        ("core.place:\n  - {slug: a, slug: b}", "council/b.yaml, line 2: “slug” is given twice"),
        ("core.place: [", "council/b.yaml, line"),
        ("core.place:\n  - just words", "a row must map fields to values, not “just words”."),
        (
            "core.place:\n  - {slug: a, name: A, kind: town, latitude: 54.7}",
            "Give both latitude and longitude, inside the United Kingdom, or neither.",
        ),
    ],
)
def test_a_broken_row_is_named_and_nothing_is_loaded(load, rows, problem):
    with pytest.raises(FixturesRefused) as refusal:
        load(a=COUNCIL, b=rows)

    assert problem in str(refusal.value)
    assert not Organisation.objects.exists()
    assert not Place.objects.exists()


def test_every_problem_is_named_at_once(load):
    with pytest.raises(FixturesRefused) as refusal:
        load(
            a="core.place:\n  - {slug: a, name: A, kind: hamlet}\n  - {slug: b, kind: town}\n"
            "  - {slug: c, name: C, kind: town, parent: nowhere}\n"
        )

    assert len(refusal.value.problems) == 3


def test_the_command_says_what_is_wrong_and_ends_with_an_error(tmp_path, capsys):
    from django.core.management import CommandError, call_command

    (tmp_path / "broken.yaml").write_text("core.place:\n  - {slug: a}\n")

    with pytest.raises(CommandError, match="broken.yaml, line 2, core.place “a”, field name"):
        call_command("load_fixtures", tmp_path)
