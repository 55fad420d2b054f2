"""The list of opportunities as people see it: filters, chips, words, places, and what to do where nothing is found."""

import datetime as dt
import re

import pytest
from django.db import connection

from core import clock
from tests.factories.commissioning import OrganisationFactory
from tests.factories.core import OutcodeFactory, PlaceFactory, PostcodeFactory, ServiceTypeFactory
from tests.factories.tenders import FrameworkFactory, OpportunityFactory
from tests.tools.views import words

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
LIST = "/opportunities/"


def page(client, query="", **facts):
    connection.check_constraints()
    response = client.get(f"{LIST}{query}")
    assert response.status_code == 200
    return response


def titles(response):
    return [entry.record.title for entry in response.context["page"]]


@pytest.fixture
def durham():
    council = PlaceFactory(slug="county-durham", name="County Durham", kind="council")
    OutcodeFactory(outcode="DH1", council=council, latitude=54.77, longitude=-1.57)
    PostcodeFactory(postcode="DH15UL", latitude=54.77, longitude=-1.57, council=council)
    return council


def test_counts_of_a_filter_ignore_what_is_chosen_in_it(client):
    now = clock.now()
    OpportunityFactory(tender_date="2040")
    OpportunityFactory(opens_at=now - DAY)

    found = page(client, "?stage=open")

    assert len(titles(found)) == 1
    assert "Planned (1)" in words(found)
    assert "Open (1)" in words(found)


def test_each_chip_takes_one_filter_away_and_keeps_the_others(client):
    for slug in ("home-care", "respite"):
        OpportunityFactory().types.add(ServiceTypeFactory(slug=slug, name=slug.title()))

    chips = dict(page(client, "?type=home-care&type=respite&q=opportunity&order=name").context["chips"])

    assert chips == {
        "“opportunity”": "/opportunities/?type=home-care&type=respite&order=name",
        "Home-Care": "/opportunities/?q=opportunity&type=respite&order=name",
        "Respite": "/opportunities/?q=opportunity&type=home-care&order=name",
    }


def test_says_which_word_it_corrected(client):
    OpportunityFactory(title="Reablement in the county")

    found = page(client, "?q=reablemant")

    assert titles(found) == ["Reablement in the county"]
    assert "Nothing holds the word “reablemant”. We looked for “reablement” instead." in words(found)


def test_names_the_filter_whose_removal_helps(client):
    OpportunityFactory(title="Respite", tender_date="2040")

    found = page(client, "?q=respite&stage=awarded")

    assert "Without the stage there is 1." in words(found)
    assert 'href="/opportunities/?q=respite"' in found.content.decode()


@pytest.mark.parametrize(
    "query",
    ["?stage=nonsense", "?opens_from=2026-13-45", "?place=nowhere-at-all", "?order=%00", "?value='&type=%F0%9F%A6%80"],
)
def test_nonsense_is_left_out_and_named(client, query):
    OpportunityFactory()

    found = page(client, query)

    assert len(titles(found)) == 1
    assert "so we left" in words(found)


def test_tells_how_the_list_is_ordered_and_why(client):
    OpportunityFactory(title="Cheap", value_to=1_000)
    OpportunityFactory(title="Dear", value_to=2_000_000)

    found = page(client, "?order=value")

    assert titles(found) == ["Dear", "Cheap"]
    assert "Highest value first; those without a published value last." in words(found)


def test_postcode_leads_to_its_council_and_stands_nowhere(client, durham):
    response = client.post(f"{LIST}?stage=open", {"near": "dh1 5ul", "words": "care"})

    assert response.status_code == 302
    assert response["Location"] == "/opportunities/?q=care&stage=open&place=county-durham#results"
    assert not response.cookies


def test_postcode_among_the_words_is_taken_for_the_place(client, durham):
    response = client.post(LIST, {"near": "", "words": "DH1 5UL"})

    assert response["Location"] == "/opportunities/?place=county-durham#results"


def test_full_postcode_in_an_address_is_cut_on_every_link(client, durham):
    OpportunityFactory().places.add(durham)

    found = page(client, "?q=DH1+5UL&place=DH1%205UL")

    assert "5UL" not in found.content.decode().upper()


def test_town_finds_what_is_delivered_in_all_its_council(client, durham):
    town = PlaceFactory(slug="crook", name="Crook", parent=durham)
    elsewhere = PlaceFactory(slug="elsewhere", kind="council")
    for title, place in (("In town", town), ("In the county", durham), ("Elsewhere", elsewhere)):
        OpportunityFactory(title=title).places.add(place)

    assert set(titles(page(client, "?place=crook"))) == {"In town", "In the county"}
    assert set(titles(page(client, "?place=county-durham"))) == {"In town", "In the county"}
    assert set(titles(page(client, "?place=DH1"))) == {"In town", "In the county"}


def test_outcode_without_a_council_of_ours_finds_nothing(client, durham):
    OpportunityFactory().places.add(durham)
    OutcodeFactory(outcode="EH1", council=None)

    found = page(client, "?place=EH1")

    assert titles(found) == []
    assert "Without the place there is 1." in words(found)


def test_unknown_place_is_said_and_typed_words_stay(client, durham):
    response = client.post(LIST, {"near": "ZZ99 9ZZ", "words": "care"})

    assert response.status_code == 200
    assert 'value="care"' in response.content.decode()
    assert "govuk-error-summary" in response.content.decode()
    assert response["Cache-Control"] == "private, no-store"


def test_open_to_join_finds_call_offs_of_open_frameworks_and_markets_out_to_tender(client):
    now = clock.now()
    OpportunityFactory(title="Call-off", framework=FrameworkFactory(joining="always", published_at=now - DAY))
    OpportunityFactory(title="Closed", framework=FrameworkFactory(joining="closed", published_at=now - DAY))
    OpportunityFactory(title="New market", route="dynamic_market", opens_at=now - DAY)
    OpportunityFactory(title="Market later", route="dynamic_market", opens_at=now + DAY)

    assert set(titles(page(client, "?joining=now"))) == {"Call-off", "New market"}


def test_partner_is_found_as_buyer(client):
    row = OpportunityFactory(title="Joint")
    row.partnerships.create(organisation=OrganisationFactory(slug="partner"), role="partner")

    assert titles(page(client, "?buyer=partner")) == ["Joint"]


def frameworks_offered(response):
    return re.findall(r'<option value="([^"]+)"( selected)?>', response.content.decode().split('id="framework"')[1])


def test_frameworks_with_entries_can_be_chosen_and_those_of_a_chosen_buyer_alone(client):
    now = clock.now()
    panel, other, hidden, unused = (
        FrameworkFactory(slug=slug, title=slug.title(), published_at=at)
        for slug, at in (("panel", now), ("other", now), ("hidden", now + DAY), ("unused", now))
    )
    buyer = OrganisationFactory(slug="buyer")
    OpportunityFactory(title="Mine", framework=panel, organisation=buyer)
    OpportunityFactory(title="Theirs", framework=other)
    for framework in (hidden, unused):
        OpportunityFactory(framework=framework, withdrawn_at=now, ended_reason="Met otherwise.")

    of_all = frameworks_offered(page(client))
    of_buyer = frameworks_offered(page(client, "?buyer=buyer"))
    chosen = page(client, "?framework=other&buyer=buyer")

    assert [slug for slug, _ in of_all if slug in ("panel", "other", "hidden", "unused")] == ["other", "panel"]
    assert ("panel", "") in of_buyer
    assert ("other", "") not in of_buyer
    assert ("other", " selected") in frameworks_offered(chosen)
    assert 'type="hidden" name="framework"' not in chosen.content.decode()
    assert titles(page(client, "?framework=panel")) == ["Mine"]


def test_frameworks_are_counted_as_the_other_filters_are(client):
    now, care = clock.now(), ServiceTypeFactory(slug="care")
    first, second = (FrameworkFactory(slug=f"fw-{n}", title=f"Panel {n}", published_at=now) for n in (1, 2))
    for framework, types in ((first, [care]), (first, []), (second, [])):
        OpportunityFactory(title="Night care", framework=framework).types.set(types)
    OpportunityFactory(framework=second, is_members_only=True)

    def counted(query):
        return re.findall(r"Panel (\d) \((\d)\)", page(client, query).content.decode())

    assert counted("") == [("1", "2"), ("2", "1")]
    assert counted("?type=care") == [("1", "1")]
    assert counted("?q=night") == [("1", "2"), ("2", "1")]
    # What is chosen in a filter does not change its own counts, and stays to be taken away.
    assert counted("?framework=fw-1") == [("1", "2"), ("2", "1")]
    assert counted("?framework=fw-2&type=care") == [("1", "1"), ("2", "0")]


def test_page_of_one_buyer_bears_its_bar(client):
    for slug in ("one", "two"):
        OpportunityFactory(organisation=OrganisationFactory(slug=slug, name=f"Council {slug}", accent="heather"))

    bars = {
        query: re.findall(r'ccp-orgbar__name"><a[^>]* href="([^"]+)">([^<]+)', page(client, query).content.decode())
        for query in ("", "?buyer=one", "?buyer=one&buyer=two", "?buyer=nobody")
    }

    assert bars == {
        "": [],
        "?buyer=one": [("/organisations/one/", "Council one")],
        "?buyer=one&buyer=two": [],
        "?buyer=nobody": [],
    }


def test_names_of_people_cannot_break_the_page(client):
    OpportunityFactory(title="<script>alert(1)</script>", service_area="<b>", value_as_stated="<i>")

    found = page(client).content.decode()

    assert "<script>alert" not in found
    assert "&lt;script&gt;" in found


@pytest.mark.parametrize("count", [1, 3, 45])
def test_same_queries_for_any_number_of_rows(client, count, django_assert_max_num_queries):
    for _ in range(count):
        row = OpportunityFactory(framework=FrameworkFactory())
        row.types.add(ServiceTypeFactory())
    page(client, "?warm=1")

    with django_assert_max_num_queries(7):
        # The versions, the search, what stands beside it and its counts; the request's transaction with its savepoint.
        # Outside of tests the versions and what stands beside it are kept, so that two queries are left.
        client.get(f"{LIST}?page=1")


def test_list_may_be_kept_for_a_minute_by_anybody(client):
    OpportunityFactory()

    found = page(client)

    assert found["ETag"]
    assert set(found["Cache-Control"].split(", ")) == {"max-age=60", "public"}
