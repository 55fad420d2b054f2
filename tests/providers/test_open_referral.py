import copy
import datetime as dt
import json
import uuid

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st

from core.api import PublicRate
from core.dates import parse
from core.models import Country, Postcode
from providers.models import (
    CqcRegistration,
    Fee,
    Location,
    ProfileRevision,
    Provider,
    Rating,
    Service,
    ServiceModification,
    Vacancy,
)
from tests.factories import NOON
from tests.factories.core import ClientGroupFactory, PlaceFactory
from tests.factories.providers import (
    CorrectionFactory,
    InvitationFactory,
    LocationFactory,
    ProviderFactory,
    ServiceFactory,
)
from tests.providers.entries import full_service, withheld_service
from tests.tools.open_referral import Rules
from tests.tools.shared import shared_data

ROOT = "/openreferral/v3"
LISTS = {
    "services": "service_list",
    "services?full=true": "service_list",
    "services?minimal=true": "service_list",
    "service_at_locations": "service_at_location_list",
    "service_at_locations?full=true": "service_at_location_list",
    "organizations": "organization_list",
    "organizations?full=true": "organization_list",
    "organizations?full_service=true": "organization_list",
    "taxonomies": "taxonomy_list",
    "taxonomy_terms": "taxonomy_term_list",
    "taxonomy_terms?top_only=true": "taxonomy_term_list",
}
SECRETS = (
    "Hidden", "Secret", "CA28 9ZZ", "CA289ZZ", "9ZZ", "54.123", "54.12", "3.654", "3.65", "987654321", "1-722",
)  # fmt: skip


@pytest.fixture(scope="module")
def rules():
    return Rules(shared_data("oruk"))


@pytest.fixture
def no_limit(monkeypatch):
    monkeypatch.setattr(PublicRate, "THROTTLE_RATES", {"public": "100000/minute"})


def ask(client, path, **options):
    return client.get(f"{ROOT}/{path}", **options)


def contents(client, path):
    # As a commit would: the search's rows are made at its end.
    connection.check_constraints()
    response = ask(client, path)
    assert response.status_code == 200, response.content
    return response.json()["contents"]


def ids(client, path):
    return [one["id"] for one in contents(client, path)]


def everything(client):
    """Return all that the feed tells, as one text."""
    connection.check_constraints()
    parts = [ask(client, "").content]
    for path in LISTS:
        parts.append(ask(client, path).content)
    for name in ("services", "service_at_locations", "organizations", "taxonomies", "taxonomy_terms"):
        for one in contents(client, name):
            parts.append(ask(client, f"{name}/{one['id']}").content)
    parts.append(b"".join(ask(client, "services?format=ndjson&full=true").streaming_content))
    return b"\n".join(parts).decode()


class TestRules:
    """The recipe itself, on documents that are right and on some that are wrong on purpose."""

    SERVICE = {
        "id": "00000000-0000-4000-8000-000000000001",
        "organization_id": "00000000-0000-4000-8000-000000000002",
        "name": "Example House",
        "status": "active",
    }

    def page(self, **changed):
        page = {
            "total_items": 1, "total_pages": 1, "page_number": 1, "size": 1, "first_page": True, "last_page": True,
            "empty": False, "contents": [self.SERVICE],
        }  # fmt: skip
        return {**page, **changed}

    @pytest.mark.parametrize("name", ["service", "organization", "service_at_location"])
    def test_the_standards_own_examples_hold_but_for_their_invented_point(self, rules, name):
        whole, listed = rules.example(f"{name}_full"), rules.example(f"{name}_list")

        found = rules.problems(name, whole) + [
            line for line in rules.problems(f"{name}_list", listed) if "organisation" not in line and "size" not in line
        ]

        assert {line for line in found if "latitude 100 " not in line} == set()

    def test_a_right_document_has_no_problem(self, rules):
        assert rules.problems("service", self.SERVICE) == []
        assert rules.problems("service_list", self.page()) == []

    @pytest.mark.parametrize(
        "wrong",
        [
            {"status": "Active"},
            {"id": "1-123456789"},
            {"url": "www.example.org"},
            {"description": ""},
            {"description": None},
            {"name": None},
            {"organization_id": ""},
            {"last_modified": "2026-11-01T09:30:00"},
            {"assured_date": "01/10/2026"},
            {"languages": []},
            {"service_at_locations": [{"id": "00000000-0000-4000-8000-000000000003", "location": {"id": "x"}}]},
        ],
    )
    def test_a_wrong_service_is_told(self, rules, wrong):
        assert rules.problems("service", {**self.SERVICE, **wrong}) != []

    def test_a_service_without_organisation_is_told(self, rules):
        orphan = {name: value for name, value in self.SERVICE.items() if name != "organization_id"}

        assert rules.problems("service", orphan) == ["no organisation"]

    def test_a_page_of_another_shape_is_told(self, rules):
        other = {"count": 1, "next": None, "previous": None, "results": [self.SERVICE]}

        assert "page field contents missing or not list" in rules.problems("service_list", other)

    @pytest.mark.parametrize(
        "wrong", [{"size": 2}, {"empty": True}, {"first_page": False}, {"last_page": False}, {"total_pages": "1"}]
    )
    def test_a_wrong_envelope_is_told(self, rules, wrong):
        assert rules.problems("service_list", self.page(**wrong)) != []

    def test_a_root_without_profile_and_a_point_at_sea_are_told(self, rules):
        location = {"id": self.SERVICE["id"], "location_type": "physical", "latitude": 154, "longitude": 0}

        assert rules.problems("api_details", {"version": "HSDS-UK-3.0"}) != []
        assert rules.problems("location", location) == ["latitude 154 is not in the United Kingdom"]


class TestValidity:
    def check(self, client, rules):
        assert rules.problems("api_details", ask(client, "").json()) == []
        for path, entity in LISTS.items():
            joint = "&" if "?" in path else "?"
            first = ask(client, f"{path}{joint}per_page=3").json()
            pages = {1, (first["total_pages"] + 1) // 2, first["total_pages"]}
            for number in sorted(pages):
                page = ask(client, f"{path}{joint}per_page=3&page={number}").json()
                assert rules.problems(entity, page) == [], f"{path} page {number}"
                assert page["page_number"] == number
        for name in ("services", "service_at_locations", "organizations", "taxonomies", "taxonomy_terms"):
            entity = LISTS[name].removesuffix("_list")
            for one in contents(client, f"{name}?per_page=100"):
                document = ask(client, f"{name}/{one['id']}").json()
                assert document["id"] == one["id"]
                assert rules.problems(entity, document) == [], f"{name}/{one['id']}"

    def test_all_fixtures_are_valid(self, client, db, rules, no_limit):
        call_command("load_fixtures", verbosity=0)

        self.check(client, rules)

        assert Service.objects.filter(provider__isnull=False).count() == ask(client, "services").json()["total_items"]

    def test_everything_and_next_to_nothing_are_valid(self, client, db, rules, no_limit):
        full_service(1)
        full_service(2, is_closed_temporarily=True)
        withheld_service()
        bare = ServiceFactory(minimum_age=None)
        bare.locations.add(LocationFactory())
        Location.objects.create(slug="odd", name="Odd", postcode="nonsense", is_address_withheld=True).services.add(
            bare
        )

        self.check(client, rules)

    def test_an_empty_feed_is_valid(self, client, db, rules):
        for path, entity in LISTS.items():
            page = ask(client, path).json()
            assert rules.problems(entity, page) == []
        assert ask(client, "services").json() == {
            "total_items": 0, "total_pages": 1, "page_number": 1, "size": 0, "first_page": True, "last_page": True,
            "empty": True, "contents": [],
        }  # fmt: skip

    def test_odd_facts_are_left_out_rather_than_told_wrongly(self, client, db, rules):
        provider = ProviderFactory(website="www.care.example", email="nobody", company_number="")
        service = ServiceFactory(provider=provider, website="ht tp://[broken", email="a@", summary="Short.")
        Rating.objects.create(service=service, question="overall", state="unknown_text", stated="Outstandingly odd")

        document = ask(client, f"services/{service.uuid}").json()

        assert rules.problems("service", document) == []
        assert document["organization"]["website"] == "https://www.care.example"
        assert not {"url", "email"} & set(document)
        assert document["accreditations"] == "Care Quality Commission: Outstandingly odd."
        assert document["description"] == "Short."


class TestFacts:
    def test_a_whole_service_tells_each_fact_in_its_field(self, client, db):
        service = full_service()

        document = ask(client, f"services/{service.uuid}").json()

        place = document["service_at_locations"][0]["location"]
        assert document["status"] == "active"
        assert document["minimum_age"] == 0
        assert [one["alt_text"] for one in document["x_photos"]] == ["The garden"]
        assert document["accreditations"] == "Care Quality Commission: Good (18 June 2025)."
        assert document["assured_date"] == NOON.date().isoformat()
        assert document["assurer_email"] == "care@council.example"
        assert document["organization_id"] == str(service.provider.uuid) == document["organization"]["id"]
        assert {(one.get("identifier_scheme"), one["identifier"]) for one in document["organization"]["organization_identifiers"]} == {
            (None, "1-111"), ("GB-COH", "01234567"), ("GB-CHC", "1234567"),
        }  # fmt: skip
        assert [one["source"] for one in document["funding"]] == [
            "People who pay for themselves", "People whose care the NHS pays for",
        ]  # fmt: skip
        assert document["x_funding_accepted"] == {"self_funded": True, "council_funded": False, "nhs_funded": True}
        assert document["x_top_up_may_be_needed"] is False
        fee = document["cost_options"][0]
        assert (fee["amount"], fee["x_amount_to"], fee["valid_from"]) == (1120.1, 1340.2, "2026-11-02")
        assert fee["amount_description"].startswith("From 1,120.10 to 1,340.20 pounds a week. ")
        assert [one["name"] for one in document["languages"]] == ["English", "Polish"]
        assert [(one["available"], one["maximum"]) for one in document["x_service_capacity"]] == [(0, 42)]
        assert document["service_areas"][0]["uri"].endswith("/statistical-geography/E06000063")
        assert [one["extent"] for one in document["service_areas"] if "extent" in one] == ["CA1", "CA28"]
        assert (place["latitude"], place["longitude"]) == (54.5, -3.5)
        assert (place["external_identifier_type"], place["external_identifier"]) == ("CQC location ID", "1-122")
        assert place["addresses"][0]["postal_code"] == "CA28 7LL"
        assert place["addresses"][0]["state_province"] == "Cumberland"
        assert place["x_accessibility"]["accessible_toilet"] is False
        assert [one["description"] for one in place["accessibility"]] == [
            "Step-free entrance", "Hearing loop", "Accessible parking", "Lift",
        ]  # fmt: skip
        assert {one["link_type"] for one in document["attributes"]} == {
            "service_type", "client_group", "cqc_service_type",
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("facts", "status"),
        [
            ({}, "active"),
            ({"is_closed_temporarily": True}, "temporarily closed"),
            ({"ended": "31 March 2020", "is_closed_temporarily": True}, "defunct"),
            ({"opened": "May 2190"}, "inactive"),
        ],
    )
    def test_status_is_derived(self, client, db, facts, status):
        service = ServiceFactory(**{name: parse(one) if isinstance(one, str) else one for name, one in facts.items()})

        assert contents(client, "services")[0]["status"] == status
        assert contents(client, "services?minimal=true")[0]["status"] == status
        assert ask(client, f"services/{service.uuid}").json()["status"] == status

    @pytest.mark.parametrize("registration", [{"is_dormant": True}, {"is_deregistered": True}])
    def test_off_the_register_is_inactive(self, client, db, registration):
        service = full_service()
        CqcRegistration.objects.filter(location__services=service).update(**registration)

        assert contents(client, "services")[0]["status"] == "inactive"

    @pytest.mark.parametrize(
        ("rating", "words"),
        [
            ({"state": "not_yet_inspected"}, "Care Quality Commission: not yet inspected."),
            (
                {"state": "no_current_rating", "earlier_value": "good", "earlier_date": dt.date(2022, 1, 2)},
                "Care Quality Commission: no current rating. Earlier rating of 2 January 2022: Good.",
            ),
            (
                {"state": "inherited", "value": "good"},
                "Care Quality Commission: Good, inherited from an earlier registration.",
            ),
        ],
    )
    def test_what_is_not_a_rating_is_not_told_as_one(self, client, db, rating, words):
        Rating.objects.create(service=ServiceFactory(), question="overall", **rating)

        assert contents(client, "services")[0]["accreditations"] == words

    def test_a_vacancy_that_ran_out_is_not_told(self, client, db):
        service = full_service()
        Vacancy.objects.update(expires_at=NOON + dt.timedelta(seconds=1))

        assert "x_service_capacity" not in ask(client, f"services/{service.uuid}").json()

    def test_identifiers_stay(self, client, db):
        full_service()
        before = everything(client)
        Fee.objects.all().delete()
        Fee.objects.create(
            service=Service.objects.get(),
            name="Nursing care",
            amount_from=1,
            per="week",
            told_date=dt.date(2026, 11, 3),
        )

        after = ask(client, f"services/{Service.objects.get().uuid}").json()

        assert after["cost_options"][0]["id"] in before
        assert uuid.UUID(after["cost_options"][0]["id"]).version == 5
        assert uuid.UUID(after["service_at_locations"][0]["id"]).version == 8

    def test_services_at_locations_are_found_by_their_identifier(self, client, db):
        services = [full_service(number) for number in (1, 2)]

        for one in contents(client, "service_at_locations"):
            whole = ask(client, f"service_at_locations/{one['id']}").json()
            assert whole["service"]["id"] == one["service_id"] == whole["service_id"]
            assert whole["location"]["addresses"]
        assert {one["service_id"] for one in contents(client, "service_at_locations")} == {
            str(service.uuid) for service in services
        }
        assert ask(client, f"service_at_locations/{services[0].uuid}").status_code == 404


class TestHidden:
    def test_drafts_and_what_has_no_public_provider_stand_nowhere(self, client, db, no_limit):
        later = dt.datetime(2999, 1, 1, tzinfo=dt.UTC)
        full_service(1, name="Seen by all")
        full_service(2, name="Draft of ours", published_at=None)
        full_service(3, name="Embargoed home", published_at=later)
        hidden = full_service(4, name="Of an unseen provider")
        Provider.objects.filter(pk=hidden.provider_id).update(published_at=None, name="Unseen Care")
        ServiceFactory(name="Of nobody", provider=None)

        told = everything(client)

        assert "Seen by all" in told
        for secret in ("Draft of ours", "Embargoed", "unseen provider", "Unseen Care", "Of nobody", str(hidden.uuid)):
            assert secret not in told
        assert ask(client, f"services/{hidden.uuid}").status_code == 404
        assert ask(client, f"organizations/{hidden.provider.uuid}").status_code == 404
        assert contents(client, f"services?organization_id={hidden.provider.uuid}") == []
        assert ask(client, "").json()["x_services_without_organization"] == 1

    def test_what_is_proposed_noted_or_complained_of_stands_nowhere(self, client, db, no_limit):
        service = full_service(note="Between officers")
        ProfileRevision.objects.create(
            provider=service.provider, service=service, changes={"summary": "Proposed words"}, started_at=NOON,
            submitted_at=NOON,
        )  # fmt: skip
        CorrectionFactory(service=service, text="It smells", email="neighbour@example.org")
        InvitationFactory(provider=service.provider, email="manager@example.org")

        told = everything(client) + client.get(f"/api/v1/services/{service.uuid}/").content.decode()
        told += client.get("/api/v1/services/").content.decode()

        secrets = ("Between officers", "Proposed", "smells", "neighbour@", "manager@", "Not agreed yet")
        assert [secret for secret in secrets if secret in told] == []
        assert contents(client, "services")[0]["x_summary"] == service.summary

    def test_a_withheld_address_stands_nowhere(self, client, db, no_limit):
        service, outcode = withheld_service()

        told = everything(client)

        assert [secret for secret in SECRETS if secret in told] == []
        location = ask(client, f"services/{service.uuid}").json()["service_at_locations"][0]["location"]
        assert location == {
            "id": str(service.locations.get().uuid),
            "location_type": "physical",
            "latitude": outcode.latitude,
            "longitude": outcode.longitude,
            "x_point_accuracy": "outcode",
            "x_outcode": "CA28",
            "x_is_address_withheld": True,
            "accessibility": location["accessibility"],
            "x_accessibility": location["x_accessibility"],
        }

    def test_a_withheld_address_is_found_from_its_outcodes_centre_only(self, client, db):
        withheld_service()
        for number, (latitude, longitude) in enumerate([(54.123456, -3.654321), (54.55, -3.58)]):
            Postcode.objects.create(
                postcode=f"CA{number + 1}1AA", latitude=latitude, longitude=longitude, country=Country.ENGLAND
            )

        at_the_door = contents(client, "service_at_locations?postcode=CA11AA&proximity=5000")
        at_the_centre = contents(client, "service_at_locations?postcode=CA21AA&proximity=5")

        assert (len(at_the_door), len(at_the_centre)) == (0, 1)


class TestParameters:
    def test_pages_hold_each_row_once(self, client, db):
        made = {str(ServiceFactory().uuid) for _ in range(7)}

        pages = [ask(client, f"services?per_page=3&page={number}").json() for number in (1, 2, 3)]

        found = [one["id"] for page in pages for one in page["contents"]]
        assert (len(found), set(found)) == (7, made)
        assert [page["size"] for page in pages] == [3, 3, 1]
        assert [(page["first_page"], page["last_page"]) for page in pages] == [
            (True, False), (False, False), (False, True),
        ]  # fmt: skip

    def test_more_to_a_page_than_is_given_is_cut(self, client, db):
        ServiceFactory()

        assert ask(client, "services?per_page=999999999").json()["size"] == 1
        assert ask(client, "services?per_page=100000&page=2").status_code == 404

    def test_terms_find_what_is_below_them(self, client, db):
        service = full_service()
        full_service(2)
        child = service.types.get()

        terms = {one["name"]: one for one in contents(client, "taxonomy_terms")}
        below, above = terms[child.name], terms[child.parent.name]
        group = terms[service.client_groups.get().parent.name]

        assert below["parent_id"] == above["id"]
        for term in (below, above, group):
            assert ids(client, f"services?taxonomy_term_id={term['id']}") == [str(service.uuid)]
            assert len(ids(client, f"service_at_locations?taxonomy_term_id={term['id']}")) == 1
        assert len(ids(client, f"services?taxonomy_term_id={terms['Care home service with nursing']['id']}")) == 2
        assert ids(client, f"services?taxonomy_term_id={uuid.uuid4()}") == []

    def test_taxonomies_and_their_terms_are_narrowed(self, client, db):
        bare, full = ServiceFactory(), full_service()
        full.client_groups.add(ClientGroupFactory(slug="dementia"))
        taxonomies = contents(client, "taxonomies")

        for taxonomy in taxonomies:
            assert ids(client, f"services?taxonomy_id={taxonomy['id']}") == [str(full.uuid)]
            own = contents(client, f"taxonomy_terms?taxonomy_id={taxonomy['id']}")
            assert own and {one["taxonomy_id"] for one in own} == {taxonomy["id"]}
            for top in (one for one in own if "parent_id" not in one):
                assert top["id"] in ids(client, f"taxonomy_terms?top_only=true&taxonomy_id={taxonomy['id']}")
                for child in contents(client, f"taxonomy_terms?parent_id={top['id']}"):
                    assert child["parent_id"] == top["id"]
        assert len(taxonomies) == 4
        assert str(bare.uuid) in ids(client, "services")

    def test_words_are_searched_in_what_is_told(self, client, db):
        one = ServiceFactory(name="Quiet House", description="A garden by the sea")
        other = ServiceFactory(name="Loud House", provider__name="Garden Care")

        assert ids(client, "services?search=garden") == [str(one.uuid), str(other.uuid)]
        assert ids(client, "services?search=garden+SEA") == [str(one.uuid)]
        assert ids(client, "services?search=%00") == [str(one.uuid), str(other.uuid)]
        assert ids(client, "organizations?search=garden") == [str(other.provider.uuid)]

    def test_organisations_hold_their_services(self, client, db):
        service = full_service()
        ServiceFactory(provider=service.provider, published_at=None)

        short = ask(client, f"organizations/{service.provider.uuid}").json()["services"]
        long = ask(client, f"organizations/{service.provider.uuid}?full_service=true").json()["services"]

        assert [one["id"] for one in short] == [one["id"] for one in long] == [str(service.uuid)]
        assert "cost_options" in long[0] and "cost_options" not in short[0]
        assert "services" not in contents(client, "organizations")[0]
        assert contents(client, "organizations?full=true")[0]["services"][0]["id"] == str(service.uuid)

    def test_minimal_tells_all_at_once(self, client, db):
        for _ in range(60):
            ServiceFactory()

        page = ask(client, "services?minimal=true").json()

        assert (page["size"], page["last_page"]) == (60, True)
        assert set(page["contents"][0]) == {"id", "organization_id", "name", "status", "last_modified", "modified_date"}

    def test_lines_hold_what_the_pages_hold(self, client, db):
        full_service(1)
        full_service(2)

        for path in ("services", "service_at_locations", "organizations", "taxonomies", "taxonomy_terms"):
            answer = ask(client, f"{path}?format=ndjson")
            lines = b"".join(answer.streaming_content).decode().splitlines()
            assert [json.loads(line) for line in lines] == contents(client, path)

    @pytest.mark.parametrize(
        "path",
        [
            "services?page=0", "services?page=-1", "services?page=one", "services?page=1.5", "services?per_page=0",
            "services?organization_id=1-123", "services?taxonomy_term_id=x", "services?taxonomy_id=%00x",
            "services?modified_after=yesterday", "services?modified_after=0001-01-01T00:00:00%2B14:00",
            "services?minimal=perhaps", "services?format=xml", "service_at_locations?postcode=ZZ99+9ZZ",
            "service_at_locations?postcode=%F0%9F%8F%A0", "service_at_locations?proximity=100",
            "service_at_locations?postcode=CA28&proximity=far", "taxonomy_terms?parent_id=1", "organizations?full=2",
        ],
    )  # fmt: skip
    def test_nonsense_is_refused_with_the_parameters_name(self, client, db, path):
        full_service()

        response = ask(client, path)

        problem = response.json()
        assert (response.status_code, problem["status"]) == (400, 400)
        assert problem["parameter"] in path
        assert problem["detail"].endswith(".")
        assert response["Content-Type"] == "application/problem+json"

    @pytest.mark.parametrize(
        "path",
        [
            "services/1-123",
            "services/00000000-0000-4000-8000-000000000000",
            "nothing",
            "services?page=99",
            "services/x/y",
        ],
    )
    def test_what_is_not_there_is_not_found(self, client, db, path):
        full_service()

        response = ask(client, path)

        assert (response.status_code, response.json()["status"]) == (404, 404)

    def test_paths_end_with_or_without_a_stroke(self, client, db):
        service = full_service()

        for path in ("services", "organizations", "taxonomies", f"services/{service.uuid}"):
            assert ask(client, path).json() == ask(client, f"{path}/").json()

    NAMES = [
        "search", "page", "per_page", "taxonomy_term_id", "taxonomy_id", "organization_id", "modified_after", "minimal",
        "full", "full_service", "postcode", "proximity", "top_only", "parent_id", "format",
    ]  # fmt: skip

    @tried(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        path=st.sampled_from(["services", "service_at_locations", "organizations", "taxonomies", "taxonomy_terms"]),
        query=st.dictionaries(
            st.sampled_from(NAMES),
            st.one_of(
                st.text(max_size=30),
                st.integers().map(str),
                st.sampled_from(["true", "false", "CA28", "CA28 7LL", "2026-01-01", "9" * 40, "ndjson", "-0"]),
                st.uuids().map(str),
                st.datetimes().map(str),
            ),
            max_size=4,
        ),
    )
    def test_whatever_is_asked_is_answered(self, client, db, no_limit, path, query):
        if not Service.objects.exists():
            full_service()

        response = client.get(f"{ROOT}/{path}", query)

        assert response.status_code in {200, 400, 404}
        assert response["Access-Control-Allow-Origin"] == "*"
        if not response.streaming:
            assert isinstance(response.json(), dict)


class TestNearness:
    @pytest.fixture
    def homes(self, db):
        council = PlaceFactory(slug="halton", kind="council", gss_code="E06000006")
        for code, latitude in (("WA71AA", 53.30), ("WA81AA", 53.36)):
            Postcode.objects.create(
                postcode=code, latitude=latitude, longitude=-2.7, country=Country.ENGLAND, council=council
            )
        near, far, unplaced = (ServiceFactory(name=name) for name in ("near", "far", "unplaced"))
        near.locations.add(LocationFactory(postcode="WA7 1AA"))
        far.locations.add(LocationFactory(latitude=53.36, longitude=-2.7))
        unplaced.locations.add(LocationFactory())
        return council, near, far, unplaced

    def test_proximity_is_metres_from_the_postcode_and_the_nearest_is_first(self, client, homes):
        _, near, far, _ = homes

        def found(metres):
            rows = contents(client, f"service_at_locations?postcode=wa71aa&proximity={metres}")
            return [row["service_id"] for row in rows]

        assert found(100) == [str(near.uuid)]
        # 0.06 degrees of latitude are 6.67 km.
        assert found(6_600) == [str(near.uuid)]
        assert found(6_700) == [str(near.uuid), str(far.uuid)]

    def test_a_postcode_alone_finds_what_comes_to_it(self, client, homes):
        council, near, far, unplaced = homes
        near.areas_served.add(council)
        far.areas_served.add(PlaceFactory(kind="council"))
        outside = ServiceFactory(served_outcodes=["CA28"])
        inside = ServiceFactory(served_outcodes=["WA7"])
        for service in (outside, inside):
            service.locations.add(LocationFactory())

        rows = contents(client, "service_at_locations?postcode=WA7+1AA")

        assert {row["service_id"] for row in rows} == {str(one.uuid) for one in (near, unplaced, inside)}

    def test_an_answer_to_a_postcode_is_kept_nowhere(self, client, homes):
        response = ask(client, "service_at_locations?postcode=WA71AA")

        assert response["Cache-Control"] == "private, no-store"
        assert not response.has_header("ETag")


class TestChanges:
    @pytest.fixture
    def old(self, db):
        service, other = full_service(1), full_service(2)
        ServiceModification.objects.update(modified_at=NOON)
        Service.objects.update(published_at=NOON)
        Provider.objects.update(published_at=NOON)
        ServiceModification.objects.update(modified_at=NOON)
        return service, other

    def since(self, client, moment="2026-11-21T23:59:59Z"):
        return ids(client, f"services?modified_after={moment}")

    @pytest.mark.parametrize(
        "change",
        [
            lambda one: one.save(),
            lambda one: one.fees.update(amount_from=1),
            lambda one: one.fees.all().delete(),
            lambda one: one.ratings.filter(question="safe").update(value="inadequate"),
            lambda one: one.vacancies.create(unit="bed", available=1, told_at=NOON, expires_at=NOON + dt.timedelta(99)),
            lambda one: one.units.all().delete(),
            lambda one: one.photos.update(alt_text="A gate"),
            lambda one: CqcRegistration.objects.filter(location__services=one).update(is_dormant=True),
            lambda one: one.locations.update(has_lift=False),
            lambda one: one.locations.clear(),
            lambda one: one.types.clear(),
            lambda one: one.client_groups.clear(),
            lambda one: one.areas_served.clear(),
            lambda one: Provider.objects.filter(pk=one.provider_id).update(phone="1"),
            lambda one: Service.objects.filter(pk=one.pk).update(alert="New"),
        ],
    )
    def test_any_change_of_a_service_or_what_belongs_to_it_counts(self, client, old, change):
        service, _ = old
        assert self.since(client) == []

        change(service)

        assert self.since(client) == [str(service.uuid)]
        assert len(ids(client, "service_at_locations?modified_after=2026-11-21T23:59:59Z")) == service.locations.count()
        told = ask(client, f"services/{service.uuid}").json()["last_modified"]
        assert told.endswith("Z") and told > "2026-11-21T23:59:59.000Z"

    def test_a_vacancy_that_runs_out_counts(self, client, old):
        service, _ = old
        run_out = dt.datetime(2026, 11, 22, 0, 30, tzinfo=dt.UTC)
        service.vacancies.update(expires_at=run_out)
        ServiceModification.objects.update(modified_at=NOON)

        assert self.since(client) == [str(service.uuid)]
        assert ask(client, f"services/{service.uuid}").json()["last_modified"] == "2026-11-22T00:30:00.000Z"

    def test_what_becomes_public_counts_from_then_on(self, client, old):
        service, other = old
        Service.objects.filter(pk=service.pk).update(published_at=dt.datetime(2026, 11, 22, 0, 10, tzinfo=dt.UTC))
        Provider.objects.filter(pk=other.provider_id).update(
            published_at=dt.datetime(2026, 11, 22, 0, 20, tzinfo=dt.UTC)
        )
        ServiceModification.objects.update(modified_at=NOON)

        assert self.since(client, "2026-11-22T00:15:00Z") == [str(other.uuid)]
        assert self.since(client, "2026-11-22T00:05:00+00:00") == [str(service.uuid), str(other.uuid)]

    def test_the_moment_itself_is_included_and_a_day_begins_in_london(self, client, old):
        assert len(self.since(client, NOON.isoformat().replace("+", "%2B"))) == 2
        assert len(self.since(client, NOON.isoformat())) == 2
        assert len(self.since(client, NOON.date().isoformat())) == 2
        assert len(self.since(client, (NOON + dt.timedelta(seconds=1)).isoformat())) == 0

    def test_one_transaction_moves_a_service_once(self, old):
        service, other = old

        service.save()
        first = ServiceModification.objects.get(pk=service.pk).modified_at
        service.fees.update(amount_from=2)

        assert ServiceModification.objects.get(pk=service.pk).modified_at == first
        assert ServiceModification.objects.get(pk=other.pk).modified_at == NOON

    def test_a_service_goes_with_its_moment(self, old):
        service, _ = old

        service.delete()
        connection.check_constraints()

        assert ServiceModification.objects.count() == 1

    def test_modified_after_reads_an_index(self, old):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(
                "EXPLAIN "
                + str(ServiceModification.objects.filter(modified_at__gte=NOON).values("service_id").query).replace(
                    str(NOON), f"'{NOON}'"
                )
            )
            plan = "\n".join(row[0] for row in cursor.fetchall())

        assert "providers_servicemodification_modified_at" in plan


class TestAnswers:
    """What all answers have in common, whatever they say."""

    @pytest.mark.parametrize("path", LISTS)
    def test_queries_do_not_grow(self, client, db, django_assert_num_queries, django_assert_max_num_queries, path):
        full_service(1)
        with django_assert_max_num_queries(28) as counted:
            ask(client, path)
        for number in range(2, 6):
            full_service(number)

        with django_assert_num_queries(len(counted)):
            response = ask(client, path)

        assert response.json()["size"] >= 3

    def test_unchanged_is_not_modified_and_changed_is(self, client, db):
        service = full_service()
        connection.check_constraints()
        first = ask(client, "services")

        again = ask(client, "services", headers={"if-none-match": first["ETag"]})
        other = ask(client, "services?full=true", headers={"if-none-match": first["ETag"]})

        assert (again.status_code, again.content) == (304, b"")
        assert other.status_code == 200
        assert again["Access-Control-Allow-Origin"] == first["Access-Control-Allow-Origin"] == "*"
        assert {"public", "max-age=60"} == set(first["Cache-Control"].split(", "))
        assert service.name in first.content.decode()

    def test_any_website_may_read_every_kind_of_answer(self, client, db, monkeypatch):
        ServiceFactory()
        answers = {
            200: ask(client, "services"),
            204: client.options(f"{ROOT}/services", headers={"origin": "https://other.example"}),
            400: ask(client, "services?page=0"),
            404: ask(client, "services/none"),
            405: client.post(f"{ROOT}/services", {"a": "b"}),
        }
        monkeypatch.setattr(PublicRate, "THROTTLE_RATES", {"public": "1/minute"})
        answers[429] = [ask(client, "services") for _ in range(2)][-1]
        monkeypatch.setattr(PublicRate, "THROTTLE_RATES", {"public": "100/minute"})
        monkeypatch.setattr("providers.open_referral.views.narrowed", None)
        answers[500] = ask(Client(raise_request_exception=False), "services")

        for status, answer in answers.items():
            assert answer.status_code == status
            assert answer["Access-Control-Allow-Origin"] == "*"
            assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
            if status >= 400:
                assert answer.json()["status"] == status
                assert answer["Content-Type"] == "application/problem+json"
        assert int(answers[429]["Retry-After"]) in range(1, 61)
        assert answers[405]["Allow"] == "GET, HEAD, OPTIONS"
        assert "If-None-Match" in answers[204]["Access-Control-Allow-Headers"]

    def test_other_pages_stay_closed_to_other_websites(self, client, db):
        response = client.get("/providers/")

        assert not response.has_header("Access-Control-Allow-Origin")

    def test_signing_in_changes_nothing(self, client, db, django_user_model):
        full_service()
        anonymous = ask(client, "services").json()
        client.force_login(django_user_model.objects.create(email="officer@example.org"))

        assert ask(client, "services").json() == anonymous

    def test_reading_changes_no_document(self, client, db):
        full_service()
        before = copy.deepcopy(contents(client, "services?full=true"))

        ask(client, "organizations?full_service=true")

        assert contents(client, "services?full=true") == before
