"""A family finds three services on a small phone, without script: from the home page, and through the finder."""

import re

import pytest

from tests.factories.core import OutcodeFactory, PlaceFactory, PostcodeFactory, ServiceTypeFactory, TownFactory
from tests.factories.providers import LocationFactory, ServiceFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def durham():
    county = PlaceFactory(
        slug="county-durham", name="County Durham", kind="council", gss_code="E06000047", latitude=54.7, longitude=-1.7
    )
    border = PlaceFactory(
        slug="darlington", name="Darlington", kind="council", gss_code="E06000005", latitude=54.5, longitude=-1.55
    )
    outcode = OutcodeFactory(council=county, town=TownFactory(name="Durham", council=county))
    outcode.shares.create(council=county, postcodes=900)
    PostcodeFactory(council=county)
    nursing = ServiceTypeFactory(slug="nursing-home", name="Care home with nursing")
    other = ServiceTypeFactory(slug="care-home", name="Care home")
    for number, (name, kind, council) in enumerate(
        [
            ("Near House", nursing, county),
            ("Border House", nursing, border),
            ("Far House", nursing, county),
            ("Other House", other, county),
        ],
        start=1,
    ):
        service = ServiceFactory(name=name, setting="place")
        service.types.add(kind)
        service.locations.add(
            LocationFactory(town="Durham", latitude=54.7761 + number / 69.1, longitude=-1.5733, place=council)
        )
    return county


@pytest.fixture
def phone(browse):
    return browse(width=320, javascript=False)


def names(page):
    return page.locator(".ccp-card__title a").all_inner_texts()


def is_as_wide_as_its_window(page):
    box = page.locator("html").bounding_box()
    return box["width"] <= 320


def test_family_finds_three_services_near_a_postcode(durham, phone):
    page = phone.page

    page.goto("/")
    page.get_by_label("Postcode, town or name").fill("dh13uj")
    page.get_by_role("button", name="Find").click()
    everything = names(page)
    page.get_by_text("Narrow these results").click()
    page.get_by_label(re.compile("^Care home with nursing")).check()
    page.get_by_role("button", name="Show results").click()

    assert everything == ["Near House", "Border House", "Far House", "Other House"]
    assert names(page) == ["Near House", "Border House", "Far House"]
    assert "another council" in page.locator(".ccp-card", has_text="Border House").inner_text()
    assert page.get_by_role("status").inner_text().startswith("3 found within 10 miles")
    assert page.url.endswith("#results")
    assert "3uj" not in (page.url + page.title()).lower().replace(" ", "")
    assert is_as_wide_as_its_window(page)
    page.locator(".ccp-chips").get_by_role("link", name="Care home with nursing").click()
    assert names(page) == everything
    page.get_by_role("link", name="Near House").click()
    assert page.locator("h1").inner_text() == "Near House"
    assert phone.foreign_requests == []


def test_family_answers_the_finder_and_changes_an_answer(durham, phone):
    page = phone.page

    page.goto("/care/finder/")
    page.get_by_role("button", name="Start").click()
    page.get_by_label("An older person").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Health needs that a nurse looks after").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("In a new home").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Near where?").fill("DH1 3UJ")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="Skip this question").click()
    answered = page.locator(".govuk-summary-list__value").all_inner_texts()
    page.get_by_role("link", name="Change your answer: What is hard").click()
    page.get_by_label("Remembering things, or getting lost").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Show what fits").click()

    assert answered[:4] == [
        "An older person", "Health needs that a nurse looks after", "In a new home", "DH1 3UJ",
    ]  # fmt: skip
    assert names(page) == ["Near House", "Border House", "Far House"]
    assert "because you said that a nurse is needed" in page.locator(".ccp-because").inner_text()
    assert "3uj" not in page.url.lower()
    assert is_as_wide_as_its_window(page)


def test_error_keeps_what_was_typed_and_leads_to_the_box(durham, phone):
    page = phone.page

    page.goto("/care/")
    page.get_by_label("Where, or the name of a service").fill("CW12 9ZZZ")
    page.get_by_role("button", name="Search").click()

    assert page.title().startswith("Error: ")
    assert page.get_by_label("Where, or the name of a service").input_value() == "CW12 9ZZZ"
    page.locator(".govuk-error-summary a").click()
    assert page.evaluate("document.activeElement.id") == "near"
