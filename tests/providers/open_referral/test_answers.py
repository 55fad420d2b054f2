"""What all answers have in common, whatever they say."""

import copy

import pytest
from django.db import connection
from django.test import Client

from core.api import PublicRate
from tests.factories.providers import (
    ServiceFactory,
)
from tests.providers.entries import full_service
from tests.providers.open_referral.feed import LISTS, ROOT, ask, contents


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
