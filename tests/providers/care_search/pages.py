"""What the tests of the search for care share: services near Durham, asking, and reading the page."""

import re
from html import unescape

from django.http import QueryDict

from tests.factories.providers import LocationFactory, ServiceFactory
from tests.tools.views import settle, text

CARE = "/care/"
POSTCODE = "DH1 3UJ"


def home(name="House", *, miles=1.0, council=None, **more):
    """A care home so many miles north of the middle of Durham."""
    service = ServiceFactory(name=name, setting="place", **more)
    latitude = 54.7761 + miles / 69.1
    service.locations.add(
        LocationFactory(town="Durham", postcode="DH1 1AA", latitude=latitude, longitude=-1.5733, place=council)
    )
    return service


def visiting(name="Visitors", *, areas=(), **more):
    """Care at home in some areas."""
    service = ServiceFactory(name=name, setting="home", **more)
    service.areas_served.add(*areas)
    return service


def ask(client, near, query="", **more):
    return client.post(f"{CARE}{query}", {"near": near, **more})


def see(client, query=""):
    settle()
    response = client.get(f"{CARE}{query}")
    assert response.status_code == 200
    return response


def names(response, which="results"):
    """The names on the cards of a list, in their order."""
    page = text(response)
    near, _, comes = page.partition('id="comes"')
    part = comes if which == "comes" else near
    return [unescape(name) for name in re.findall(r'ccp-card__title"><a [^>]*>([^<]*)</a>', part)]


def query_of(address):
    return QueryDict(unescape(address).partition("?")[2].partition("#")[0])


def chips(response):
    return {
        unescape(label): unescape(address)
        for address, label in re.findall(
            r'<li><a href="([^"]*)"><span class="govuk-visually-hidden">Remove </span>([^<]*)</a></li>', text(response)
        )
    }
