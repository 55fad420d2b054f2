"""What every public API shares: how a wrong request is answered, how often one may ask, and who may read the answer.

An answer for programs is JSON, also where something is wrong (RFC 9457), may be read from any website (CORS), and
carries the same entity tag as a page. Signing in changes nothing: everybody gets the same.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import exception_handler

from core.versions import conditional

# Where answers are for programs, whatever goes wrong on the way to them.
PREFIXES = ("/openreferral/", "/api/", "/ocds/")
# A public list as a file, such as /opportunities.csv.
LIST_AS_FILE = re.compile(r"/[a-z]+\.(atom|csv|ics|json|xlsx)")
SAFE_METHODS = ("GET", "HEAD")
CORS_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS, POST",
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-Modified-Since, If-None-Match",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Link, Retry-After",
    "Access-Control-Max-Age": "86400",
    "Cross-Origin-Resource-Policy": "cross-origin",
}

P = ParamSpec("P")
DataView = Callable[Concatenate[HttpRequest, P], Any]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def is_api(path: str) -> bool:
    """Whether an address belongs to programs rather than people."""
    return path.startswith(PREFIXES) or LIST_AS_FILE.fullmatch(path) is not None


class Problem(Exception):
    """A request that cannot be answered as asked. ``detail`` is a sentence that says what to do."""

    def __init__(self, detail: str, *, status: int = 400, parameter: str = "") -> None:
        super().__init__(detail)
        self.detail, self.status, self.parameter = detail, status, parameter


TITLES = {
    400: "The request cannot be read",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    429: "Too many requests",
    500: "Something went wrong here",
    503: "Not available at the moment",
}


def problem_document(detail: str, *, status: int, parameter: str = "") -> dict[str, Any]:
    """Return what a problem's answer holds."""
    document: dict[str, Any] = {"title": TITLES.get(status, "The request was refused"), "status": status}
    if detail:
        document["detail"] = detail
    if parameter:
        document["parameter"] = parameter
    return document


def problem_response(detail: str, *, status: int, parameter: str = "") -> JsonResponse:
    """Answer with a problem, which no cache keeps."""
    response = JsonResponse(
        problem_document(detail, status=status, parameter=parameter),
        status=status,
        content_type="application/problem+json",
    )
    response["Cache-Control"] = "private, no-store"
    return response


class PublicRate(SimpleRateThrottle):
    """How often one address may ask (``DEFAULT_THROTTLE_RATES["public"]``). Signed in or not makes no difference."""

    scope = "public"

    def get_cache_key(self, request: Any, view: Any) -> str:
        return str(self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)})


class ExportRate(PublicRate):
    """How often one address may ask for a whole list as a file, which costs far more than a page of it."""

    scope = "exports"


def _too_often(request: HttpRequest, rate: type[PublicRate] = PublicRate) -> JsonResponse | None:
    throttle = rate()
    if throttle.allow_request(cast(Any, request), cast(Any, None)):
        return None
    seconds = max(1, math.ceil(throttle.wait() or 1))
    response = problem_response(
        f"You have asked more often than {throttle.rate} allows. Ask again in {seconds} seconds.", status=429
    )
    response["Retry-After"] = str(seconds)
    return response


def export(view: View[P]) -> View[P]:
    """Make a view give out a whole list as a file no more often than `ExportRate` allows; else it says when to come back.

    Below `conditional`, so that who has the newest file already is told so without counting.
    """

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return _too_often(request, ExportRate) or view(request, *args, **kwargs)

    return cast(View[P], wrapped)


def handle_exception(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Answer what a view of the REST framework refuses in the same words and shape as every other."""
    if isinstance(error, Problem):
        return problem_response(error.detail, status=error.status, parameter=error.parameter)
    given = exception_handler(error, context)
    if given is None:
        return None
    detail = str(error.detail) if isinstance(error, exceptions.APIException) else "There is nothing at this address."
    response = problem_response(detail, status=given.status_code)
    for name in ("Allow", "Retry-After"):
        if given.has_header(name):
            response[name] = given[name]
    return response


def feed(*registers: str, private: str = "") -> Callable[[DataView[P]], View[P]]:
    """Make a view of open data: what it returns becomes JSON, what it refuses becomes a problem.

    A view may return a response of its own, such as a stream. Everything else about it is as `core.versions.conditional`
    says, with the clock's minute.

    :param registers: every register the answer shows.
    :param private: a parameter that tells something of the person who asks; an answer to it is not kept anywhere.
    """

    def decorate(view: DataView[P]) -> View[P]:
        @functools.wraps(view)
        def answered(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            try:
                answer = view(request, *args, **kwargs)
            except Problem as problem:
                return problem_response(problem.detail, status=problem.status, parameter=problem.parameter)
            except Http404:
                return problem_response("There is nothing at this address.", status=404)
            if isinstance(answer, HttpResponseBase):
                return answer
            return JsonResponse(answer, json_dumps_params={"ensure_ascii": False})

        shared = conditional(*registers, minute=True)(cast(View[P], answered))

        @login_not_required
        @csrf_exempt  # Nothing is changed by it, and who sends a form here is told so.
        @transaction.non_atomic_requests
        @functools.wraps(view)
        def wrapped(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method not in SAFE_METHODS:
                refused = problem_response("This address is only read.", status=405)
                refused["Allow"] = "GET, HEAD, OPTIONS"
                return refused
            if slower := _too_often(request):
                return slower
            if private and private in request.GET:
                with transaction.atomic():
                    response = answered(request, *args, **kwargs)
                response["Cache-Control"] = "private, no-store"
                return response
            return shared(request, *args, **kwargs)

        return cast(View[P], wrapped)

    return decorate


def preflight() -> HttpResponse:
    """Answer a browser that asks whether a page of another website may ask us."""
    return HttpResponse(status=204)
