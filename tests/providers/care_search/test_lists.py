"""The two lists: what is near and what comes to you, and their order."""

import datetime as dt
import re

import pytest

from providers.models import Fee
from tests.factories.providers import LocationFactory, ServiceFactory
from tests.providers.care_search.pages import home, names, see, visiting
from tests.tools.views import text

pytestmark = pytest.mark.django_db


class TestLists:
    def test_nearest_place_comes_first_with_its_distance_and_says_so(self, client, durham):
        home("Far House", miles=4)
        home("Near House", miles=1)
        home("House too far", miles=12)

        page = see(client, "?near=durham-county-durham")

        assert names(page) == ["Near House", "Far House"]
        assert re.findall(r"ccp-card__distance\">([\d.]+)<span>", text(page)) == ["1.0", "4.0"]
        assert "Nearest first" in text(page)
        assert "No service can pay for a better place." in text(page)

    def test_what_comes_to_you_is_a_list_of_its_own_by_area_served(self, client, durham):
        home("House")
        visiting("Durham Visitors", areas=[durham["county"]])
        visiting("Darlington Visitors", areas=[durham["darlington"]])

        page = see(client, "?near=DH1")

        assert names(page) == ["House"]
        assert names(page, "comes") == ["Durham Visitors"]

    def test_each_list_has_pages_of_its_own(self, client, durham):
        for number in range(25):
            home(f"House {number:02d}", miles=1 + number / 10)
            visiting(f"Visitors {number:02d}", areas=[durham["county"]])

        page = see(client, "?near=DH1&page=2&home=1")

        assert names(page) == [f"House {number:02d}" for number in range(20, 25)]
        assert names(page, "comes") == [f"Visitors {number:02d}" for number in range(20)]
        assert "page 2" in re.search(r"<title>(.*?)</title>", text(page), re.DOTALL)[1]

    def test_place_across_the_border_names_its_council_and_says_so(self, client, durham):
        home("Durham House", council=durham["county"])
        home("Darlington House", council=durham["darlington"], miles=2)

        page = text(see(client, "?near=DH1"))
        cards = dict(
            re.findall(r'ccp-card__title"><a [^>]*>([^<]*)</a></h3><p class="ccp-card__where">(.*?)</p>', page)
        )

        assert "Darlington" in cards["Darlington House"]
        assert "another council" in cards["Darlington House"]
        assert "County Durham" in cards["Durham House"]
        assert "another council" not in cards["Durham House"]

    def test_withheld_address_shows_its_outcode_only(self, client, durham):
        refuge = ServiceFactory(name="Refuge", setting="place")
        refuge.locations.add(
            LocationFactory(
                name="Secretive House",
                address="7 Hidden Lane",
                town="Concealham",
                postcode="DH1 3UJ",
                latitude=54.9,
                longitude=-1.9,
                is_address_withheld=True,
            )
        )

        page = text(see(client, "?near=DH1"))

        assert "DH1, address withheld" in page
        assert not [word for word in ("Secretive", "Hidden Lane", "Concealham", "3UJ") if word in page]

    def test_order_is_chosen_and_explained(self, client, durham):
        cheap, dear, silent = home("B"), home("C"), home("A")
        for service, amount in ((cheap, 700), (dear, 900)):
            Fee.objects.create(
                service=service, name="Fee", amount_from=amount, per="week", told_date=dt.date(2026, 11, 1)
            )

        page = see(client, "?near=DH1&order=fee")

        assert names(page) == [cheap.name, dear.name, silent.name]
        assert re.search(r'<option value="fee" selected>', text(page))
        assert "Lowest starting fee first" in text(page)
