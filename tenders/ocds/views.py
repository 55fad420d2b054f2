"""The feeds below /ocds/: stored releases, and the records compiled from them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from core import clock
from core.api import Problem, export, feed
from tenders.models import Release

from . import packages, questions, stream
from .questions import Cursor

REGISTERS = (
    "releases", "opportunities", "frameworks", "contracts", "organisations", "places", "taxonomy",
)  # fmt: skip


@feed(*REGISTERS)
def releases(request: HttpRequest) -> HttpResponse:
    question, at = questions.read(request.GET), clock.now()
    rows, following = _page(questions.releases(question, at=at), question.limit)
    path = f"{settings.PUBLIC_URL}/ocds/releases.json"
    published_at = _newest(rows, at=at)
    text = packages.release_package(
        rows,
        uri=question.address(path, cursor=question.stated.get("cursor")),
        published_at=published_at,
        next_page=question.address(path, cursor=following) if following else None,
    )
    return _answer(request, text, published_at, can_be_dated=not question.is_narrowed)


@feed(*REGISTERS)
def records(request: HttpRequest) -> HttpResponse:
    question, at = questions.read(request.GET), clock.now()
    rows, following = _page(questions.newest_releases(question, at=at), question.limit)
    path = f"{settings.PUBLIC_URL}/ocds/records.json"
    published_at = _newest(rows, at=at)
    made = {one["ocid"]: one for one in packages.records(_all_of([row.ocid for row in rows], at=at))}
    text = packages.record_package(
        (made[row.ocid] for row in rows),
        uri=question.address(path, cursor=question.stated.get("cursor")),
        published_at=published_at,
        next_page=question.address(path, cursor=following) if following else None,
    )
    return _answer(request, text, published_at, can_be_dated=False)


@feed("releases", "opportunities")
def releases_of(request: HttpRequest, ocid: str) -> HttpResponse:
    rows = _of(ocid, at=clock.now())
    uri = f"{settings.PUBLIC_URL}/ocds/releases/{ocid}.json"
    published_at = rows[-1].published_at
    return _answer(request, packages.release_package(rows, uri=uri, published_at=published_at), published_at)


@feed("releases", "opportunities")
def record_of(request: HttpRequest, ocid: str) -> HttpResponse:
    rows = _of(ocid, at=clock.now())
    uri = f"{settings.PUBLIC_URL}/ocds/records/{ocid}.json"
    published_at = rows[-1].published_at
    text = packages.record_package(packages.records(rows), uri=uri, published_at=published_at)
    return _answer(request, text, published_at)


@feed("releases", "opportunities")
@export
def bulk(request: HttpRequest) -> StreamingHttpResponse:
    """Every release, a line each. What is made while it is read is in the next reading."""
    return StreamingHttpResponse(stream.lines(at=clock.now()), content_type="application/jsonl; charset=utf-8")


def _page(rows: QuerySet[Release], limit: int) -> tuple[list[Release], Cursor | None]:
    # An index has all that is asked of a release, in order: the releases themselves are read of the page alone.
    keys = rows.values("pk")[: limit + 1]
    found = list(Release.objects.filter(pk__in=keys).order_by("-published_at", "-pk"))
    shown = found[:limit]
    return shown, Cursor(shown[-1].published_at, shown[-1].pk) if len(found) > limit else None


def _all_of(ocids: list[str], *, at: dt.datetime) -> QuerySet[Release]:
    return questions.told(at=at).filter(ocid__in=ocids).order_by("ocid", "number")


def _of(ocid: str, *, at: dt.datetime) -> list[Release]:
    rows = [] if "\x00" in ocid else list(_all_of([ocid], at=at))
    if not rows:
        raise Problem("Nothing public has this OCID.", status=404)
    return rows


def _newest(rows: list[Release], *, at: dt.datetime) -> dt.datetime:
    """The moment of the newest release in a package; of an empty one, of the newest there is."""
    if rows:
        return max(row.published_at for row in rows)
    newest: Any = questions.told(at=at).order_by("-published_at").values_list("published_at", flat=True).first()
    return newest or packages.EPOCH


def _answer(request: HttpRequest, text: str, published_at: dt.datetime, *, can_be_dated: bool = True) -> HttpResponse:
    """Answer with a package, or with 304 to who has all since then.

    A page of records, and one narrowed by filters, loses rows without a newer date: only its entity tag tells.
    """
    response = HttpResponse(text, content_type="application/json")
    response["Last-Modified"] = http_date(published_at.timestamp())
    if can_be_dated and "If-None-Match" not in request.headers and not settings.DEBUG:
        fresh = get_conditional_response(request, last_modified=int(published_at.timestamp()), response=response)
        if isinstance(fresh, HttpResponse):
            return fresh
    return response
