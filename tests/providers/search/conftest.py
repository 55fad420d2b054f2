"""A small country to search in, and a withheld address."""

import random

import pytest

from tests.factories.core import OutcodeFactory, PlaceFactory, PostcodeFactory
from tests.factories.providers import LocationFactory, ServiceFactory
from tests.providers.search.country import Country


@pytest.fixture
def country():
    """A small country with everything that makes a search go wrong: repeats, unknowns, withheld points, borders."""
    return Country(random.Random(7))


@pytest.fixture
def refuge():
    """A service whose true point, known to us, is some way from its outcode's centre."""
    OutcodeFactory(outcode="DH1", latitude=54.78, longitude=-1.56)
    PostcodeFactory(postcode="DH19ZZ", latitude=54.80, longitude=-1.60)
    service = ServiceFactory(name="Refuge", setting="place")
    service.locations.add(
        LocationFactory(
            name="Secretive House",
            town="Concealham",
            postcode="DH1 9ZZ",
            place=PlaceFactory(slug="concealham", kind="council"),
            latitude=54.81,
            longitude=-1.62,
            is_address_withheld=True,
        )
    )
    return service
