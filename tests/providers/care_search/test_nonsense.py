"""Whatever is asked is answered, at a fixed price."""

from itertools import product

import pytest
from django.urls import reverse

from tests.factories.core import (
    ClientGroupFactory,
    ServiceTypeFactory,
)
from tests.providers.care_search.pages import CARE, home, see, visiting
from tests.tools.sampling import sample
from tests.tools.views import NONSENSE, assert_cached_for_everybody, query_count, settle, text

pytestmark = pytest.mark.django_db

PARAMETERS = [
    "near", "q", "radius", "type", "group", "funding", "rating", "space", "access", "language", "council", "setting",
    "untold", "order", "page", "home", "who", "hard", "stay", "paying", "then", "forget",
]  # fmt: skip
BAD_VALUES = [
    "", "%00", "-1", "0", "999999999999999999999", "%F0%9F%92%A9", "%FF%FE", "a%2Fb", "%27%22%3Cscript%3E", "1e5",
    "x" * 3000, "%D9%A3", "..%2F..", "DH1+3UJ", "NaN",
]  # fmt: skip


@pytest.mark.parametrize(("parameter", "value"), sample(product(PARAMETERS, BAD_VALUES), every=4))
def test_nonsense_in_any_parameter_does_no_harm(client, durham, parameter, value):
    query = f"?near=DH1&{parameter}={value}&{parameter}={value}"

    answers = [client.get(f"{CARE}{query}").status_code, client.get(f"{CARE}?{parameter}={value}").status_code]

    assert answers == [200, 200]


@pytest.mark.parametrize("query", NONSENSE)
def test_nonsense_query_does_no_harm(client, query):
    assert client.get(f"{CARE}{query}").status_code == 200


@pytest.mark.parametrize("field", ["near", "words", "radius", "shown", "forget"])
@pytest.mark.parametrize("value", ["", "\x00", "x" * 5000, "<script>", "9" * 50, "💩", "٣"])
def test_nonsense_in_the_box_does_no_harm(client, durham, field, value):
    response = client.post(f"{CARE}?near=DH1", {"near": "DH1", field: value})

    assert response.status_code in {200, 302}


def test_page_costs_the_same_whatever_the_number_of_rows_and_values(client, durham):
    home("First").types.add(ServiceTypeFactory())
    visiting("Comes", areas=[durham["county"]])
    settle()
    one = query_count(client, f"{CARE}?near=DH1")
    for number in range(3):
        service = home(f"House {number}", council=durham["darlington"], is_sample=True)
        service.types.add(ServiceTypeFactory(), ServiceTypeFactory())
        service.client_groups.add(ClientGroupFactory())
        visiting(f"Comes {number}", areas=[durham["county"], durham["darlington"]])
    settle()

    many = query_count(client, f"{CARE}?near=DH1")

    assert one == many


def test_page_of_a_public_place_is_kept_by_everybody_for_a_minute(client, durham, settings):
    settings.DEBUG = False
    home()
    settle()

    assert_cached_for_everybody(client, f"{CARE}?near=DH1")


def test_start_leads_to_the_finder(client):
    assert reverse("providers:finder") in text(see(client))
