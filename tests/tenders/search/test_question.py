"""What is asked, what it costs, and the question in an address."""

from dataclasses import replace

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from tenders.search import OpportunityQuery, search, without_one_filter
from tests.factories import NOON
from tests.factories.core import ServiceTypeFactory
from tests.factories.tenders import (
    OpportunityFactory,
)
from tests.tenders.search.country import ask, settle


@pytest.mark.django_db
def test_same_number_of_queries_for_any_number_of_rows(django_assert_num_queries):
    ask()
    for count in (1, 3, 30):
        for _ in range(count):
            OpportunityFactory()
        settle()
        ask()

        with django_assert_num_queries(1):
            search(OpportunityQuery(), at=NOON)


@pytest.mark.django_db
def test_value_nothing_offers_is_left_out_and_named():
    OpportunityFactory()

    found = ask(types=("nothing",), places=("nowhere",), buyers=("nobody",), framework="none")

    assert set(found.ignored) == {"nothing", "nowhere", "nobody", "none"}
    assert found.total == 1
    assert not found.query.is_narrowed


@pytest.mark.django_db
def test_names_the_filter_whose_removal_helps_most():
    kind = ServiceTypeFactory(slug="kind")
    OpportunityFactory().types.add(kind)
    OpportunityFactory()
    settle()

    ways = without_one_filter(OpportunityQuery(types=("kind",), stages=("awarded",)), at=NOON)

    assert [(one.name, one.total) for one in ways] == [("stages", 1)]


# --- The question in an address ---


def test_address_has_one_form_for_the_same_question():
    one = OpportunityQuery.from_query_string("type=b&type=a&stage=open&q=care&order=value&page=3")
    other = OpportunityQuery.from_query_string("order=value&q=care&stage=open&type=a&type=b&type=a")

    assert one.as_query_string() == other.as_query_string() == "q=care&stage=open&type=a&type=b&order=value"
    assert replace(one, page=1) == other


def test_full_postcode_never_stays_in_a_question():
    query = OpportunityQuery.from_query_string("q=care+in+DH1+5UL&place=dh1%205ul&buyer=DH1+5UL&order=DH1+5UL")

    assert query.places == ("DH1",)
    assert "5UL" not in repr(query).upper()


@given(
    st.dictionaries(
        st.sampled_from(
            ["q", "type", "place", "stage", "opens_from", "closes_to", "page", "order", "value", "framework", "joining"]
        ),
        st.text(max_size=30),
    )
)
@settings(max_examples=200)
def test_any_address_is_read_and_written_back_the_same(pairs):
    data = QueryDict(mutable=True)
    data.update(pairs)

    query = OpportunityQuery.from_querydict(data)

    again = OpportunityQuery.from_query_string(query.as_query_string())
    assert again == replace(query, page=1)
    assert again.as_query_string() == query.as_query_string()
    assert query.describe()


def test_describes_itself_in_words():
    query = OpportunityQuery.from_query_string("q=care&stage=open&stage=planned&suitable=sme&opens_from=2026-12-01")

    assert query.describe() == (
        "“care”; Open or Planned; Suitable for small and medium-sized firms; Opens from 1 December 2026"
    )
