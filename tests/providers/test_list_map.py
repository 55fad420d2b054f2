"""The map beside the results: the list's numbers where the places are, and no more than the list may tell."""

import re

import pytest
from django.http import QueryDict

from core import geography
from core.geography.ground import ground
from core.models import Outline
from core.versions import touch
from tests.factories.core import OutcodeFactory, PlaceFactory, PostcodeFactory, TownFactory
from tests.factories.providers import LocationFactory, ServiceFactory
from tests.tools.views import query_count, settle, text

pytestmark = pytest.mark.django_db

NEAR = "/care/?near=DH1"
LATITUDE, LONGITUDE = 54.7795, -1.5644
A_MILE = 1 / 69.09


@pytest.fixture
def durham():
    """County Durham with its outline, the outcode DH1 and a town."""
    county = PlaceFactory(slug="county-durham", name="County Durham", kind="council", gss_code="E06000047")
    square = [[54.5, -2.0], [54.5, -1.3], [54.95, -1.3], [54.95, -2.0], [54.5, -2.0]]
    Outline.objects.create(place=county, rings=[square], source="A file", licence="Licence of the outline.")
    town = TownFactory(name="Durham", council=county, latitude=54.776, longitude=-1.575, population=48_000)
    OutcodeFactory(council=county, town=town).shares.create(council=county, postcodes=900)
    PostcodeFactory(council=county)
    return county


def place(name, *, north=1.0, east=0.0, council=None, setting="place", **more):
    """A service so many miles north and east of the middle of DH1."""
    service = ServiceFactory(name=name, setting=setting)
    point = {"latitude": LATITUDE + north * A_MILE, "longitude": LONGITUDE + east * A_MILE * 1.73}
    service.locations.add(LocationFactory(**{"postcode": "DH1 1AA", "place": council, **point, **more}))
    return service


def see(client, address=NEAR):
    settle()
    response = client.get(address)
    assert response.status_code == 200
    return response


def map_of(client, address=NEAR):
    return see(client, address).context["map"]


def links(drawing):
    """What the numbers of a map lead to, and how they are called."""
    return dict(re.findall(r'<a href="#([^"]*)" aria-label="([^"]*)">', drawing))


def doors(drawing):
    """The feet of the doors."""
    return [(float(x) + 14, float(y) + 7) for x, y in re.findall(r'd="M([\d.-]+) ([\d.-]+)v-16', drawing)]


def test_numbers_of_the_map_lead_to_the_cards(client, durham):
    place("Far House", north=3)
    place("Near House", north=1)

    response = see(client)
    drawing = response.context["map"].drawing
    cards = re.findall(r'<li class="ccp-card" id="([^"]*)">.*?ccp-card__title"><a [^>]*>([^<]*)</a>', text(response))

    assert links(drawing) == {"place-1": "1: Near House, 1.0 miles", "place-2": "2: Far House, 3.0 miles"}
    assert cards == [("place-1", "Near House"), ("place-2", "Far House")]


def test_second_page_goes_on_counting(client, durham):
    for number in range(22):
        place(f"House {number:02}", north=number / 10)

    assert list(links(map_of(client, f"{NEAR}&page=2").drawing)) == ["place-21", "place-22"]


def test_doors_stand_as_far_from_the_middle_as_the_list_says(client, durham):
    place("North", north=1.99)
    place("East", north=0, east=1)

    shown = map_of(client)

    (east, north) = doors(shown.drawing)
    assert north == pytest.approx((160, 178 - 138), abs=1.5)
    assert east == pytest.approx((160 + 69, 178), abs=1.5)
    assert shown.caption[0] == "Dashed line: 2 miles from the middle of DH1, Durham."


def test_circle_is_the_radius_where_a_place_stands_that_far_off(client, durham):
    place("Edge", north=4.5)

    assert map_of(client, f"{NEAR}&radius=5").caption == ("Dashed line: 5 miles from the middle of DH1, Durham.",)


def test_map_of_places_that_stand_close_together_comes_nearer(client, durham):
    place("House", north=0.3)

    assert map_of(client).caption == ("Dashed line: half a mile from the middle of DH1, Durham.",)


def test_where_several_stand_together_none_hides_another(client, durham):
    for name in ("One", "Two", "Three", "Four"):
        place(name)

    drawing = map_of(client).drawing
    feet = doors(drawing)

    apart = [abs(a[0] - b[0]) >= 28 or abs(a[1] - b[1]) >= 37 for a in feet for b in feet if a is not b]
    assert len(feet) == 4
    assert all(apart)
    assert drawing.count('r="3" fill="#0d4a50"') == 3


def test_withheld_address_is_an_area_and_the_same_wherever_it_is(client, durham):
    hidden = place("Quiet House", north=2, east=1, is_address_withheld=True)
    here = map_of(client)
    location = hidden.locations.get()
    location.latitude = LATITUDE - 3 * A_MILE
    location.save()
    there = map_of(client)

    assert here == there
    assert doors(here.drawing) == []
    assert here.areas == {hidden.pk}
    assert here.caption[1] == "Shaded: of number 1 only the postcode district may be told or is known."
    # Its number stands in the middle of the district, which reaches 3 kilometres.
    assert '<rect x="146.0" y="165.0"' in here.drawing
    assert "ccp-pin--area" in text(see(client))


def test_what_comes_to_people_is_not_drawn(client, durham):
    place("House", council=durham)
    visitors = place("Visitors", north=0.5, setting="home")
    visitors.areas_served.add(durham)

    near, council = map_of(client), map_of(client, "/care/?council=county-durham")

    assert list(links(near.drawing).values()) == ["1: House, 1.0 miles"]
    assert list(links(council.drawing).values()) == ["1: House"]
    assert council.caption == ("Not on the map: 1 of 2 here, which come to people or whose place we do not know.",)


def test_names_are_escaped(client, durham):
    place('<b>"House" & Co</b>')

    assert "&lt;b&gt;&quot;House&quot; &amp; Co&lt;/b&gt;" in map_of(client).drawing


def test_full_postcode_is_neither_named_nor_shared(client, durham):
    place("House")
    asked = client.post("/care/", {"near": "DH1 3UJ"})

    response = see(client, asked["Location"])
    shown = response.context["map"]

    assert shown.caption[0].endswith("from your postcode.")
    assert "3UJ" not in shown.drawing
    assert response["Cache-Control"] == "private, no-store"
    assert QueryDict(asked["Location"].partition("?")[2].partition("#")[0]).get("near") is None


def test_council_without_a_place_has_its_own_map(client, durham):
    place("House", council=durham)

    shown = map_of(client, "/care/?council=county-durham")

    assert 'aria-label="Map of the place of the list in County Durham;' in shown.drawing
    assert shown.credit == "Licence of the outline."


@pytest.mark.parametrize("address", ["/care/", "/care/?q=house", "/care/?near=DH1&type=nothing&radius=1"])
def test_without_a_place_or_result_there_is_no_map(client, durham, address):
    place("House", north=3)

    response = see(client, address)

    assert response.context["map"] is None
    assert "ccp-pin" not in text(response)


def test_council_without_outline_has_no_map(client, durham):
    place("House", council=durham)
    Outline.objects.all().delete()

    assert map_of(client, "/care/?council=county-durham") is None


def test_queries_and_weight_do_not_grow_with_what_is_drawn(client, durham):
    place("House 0")
    settle()
    few = query_count(client, NEAR)
    jagged = [[54.7 + (n % 7) / 900, -1.9 + n / 9000] for n in range(5000)]
    Outline.objects.update(rings=[[*jagged, [54.5, -1.5], jagged[0]]])
    for number in range(1, 25):
        place(f"House {number}", north=number / 7)
        TownFactory(name=f"Town {number}", latitude=54.7 + number / 200, longitude=-1.6, population=number)
    settle()

    assert query_count(client, NEAR) == few
    assert len(map_of(client).drawing) < 25_000


def test_ground_is_read_once_and_anew_when_the_places_have_changed(durham, settings, monkeypatch):
    monkeypatch.setattr("core.versions._last", None)
    monkeypatch.setattr("core.geography.ground._kept", None)
    settings.VERSIONS_KEPT_SECONDS = 3600.0
    settle()
    first, again = ground(), ground()
    TownFactory(name="Newtown", latitude=54.8, longitude=-1.6)
    touch("places")
    settle()
    monkeypatch.setattr("core.versions._last", None)
    anew = ground()

    assert again is first
    box = geography.ground.Box(54.79, -1.61, 54.81, -1.59)
    assert ([town.name for town in first.towns_in(box)], [town.name for town in anew.towns_in(box)]) == (
        [],
        ["Newtown"],
    )


def test_outline_keeps_its_corners_and_loses_its_grain(durham):
    straight = [[54.5, -2.0 + n / 1000] for n in range(500)]
    Outline.objects.update(rings=[[*straight, [54.9, -1.75], straight[0]]])

    (land,) = ground().lands

    assert land.fine == "M-2000 -54500l499 0 -249 -400z"
    assert land.fine == land.coarse


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("whitehven", ["Whitehaven, County Durham"]),
        ("Hull", ["Kingston upon Hull, County Durham", "Hulland, County Durham"]),
        ("dementia garden", []),
        ("?", []),
    ],
)
def test_misspelt_names_find_their_towns_without_a_query(durham, words, meant):
    for name in ("Whitehaven", "Kingston upon Hull", "Hulland"):
        TownFactory(name=name, council=durham)

    assert [town.label for town in ground().towns_like(words)] == meant
