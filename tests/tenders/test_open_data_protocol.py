"""Open data over HTTP: forged cursors, conditions of every kind, parts, HEAD, and websites of others."""

import base64
import datetime as dt

import pytest
from django.core.cache import cache
from django.db import connection

from core.api import PublicRate
from tenders import services
from tests.factories import NOON
from tests.factories.tenders import ContractFactory, FrameworkFactory, OpportunityFactory

pytestmark = pytest.mark.django_db

LISTS = [
    "/ocds/releases.json", "/ocds/records.json", "/ocds/releases.jsonl", "/api/v1/opportunities/", "/api/v1/frameworks/",
    "/api/v1/contracts/", "/opportunities.json", "/opportunities.atom", "/opportunities.csv", "/opportunities.ics",
    "/contracts.csv", "/contracts.json", "/openreferral/v3/services",
]  # fmt: skip


@pytest.fixture
def _something():
    for row in (OpportunityFactory(), FrameworkFactory(), ContractFactory()):
        services.record_release(row, at=NOON)
    connection.check_constraints()


def content(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def cursor(words):
    return base64.urlsafe_b64encode(words.encode()).decode().rstrip("=")


FORGED = [
    "abc", "%00", "=" * 400, "🙂", "../../etc", cursor("2026-11-18T12:00:00 1"), cursor("2026-11-18T12:00:00+00:00 -1"),
    cursor("2026-11-18T12:00:00+00:00 " + "9" * 19), cursor("2026-11-18T12:00:00+00:00 1 1"), cursor("0001-01-01T00:00:00+23:59 1"),
    cursor("9999-12-31T23:59:59-23:59 1"), cursor("2026-11-18T12:00:00+00:00 1; DROP TABLE x"), cursor("NaN NaN"), cursor(""),
]  # fmt: skip


@pytest.mark.usefixtures("_something")
@pytest.mark.parametrize("kind", ["releases", "records"])
def test_a_forged_cursor_is_refused_or_is_a_place_in_the_list(client, kind):
    for forged in FORGED:
        response = client.get(f"/ocds/{kind}.json", {"cursor": forged})

        if response.status_code == 200:
            assert isinstance(response.json()[kind], list), forged
        else:
            assert (response.status_code, response.json()["parameter"]) == (400, "cursor"), forged


@pytest.mark.usefixtures("_something")
@pytest.mark.parametrize("kind", ["releases", "records"])
def test_a_cursor_of_what_is_gone_or_not_there_yet_is_still_a_place(client, kind):
    before_all = client.get(f"/ocds/{kind}.json", {"cursor": cursor("1990-01-01T00:00:00+00:00 5")})
    after_all = client.get(f"/ocds/{kind}.json", {"cursor": cursor("2200-01-01T00:00:00+00:00 5")})

    assert before_all.json()[kind] == []
    assert len(after_all.json()[kind]) == 3


@pytest.mark.usefixtures("_something")
@pytest.mark.parametrize("address", LISTS)
def test_conditions_are_understood_and_nonsense_is_passed_over(client, address):
    tag = client.get(address)["ETag"]
    cases = {
        f'"x", {tag}': 304, "*": 304, tag.removeprefix("W/"): 304, f"  {tag}  ,": 304, '"other"': 200, "nonsense": 200,
        ", , ,": 200, '"' * 999: 200,
    }  # fmt: skip

    told = {given: client.get(address, headers={"If-None-Match": given}).status_code for given in cases}

    assert told == cases


@pytest.mark.usefixtures("_something")
@pytest.mark.parametrize("address", ["/ocds/releases.json", "/ocds/records.json", "/contracts.json"])
def test_a_date_that_is_none_is_passed_over(client, address):
    wrong = ["yesterday", "", "Wed, 32 Nov 2026 12:00:00 GMT", "0", "Wed, 18 Nov 99999 12:00:00 GMT", "\u0661" * 9]

    for words in [*wrong, "x" * 5000]:
        response = client.get(address, headers={"If-Modified-Since": words})

        assert response.status_code == 200, words
        assert content(response), words


@pytest.mark.usefixtures("_something")
@pytest.mark.parametrize("address", LISTS)
def test_a_part_is_asked_for_and_the_whole_is_given(client, address):
    whole = content(client.get(address))

    for words in ("bytes=0-9", "bytes=9-0", "bytes=99999999-", "lines=1", "bytes=0-1,5-6"):
        response = client.get(address, headers={"Range": words})

        assert response.status_code == 200, words
        assert len(content(response)) == len(whole), words
        assert not response.has_header("Content-Range"), words


@pytest.mark.usefixtures("_something")
@pytest.mark.parametrize("address", LISTS)
def test_any_website_may_read_every_answer(client, address, monkeypatch):
    first = client.get(address)
    answers = {
        "got": first,
        "head": client.head(address),
        "options": client.options(
            address, headers={"Origin": "https://x.example", "Access-Control-Request-Headers": "if-none-match"}
        ),
        "unchanged": client.get(address, headers={"If-None-Match": first["ETag"]}),
        "refused": client.delete(address),
    }
    monkeypatch.setattr(PublicRate, "allow_request", lambda *rest: False)
    monkeypatch.setattr(PublicRate, "wait", lambda *rest: 7)
    answers["too often"] = client.get(f"{address}?page=1")
    cache.clear()

    statuses = {name: one.status_code for name, one in answers.items()}
    open_to = {one.headers.get("Access-Control-Allow-Origin") for one in answers.values()}

    assert statuses == {"got": 200, "head": 200, "options": 204, "unchanged": 304, "refused": 405, "too often": 429}
    assert open_to == {"*"}
    assert "If-None-Match" in answers["options"]["Access-Control-Allow-Headers"]
    assert content(answers["head"]) == b""
    assert answers["too often"]["Retry-After"] == "7"


@pytest.mark.usefixtures("_something")
def test_a_record_that_opens_meanwhile_is_another_answer(client):
    row = OpportunityFactory(opens_at=NOON + dt.timedelta(days=1))
    services.record_release(row, at=NOON)

    response = client.get(f"/ocds/records/{row.ocid}.json")

    # The database's clock stands after that moment: what was written ahead is told, with its own date.
    (record,) = response.json()["records"]
    assert record["compiledRelease"]["tender"]["status"] == "active"
    assert response["Last-Modified"] == "Thu, 19 Nov 2026 12:00:00 GMT"
