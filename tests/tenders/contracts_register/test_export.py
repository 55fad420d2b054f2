"""The contracts register as a file: the code's columns, and exactly the list of the page."""

import datetime as dt
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.api import ExportRate
from tenders.models import Contract
from tests.factories.commissioning import OrganisationFactory
from tests.factories.providers import ProviderFactory
from tests.factories.tenders import (
    ContractFactory,
    ContractSupplierFactory,
    NoticeFactory,
    OpportunityFactory,
)
from tests.tenders.contracts_register.files import (
    DAY,
    a_full_contract,
    in_months,
    read_csv,
    read_json,
    read_xlsx,
    titles,
)

pytestmark = pytest.mark.django_db

EXPECTED = {
    "Reference": "care-at-home", "Title": "'=Care at home", "Department": "Adults", "Description": "Care\nat home",
    "Supplier": "Dale Homecare Ltd; Hill, Dale CIC", "Supplier number": "01234567; Not stated", "SME": "Yes; Not stated",
    "VCSE": "Not stated; Yes", "Supplier role": "Provider; Provider", "Value in pounds": "1234567.50", "Value as stated": "Not stated",
    "VAT that cannot be recovered": "0.00", "Start": "2024-04-01", "End": "March 2027", "Review": "2026-10-01",
    "Term as stated": "Not stated", "Extension as stated": "1 + 1 years", "Extension months": "24",
    "End if extended": "Not stated", "Quote or tender": "Invitation to tender",
    "Arrangement": "Call-off from a framework", "Type of care": "Home care", "Who it is for": "Older people",
    "Framework": "Care framework", "Extension options left": "12 months", "What follows its end": "Not decided",
    "Notices": "https://notices.example/7",
}  # fmt: skip


def test_the_file_has_the_codes_columns(client):
    contract = a_full_contract()

    response = client.get(reverse("tenders:contracts_csv"))

    [row] = read_csv(response)
    assert {name: row[name] for name in EXPECTED} == EXPECTED
    assert row["Page"].endswith(contract.get_absolute_url())
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["ETag"]


def test_the_workbook_keeps_numbers_and_days(client):
    a_full_contract()

    [row] = read_xlsx(client.get(reverse("tenders:contracts_xlsx")))

    assert row["Value in pounds"] == 1234567.5
    assert row["Start"] == dt.datetime(2024, 4, 1)  # noqa: DTZ001
    assert (row["End"], row["Title"]) == ("March 2027", "'=Care at home")


@pytest.mark.parametrize("query", ["", "?q=zone", "?ending=12", "?size=sme", "?buyer=durham&value=1m-5m"])
def test_the_files_are_exactly_the_list_of_the_page(client, query):
    durham = OrganisationFactory(slug="durham")
    for number in range(4):
        row = ContractFactory(
            organisation=durham if number % 2 else OrganisationFactory(),
            title=f"Zone {number}",
            ends=in_months(6 * number),
        )
        Contract.objects.filter(pk=row.pk).update(value_amount=2_000_000 if number else None)
        ContractSupplierFactory.create_batch(2, contract=row, is_sme=bool(number % 2))
    ContractFactory(title="Zone draft", published_at=None)

    page = titles(client, query)
    files = [
        [row.get("Title") or row["title"] for row in read(client.get(reverse(f"tenders:contracts_{kind}") + query))]
        for kind, read in (("csv", read_csv), ("xlsx", read_xlsx), ("json", read_json))
    ]

    assert files == [page, page, page]
    assert page


def test_the_file_tells_nothing_that_is_not_public(client):
    contract = a_full_contract()
    contract.framework.published_at = None
    contract.framework.save()
    ContractSupplierFactory(contract=contract, provider=ProviderFactory(name="Hidden Ltd", published_at=None))
    draft = OpportunityFactory(published_at=None, contract=ContractFactory())
    NoticeFactory(opportunity=draft, url="https://hidden.example/")
    ContractFactory(title="Hidden draft", published_at=None)
    ContractFactory(title="Hidden embargo", published_at=clock.now() + DAY)

    text = "".join(client.get(reverse(f"tenders:contracts_{kind}")).getvalue().decode() for kind in ("csv", "json"))

    assert [word for word in ("Hidden", "hidden", "Care framework") if word in text] == []
    assert "Dale Homecare Ltd" in text


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_a_file_costs_as_many_queries_for_one_row_and_many(client, kind):
    def queries():
        with CaptureQueriesContext(connection) as found:
            client.get(reverse(f"tenders:contracts_{kind}")).getvalue()
        return len(found)

    a_full_contract()
    one = queries()
    for row in ContractFactory.create_batch(5):
        ContractSupplierFactory.create_batch(3, contract=row)

    assert queries() == one


def test_nothing_published_is_a_file_of_headings(client):
    assert read_csv(client.get(reverse("tenders:contracts_csv"))) == []
    template = client.get(reverse("tenders:contracts_template")).getvalue().decode("utf-8-sig")
    assert template.startswith("Reference,Title,Department,Description,Supplier,")


def test_the_json_tells_what_the_file_does(client):
    contract = a_full_contract()

    answer = client.get(reverse("tenders:contracts_json") + "?q=care")

    document = json.loads(answer.getvalue())
    (row,) = document.pop("contracts")
    assert document["count"] == 1 and document["url"].endswith("/contracts/?q=care")
    assert (row["reference"], row["framework"], row["value"], row["regime"]) == (
        "care-at-home", "Care framework", "1234567.50", "light_touch",
    )  # fmt: skip
    assert row["ends"]["words"] == "March 2027" and row["url"].endswith(contract.get_absolute_url())
    assert [(one["name"], one["role"], one["is_sme"], one["is_vcse"]) for one in row["suppliers"]] == [
        ("Dale Homecare Ltd", "supplier", True, None), ("Hill; Dale CIC", "supplier", None, True),
    ]  # fmt: skip
    assert answer["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("address", ["/contracts.csv", "/contracts.json", "/opportunities.csv", "/opportunities.ics"])
def test_whole_lists_are_given_out_a_limited_number_of_times(client, monkeypatch, address):
    monkeypatch.setitem(ExportRate.THROTTLE_RATES, "exports", "2/min")
    first = client.get(address)
    unchanged = client.get(address, headers={"If-None-Match": first["ETag"]})

    answers = [client.get(f"{address}?buyer={number}") for number in range(2)]

    assert [first.status_code, unchanged.status_code, *(one.status_code for one in answers)] == [200, 304, 200, 429]
    assert int(answers[1]["Retry-After"]) in range(1, 61)
    assert "Ask again in" in answers[1].json()["detail"] and "no-store" in answers[1]["Cache-Control"]
