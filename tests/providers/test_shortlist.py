"""The shortlist in a visitor's own cookie, the link that shares it, the table that compares and the sheet to print."""

import datetime as dt
import re
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import ServiceType
from providers import shortlist, visit_questions
from providers.models import Fee, Rating, Vacancy
from tests.factories import NOON
from tests.factories.core import PlaceFactory, ServiceTypeFactory
from tests.factories.providers import LocationFactory, ServiceFactory
from tests.tools.views import NONSENSE, assert_cached_for_everybody, text

pytestmark = pytest.mark.django_db

PAGE = "/care/shortlist/"
PAGES = [reverse(f"providers:{name}") for name in ("shortlist", "compare", "visit_sheet")]


def press(client, do, *services, back="/care/", **more):
    ids = [shortlist.public_id(service.uuid) for service in services]
    return client.post(PAGE, {"do": do, "service": ids, "next": back, **more})


def names(response):
    """The services on the page, in their order."""
    return [sheet.name for sheet in response.context["sheets"]]


def link(*services):
    return f"?s={shortlist.join_ids(service.uuid for service in services)}"


def test_public_id_is_short_and_reads_back():
    one = uuid.uuid4()

    assert shortlist.read_id(shortlist.public_id(one)) == shortlist.read_id(str(one)) == one
    assert re.fullmatch(r"[\w-]{22}", shortlist.public_id(one))


@pytest.mark.parametrize("text", ["", "x", "é" * 22, "!" * 22, "A" * 21 + "B", "\x00" * 22, "1" * 36, "-" * 36])
def test_what_is_no_id_is_none(text):
    assert shortlist.read_id(text) is None


def test_services_are_kept_in_the_order_they_were_added(client):
    second, first = ServiceFactory(), ServiceFactory()

    for service in (first, second, first):
        assert press(client, "add", service).status_code == 302

    assert names(client.get(PAGE)) == [first.name, second.name]


def test_cookie_is_signed_and_out_of_reach_of_scripts_and_other_sites(client):
    press(client, "add", ServiceFactory())

    cookie = client.cookies[shortlist.COOKIE]

    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/care/")


def test_cookie_holds_nothing_but_public_ids(client):
    service = ServiceFactory()
    press(client, "add", service)

    held = client.cookies[shortlist.COOKIE].value.split(":")[0]

    assert held == shortlist.public_id(service.uuid)


def test_forged_cookie_is_an_empty_list(client):
    client.cookies[shortlist.COOKIE] = f"{shortlist.public_id(ServiceFactory().uuid)}:1abcd:forged"

    assert names(client.get(PAGE)) == []


def test_button_says_what_it_will_do(client):
    service = ServiceFactory()

    before = text(client.get(service.get_absolute_url()))
    press(client, "add", service)
    after = text(client.get(service.get_absolute_url()))

    assert ("Add to shortlist" in before, "On your shortlist" in before) == (True, False)
    assert ("Add to shortlist" in after, "On your shortlist" in after) == (False, True)
    assert 'Your shortlist (1<span class="govuk-visually-hidden"> of 6 services</span>)' in after


def test_page_with_somebodys_count_is_nobody_elses(client):
    service = ServiceFactory()
    press(client, "add", service)

    response = client.get(service.get_absolute_url())

    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("page", PAGES)
def test_page_without_a_list_of_ones_own_is_everybodys(client, settings, page):
    settings.DEBUG = False

    assert_cached_for_everybody(client, page + link(ServiceFactory()))


def test_service_is_taken_off_and_the_list_emptied(client):
    one, other, third = services = [ServiceFactory() for _ in range(3)]
    press(client, "add", *services)

    press(client, "remove", other)
    left = names(client.get(PAGE))
    press(client, "clear")

    assert left == [one.name, third.name]
    assert "Nothing on your shortlist yet" in text(client.get(PAGE))


def test_seventh_is_not_added_but_may_take_anothers_place(client):
    services = [ServiceFactory() for _ in range(6)]
    press(client, "add", *services)
    seventh = ServiceFactory(name="The seventh")

    answer = press(client, "add", seventh)
    page = client.get(answer["Location"])
    press(client, "swap", seventh, instead=shortlist.public_id(services[2].uuid), back=PAGE)

    assert len(names(page)) == 6
    assert "Your shortlist is full" in text(page)
    assert "The seventh is not on it yet" in text(page)
    assert names(client.get(PAGE))[2] == "The seventh"


@pytest.mark.parametrize(
    "back, leads_to",
    [
        ("/care/?near=CA28&page=2", "/care/?near=CA28&page=2"),
        ("/care/service-x/", "/care/service-x/"),
        ("https://elsewhere.example/care/", PAGE),
        ("//elsewhere.example/care/", PAGE),
        ("/care/../account/logout/\\", PAGE),
        ("/admin/", PAGE),
        ("javascript:alert(1)", PAGE),
        ("", PAGE),
    ],
)
def test_button_leads_back_to_a_page_of_care_only(client, back, leads_to):
    assert press(client, "add", ServiceFactory(), back=back)["Location"] == leads_to


@pytest.mark.parametrize(
    "headers, status",
    [
        ({}, 302),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 302),
        ({"Origin": "http://testserver"}, 302),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_another_sites_form_changes_no_list(headers, status):
    client = Client(enforce_csrf_checks=True)
    service = shortlist.public_id(ServiceFactory().uuid)

    answer = client.post(PAGE, {"do": "add", "service": service}, headers=headers)

    assert answer.status_code == status
    assert (shortlist.COOKIE in client.cookies) == (status == 302)


@pytest.mark.parametrize("do", ["", "nonsense", "add", "remove", "swap", "replace"])
@pytest.mark.parametrize("service", ["", "x", "\x00", "é" * 22, "1"])
def test_nonsense_changes_nothing(client, do, service):
    kept = ServiceFactory()
    press(client, "add", kept)

    answer = client.post(PAGE, {"do": do, "service": service})

    assert answer.status_code == 302
    assert names(client.get(PAGE)) == [kept.name]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "query", [*NONSENSE, "?s=", "?s=...", "?s=%00", "?s=" + "A" * 22, "?s=" + ".x" * 500, "?full=x"]
)
def test_nonsense_in_the_address_does_no_harm(client, page, query):
    assert client.get(page + query).status_code == 200


def test_shared_link_shows_its_list_and_leaves_ones_own_alone(client):
    own, theirs = ServiceFactory(name="My own"), ServiceFactory(name="Theirs")
    press(client, "add", own)

    shared = client.get(PAGE + link(theirs))

    assert names(shared) == ["Theirs"]
    assert "A shortlist somebody shared with you" in text(shared)
    assert names(client.get(PAGE)) == ["My own"]


@pytest.mark.parametrize("do, expected", [("add", ["My own", "Theirs"]), ("replace", ["Theirs"])])
def test_shared_list_is_kept_by_a_press(client, do, expected):
    own, theirs = ServiceFactory(name="My own"), ServiceFactory(name="Theirs")
    press(client, "add", own)

    press(client, do, theirs)

    assert names(client.get(PAGE)) == expected


def test_share_link_carries_public_ids_and_nothing_else(client):
    one, other = ServiceFactory(), ServiceFactory()
    press(client, "add", one, other)

    share = client.get(PAGE).context["share"]

    assert share == f"http://testserver/care/shortlist/{link(one, other)}"
    assert names(Client().get(share)) == [one.name, other.name]


def test_service_withdrawn_since_is_told_and_can_be_taken_off(client):
    gone, there = ServiceFactory(name="Gone House"), ServiceFactory()
    press(client, "add", gone, there)
    type(gone).objects.filter(pk=gone.pk).update(published_at=None)

    page = client.get(PAGE)
    press(client, "remove", gone)

    assert "1 service on this list is no longer shown here" in text(page)
    assert "Gone House" not in text(page)
    assert "no longer shown" not in text(client.get(PAGE))


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("embargo", [None, dt.datetime(2999, 1, 1, tzinfo=dt.UTC)])
def test_draft_is_on_no_list(client, page, embargo):
    draft = ServiceFactory(name="Secretive House", published_at=embargo)

    assert "Secretive House" not in text(client.get(page + link(draft)))


def test_compare_sets_the_same_facts_side_by_side(client):
    home = ServiceFactory(setting="place", has_garden=True, deposit="£500, back after a month")
    agency = ServiceFactory(setting="home")

    page = client.get(reverse("providers:compare") + link(home, agency))
    rows = {row.label: [cell.lines for cell in row.cells] for _, rows in page.context["groups"] for row in rows}

    assert rows["Deposit"] == [("£500, back after a month",), ()]
    assert rows["Garden"] == [("Yes",), ("Does not apply: it comes to you",)]
    assert '<span class="ccp-unknown">Not told us</span>' in text(page)


def test_compare_takes_four_and_offers_the_rest_in_their_place(client):
    services = [ServiceFactory() for _ in range(5)]
    press(client, "add", *services)

    page = client.get(reverse("providers:compare"))
    swap = page.context["rest"][0]["instead"][1][1]
    swapped = client.get(reverse("providers:compare") + swap)

    assert len(page.context["columns"]) == 4
    assert [column["sheet"].name for column in swapped.context["columns"]] == [
        services[number].name for number in (0, 4, 2, 3)
    ]


def test_column_is_taken_out(client):
    one, other = ServiceFactory(), ServiceFactory()

    page = client.get(reverse("providers:compare") + link(one, other))

    assert page.context["columns"][0]["without"] == link(other)


KINDS = {
    "accommodation-with-care/care-home": "How many staff are there now",
    "care-at-home": "How many different people will come in a week",
    "accommodation-with-care/extra-care": "Is it a tenancy",
    "accommodation-with-care/shared-lives": "Who lives there",
    "community-support": "How soon could it begin",
}


@pytest.mark.parametrize("path", KINDS)
def test_sheet_asks_what_fits_the_kind_of_care(client, path):
    service = ServiceFactory(phone="01632 960 114 ext 5")
    kind = ServiceTypeFactory()
    ServiceType.objects.filter(pk=kind.pk).update(path=path)
    service.types.add(kind)

    page = text(client.get(reverse("providers:visit_sheet") + link(service)))

    assert KINDS[path] in page
    assert "Which costs are not in the fee?" in page
    assert 'href="tel:01632960114"' in page
    assert len(visit_questions.short(service)) == 3


def _filled():
    service = ServiceFactory()
    service.types.add(ServiceTypeFactory())
    service.locations.add(LocationFactory(place=PlaceFactory()))
    service.areas_served.add(PlaceFactory())
    Fee.objects.create(service=service, name="Room", amount_from=900, per="week", told_date=NOON.date())
    Vacancy.objects.create(
        service=service, unit="room", available=1, told_at=NOON, expires_at=NOON + dt.timedelta(days=14)
    )
    Rating.objects.create(service=service, value="good", rated_date=NOON.date())
    return service


@pytest.mark.parametrize("page", PAGES)
def test_six_services_cost_as_many_queries_as_one(client, page):
    services = [_filled() for _ in range(6)]
    counts = []

    for some in (services[:1], services):
        client.get(page + link(*some))
        with CaptureQueriesContext(connection) as queries:
            client.get(page + link(*some))
        counts.append(len(queries))

    assert counts[0] == counts[1]
