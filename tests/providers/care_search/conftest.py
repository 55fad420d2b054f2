"""County Durham, and Darlington just over the border."""

import pytest

from tests.factories.core import (
    OutcodeFactory,
    PlaceFactory,
    PostcodeFactory,
    TownFactory,
)


@pytest.fixture
def durham():
    """County Durham with one postcode, its outcode and a town, and Darlington just over the border."""
    county = PlaceFactory(
        slug="county-durham", name="County Durham", kind="council", gss_code="E06000047", latitude=54.7, longitude=-1.7
    )
    darlington = PlaceFactory(
        slug="darlington", name="Darlington", kind="council", gss_code="E06000005", latitude=54.5, longitude=-1.55
    )
    durham_city = TownFactory(slug="durham-county-durham", name="Durham", council=county, outcode="DH1")
    TownFactory(slug="brampton-a", name="Brampton", council=county, outcode="DL14", latitude=54.6, longitude=-1.7)
    TownFactory(slug="brampton-b", name="Brampton", council=darlington, outcode="DL1", latitude=54.5, longitude=-1.5)
    for outcode, council in (
        (OutcodeFactory(council=county, town=durham_city), county),
        (OutcodeFactory(outcode="DL1", council=darlington, latitude=54.527, longitude=-1.55), darlington),
    ):
        outcode.shares.create(council=council, postcodes=900)
    PostcodeFactory(council=county)
    return {"county": county, "darlington": darlington}
