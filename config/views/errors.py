"""Pages for what went wrong. They are made without the request's context, so that none of them needs the database."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.csrf import requires_csrf_token

from config.context import navigation
from core import api

RETRY_AFTER_SECONDS = 60


# What a program is told, where a person gets a page.
WORDS = {
    400: "The request cannot be read.",
    403: "You may not do this.",
    404: "There is nothing at this address.",
    500: "We have been told. Ask again later.",
    503: "The database does not answer. Ask again in a minute.",
}


def _page(request, template, status, **context):
    if api.is_api(request.path):
        return api.problem_response(WORDS[status], status=status)
    body = render_to_string(template, {"navigation": navigation(request.path), **context})
    return HttpResponse(body, status=status)


@requires_csrf_token
def bad_request(request, exception=None):
    return _page(request, "400.html", 400)


@requires_csrf_token
def permission_denied(request, exception=None):
    # Only what the code says to a person is shown; an exception without words gets the page's own.
    return _page(request, "403.html", 403, reason=str(exception or ""))


@requires_csrf_token
def page_not_found(request, exception=None):
    return _page(request, "404.html", 404)


def csrf_failure(request, reason=""):
    return _page(request, "403_csrf.html", 403)


def server_error(request):
    """Answer 503 where the database did not, 500 for anything else."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        response = _page(request, "503.html", 503)
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response
    return _page(request, "500.html", 500)
