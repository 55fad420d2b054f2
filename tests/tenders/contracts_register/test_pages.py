"""The register page by page: in the order of the whole list, from rows that the database keeps beside the contracts."""

import datetime as dt

import pytest
from django.http import QueryDict

from core import clock
from core.dates import parse
from tenders.filters import ContractFilterSet
from tenders.models import Contract, RegisterRow
from tests.factories.core import ServiceTypeFactory
from tests.factories.tenders import ContractFactory
from tests.tenders.contracts_register.files import DAY, in_months, today

pytestmark = pytest.mark.django_db


def asked(query=""):
    at = clock.now()
    contracts = Contract.objects.public(at=at).for_public_list(at=at)
    return ContractFilterSet(QueryDict(query) if query else None, contracts=contracts, at=at)


@pytest.mark.parametrize("query", ["", "q=care", "type=home-care", "q=nothing+at+all"])
def test_pages_cut_from_an_index_are_those_of_the_whole_list(query):
    home_care = ServiceTypeFactory(slug="home-care")
    ends = (in_months(-6), in_months(6), str(today() - DAY), str(today()), "", "to be confirmed")
    for number, words in enumerate(ends * 3):
        extended = ("", "", in_months(20))[number % 3]
        row = ContractFactory(title=f"Care {number % 5}", ends=words, ends_if_extended=extended)
        if number % 2:
            row.types.add(home_care)
    ContractFactory(title="Care, a draft", published_at=None)
    filters = asked(query)

    pages = [filters.listed[start : start + 4] for start in range(0, 24, 4)]

    whole = list(filters.whole)
    assert [row.pk for page in pages for row in page] == [row.pk for row in whole]
    assert filters.listed.count() == len(filters.listed) == len(whole)
    assert bool(whole) == ("nothing" not in query)


def test_the_register_follows_each_change_in_its_own_statement():
    row = ContractFactory(title="Day care", summary="In straße and street", ends="May 2027")
    first = RegisterRow.objects.get(pk=row.pk)
    Contract.objects.filter(pk=row.pk).update(
        title="Night care", ends=parse("June 2029"), ends_if_extended=parse("June 2031"), published_at=None
    )
    changed = RegisterRow.objects.get(pk=row.pk)
    Contract.objects.filter(pk=row.pk).delete()

    assert (first.title, first.ends, first.ends_if_extended) == ("Day care", dt.date(2027, 5, 31), None)
    assert (first.public_from, first.words.splitlines()[0]) == (row.published_at, "DAY CARE")
    assert (changed.title, changed.ends, changed.ends_if_extended, changed.public_from) == (
        "Night care",
        dt.date(2029, 6, 30),
        dt.date(2031, 6, 30),
        None,
    )
    assert not RegisterRow.objects.exists()


@pytest.mark.parametrize("words", ["straße", "NIGHT", "100%", "under_score", "night 100%"])
def test_words_are_found_whatever_their_letters(words):
    found = ContractFactory(title="Night care", summary="In the Straße, 100% by under_score.")
    ContractFactory(title="Day care", summary="1000 underXscore")

    assert list(asked(f"q={words.replace('%', '%25')}").whole) == [found]
