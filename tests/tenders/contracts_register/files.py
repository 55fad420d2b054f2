"""What the tests of the register share: its list, its files read, and a file made."""

import csv
import datetime as dt
import io
import json
from decimal import Decimal

import openpyxl
from django.urls import reverse

from core import clock
from core.dates import months_after
from tenders.models import Notice
from tenders.register import make_plan, read_register
from tests.factories.core import ClientGroupFactory, ServiceTypeFactory
from tests.factories.providers import ProviderFactory
from tests.factories.tenders import (
    ContractFactory,
    ContractSupplierFactory,
    ExtensionOptionFactory,
    FrameworkFactory,
    NoticeFactory,
    OpportunityFactory,
)

DAY = dt.timedelta(days=1)


def today():
    return clock.now().date()


def in_months(months):
    return months_after(today(), months).isoformat()


def titles(client, query=""):
    page = client.get(reverse("tenders:contracts") + query)
    assert page.status_code == 200
    return [row.title for row in page.context["page"]]


def read_csv(response):
    text = response.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def read_xlsx(response):
    rows = openpyxl.load_workbook(io.BytesIO(response.getvalue())).worksheets[0].iter_rows(values_only=True)
    headings = next(rows)
    return [dict(zip(headings, row, strict=True)) for row in rows]


def read_json(response):
    return json.loads(response.getvalue())["contracts"]


def a_full_contract(**facts):
    framework = FrameworkFactory(title="Care framework")
    contract = ContractFactory(
        **(
            {
                "title": "=Care at home", "reference": "care-at-home", "department": "Adults", "summary": "Care\nat home",
                "value_amount": Decimal("1234567.50"), "irrecoverable_vat": 0, "starts": "1 April 2024",
                "ends": "March 2027", "review": "1 October 2026", "procured_by": "tender", "arrangement": "call_off",
                "regime": "light_touch", "framework": framework, "extension_as_stated": "1 + 1 years",
                "extension_months": 24,
            }
            | facts
        )
    )  # fmt: skip
    contract.types.add(ServiceTypeFactory(name="Home care"))
    contract.client_groups.add(ClientGroupFactory(name="Older people"))
    provider = ProviderFactory(name="Dale Homecare Ltd", company_number="01234567", published_at=clock.now() - DAY)
    ContractSupplierFactory(contract=contract, provider=provider, is_sme=True, order=0)
    ContractSupplierFactory(contract=contract, provider=None, name_as_stated="Hill; Dale CIC", is_vcse=True, order=1)
    ExtensionOptionFactory(contract=contract, number=1, months=12)
    tender = OpportunityFactory(contract=contract)
    NoticeFactory(opportunity=tender, kind=Notice.Kind.UK7, url="https://notices.example/7")
    return contract


def plan_of(path, organisation):
    return make_plan(read_register(path).rows, organisation=organisation, at=clock.now())


def table(path, *rows, headings=("Reference", "Title", "End")):
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([headings, *rows])
    return path
