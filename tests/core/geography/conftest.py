"""A county and its city, as the postcodes know them."""

import pytest

from core.models import OutcodeCouncil, Place
from tests.factories.core import OutcodeFactory, PlaceFactory, PostcodeFactory, TownFactory

COUNCIL = Place.Kind.COUNCIL


@pytest.fixture
def durham():
    return PlaceFactory(
        slug="county-durham",
        name="County Durham",
        kind=COUNCIL,
        gss_code="E06000047",
        latitude=54.7,
        longitude=-1.7,
    )


@pytest.fixture
def dh1(durham):
    """An outcode called Durham with one live postcode, most of it in County Durham."""
    city = PlaceFactory(slug="durham-city", name="Durham (city)", parent=durham, latitude=54.7768, longitude=-1.5757)
    town = TownFactory(slug="durham-county-durham", name="Durham", council=durham, place=city, outcode="DH1")
    outcode = OutcodeFactory(outcode="DH1", council=durham, town=town, postcodes=900, radius95=3000)
    other = PlaceFactory(slug="sunderland", name="Sunderland", kind=COUNCIL, gss_code="E08000024")
    OutcodeCouncil.objects.create(outcode=outcode, council=durham, postcodes=890)
    OutcodeCouncil.objects.create(outcode=outcode, council=other, postcodes=10)
    PostcodeFactory(postcode="DH13UJ", council=durham)
    return outcode
