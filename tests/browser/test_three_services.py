"""On a small phone, without script: find three services in the demo's data near each town, compare and print them."""

import shutil
from pathlib import Path

import pikepdf
import pytest
from django.conf import settings

from config.fixtures import load_fixtures
from core import clock
from core.models import Place
from tests.factories.core import OutcodeFactory, TownFactory
from tests.tools.sampling import sample

pytestmark = pytest.mark.django_db(transaction=True)

# The middle of each postcode district, its council and how many services the family must be able to compare.
DISTRICTS = {
    "DH1": ("Durham", "county-durham", 54.7822, -1.5655),
    "CA28": ("Whitehaven", "cumberland", 54.5435, -3.5787),
    "SK9": ("Wilmslow", "cheshire-east", 53.3282, -2.2303),
    "DL1": ("Darlington", "darlington", 54.5298, -1.5389),
}


@pytest.fixture
def demo(tmp_path):
    """The samples about care; those about tenders need the five documents."""
    fixtures = Path(settings.BASE_DIR) / "fixtures"
    for name in ("providers", "services", "families"):
        shutil.copy(fixtures / "samples" / f"{name}.yaml", tmp_path)
    for folder in (fixtures / "reference", tmp_path):
        load_fixtures(folder=folder, at=clock.now())
    for outcode, (town, council, latitude, longitude) in DISTRICTS.items():
        place = Place.objects.get(slug=council)
        middle = {"latitude": latitude, "longitude": longitude}
        row = OutcodeFactory(
            outcode=outcode, council=place, town=TownFactory(name=town, council=place, **middle), **middle
        )
        row.shares.create(council=place, postcodes=900)


def fits(page):
    return page.locator("html").bounding_box()["width"] <= 320


@pytest.mark.parametrize("outcodes", sample([["DH1", "CA28"], ["SK9", "DL1"]], every=2), ids=" and ".join)
def test_three_services_are_found_compared_and_printed_near_each_town(demo, browse, tmp_path, outcodes):
    for outcode in outcodes:
        family = browse(width=320, javascript=False)
        page = family.page

        page.goto("/care/")
        page.get_by_label("Where, or the name of a service").fill(outcode.lower())
        page.get_by_role("button", name="Search").click()
        heading = page.locator("h1").inner_text()
        found = page.locator(".ccp-card__title a").all_inner_texts()[:3]
        for name in found:
            page.locator(".ccp-card", has=page.get_by_role("link", name=name, exact=True)).get_by_role(
                "button", name="Add to shortlist"
            ).click()
        narrow = [fits(page)]
        page.get_by_role("link", name="Your shortlist").first.click()
        narrow.append(fits(page))
        page.get_by_role("button", name="Compare side by side").click()
        compared = page.locator("main").inner_text()
        narrow.append(fits(page))
        page.go_back()
        page.get_by_role("button", name="Print for a visit").click()
        sheet = page.locator("main").inner_text()
        printed = tmp_path / f"{outcode}.pdf"
        page.pdf(path=printed, format="A4")

        assert outcode in heading
        assert len(set(found)) == 3
        assert all(name in compared for name in found)
        assert all(name in sheet for name in found)
        assert narrow == [True, True, True]
        assert len(pikepdf.open(printed).pages) >= 1
        assert family.foreign_requests == []
