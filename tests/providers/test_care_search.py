"""The search for care as a page: the box, the searcher's place and who learns of it, filters, lists, cards."""

import datetime as dt
import logging
import re
from html import unescape
from urllib.parse import unquote

import pytest
from django.http import QueryDict
from django.urls import reverse

from core import clock
from providers.models import Fee, Rating, Vacancy
from tests.factories.commissioning import ContactFactory, OrganisationFactory
from tests.factories.core import (
    ClientGroupFactory,
    OutcodeFactory,
    PlaceFactory,
    PostcodeFactory,
    ServiceTypeFactory,
    TownFactory,
)
from tests.factories.providers import LocationFactory, ServiceFactory
from tests.tools.views import NONSENSE, assert_cached_for_everybody, query_count, settle, text

pytestmark = pytest.mark.django_db

CARE = "/care/"
POSTCODE = "DH1 3UJ"
SPELLINGS = ["DH1 3UJ", "dh13uj", " dh1  3uj ", "D H 1 3 U J", "12 North Road, Durham DH1 3UJ"]
POSTCODE_IN_ANY_SPELLING = re.compile(r"d\W*h\W*1\W*3\W*u\W*j", re.IGNORECASE)


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


class TestTheBox:
    @pytest.mark.parametrize("typed", SPELLINGS)
    def test_full_postcode_stands_in_the_cookie_and_nowhere_else(self, client, durham, caplog, typed):
        home()
        settle()

        with caplog.at_level(logging.DEBUG):
            asked = ask(client, typed, "?type=nothing")
            shown = client.get(asked["Location"])
        title = re.search(r"<title>(.*?)</title>", text(shown), re.DOTALL)[1]
        addresses = re.findall(r'(?:href|action|src)="([^"]*)"', text(shown))

        cookie = asked.cookies["care-place"]
        assert POSTCODE in cookie.value
        assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["max-age"]) == (
            True, "Lax", "/care/", 3600,
        )  # fmt: skip
        assert names(shown) == ["House"]
        held = [asked["Location"], title, *addresses, *(record.getMessage() for record in caplog.records)]
        assert [words for words in held if POSTCODE_IN_ANY_SPELLING.search(unquote(words))] == []

    def test_page_made_with_a_postcode_is_the_searchers_own(self, client, durham):
        ask(client, POSTCODE)

        shown = see(client)

        assert shown["Cache-Control"] == "private, no-store"
        assert "ETag" not in shown
        assert "DH1 3UJ" in text(shown)

    def test_shared_link_tells_nobody_elses_postcode(self, client, durham):
        home()
        asked = ask(client, POSTCODE, "?radius=5")
        settle()
        address = asked["Location"]
        client.cookies.clear()

        shared = client.get(address)

        assert not POSTCODE_IN_ANY_SPELLING.search(text(shared))
        assert "Find care and support" in text(shared)

    @pytest.mark.parametrize("forged", ["DH1 3UJ", "DH1 3UJ:1sQ:abc", "%00", "x" * 4000])
    def test_forged_cookie_is_no_place(self, client, durham, forged):
        client.cookies["care-place"] = forged

        assert "Find care and support" in text(see(client))

    def test_cookie_ends_after_an_hour(self, client, durham, monkeypatch):
        ask(client, POSTCODE)
        later = clock.now() + dt.timedelta(minutes=61)
        monkeypatch.setattr("django.core.signing.time.time", later.timestamp)

        assert "Find care and support" in text(see(client))

    @pytest.mark.parametrize(
        "typed, kept",
        [
            ("DH1", {"near": ["DH1"]}),
            ("dh1", {"near": ["DH1"]}),
            ("Durham", {"near": ["durham-county-durham"]}),
            ("County Durham", {"council": ["county-durham"]}),
            ("Larkmeadow", {"q": ["Larkmeadow"]}),
            ("", {}),
            ("\x00", {}),
        ],
    )
    def test_public_place_or_name_stands_in_the_address(self, client, durham, typed, kept):
        response = ask(client, typed)

        assert response.status_code == 302
        assert dict(query_of(response["Location"]).lists()) == kept
        assert response["Location"].endswith("#results")

    def test_public_place_replaces_the_postcode_of_before(self, client, durham):
        ask(client, POSTCODE)

        response = ask(client, "Durham")

        assert response.cookies["care-place"].value == ""

    def test_filters_stay_and_the_page_number_goes(self, client, durham):
        response = ask(client, "DH1", "?type=a&type=b&rating=good&page=3&home=2&near=OLD&q=old", radius="5")

        assert dict(query_of(response["Location"]).lists()) == {
            "near": ["DH1"], "radius": ["5"], "type": ["a", "b"], "rating": ["good"],
        }  # fmt: skip

    def test_place_may_be_forgotten(self, client, durham):
        ask(client, POSTCODE)

        response = client.post(f"{CARE}?type=a&radius=5", {"forget": "1"})

        assert response.cookies["care-place"].value == ""
        assert response["Location"] == "/care/?type=a#results"

    def test_words_beside_a_place_are_looked_for_there(self, client, durham):
        home("Garden House")
        home("Plain House")

        response = ask(client, "DH1", words="garden")
        settle()
        shown = client.get(response["Location"])

        assert names(shown) == ["Garden House"]

    def test_postcode_among_the_words_is_where(self, client, durham):
        response = ask(client, "", words="garden dh1 3uj")

        assert query_of(response["Location"]).dict() == {"q": "garden"}
        assert POSTCODE in response.cookies["care-place"].value

    @pytest.mark.parametrize("words", ["DH1 3UJ or DL1 5AA", "garden DH1 3UJ, DL1 5AA", "DH1 3UJJJ"])
    def test_of_several_or_mistyped_postcodes_only_the_first_halves_stand_in_the_address(self, client, durham, words):
        response = ask(client, words)

        assert not POSTCODE_IN_ANY_SPELLING.search(unquote(response["Location"]))

    def test_full_postcode_in_an_address_is_cut_to_its_first_half(self, client, durham):
        shown = see(client, "?near=DH1+3UJ")

        assert "<h1" in text(shown)
        assert "Care near DH1, Durham" in text(shown)
        assert not POSTCODE_IN_ANY_SPELLING.search(text(shown))

    def test_untouched_box_keeps_which_of_several_places_was_meant(self, client, durham):
        response = ask(client, "Brampton, Darlington", "?near=brampton-b", shown="Brampton, Darlington", radius="25")

        assert query_of(response["Location"]).dict() == {"near": "brampton-b", "radius": "25"}

    def test_name_that_repeats_is_a_choice(self, client, durham):
        page = ask(client, "Brampton", "?type=a")
        options = re.findall(r'<li><a class="govuk-link" href="([^"]*)">(Brampton[^<]*)</a></li>', text(page))

        assert page.status_code == 200
        assert [(query_of(address).dict(), label) for address, label in options] == [
            ({"near": "brampton-a", "type": "a"}, "Brampton, County Durham"),
            ({"near": "brampton-b", "type": "a"}, "Brampton, Darlington"),
        ]
        assert 'value="Brampton"' in text(page)

    @pytest.mark.parametrize(
        "typed, says",
        [
            ("DH1 9ZZ", "New postcodes take a while to reach us: try the first half, DH1."),
            ("DH1 3UJJ", "We do not recognise DH1 3UJJ."),
            ("ZZ1", "We do not recognise ZZ1"),
            ("BT1 1AA", "Northern Ireland"),
            ("EH1 1AA", "The Care Inspectorate lists and inspects care in Scotland"),
            ("CF10 1AA", "Care Inspectorate Wales"),
            ("JE2 3AB", "Jersey"),
        ],
    )
    def test_what_we_do_not_recognise_is_kept_and_explained(self, client, durham, typed, says):
        page = ask(client, typed)
        summary = re.search(r'govuk-error-summary.*?<a href="#(\w+)">(.*?)</a>', text(page), re.DOTALL)

        assert page.status_code == 200
        assert summary[1] == "near"
        assert says in unescape(summary[2])
        assert re.search(r'<input [^>]*id="near"[^>]*aria-describedby="near-error"', text(page))
        assert f'value="{typed}"' in text(page)
        assert "<title>Error: " in text(page)
        assert "invalid" not in text(page).lower()

    def test_words_that_are_no_place_are_said_to_be_taken_for_a_name(self, client, durham):
        service = home("Larkmeadow House")
        settle()

        shown = client.get(ask(client, "Larkmeadow")["Location"])

        assert "We took “Larkmeadow” as a name" in text(shown)
        assert names(shown) == [service.name]

    def test_no_form_of_a_cached_page_carries_a_token(self, client, durham):
        home()

        page = text(see(client, "?near=DH1"))

        assert "csrfmiddlewaretoken" not in page


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


class TestFilters:
    def test_filter_shows_what_each_value_would_find(self, client, durham):
        kinds = [ServiceTypeFactory(slug=slug, name=slug.title()) for slug in ("home", "flat")]
        for number in range(3):
            home().types.add(kinds[0 if number else 1])

        page = text(see(client, "?near=DH1&type=home"))
        found = re.findall(
            r'name="type" type="checkbox" value="(\w+)"( checked)?>.*?ccp-filter__count">\((\d+)\)', page
        )

        assert sorted(found) == [("flat", "", "1"), ("home", " checked", "2")]

    def test_value_is_set_in_only_under_a_parent_that_is_shown(self, client, durham):
        parent = ServiceTypeFactory(slug="parent", name="Parent", order=1)
        child = ServiceTypeFactory(slug="child", name="Child", parent=parent, order=2)
        home().types.add(child)

        under = text(see(client, "?near=DH1"))
        alone = text(see(client, "?near=DH1&radius=1&type=child&q=nothinglikethis"))

        assert under.count("ccp-filter__below") == 1
        assert alone.count("ccp-filter__below") == 0
        assert 'value="child" checked' in alone

    def test_several_values_of_a_filter_widen_and_each_has_a_chip_to_remove_it(self, client, durham):
        for slug in ("home", "flat", "farm"):
            home(slug).types.add(ServiceTypeFactory(slug=slug, name=slug.title()))

        page = see(client, "?near=DH1&type=home&type=flat")

        assert sorted(names(page)) == ["flat", "home"]
        assert {label: query_of(address).getlist("type") for label, address in chips(page).items()} == {
            "Home": ["flat"], "Flat": ["home"],
        }  # fmt: skip
        clear = re.search(r'<a class="govuk-link ccp-small" href="([^"]*)">Clear all</a>', text(page))[1]
        assert query_of(clear).dict() == {"near": "DH1"}

    def test_count_is_a_status_and_the_press_leads_to_the_results(self, client, durham):
        home()

        page = text(see(client, "?near=DH1"))

        assert re.search(r'<p role="status">1 found within 10 miles', page)
        assert '<form action="/care/#results" method="get">' in page
        assert re.search(r'<h2 [^>]*id="results" tabindex="-1"', page)

    def test_space_now_drops_what_has_expired_unless_asked_for(self, client, durham):
        at = clock.now()
        for name, age in (("Fresh", 3), ("Stale", 30)):
            Vacancy.objects.create(
                service=home(name), unit="room", available=2, told_at=at - dt.timedelta(days=age),
                expires_at=at + dt.timedelta(days=14 - age),
            )  # fmt: skip
        home("Silent")

        only = see(client, "?near=DH1&space=1")
        also = see(client, "?near=DH1&space=1&untold=1")

        assert names(only) == ["Fresh"]
        assert sorted(names(also)) == ["Fresh", "Silent", "Stale"]
        assert "told us 3 days ago" in text(only)
        assert "<dd>Ask<small>last told us on" in text(also)

    def test_unknown_value_is_left_out_and_said(self, client, durham):
        home("House")

        page = see(client, "?near=DH1&type=nothing-of-the-kind")

        assert names(page) == ["House"]
        assert "We do not know one of the filters in this address" in text(page)

    def test_filters_of_the_finder_are_explained_as_long_as_they_are_in_use(self, client, durham):
        kind = ServiceTypeFactory(slug="nursing-home", name="Care home with nursing")
        home().types.add(kind)
        answers = "&who=older&hard=nurse&stay=move"

        told = text(see(client, f"?near=DH1&type=nursing-home{answers}"))
        silent = text(see(client, f"?near=DH1{answers}"))

        assert "We chose <strong>Care home with nursing</strong> because you said that a nurse is needed." in told
        assert "Change your answers" in told
        assert "We chose" not in silent


class TestCards:
    def test_three_facts_each_with_its_age(self, client, durham):
        service, at = home("House"), clock.now()
        Rating.objects.create(
            service=service, question="overall", state="rated", value="good", rated_date=dt.date(2025, 5, 20)
        )
        Vacancy.objects.create(
            service=service, unit="room", available=2, told_at=at - dt.timedelta(days=4),
            expires_at=at + dt.timedelta(days=10),
        )  # fmt: skip
        Fee.objects.create(
            service=service, name="Fee", amount_from="1180", amount_to="1340", per="week", told_date=dt.date(2026, 4, 1)
        )

        facts = re.search(r'<dl class="ccp-card__facts">(.*?)</dl>', text(see(client, "?near=DH1")))[1]
        facts = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", facts)).strip()

        assert re.fullmatch(
            r"CQC rating Good rated May 2025, .* ago Space 2 rooms told us 4 days ago"
            r" Weekly fee £1,180 to £1,340 told us in April 2026",
            facts,
        )

    def test_nothing_told_is_shown_as_such(self, client, durham):
        home("House")

        facts = re.search(r'<dl class="ccp-card__facts">(.*?)</dl>', text(see(client, "?near=DH1")))[1]

        assert facts.count("ccp-unknown") == 3
        assert not re.search(r"£0|\b0\b|Free|None", facts)

    @pytest.mark.parametrize(
        "state, more, says",
        [
            ("not_yet_inspected", {}, "Not yet inspected"),
            ("inspected_not_rated", {}, "Inspected but not rated"),
            (
                "no_current_rating",
                {"earlier_value": "good", "earlier_date": dt.date(2022, 3, 1)},
                "No current rating<small>earlier: Good, 2022</small>",
            ),
            ("unknown_text", {"stated": "Under <review>"}, "Under &lt;review&gt;"),
        ],
    )
    def test_state_that_is_no_rating_has_no_steps(self, client, durham, state, more, says):
        Rating.objects.create(service=home(), question="overall", state=state, **more)

        page = text(see(client, "?near=DH1"))

        assert f"<dd>{says}" in page
        assert "ccp-rating" not in page

    def test_name_from_a_person_is_escaped(self, client, durham):
        home("<script>alert(1)</script> & Sons").types.add(ServiceTypeFactory(name="<b>Kind</b>"))

        page = text(see(client, "?near=DH1"))

        assert "<script>alert" not in page
        assert "<b>Kind" not in page

    def test_sample_is_marked(self, client, durham):
        home(is_sample=True)

        assert '<span class="ccp-sample">Sample</span>' in text(see(client, "?near=DH1"))


class TestNothingFound:
    def test_page_names_the_filter_that_helps_most_the_wider_circle_and_the_council(self, client, durham):
        council = OrganisationFactory(name="Durham County Council", kind="council", gss_code="E06000047")
        ContactFactory(organisation=council, slug="adult-social-care", phone="01632 960123")
        good, flat = ServiceTypeFactory(slug="home", name="Home"), ServiceTypeFactory(slug="flat", name="Flat")
        for miles in (1, 2):
            home(miles=miles).types.add(good)
        home(miles=12).types.add(flat)

        page = text(see(client, "?near=DH1&type=flat"))
        nothing = re.search(r'<div class="ccp-empty">(.*?)</div>', page, re.DOTALL)[1]

        assert "Without the kind of care there are 2 services" in nothing
        assert re.search(r"Within 15 miles there is 1\.", nothing)
        assert 'href="tel:01632 960123"' in nothing or "01632 960123" in nothing
        assert "Durham County Council" in nothing

    def test_number_we_do_not_hold_is_not_made_up(self, client, durham):
        nothing = text(see(client, "?near=DH1"))

        assert "Ask the adult social care team of County Durham" in nothing
        assert "We do not hold its number" in nothing

    @pytest.mark.parametrize("count, offers", [(1, True), (2, True), (3, False)])
    def test_where_few_are_near_the_page_offers_to_look_further(self, client, durham, count, offers):
        for number in range(count):
            home(str(number))

        page = text(see(client, "?near=DH1&type="))

        assert (
            '<a class="govuk-link" href="/care/?near=DH1&amp;radius=15#results">Look within 15 miles</a>' in page
        ) is offers


PARAMETERS = [
    "near", "q", "radius", "type", "group", "funding", "rating", "space", "access", "language", "council", "setting",
    "untold", "order", "page", "home", "who", "hard", "stay", "paying", "then", "forget",
]  # fmt: skip
BAD_VALUES = [
    "", "%00", "-1", "0", "999999999999999999999", "%F0%9F%92%A9", "%FF%FE", "a%2Fb", "%27%22%3Cscript%3E", "1e5",
    "x" * 3000, "%D9%A3", "..%2F..", "DH1+3UJ", "NaN",
]  # fmt: skip


@pytest.mark.parametrize("value", BAD_VALUES)
@pytest.mark.parametrize("parameter", PARAMETERS)
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
