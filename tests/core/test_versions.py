import datetime as dt
import threading

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.db import connection, transaction
from django.http import HttpResponse, HttpResponseNotFound
from django.middleware.csrf import get_token

from core import versions
from core.versions import conditional, touch

pytestmark = pytest.mark.django_db


def version(register):
    return versions.read(register)[1]


def commit():
    connection.check_constraints()


def test_version_rises_once_a_transaction_however_often_touched():
    touch("strategies", "opportunities")
    touch("strategies")
    commit()
    first = version("strategies")
    touch("strategies")
    commit()

    assert (first, version("strategies"), version("opportunities")) == (
        "strategies 1",
        "strategies 2",
        "opportunities 1",
    )


def test_version_does_not_rise_when_the_change_is_rolled_back():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        touch("strategies")
        1 / 0  # noqa: B018
    commit()

    assert version("strategies") == ""


def test_unknown_register_is_refused():
    with pytest.raises(ValueError, match="No such register: stratgies"):
        touch("stratgies")
    with pytest.raises(ValueError, match="No such register: stratgies"):
        conditional("stratgies")


@pytest.mark.django_db(transaction=True)
def test_transactions_that_touch_in_opposite_orders_never_wait_for_each_other():
    barrier = threading.Barrier(2)

    def change(*registers):
        for _ in range(20):
            with transaction.atomic():
                for register in registers:
                    touch(register)
                    barrier.wait(10)
        connection.close()

    other = threading.Thread(target=change, args=("opportunities", "strategies"))
    other.start()
    change("strategies", "opportunities")
    other.join()

    assert versions.read("strategies", "opportunities")[1] == "opportunities 40,strategies 40"


@pytest.fixture
def page(settings):
    settings.DEBUG = False
    calls = []

    @conditional("strategies", "opportunities", minute=True)
    def view(request):
        calls.append(request.path)
        return HttpResponse("A page")

    view.calls = calls
    return view


def test_page_answers_304_after_one_query_until_a_register_changes(page, rf, django_assert_num_queries):
    first = page(rf.get("/strategies/"))
    with django_assert_num_queries(1):
        again = page(rf.get("/strategies/", headers={"If-None-Match": first["ETag"]}))
    touch("opportunities")
    commit()
    changed = page(rf.get("/strategies/", headers={"If-None-Match": first["ETag"]}))

    assert [first.status_code, again.status_code, changed.status_code] == [200, 304, 200]
    assert first["Cache-Control"] == again["Cache-Control"] == "public, max-age=60"
    assert first["ETag"] == again["ETag"] != changed["ETag"]
    assert again["Vary"] == "Cookie"
    assert page.calls == ["/strategies/"] * 2


def test_page_of_a_register_it_does_not_show_stays_fresh(page, rf):
    first = page(rf.get("/strategies/"))
    touch("providers")
    commit()

    assert page(rf.get("/strategies/", headers={"If-None-Match": first["ETag"]})).status_code == 304


def test_each_address_has_its_own_tag(page, rf):
    tags = {page(rf.get(address))["ETag"] for address in ["/strategies/", "/strategies/?page=2", "/contracts/"]}

    assert len(tags) == 3


def test_tag_follows_the_minute_only_where_asked(settings, rf, monkeypatch):
    settings.DEBUG = False
    at, _ = versions.read("strategies")
    timed = conditional("strategies", minute=True)(lambda request: HttpResponse())
    timeless = conditional("strategies")(lambda request: HttpResponse())
    before = timed(rf.get("/"))["ETag"], timeless(rf.get("/"))["ETag"]
    monkeypatch.setattr(versions, "_lately", lambda names: (at.replace(year=at.year + 1), ""))

    after = timed(rf.get("/"))["ETag"], timeless(rf.get("/"))["ETag"]

    assert (before[0] == after[0], before[1] == after[1]) == (False, True)


@pytest.mark.parametrize(
    "given",
    [{"headers": {"Cookie": "session=abc"}}, {"headers": {"Cookie": "place=x"}}, {"headers": {"Authorization": "x"}}],
)
def test_page_for_somebody_known_is_private(page, rf, given):
    response = page(rf.get("/strategies/", **given))

    assert response["Cache-Control"] == "private, no-store"
    assert not response.has_header("ETag")


def test_answer_that_sets_a_cookie_or_fails_is_not_kept(settings, rf):
    settings.DEBUG = False

    @conditional("strategies")
    def sets_cookie(request):
        response = HttpResponse("A page")
        response.set_cookie("csrf", "x")
        return response

    missing = conditional("strategies")(lambda request: HttpResponseNotFound())

    assert [view(rf.get("/"))["Cache-Control"] for view in (sets_cookie, missing)] == ["private, no-store"] * 2


def test_post_is_never_answered_from_a_tag(page, rf):
    tag = page(rf.get("/strategies/"))["ETag"]
    request = rf.post("/strategies/", headers={"If-None-Match": tag})
    request.user = AnonymousUser()

    assert page(request).status_code == 200


@pytest.fixture
def kept_page(settings):
    settings.DEBUG = False
    settings.CACHES = {
        **settings.CACHES,
        "pages": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "kept-pages-of-a-test"},
    }
    calls = []

    @conditional("strategies", keep=True)
    def view(request):
        calls.append(request.path)
        if request.GET.get("asks"):
            get_token(request)
        return HttpResponse(f"Page {len(calls)}")

    view.calls = calls
    yield view
    caches["pages"].clear()


def test_kept_page_is_made_once_for_all_until_a_register_changes(kept_page, rf, django_assert_num_queries):
    first = kept_page(rf.get("/"))
    with django_assert_num_queries(1):
        again = kept_page(rf.get("/"))
    touch("strategies")
    commit()
    changed = kept_page(rf.get("/"))

    assert [first.content, again.content, changed.content] == [b"Page 1", b"Page 1", b"Page 2"]
    assert dict(first.items()) == dict(again.items())
    assert changed["ETag"] != first["ETag"]


def test_kept_page_is_never_given_to_or_taken_from_somebody_known(kept_page, rf):
    known = kept_page(rf.get("/", headers={"Cookie": "session=abc"}))
    stranger = kept_page(rf.get("/"))
    known_again = kept_page(rf.get("/", headers={"Cookie": "session=abc"}))

    assert [one.content for one in (known, stranger, known_again)] == [b"Page 1", b"Page 2", b"Page 3"]


def test_page_with_the_secret_of_a_form_is_not_kept(kept_page, rf):
    answers = [kept_page(rf.get("/?asks=1")) for _ in range(2)]

    assert [one.content for one in answers] == [b"Page 1", b"Page 2"]


@pytest.fixture
def known_for_long(settings, monkeypatch):
    settings.VERSIONS_KEPT_SECONDS = 3600.0
    monkeypatch.setattr(versions, "_last", None)


def test_a_second_visitor_costs_no_query_while_the_versions_are_known(
    client, db, known_for_long, django_assert_num_queries
):
    touch("organisations")
    connection.check_constraints()
    first = client.get("/organisations/")

    with django_assert_num_queries(0):
        again = client.get("/organisations/", headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 304


def test_who_has_the_newest_page_is_told_so_before_anything_else_is_done(client, db, settings, monkeypatch):
    settings.DEBUG = False
    monkeypatch.setattr(versions, "_addresses", {})
    page, other = "/organisations/?page=1", "/organisations/?page=2"
    tag = client.get(page)["ETag"]

    again = client.get(page, headers={"If-None-Match": tag})
    elsewhere = client.get(other, headers={"If-None-Match": tag})
    posted = client.post(page, headers={"If-None-Match": tag})
    client.cookies["session"] = "anything"
    private = client.get(page, headers={"If-None-Match": tag})

    assert (again.status_code, again["ETag"], again.content) == (304, tag, b"")
    assert (again["Cache-Control"], again["Vary"]) == ("public, max-age=60", "Cookie")
    # No view has looked at it, so that no policy of a page stands in it.
    assert "Content-Security-Policy" not in again
    assert (elsewhere.status_code, posted.status_code, private.status_code) == (200, 405, 200)
    assert "Content-Security-Policy" in private


def test_what_has_changed_is_never_told_to_be_the_newest(client, db, settings, monkeypatch):
    settings.DEBUG = False
    monkeypatch.setattr(versions, "_addresses", {})
    tag = client.get("/organisations/")["ETag"]
    touch("organisations")
    commit()

    changed = client.get("/organisations/", headers={"If-None-Match": tag})

    assert changed.status_code == 200
    assert changed["ETag"] != tag


def test_a_process_remembers_only_so_many_addresses(page, rf, monkeypatch):
    monkeypatch.setattr(versions, "MOST_ADDRESSES", 2)
    monkeypatch.setattr(versions, "_addresses", {})

    for number in range(5):
        page(rf.get(f"/strategies/?page={number}"))

    assert 0 < len(versions._addresses) <= 2


def test_a_tag_made_of_known_versions_is_the_one_a_reading_makes(db, known_for_long):
    touch("organisations", "places")
    connection.check_constraints()
    one = versions._lately(["organisations", "places"])
    second = versions._lately(["organisations", "places"])

    assert one[1] == second[1] == versions.read("organisations", "places")[1]
    assert dt.timedelta(0) <= second[0] - one[0] < dt.timedelta(minutes=1)


def test_versions_are_read_again_once_they_are_too_old(db, known_for_long, settings):
    touch("places")
    connection.check_constraints()
    before = versions._lately(["places"])[1]
    touch("places")
    connection.check_constraints()

    settings.VERSIONS_KEPT_SECONDS = 0.0
    after = versions._lately(["places"])[1]

    assert after != before
