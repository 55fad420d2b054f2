"""What a search costs, how it is widened, and that anything typed is answered."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from providers.search import (
    PAGE_SIZE,
    ServiceQuery,
    search,
    widened,
    without_one_filter,
)
from tests.factories import NOON
from tests.factories.core import PlaceFactory, ServiceTypeFactory
from tests.factories.providers import LocationFactory, ServiceFactory
from tests.providers.search.country import DURHAM, ask, names, near, settle

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "asked, most",
    [
        ({}, 1),
        ({"words": "garden"}, 1),
        ({"words": "gardne"}, 2),
        ({"near": near(*DURHAM), "types": ("kind-1",), "rating": ("good",)}, 1),
        ({"near": near(*DURHAM), "words": "gardne qzqzqz", "include_unsaid": True, "page": 4}, 2),
    ],
)
def test_search_with_cards_and_counts_is_one_query_and_one_more_for_a_mistyped_word(
    country, asked, most, django_assert_num_queries
):
    search(ServiceQuery(), at=NOON)

    with django_assert_num_queries(most):
        search(ServiceQuery(**asked), at=NOON)


@pytest.mark.parametrize("words", ["", "zebra", "zebrs"])
def test_search_costs_three_queries_at_most_while_values_and_words_change(
    country, words, django_assert_max_num_queries
):
    search(ServiceQuery(), at=NOON)
    service = ServiceFactory(name="Zebra", languages=["Zebraic"])
    service.types.add(ServiceTypeFactory(slug="zebra-care"))
    settle()

    with django_assert_max_num_queries(3):
        found = search(ServiceQuery(words=words, types=("zebra-care",)), at=NOON)

    assert names(found.near) == ["Zebra"]
    assert found.facets["languages"]["zebraic"] == 1


# --- Less, and wider ---


def test_filter_whose_removal_helps_most_comes_first():
    council = PlaceFactory(slug="there", kind="council")
    for n in range(3):
        ServiceFactory(takes_nhs_funded=True, name=f"Without a lift {n}")
    ServiceFactory(name="With a lift").locations.add(LocationFactory(has_lift=True, place=council))
    settle()
    query = ServiceQuery(funding=("nhs",), access=("lift",), include_unsaid=False)

    found = without_one_filter(query, at=NOON)

    assert search(query, at=NOON).total == 0
    assert [(one.name, one.total) for one in found] == [("access", 3), ("funding", 1)]
    assert found[0].query == replace(query, access=())


def test_circle_is_widened_to_the_next_that_finds_something():
    ServiceFactory(setting="place").locations.add(LocationFactory(latitude=54.9, longitude=-1.5733))
    settle()
    query = ServiceQuery(near=near(*DURHAM), radius_miles=1)

    found = widened(query, at=NOON)

    assert (found.query.radius_miles, found.total) == (10, 1)
    assert widened(ServiceQuery(), at=NOON) is None
    assert widened(replace(query, types=("nothing",)), at=NOON).query.radius_miles == 10


# --- Anything typed ---


def test_a_page_too_far_is_the_last_one():
    for n in range(PAGE_SIZE + 1):
        ServiceFactory(name=f"House {n:02}")

    found = [ask(page=number).near for number in (2, 3, 10**9, 0, -5)]

    assert [(page.number, names(page)[0]) for page in found] == [
        (2, "House 20"), (2, "House 20"), (2, "House 20"), (1, "House 00"), (1, "House 00")
    ]  # fmt: skip


def test_values_that_nothing_offers_are_left_out_and_named():
    ServiceFactory()

    found = ask(types=("nope", "x" * 500), languages=("klingon",), setting="moon", order="luck", rating=("\x00",))

    assert (found.total, set(found.ignored)) == (1, {"nope", "x" * 500, "klingon", "moon", "luck", "\x00"})


@pytest.mark.parametrize("words", ["the of and", "???", "🙂", "  \x00 ", "' OR 1=1 --", "a & | ! <-> :*", "\\", "%_"])
def test_words_of_which_none_can_be_looked_for_narrow_nothing(words):
    ServiceFactory(name="Elm")

    found = ask(words=words)

    expected = {"' OR 1=1 --": 0, "a & | ! <-> :*": 1}.get(words, 1)
    assert found.total == expected


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.one_of(st.text(max_size=80), st.text(alphabet="'\"&|!()<->:*\\ ab%_\x00é🙂", max_size=40)),
    values=st.lists(st.text(max_size=20), max_size=3),
    radius=st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers()),
    page=st.integers(),
)
def test_nothing_typed_is_an_error(words, values, radius, page):
    values = tuple(values)
    query = ServiceQuery(
        words=words, near=near(*DURHAM), radius_miles=radius, types=values, groups=values, funding=values,
        rating=values, access=values, languages=values, councils=values, setting="".join(values), order="".join(values),
        page=page, home_page=page,
    )  # fmt: skip

    found = search(query, at=NOON)

    assert found.total == found.near.total == 0


def test_huge_input_is_cut_and_answered():
    ServiceFactory(name="Elm")

    found = ask(words="elm " * 50_000)

    assert names(found.near) == ["Elm"]
