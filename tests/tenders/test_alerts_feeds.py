"""The private news feed and calendar of a saved search."""

import datetime as dt
import xml.etree.ElementTree as ET

import pytest
from django.db import connection
from django.urls import reverse
from icalendar import Calendar

from core import clock
from tenders.alerts import questions
from tenders.alerts.links import Purpose, token
from tenders.models import SavedSearch
from tenders.services import subscriptions
from tenders.views import alert_feeds
from tests.factories.tenders import OpportunityFactory, SavedSearchFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
KINDS = pytest.mark.parametrize("kind", ["atom", "ics"])
ATOM = "{http://www.w3.org/2005/Atom}"


def saved(query="", **facts):
    search = SavedSearchFactory.build(query=query, **facts)
    search.subscriber.save()
    questions.fill(search)
    search.save()
    return search


def address(kind, search):
    return reverse(f"tenders:alerts_{kind}", args=[token(Purpose.FEED, search.key)])


@KINDS
def test_a_feed_holds_the_list_of_the_search_and_nothing_else(client, kind):
    OpportunityFactory(title="Home care", route="open", opens_at=clock.now() - DAY, closes_at=clock.now() + 9 * DAY)
    OpportunityFactory(title="Elsewhere", route="direct")
    connection.check_constraints()
    search = saved("route=open", name="My own search")

    response = client.get(address(kind, search))

    text = response.content.decode()
    assert ("Home care" in text, "Elsewhere" in text, "My own search" in text) == (True, False, True)
    assert response["Cache-Control"] == "private, max-age=300"


@KINDS
def test_who_asks_again_gets_it_only_when_it_says_something_else(client, kind):
    row = OpportunityFactory(opens_at=clock.now() - DAY, closes_at=clock.now() + 9 * DAY)
    connection.check_constraints()
    path = address(kind, saved())
    tag = client.get(path)["ETag"]

    same = client.get(path, headers={"If-None-Match": tag})
    type(row).objects.filter(pk=row.pk).update(title="Another title")
    connection.check_constraints()
    other = client.get(path, headers={"If-None-Match": tag})

    assert (same.status_code, same.content, same["ETag"]) == (304, b"", tag)
    assert (other.status_code, other["ETag"] == tag) == (200, False)


def test_a_long_news_feed_comes_in_pages_that_name_each_other(client, monkeypatch):
    monkeypatch.setattr(alert_feeds, "PAGE", 2)
    OpportunityFactory.create_batch(5)
    connection.check_constraints()
    path = address("atom", saved())

    seen, links, following = [], [], path
    while following:
        feed = ET.fromstring(client.get(following).content)
        seen += [one.findtext(f"{ATOM}id") for one in feed.iter(f"{ATOM}entry")]
        found = {one.get("rel"): one.get("href").removeprefix("http://testserver") for one in feed.iter(f"{ATOM}link")}
        links.append({name: found.get(name) for name in ("self", "first", "previous", "next", "last")})
        following = found.get("next")

    one, two, three = path, f"{path}?page=2", f"{path}?page=3"
    assert links == [
        {"self": one, "first": one, "previous": None, "next": two, "last": three},
        {"self": two, "first": one, "previous": one, "next": three, "last": three},
        {"self": three, "first": one, "previous": two, "next": None, "last": three},
    ]
    assert len(seen) == len(set(seen)) == 5
    for nonsense in ("x", "0", "-1", "99", "1e9"):
        assert client.get(path, {"page": nonsense}).status_code == 200


def test_a_feed_of_one_page_names_no_other(client):
    feed = client.get(address("atom", saved())).content.decode()

    assert 'rel="next"' not in feed
    assert 'rel="first"' not in feed


def test_a_long_calendar_is_cut_and_says_so(client, monkeypatch):
    monkeypatch.setattr(alert_feeds, "MOST_IN_CALENDAR", 2)
    OpportunityFactory.create_batch(3, opens_at=clock.now() + DAY)
    connection.check_constraints()

    calendar = Calendar.from_ical(client.get(address("ics", saved())).content)

    assert len({one["url"] for one in calendar.walk("VEVENT")}) == 2
    assert str(calendar["description"]) == ("The first 2 of 3 opportunities. Narrow the search to see all its dates.")


@KINDS
@pytest.mark.parametrize("how", ["search", "all", "deleted"])
def test_the_feed_of_a_stopped_search_says_that_it_is_gone_until_it_is_taken_up_again(client, kind, how):
    search = saved(name="My own search")
    path = address(kind, search)
    if how == "search":
        subscriptions.stop(asked=search, at=clock.now())
    elif how == "all":
        subscriptions.stop_all(subscriber=search.subscriber, at=clock.now())
    else:
        SavedSearch.objects.all().delete()

    gone = client.get(path)

    assert (gone.status_code, "ETag" in gone) == (410, False)
    assert gone.content.decode() == (
        "This search was stopped, and its feeds with it. Save it again at http://testserver/opportunities/.\n"
    )
    if how == "search":
        subscriptions.take_up(asked=search, at=clock.now())
        assert client.get(path).status_code == 200


@KINDS
def test_an_address_that_is_none_of_ours_is_not_found(client, kind):
    search = saved()
    for words in ("x", token(Purpose.MANAGE, search.key), token(Purpose.STOP_SEARCH, search.key), "a" * 64):
        assert client.get(reverse(f"tenders:alerts_{kind}", args=[words])).status_code == 404


@KINDS
def test_nothing_is_fed_before_the_address_is_confirmed(client, kind):
    search = saved(confirmed_at=None)

    assert client.get(address(kind, search)).status_code == 410
