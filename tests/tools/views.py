"""What the tests of public pages ask again and again."""

import datetime as dt
import re
from html import unescape

from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock


def hidden(make):
    """Return a draft and an embargoed row of a register."""
    return [make(published_at=None), make(published_at=clock.now() + dt.timedelta(hours=1))]


def settle():
    """Do what a commit does last: make the search's rows anew, raise the registers' versions."""
    connection.check_constraints()


def text(response):
    return response.content.decode()


def words(response):
    """Return what people read of a page: without its markup, with single spaces."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text(response))))


def query_count(client, url):
    """Return how many queries a page takes, warm, with a visitor who carries no cookie."""
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    assert response.status_code == 200
    return len(queries)


def assert_cached_for_everybody(client, url):
    """A page may be kept for a minute and is not sent again unchanged; with a session it is nobody else's."""
    first = client.get(url)
    again = client.get(url, headers={"If-None-Match": first["ETag"]})
    client.cookies["sessionid"] = "anything"
    private = client.get(url)

    assert "max-age=60" in first["Cache-Control"]
    assert "public" in first["Cache-Control"]
    # The minute may pass between the two requests; then the page is sent again with another tag.
    assert again.status_code == 304 or again["ETag"] != first["ETag"]
    assert private["Cache-Control"] == "private, no-store"
    assert "ETag" not in private


NONSENSE = [
    "",
    "?",
    "?page=0",
    "?page=-3&page=2",
    "?page=%F0%9F%92%A9",
    "?q=" + "x" * 3000,
    "?q=%00",
    "?%00=%00",
    "?q=%FF%FE",
    "?type=%27%22%3Cscript%3E",
    "?kind=&kind=&organisation=..%2F..",
    "?" + "&".join(f"a{number}=1" for number in range(200)),
]
