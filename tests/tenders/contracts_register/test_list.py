"""Contracts by when they end and begin, by who provides, and for how much."""

import pytest

from core import clock
from tenders.models import Contract
from tests.factories.providers import ProviderFactory
from tests.factories.tenders import (
    ContractFactory,
    ContractSupplierFactory,
)
from tests.tenders.contracts_register.files import DAY, in_months, titles, today

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?ending=6", ["Ends in 3"]),
        ("?ending=12", ["Ends in 3", "Ends in 9"]),
        ("?ending=24", ["Ends in 3", "Ends in 9", "Extended to 20"]),
        ("?ending=7", ["Ends in 3", "Ends in 9", "Extended to 20", "Unknown", "Ended"]),
    ],
)
def test_contracts_that_end_soon(client, query, found):
    ContractFactory(title="Ends in 3", ends=in_months(3))
    ContractFactory(title="Ends in 9", ends=in_months(9))
    ContractFactory(
        title="Extended to 20", ends=in_months(10), ends_if_extended=in_months(20), end_decision="extend",
        end_decided_date=today(), end_decision_reason="It does well.",
    )  # fmt: skip
    ContractFactory(title="Ended", ends=in_months(-1))
    ContractFactory(title="Unknown")

    assert titles(client, query) == found


def test_contracts_that_began_lately(client):
    ContractFactory(title="A", starts=in_months(-2))
    ContractFactory(title="B", starts=in_months(-5))
    ContractFactory(title="C", starts=in_months(2))
    ContractFactory(title="D", published_at=clock.now() - DAY)
    ContractFactory(title="E", published_at=clock.now() - 300 * DAY)

    found = {months: titles(client, f"?new={months}") for months in (3, 6, 12)}

    assert found == {3: ["A", "D"], 6: ["A", "B", "D"], 12: ["A", "B", "D", "E"]}


def test_contracts_by_who_provides_and_for_how_much(client):
    public = ProviderFactory(name="Dale Homecare Ltd", published_at=clock.now() - DAY)
    hidden = ProviderFactory(name="Hidden Homecare Ltd", published_at=None)
    a, b, c = (ContractFactory(title=title) for title in "ABC")
    Contract.objects.filter(pk=a.pk).update(value_amount=50_000)
    Contract.objects.filter(pk=b.pk).update(value_amount=5_000_000)
    ContractSupplierFactory(contract=a, provider=public, is_sme=True)
    ContractSupplierFactory(contract=b, provider=None, name_as_stated="Dale Charity", is_vcse=True)
    ContractSupplierFactory(contract=c, provider=hidden, is_sme=True)

    found = {
        query: titles(client, f"?{query}")
        for query in (
            "supplier=homecare", "supplier=dale", "supplier=homecare+dale", "size=sme", "size=vcse",
            "value=under-100k", "value=5m", "value=unknown", "value=nonsense",
        )
    }  # fmt: skip

    assert found == {
        "supplier=homecare": ["A"],
        "supplier=dale": ["A", "B"],
        "supplier=homecare+dale": ["A"],
        "size=sme": ["A"],
        "size=vcse": ["B"],
        "value=under-100k": ["A"],
        "value=5m": ["B"],
        "value=unknown": ["C"],
        "value=nonsense": ["A", "B", "C"],
    }
