"""What may be asked of the feed, rightly and wrongly."""

import json
import uuid

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st

from providers.models import (
    Service,
)
from tests.factories.core import ClientGroupFactory
from tests.factories.providers import (
    ServiceFactory,
)
from tests.providers.entries import full_service
from tests.providers.open_referral.feed import ROOT, ask, contents, ids


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
