"""/api/v1/opportunities/, frameworks/ and contracts/: the lists of the pages for programs, described in the schema."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

from tests.factories import NOON
from tests.factories.commissioning import OrganisationFactory
from tests.factories.core import ServiceTypeFactory
from tests.factories.providers import ProviderFactory
from tests.factories.tenders import (
    AdmissionFactory,
    AwardFactory,
    AwardSupplierFactory,
    ContractFactory,
    ContractSupplierFactory,
    DateChangeFactory,
    DocumentFactory,
    FrameworkFactory,
    LotFactory,
    NoticeFactory,
    OpportunityFactory,
    QuestionFactory,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
MAKE = {"opportunities": OpportunityFactory, "frameworks": FrameworkFactory, "contracts": ContractFactory}


def full(kind):
    row = MAKE[kind](title="Home care")
    if kind == "opportunities":
        for make in (NoticeFactory, DocumentFactory, DateChangeFactory):
            make(opportunity=row)
        QuestionFactory(opportunity=row, is_answered=True)
        AwardSupplierFactory(award=AwardFactory(opportunity=row))
    elif kind == "frameworks":
        AdmissionFactory(framework=row, lot=LotFactory(framework=row))
    else:
        ContractSupplierFactory(contract=row)
    connection.check_constraints()  # As a commit would: the search's rows are made then.
    return row


def word(row):
    return getattr(row, "reference", None) or row.slug


def schema_of(path):
    described = SchemaGenerator().get_schema(request=None, public=True)
    answer = described["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]

    def plain(part):
        """OpenAPI 3.0 says "or null" in a word of its own."""
        if isinstance(part, list):
            return [plain(one) for one in part]
        if not isinstance(part, dict):
            return part
        part = {name: plain(one) for name, one in part.items()}
        if part.pop("nullable", False):
            return {"anyOf": [part, {"type": "null"}]}
        return part

    return {**plain(answer), "components": plain(described["components"])}


@pytest.mark.parametrize("kind", MAKE)
def test_a_list_and_a_document_are_as_the_schema_says(client, kind):
    row = full(kind)

    listed = client.get(f"/api/v1/{kind}/").json()
    whole = client.get(f"/api/v1/{kind}/{word(row)}/").json()

    name = "slug" if kind == "frameworks" else "reference"
    for path, document in ((f"/api/v1/{kind}/", listed), (f"/api/v1/{kind}/{{{name}}}/", whole)):
        errors = Draft202012Validator(schema_of(path)).iter_errors(document)
        assert [error.message for error in errors] == []
    assert (listed["total"], listed["next"]) == (1, None)
    assert listed["results"][0]["title"] == whole["title"] == "Home care"
    assert listed["results"][0]["url"].endswith(f"/api/v1/{kind}/{word(row)}/")


@pytest.mark.parametrize("kind", MAKE)
def test_drafts_embargoed_and_members_only_rows_are_in_no_answer(client, kind):
    rows = [MAKE[kind](published_at=published_at) for published_at in (None, NOON.replace(year=2100))]
    if kind == "opportunities":
        rows.append(OpportunityFactory(is_members_only=True, framework=FrameworkFactory()))

    assert client.get(f"/api/v1/{kind}/").json()["results"] == []
    assert {client.get(f"/api/v1/{kind}/{word(row)}/").status_code for row in rows} == {404}


def test_what_is_withdrawn_leaves_the_list_and_keeps_its_document(client):
    row = OpportunityFactory(withdrawn_at=NOON, ended_reason="No money.")
    connection.check_constraints()

    assert client.get("/api/v1/opportunities/").json()["total"] == 0
    whole = client.get(f"/api/v1/opportunities/{row.reference}/").json()
    assert (whole["status"], whole["ended_reason"]) == ("withdrawn", "No money.")


def test_names_of_providers_that_are_not_public_are_not_told(client):
    hidden = ProviderFactory(name="Hidden Ltd", published_at=None)
    contract, framework, award = ContractFactory(), FrameworkFactory(), AwardFactory()
    ContractSupplierFactory(contract=contract, provider=hidden)
    AdmissionFactory(framework=framework, provider=hidden)
    AwardSupplierFactory(award=award, provider=hidden)
    connection.check_constraints()

    for address in (
        "contracts/", f"contracts/{contract.reference}/", f"frameworks/{framework.slug}/",
        f"opportunities/{award.opportunity.reference}/",
    ):  # fmt: skip
        assert b"Hidden" not in client.get(f"/api/v1/{address}").content


@pytest.mark.parametrize("kind", MAKE)
def test_pages_cost_the_same_and_lead_on(client, kind):
    for _ in range(30):
        MAKE[kind]()
    connection.check_constraints()
    client.get(f"/api/v1/{kind}/")  # What the search remembers of its words and values is read once.

    with CaptureQueriesContext(connection) as first:
        listed = client.get(f"/api/v1/{kind}/").json()
    with CaptureQueriesContext(connection) as second:
        following = client.get(listed["next"].partition("/api")[1] + listed["next"].partition("/api")[2]).json()

    assert (listed["pages"], following["page"], following["next"]) == (2, 2, None)
    assert len(first) == len(second)
    assert not {one["url"] for one in listed["results"]} & {one["url"] for one in following["results"]}


@pytest.mark.parametrize("kind", MAKE)
@pytest.mark.parametrize(("question", "status"), [("page=0", 400), ("page=%00", 400), ("page=9", 404), ("q=%00", 200)])
def test_nonsense_is_answered_plainly(client, kind, question, status):
    response = client.get(f"/api/v1/{kind}/?{question}")

    assert response.status_code == status


def test_what_no_filter_offers_is_named(client):
    assert client.get("/api/v1/opportunities/?type=home-caree").json()["ignored"] == ["home-caree"]
    assert client.get("/api/v1/frameworks/?kind=nothing").json()["ignored"] == ["kind"]


def test_an_answer_has_a_tag(client):
    FrameworkFactory()
    first = client.get("/api/v1/frameworks/")

    assert client.get("/api/v1/frameworks/", headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert first["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "question", ["", "q=care", "q=cere", "buyer=durham", "type=care", "order=name", "ending=24", "joining=now"]
)
@pytest.mark.parametrize("kind", MAKE)
def test_the_api_lists_what_the_page_lists_in_the_same_order(client, kind, question):
    durham = OrganisationFactory(slug="durham")
    care = ServiceTypeFactory(slug="care", name="Care")
    below = ServiceTypeFactory(slug="home-care", name="Home care", parent=care)
    for number in range(28):
        facts = {"ends": f"{1 + number % 12} March {2026 + number % 3}"} if kind == "contracts" else {}
        row = MAKE[kind](
            organisation=durham if number % 3 else OrganisationFactory(),
            title=f"{'Care' if number % 4 else 'Cook'} {number}",
            **facts,
        )
        row.types.add(below if number % 5 else ServiceTypeFactory())
    connection.check_constraints()
    page, api, number = [], [], 1

    while number:
        shown = client.get(f"/{kind}/?{question}&page={number}").context
        rows = shown["results"].entries if kind == "opportunities" else shown["page"]
        page += [word(getattr(row, "record", row)) for row in rows]
        document = client.get(f"/api/v1/{kind}/?{question}&page={number}").json()
        api += [one.get("reference") or one["slug"] for one in document["results"]]
        number = number + 1 if document["next"] else 0

    assert api == page
    assert document["total"] == len(page)
