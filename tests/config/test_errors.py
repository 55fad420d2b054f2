"""Pages for what went wrong: helpful, and made without the database."""

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError, transaction
from django.test import Client
from django.urls import path

from config.urls import handler400, handler403, handler404, handler500  # noqa: F401 (this module is a URLconf below)


def _raise(error):
    @login_not_required
    @transaction.non_atomic_requests
    def view(request):
        raise error

    return view


urlpatterns = [
    path("bad/", _raise(SuspiciousOperation("odd"))),
    path("forbidden/", _raise(PermissionDenied)),
    path("forbidden/with-words/", _raise(PermissionDenied("Only a publisher may publish."))),
    path("broken/", _raise(ZeroDivisionError("secret detail"))),
    path("no-database/", _raise(OperationalError("connection to server at 10.0.0.1 failed"))),
]


@pytest.fixture
def visitor(settings):
    settings.ROOT_URLCONF = __name__
    settings.DEBUG = False
    return Client(raise_request_exception=False)


# No test here has the django_db mark: a page that queried would fail.
@pytest.mark.parametrize(
    ("address", "status", "heading"),
    [
        ("/bad/", 400, "We could not read that"),
        ("/forbidden/", 403, "This is not yours to see"),
        ("/nothing/", 404, "There is nothing at this address"),
    ],
)
def test_error_page_says_what_to_do_next(visitor, address, status, heading):
    response = visitor.get(address)

    text = response.content.decode()
    assert response.status_code == status
    assert f'<h1 class="govuk-heading-xl">{heading}</h1>' in text
    assert f"<title>{heading} - Care Commissioning Portal</title>" in text
    assert all(f'href="{door}"' in text for door in ("/care/", "/opportunities/", "/strategies/"))


def test_missing_page_offers_a_new_search(visitor):
    text = visitor.get("/nothing/").content.decode()

    assert '<form action="/care/" method="post">' in text


def test_refusal_shows_its_reason(visitor):
    text = visitor.get("/forbidden/with-words/").content.decode()

    assert '<p class="ccp-lede">Only a publisher may publish.</p>' in text


def test_broken_page_tells_nothing_of_the_inside(visitor):
    response = visitor.get("/broken/")

    text = response.content.decode()
    assert response.status_code == 500
    assert "Something went wrong on our side" in text
    assert "secret detail" not in text


def test_lost_database_asks_to_come_back(visitor):
    response = visitor.get("/no-database/")

    text = response.content.decode()
    assert response.status_code == 503
    assert response["Retry-After"] == "60"
    assert "We will be back shortly" in text
    assert "10.0.0.1" not in text


@pytest.mark.django_db
def test_form_without_its_token_says_how_to_send_it_again(settings):
    response = Client(enforce_csrf_checks=True).post("/account/login/", {"login": "a@example.org", "password": "x"})

    text = response.content.decode()
    assert response.status_code == 403
    assert '<h1 class="govuk-heading-xl">Please send that again</h1>' in text
