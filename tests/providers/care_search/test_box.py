"""The box: what is typed, where it stands, and that a full postcode stands in no address."""

import datetime as dt
import logging
import re
from html import unescape
from urllib.parse import unquote

import pytest

from core import clock
from tests.providers.care_search.pages import CARE, POSTCODE, ask, home, names, query_of, see
from tests.tools.views import settle, text

pytestmark = pytest.mark.django_db

SPELLINGS = ["DH1 3UJ", "dh13uj", " dh1  3uj ", "D H 1 3 U J", "12 North Road, Durham DH1 3UJ"]
POSTCODE_IN_ANY_SPELLING = re.compile(r"d\W*h\W*1\W*3\W*u\W*j", re.IGNORECASE)


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

    def test_misspelt_town_among_words_is_offered(self, client, durham):
        home()
        asked = ask(client, "Durhm", "?type=nothing")

        page = text(see(client, asked["Location"].partition("/care/")[2].partition("#")[0]))
        (offered,) = re.findall(r'Did you mean <a class="govuk-link" href="([^"]*)">Durham, County Durham</a>\?', page)

        assert query_of(offered).dict() == {"near": "durham-county-durham", "type": "nothing"}

    def test_no_form_of_a_cached_page_carries_a_token(self, client, durham):
        home()

        page = text(see(client, "?near=DH1"))

        assert "csrfmiddlewaretoken" not in page
