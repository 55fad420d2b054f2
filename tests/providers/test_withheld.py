"""A withheld address is withheld in every output and in the arithmetic: nobody learns more than its outcode."""

import random

import pytest
from django.urls import reverse

from core import clock, geography
from providers import shortlist
from providers.models import Fee, Vacancy
from providers.search import RADII_MILES, Order, ServiceQuery, search
from tests.factories import NOON
from tests.factories.core import PostcodeFactory
from tests.factories.providers import LocationFactory, ServiceFactory
from tests.providers.entries import withheld_service
from tests.tools.views import settle, text

pytestmark = pytest.mark.django_db

# What tells where it is, beside its outcode: name, street, town, second half, number, point, the regulator's page.
SECRETS = (
    "Hidden Hall", "Secret Street", "Hiddentown", "9ZZ", "987654321", "54.12", "-3.65", "1-722", "cqc.org.uk/location",
)  # fmt: skip
# Two corners of the same outcode.
HERE, THERE = (54.51, -3.60), (54.59, -3.52)
SEARCHERS = 50


@pytest.fixture
def refuge():
    service, _ = withheld_service(name="Quiet House", alert="")
    settle()
    return service


def everywhere(service):
    """Every public page that tells of a service."""
    link = f"?s={shortlist.public_id(service.uuid)}"
    return [
        service.get_absolute_url(),
        service.provider.get_absolute_url(),
        reverse("providers:services"),
        f"{reverse('providers:services')}?q=quiet",
        f"{reverse('providers:services')}?near=CA28",
        *(reverse(f"providers:{name}") + link for name in ("shortlist", "compare", "visit_sheet")),
        reverse("providers:correction", args=[service.slug]),
        reverse("sitemap"),
    ]


def test_no_output_tells_where_it_is(client, refuge):
    pages = {address: text(client.get(address)) for address in everywhere(refuge)}

    told = {(address, secret) for address, page in pages.items() for secret in SECRETS if secret in page}

    assert "Address withheld" in pages[refuge.get_absolute_url()]
    assert told == set()


def test_its_page_has_no_map_no_way_and_no_place_for_programs(client, refuge):
    response = client.get(refuge.get_absolute_url())

    assert response.context["map"] is None
    assert "openstreetmap" not in text(response)
    assert '"@type": "Service"' in response.context["json_ld"]
    assert not [
        word for word in ("address", "geo", "postalCode", "CA28 ") if f'"{word}"' in response.context["json_ld"]
    ]


def test_page_says_the_outcode_and_why_the_report_is_left_out(client, refuge):
    page = text(client.get(refuge.get_absolute_url()))

    assert "postcode district CA28" in page
    assert "it would tell where this service is" in page


def test_open_building_of_the_same_service_is_shown(client, refuge):
    refuge.locations.add(
        LocationFactory(name="Drop-in", address="2 Open Street", town="Whitehaven", postcode="CA28 7XY")
    )

    page = text(client.get(refuge.get_absolute_url()))

    assert "2 Open Street" in page
    assert not [secret for secret in SECRETS if secret in page]


def _searchers():
    """Postcodes all over the outcode and around it."""
    places = random.Random(7)  # noqa: S311 - the same places in every run
    for number in range(SEARCHERS):
        letters = "ABDEFGHJLNPQRSTUWXYZ"
        code = f"CA28{number // 20 + 1}{letters[number % 20]}{letters[(number * 7) % 20]}"
        yield PostcodeFactory(postcode=code, latitude=places.uniform(54.4, 54.7), longitude=places.uniform(-3.8, -3.3))


def _answers(postcodes):
    """What every searcher sees, in every order and radius: which services, in which order, how far, how many."""
    at = clock.now()
    seen = []
    for number, row in enumerate(postcodes):
        near = geography.locate(row.postcode)
        for radius in RADII_MILES if number < 10 else RADII_MILES[:4]:
            for order in (Order.NEAREST, Order.NAME, Order.FEE, Order.RATING) if number < 10 else (Order.NEAREST,):
                found = search(ServiceQuery(near=near, radius_miles=radius, order=order), at=at)
                hits = [(hit.service_id, hit.distance_miles, str(hit.location)) for hit in found.near.hits]
                seen.append((row.postcode, radius, str(order), found.near.total, hits))
    return seen


def test_fifty_searchers_learn_no_more_than_the_outcode(refuge):
    neighbours = [(54.55, -3.55), (54.52, -3.59), (54.58, -3.53), (54.6, -3.7)]
    for latitude, longitude in neighbours:
        ServiceFactory(setting="place").locations.add(LocationFactory(latitude=latitude, longitude=longitude))
    Fee.objects.filter(service=refuge).update(amount_from=900)
    Vacancy.objects.filter(service=refuge).update(told_at=NOON)
    postcodes = list(_searchers())
    worlds = []

    for latitude, longitude in (HERE, THERE):
        refuge.locations.update(latitude=latitude, longitude=longitude)
        settle()
        worlds.append(_answers(postcodes))

    found = [refuge.pk in [hit[0] for hit in hits] for *_, hits in worlds[0]]
    assert True in found
    assert False in found
    assert worlds[0] == worlds[1]


def test_distance_is_measured_to_the_centre_of_the_outcode(refuge):
    refuge.locations.update(latitude=HERE[0], longitude=HERE[1])
    settle()
    searcher = PostcodeFactory(postcode="CA281AB", latitude=54.6, longitude=-3.5)

    found = search(ServiceQuery(near=geography.locate(searcher.postcode)), at=clock.now())

    told = next(hit.distance_miles for hit in found.near.hits if hit.service_id == refuge.pk)
    assert told == pytest.approx(geography.distance_miles(54.6, -3.5, 54.55, -3.58), abs=0.01)


@pytest.mark.parametrize("written", [{}, {"update_fields": ["is_address_withheld"]}])
def test_whoever_withholds_an_address_its_row_keeps_no_point(written):
    location = LocationFactory(latitude=HERE[0], longitude=HERE[1])

    location.is_address_withheld = True
    location.save(**written)

    location.refresh_from_db()
    assert (location.is_address_withheld, location.latitude, location.longitude) == (True, None, None)
