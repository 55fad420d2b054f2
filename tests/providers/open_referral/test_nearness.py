"""Asking by postcode and distance."""

import pytest

from core.models import Country, Postcode
from tests.factories.core import PlaceFactory
from tests.factories.providers import (
    LocationFactory,
    ServiceFactory,
)
from tests.providers.open_referral.feed import ask, contents


class TestNearness:
    @pytest.fixture
    def homes(self, db):
        council = PlaceFactory(slug="halton", kind="council", gss_code="E06000006")
        for code, latitude in (("WA71AA", 53.30), ("WA81AA", 53.36)):
            Postcode.objects.create(
                postcode=code, latitude=latitude, longitude=-2.7, country=Country.ENGLAND, council=council
            )
        near, far, unplaced = (ServiceFactory(name=name) for name in ("near", "far", "unplaced"))
        near.locations.add(LocationFactory(postcode="WA7 1AA"))
        far.locations.add(LocationFactory(latitude=53.36, longitude=-2.7))
        unplaced.locations.add(LocationFactory())
        return council, near, far, unplaced

    def test_proximity_is_metres_from_the_postcode_and_the_nearest_is_first(self, client, homes):
        _, near, far, _ = homes

        def found(metres):
            rows = contents(client, f"service_at_locations?postcode=wa71aa&proximity={metres}")
            return [row["service_id"] for row in rows]

        assert found(100) == [str(near.uuid)]
        # 0.06 degrees of latitude are 6.67 km.
        assert found(6_600) == [str(near.uuid)]
        assert found(6_700) == [str(near.uuid), str(far.uuid)]

    def test_a_postcode_alone_finds_what_comes_to_it(self, client, homes):
        council, near, far, unplaced = homes
        near.areas_served.add(council)
        far.areas_served.add(PlaceFactory(kind="council"))
        outside = ServiceFactory(served_outcodes=["CA28"])
        inside = ServiceFactory(served_outcodes=["WA7"])
        for service in (outside, inside):
            service.locations.add(LocationFactory())

        rows = contents(client, "service_at_locations?postcode=WA7+1AA")

        assert {row["service_id"] for row in rows} == {str(one.uuid) for one in (near, unplaced, inside)}

    def test_an_answer_to_a_postcode_is_kept_nowhere(self, client, homes):
        response = ask(client, "service_at_locations?postcode=WA71AA")

        assert response["Cache-Control"] == "private, no-store"
        assert not response.has_header("ETag")
