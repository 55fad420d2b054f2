"""The data in a service's page, for programs that read pages."""

import json
import re

import pytest

from tests.factories.core import (
    PlaceFactory,
)
from tests.factories.providers import ServiceFactory
from tests.providers.entries import full_service
from tests.tools.views import text

pytestmark = pytest.mark.django_db


def page_of(client, service):
    return client.get(service.get_absolute_url())


def _linked(response):
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', text(response), re.DOTALL)
    return found[1]


def test_linked_data_says_what_the_page_says_and_no_rating_of_readers(client):
    service = full_service(setting="place")

    data = json.loads(_linked(page_of(client, service)))

    assert (data["@type"], data["name"], data["telephone"]) == ("LocalBusiness", service.name, "01632 960011")
    assert data["address"]["postalCode"] == "CA28 7LL"
    assert "aggregateRating" not in json.dumps(data)


def test_linked_data_of_what_comes_to_people_is_a_service_with_its_area(client):
    service = ServiceFactory(setting="home")
    service.areas_served.add(PlaceFactory(name="Exampleshire"))

    data = json.loads(_linked(page_of(client, service)))

    assert (data["@type"], data["areaServed"][0]["name"]) == ("Service", "Exampleshire")
    assert "address" not in data


def test_linked_data_invents_nothing(client):
    data = json.loads(_linked(page_of(client, ServiceFactory(provider=None))))

    assert set(data) == {"@context", "@id", "@type", "url", "name"}


def test_words_cannot_end_the_script_element(client):
    service = ServiceFactory(name="</script><script>alert(1)</script>", summary="<!-- \u2028 & -->")

    response = page_of(client, service)

    assert json.loads(_linked(response))["name"] == service.name
    assert text(response).count("</script>") == 1
    assert "'unsafe-inline'" not in response["Content-Security-Policy"]
