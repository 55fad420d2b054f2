import datetime as dt
import json
import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils.dateparse import parse_datetime
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from core.api import PublicRate
from core.models import Country, Outcode, Place, Postcode
from providers.models import Provider, Service
from tests.factories import NOON
from tests.factories.core import ServiceTypeFactory
from tests.factories.providers import LocationFactory, ServiceFactory
from tests.providers.entries import council, full_service, withheld_service

LIST = "/api/v1/services/"
POSTCODE = re.compile(r"CA28\s*7LL", re.IGNORECASE)


@pytest.fixture
def no_limit(monkeypatch):
    monkeypatch.setattr(PublicRate, "THROTTLE_RATES", {"public": "100000/minute"})


@pytest.fixture
def whitehaven(db):
    """A postcode and its outcode, some 11 km apart from the full service's building."""
    place = council()
    outcode = Outcode.objects.create(
        outcode="CA28", latitude=54.55, longitude=-3.58, radius95=3000, postcodes=900, country=Country.ENGLAND,
        council=place,
    )  # fmt: skip
    Postcode.objects.create(postcode="CA287LL", latitude=54.56, longitude=-3.57, country=Country.ENGLAND, council=place)
    return outcode


def settle():
    """Make the search's rows, as a commit would."""
    connection.check_constraints()


def ask(client, query="", status=200):
    settle()
    response = client.get(f"{LIST}{query}")
    assert response.status_code == status, response.content
    return response.json()


def names(found, listed="near"):
    return [one["name"] for one in found[listed]["results"]]


def described():
    return SchemaGenerator().get_schema(request=None, public=True)


def schema_of(name):
    """Return a validator for one of the documents that the published schema describes."""
    components = described()["components"]["schemas"]
    document = json.loads(json.dumps(components, default=str).replace("#/components/schemas/", "#/$defs/"))
    for one in document.values():
        _modern(one)
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": document}, format_checker=FormatChecker())


def _modern(schema):
    """OpenAPI 3.0's "nullable" in the words of JSON Schema."""
    if isinstance(schema, dict):
        for inner in schema.values():
            _modern(inner)
        if schema.pop("nullable", False):
            if "type" in schema:
                schema["type"] = [schema["type"], "null"]
            elif "allOf" in schema:
                schema["anyOf"] = [{"allOf": schema.pop("allOf")}, {"type": "null"}]
    elif isinstance(schema, list):
        for inner in schema:
            _modern(inner)


class TestSearch:
    def test_parameters_are_those_of_the_page(self, client, db):
        kind = ServiceTypeFactory(slug="care-home")
        below = ServiceTypeFactory(slug="nursing-home", parent=kind)
        one, other = ServiceFactory(name="Nursing by the sea"), ServiceFactory(name="Day centre")
        one.types.add(below)
        one.locations.add(LocationFactory(has_lift=True))

        assert names(ask(client)) == ["Day centre", "Nursing by the sea"]
        for query in ("?type=care-home", "?q=nursing", "?q=nursng", "?access=lift", "?type=nursing-home&access=lift"):
            assert names(ask(client, query)) == ["Nursing by the sea"], query
        assert ask(client, "?q=nursng")["corrected"] == {"nursng": ["nursing"]}
        assert ask(client, "?type=nothing")["ignored"] == ["nothing"]
        assert other.name in names(ask(client, "?type=nothing"))

    def test_counts_have_the_filters_parameter_names(self, client, db):
        full_service()

        facets = ask(client)["facets"]

        assert set(facets) == {
            "type", "group", "space", "rating", "funding", "access", "language", "council", "setting",
        }  # fmt: skip
        assert {one["value"]: one["count"] for one in facets["rating"]} == {"good": 1}
        for name, values in facets.items():
            for one in values:
                assert ask(client, f"?{name}={one['value']}")["total"] == one["count"], (name, one)

    def test_near_a_place_there_are_two_lists(self, client, whitehaven):
        service = full_service(name="Home by the sea")
        comes = ServiceFactory(name="Carers", setting="home", served_outcodes=["CA28"])

        found = ask(client, "?near=CA28")

        hit = found["near"]["results"][0]
        assert names(found) == ["Home by the sea"]
        assert sorted(names(found, "home")) == ["Carers", "Home by the sea"]
        assert found["total"] == 2
        assert (found["place"]["near"], found["place"]["council"]["slug"]) == ("CA28", "cumberland")
        assert 3 < hit["distance_miles"] < 6
        assert hit["location"]["postcode"] == service.locations.get().postcode
        assert found["order"]["value"] == "nearest"
        assert names(ask(client, "?near=CA28&radius=1")) == []
        assert comes.name in names(ask(client, "?near=CA28&radius=1"), "home")

    def test_a_council_is_an_area_and_no_point(self, client, whitehaven):
        Place.objects.filter(slug="cumberland").update(latitude=54.7, longitude=-3.2)
        full_service(name="Within")
        ServiceFactory(name="Nowhere")

        found = ask(client, "?near=cumberland")

        assert (found["place"], names(found)) == (None, ["Within"])

    def test_pages_hold_each_service_once(self, client, db):
        for number in range(45):
            ServiceFactory(name=f"Service {number:02}")

        pages = [ask(client, f"?page={number}")["near"] for number in (1, 2, 3)]

        assert [len(page["results"]) for page in pages] == [20, 20, 5]
        assert [page["pages"] for page in pages] == [3, 3, 3]
        assert [one["name"] for page in pages for one in page["results"]] == [f"Service {n:02}" for n in range(45)]

    @pytest.mark.parametrize("query", ["?near=CA28+7LL", "?near=ca287ll", "?q=homes+near+CA28+7LL", "?near=Ca28-7lL"])
    def test_a_full_postcode_in_an_address_is_refused_with_what_to_do(self, client, whitehaven, query):
        problem = ask(client, query, status=400)

        assert problem["parameter"] in query
        assert "near=CA28" in problem["detail"] and "POST" in problem["detail"]
        assert not POSTCODE.search(json.dumps(problem))

    def test_a_full_postcode_in_a_body_is_searched_and_kept_nowhere(self, client, whitehaven):
        full_service(name="Home by the sea")
        settle()

        response = client.post(LIST, {"near": "CA28 7LL", "radius": 10, "untold": False}, "application/json")

        found = response.json()
        assert (response.status_code, names(found)) == (200, ["Home by the sea"])
        assert found["place"]["near"] is None
        assert response["Cache-Control"] == "private, no-store"
        assert not response.has_header("ETag")
        assert not POSTCODE.search(json.dumps(found["place"]))

    @pytest.mark.parametrize(
        ("query", "parameter"),
        [
            ("?page=0", "page"), ("?page=x", "page"), ("?page=501", "page"), ("?home=-1", "home"),
            ("?radius=3", "radius"), ("?order=best", "order"), ("?near=Nowhereham", "near"), ("?near=ZZ99", "near"),
        ],
    )  # fmt: skip
    def test_nonsense_is_refused_with_the_parameters_name(self, client, db, query, parameter):
        assert ask(client, query, status=400)["parameter"] == parameter

    @pytest.mark.parametrize("body", ['{"near": ["x"]}', '{"page": 0}', "[1]", '"x"', "{", '{"type": "care-home"}'])
    def test_nonsense_in_a_body_is_refused(self, client, db, body):
        response = client.post(LIST, body, "application/json")

        assert response.status_code == 400
        assert response.json()["detail"]

    @tried(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        query=st.dictionaries(
            st.sampled_from(
                ["near", "radius", "q", "type", "group", "funding", "rating", "access", "language", "council", "space",
                 "untold", "setting", "order", "page", "home", "format"]
            ),
            st.one_of(
                st.text(max_size=30), st.integers().map(str), st.sampled_from(["1", "true", "CA28", "home", "9" * 40])
            ),
            max_size=4,
        )
    )  # fmt: skip
    def test_whatever_is_asked_is_answered(self, client, db, no_limit, query):
        if not Service.objects.exists():
            full_service()
            settle()

        response = client.get(LIST, query)

        assert response.status_code in {200, 400}
        assert isinstance(response.json(), dict)
        assert response["Access-Control-Allow-Origin"] == "*"


class TestService:
    def test_a_whole_service_is_told(self, client, db):
        service = full_service()

        document = client.get(f"{LIST}{service.uuid}/").json()

        assert document["uuid"] == str(service.uuid)
        assert document["funding"] == {
            "self_funders": True, "council": False, "nhs": True, "top_up_may_be_needed": False,
        }  # fmt: skip
        assert document["fees"][0]["amount_from"] == "1120.10"
        assert document["opened"] == "May 2014"
        assert len(document["ratings"]) == 6
        assert [one["alt_text"] for one in document["photos"]] == ["The garden"]
        assert document["ratings"][0]["report_url"] == "https://www.cqc.org.uk/location/1-122"
        assert parse_datetime(document["confirmed_at"]) == NOON

    def test_what_is_not_known_is_null(self, client, db):
        service = ServiceFactory(provider=None, provider_as_stated="Various")

        document = client.get(f"{LIST}{service.uuid}/").json()

        assert document["provider"] is None
        assert document["provider_as_stated"] == "Various"
        assert [name for name, value in document.items() if value == ""] == []
        assert document["funding"]["nhs"] is None
        assert document["rating"] is None

    def test_an_unknown_service_is_not_found(self, client, db):
        for path in ("00000000-0000-4000-8000-000000000000/", "x/"):
            response = client.get(f"{LIST}{path}")

            assert (response.status_code, response.json()["status"]) == (404, 404)


class TestHidden:
    def test_drafts_and_services_of_unseen_providers_stand_nowhere(self, client, db):
        later = dt.datetime(2999, 1, 1, tzinfo=dt.UTC)
        full_service(1, name="Seen by all")
        hidden = [full_service(2, name="Draft"), full_service(3, name="Embargoed"), full_service(4, name="Unseen")]
        Service.objects.filter(pk=hidden[0].pk).update(published_at=None)
        Service.objects.filter(pk=hidden[1].pk).update(published_at=later)
        Provider.objects.filter(pk=hidden[2].provider_id).update(published_at=None)

        assert names(ask(client)) == ["Seen by all"]
        assert [client.get(f"{LIST}{one.uuid}/").status_code for one in hidden] == [404, 404, 404]

    def test_a_withheld_address_stands_nowhere(self, client, db):
        service, outcode = withheld_service()
        told = json.dumps([ask(client), ask(client, "?near=CA28"), client.get(f"{LIST}{service.uuid}/").json()])

        secrets = ("Hidden", "Secret", "9ZZ", "54.12", "3.65", "987654321", "1-722")
        location = client.get(f"{LIST}{service.uuid}/").json()["locations"][0]
        assert [secret for secret in secrets if secret in told] == []
        assert (location["latitude"], location["longitude"]) == (outcode.latitude, outcode.longitude)
        assert (location["outcode"], location["postcode"], location["point_accuracy"]) == ("CA28", None, "outcode")
        assert ask(client, "?near=CA28")["near"]["results"][0]["distance_miles"] == 0


class TestAnswers:
    @pytest.mark.parametrize("query", ["", "?near=CA28", "?q=words"])
    def test_queries_do_not_grow(
        self, client, whitehaven, django_assert_num_queries, django_assert_max_num_queries, query
    ):
        full_service(1)
        settle()
        client.get(LIST)
        with django_assert_max_num_queries(24) as counted:
            client.get(f"{LIST}{query}")
        before = len(counted)
        for number in range(2, 6):
            full_service(number)
        settle()
        client.get(LIST)

        with django_assert_num_queries(before):
            response = client.get(f"{LIST}{query}")

        assert len(response.json()["near"]["results"]) == 5

    def test_unchanged_is_not_modified_and_changed_is(self, client, db):
        service = full_service()
        settle()
        first = client.get(LIST)

        again = client.get(LIST, headers={"if-none-match": first["ETag"]})
        other = client.get(f"{LIST}{service.uuid}/", headers={"if-none-match": first["ETag"]})

        assert (again.status_code, again.content) == (304, b"")
        assert other.status_code == 200
        assert again["Access-Control-Allow-Origin"] == "*"

    def test_asking_too_often_is_refused_with_when_to_come_back(self, client, db, monkeypatch):
        monkeypatch.setattr(PublicRate, "THROTTLE_RATES", {"public": "2/minute"})
        settle()

        answers = [client.get(LIST) for _ in range(3)]

        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert int(answers[2]["Retry-After"]) in range(1, 61)
        assert answers[2].json()["status"] == 429
        assert answers[2]["Access-Control-Allow-Origin"] == "*"

    def test_other_methods_and_faults_are_told_to_programs(self, client, db, monkeypatch):
        wrong = client.delete(LIST)
        monkeypatch.setattr("providers.api.search", None)
        fault = Client(raise_request_exception=False).get(LIST)

        assert (wrong.status_code, wrong.json()["status"]) == (405, 405)
        assert (fault.status_code, fault.json()["status"]) == (500, 500)
        assert wrong["Access-Control-Allow-Origin"] == fault["Access-Control-Allow-Origin"] == "*"


class TestDescription:
    def test_the_schema_is_valid_and_without_warnings(self, db, tmp_path):
        path = tmp_path / "schema.yaml"

        call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(path))

        assert "/api/v1/services/" in path.read_text()

    def test_answers_are_what_the_schema_says(self, client, whitehaven):
        full, bare = full_service(), ServiceFactory(provider=None)
        withheld_service()
        documents = {
            "SearchResults": [ask(client), ask(client, "?near=CA28"), ask(client, "?q=nothing")],
            "Service": [client.get(f"{LIST}{one.uuid}/").json() for one in (full, bare)],
            "Problem": [ask(client, "?page=0", status=400), client.get(f"{LIST}x/").json()],
        }

        for name, found in documents.items():
            validator = schema_of(name)
            for document in found:
                assert [
                    f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(document)
                ] == []
            assert list(validator.iter_errors({})) != []

    def test_every_parameter_of_the_schema_is_read(self, client, db):
        listed = described()["paths"][LIST]["get"]["parameters"]
        question = described()["components"]["schemas"]["SearchQuestion"]["properties"]

        assert {one["name"] for one in listed} == set(question)
        assert {one["name"] for one in listed} == {
            "near", "radius", "q", "type", "group", "funding", "rating", "access", "language", "council", "space",
            "untold", "setting", "order", "page", "home",
        }  # fmt: skip

    def test_examples_are_what_the_schema_says(self, db):
        found = []
        for methods in described()["paths"].values():
            for one in methods.values():
                parts = (
                    [one["requestBody"], *one["responses"].values()]
                    if "requestBody" in one
                    else one["responses"].values()
                )
                for part in parts:
                    for content in part.get("content", {}).values():
                        name = content["schema"].get("$ref", "").rpartition("/")[2]
                        found += [(name, example["value"]) for example in content.get("examples", {}).values()]

        pages = {"OpportunityPage", "FrameworkPage", "ContractPage"}
        assert {name for name, _ in found} == {"SearchResults", "Problem", "SearchQuestion", *pages}
        for name, example in found:
            assert list(schema_of(name).iter_errors(json.loads(json.dumps(example)))) == []

    def test_the_schema_is_published(self, client, db):
        response = client.get("/api/v1/schema/")

        assert response.json()["paths"].keys() == described()["paths"].keys()
        assert response["Access-Control-Allow-Origin"] == "*"

    def test_the_page_tells_every_question_and_field_and_loads_nothing_from_elsewhere(self, client, db):
        page = client.get("/api/v1/docs/").content.decode()

        schema = described()
        for methods in schema["paths"].values():
            for one in methods.values():
                assert one["summary"] in page
        for name in schema["components"]["schemas"]["Service"]["properties"]:
            assert f">{name}</dt>" in page
        assert re.findall(r'(?:src|href)="(?:https?:)?//[^"]*"', page) == []
