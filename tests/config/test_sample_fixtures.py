"""What is invented stays among itself: a sample is marked, and no row of a real document refers to one."""

from pathlib import Path

import pytest
import yaml

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
SAMPLES = sorted((FIXTURES / "samples").glob("*.yaml"))
CONTENT = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in SAMPLES]


def rows(label):
    return [row for content in CONTENT for row in content.get(label, [])]


@pytest.mark.parametrize("content", CONTENT, ids=[path.name for path in SAMPLES])
def test_every_file_marks_its_rows_as_samples(content):
    defaults = content["defaults"]

    assert defaults["is_sample"] is True
    assert str(defaults.get("organisation", "sample-")).startswith("sample-")


def test_sample_services_and_buildings_belong_to_sample_providers_at_sample_buildings():
    providers = {row["slug"] for row in rows("providers.provider")}
    locations = {row["slug"] for row in rows("providers.location")}

    named = {row["provider"] for label in ("providers.service", "providers.location") for row in rows(label)}
    used = {slug for row in rows("providers.service") for slug in row.get("locations", [])}

    assert named == providers
    assert used == locations
    assert not [row["slug"] for row in rows("providers.location") if row.get("postcode")]


def test_samples_say_so_in_their_names():
    named = rows("providers.provider") + rows("providers.service") + rows("providers.location")

    named += rows("commissioning.organisation")
    titled = rows("tenders.opportunity")
    told = [row["name"] for row in named] + [row["title"] for row in titled]
    plain = [words for words in told if "sample" not in words.lower()]

    assert plain == []


def test_sample_tenders_are_of_sample_organisations():
    organisations = {row["slug"] for row in rows("commissioning.organisation")}

    strange = [
        row["reference"]
        for content in CONTENT
        for row in content.get("tenders.opportunity", [])
        if row.get("organisation", content["defaults"].get("organisation")) not in organisations
    ]

    assert organisations
    assert strange == []


def test_no_document_refers_to_a_sample():
    labels = ("providers.provider", "providers.service", "providers.location")
    slugs = {row["slug"] for label in labels for row in rows(label)}
    real = [path for path in FIXTURES.rglob("*.yaml") if path not in SAMPLES]

    found = [(path.name, slug) for path in real for slug in slugs if slug in path.read_text(encoding="utf-8")]

    assert slugs
    assert found == []
