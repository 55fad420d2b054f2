"""Each fact of a service stands in its field."""

import datetime as dt
import uuid

import pytest

from core.dates import parse
from providers.models import (
    CqcRegistration,
    Fee,
    Rating,
    Service,
    Vacancy,
)
from tests.factories import NOON
from tests.factories.providers import (
    ServiceFactory,
)
from tests.providers.entries import full_service
from tests.providers.open_referral.feed import ask, contents, everything


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
