"""Every public list costs the same number of queries for one row and for three, each as full as a row can be.

The search for care is no list of rows: `tests/providers/care_search/test_nonsense.py` counts its queries.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.commissioning import CoverageFactory, OrganisationFactory
from tests.factories.core import ClientGroupFactory, ServiceTypeFactory
from tests.factories.providers import ProviderFactory
from tests.factories.strategies import StrategyFactory
from tests.factories.tenders import (
    ContractFactory,
    ContractSupplierFactory,
    FrameworkFactory,
    LotFactory,
    OpportunityFactory,
)

pytestmark = pytest.mark.django_db


def full_strategy():
    strategy = StrategyFactory()
    strategy.partnerships.create(organisation=OrganisationFactory())
    return strategy


def full_opportunity():
    opportunity = OpportunityFactory(replaces_contract=ContractFactory(ends="2027"), framework=FrameworkFactory())
    opportunity.types.add(ServiceTypeFactory())
    opportunity.client_groups.add(ClientGroupFactory())
    opportunity.partnerships.create(organisation=OrganisationFactory())
    return opportunity


def full_framework():
    framework = LotFactory().framework
    framework.types.add(ServiceTypeFactory())
    framework.partnerships.create(organisation=OrganisationFactory())
    return framework


def full_contract():
    contract = ContractSupplierFactory().contract
    contract.types.add(ServiceTypeFactory())
    contract.commissioners.create(organisation=OrganisationFactory())
    return contract


def full_organisation():
    return CoverageFactory(organisation__succeeded_by=OrganisationFactory(), organisation__ended="2022").organisation


LISTS = {
    "strategies:list": full_strategy,
    "tenders:opportunities": full_opportunity,
    "tenders:frameworks": full_framework,
    "tenders:contracts": full_contract,
    "providers:providers": ProviderFactory,
    "commissioning:organisations": full_organisation,
}


@pytest.mark.parametrize("name", LISTS)
def test_list_costs_the_same_for_one_row_and_three(client, name):
    client.get(reverse(name))
    rows = [LISTS[name]()]
    connection.check_constraints()
    with CaptureQueriesContext(connection) as one:
        first = client.get(reverse(name))

    rows += [LISTS[name]() for _ in range(2)]
    connection.check_constraints()
    with CaptureQueriesContext(connection) as three:
        response = client.get(reverse(name))

    assert {row.pk for row in rows[:1]} <= {row.pk for row in first.context["page"]}
    assert {row.pk for row in rows} <= {row.pk for row in response.context["page"]}
    assert len(three) == len(one), "\n".join(query["sql"] for query in three)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-1",
        "page=99999999999999999999",
        "page=x",
        "page=%00",
        "q=%00%27%22",
        "type=nothing",
        "buyer=%F0%9F%8F%A0",
        "kind[]=1&kind=zzz",
        "group=../../etc",
        "place=%20",
        "sector=1",
        "organisation=%27%3B--",
    ],
)
def test_list_answers_nonsense_with_a_page(client, name, query):
    LISTS[name]()

    response = client.get(f"{reverse(name)}?{query}")

    assert response.status_code == 200
    assert response.context["page"].number >= 1


@pytest.mark.parametrize("name", LISTS)
def test_empty_list_says_so(client, name):
    response = client.get(reverse(name))

    assert "ccp-empty" in response.content.decode()
