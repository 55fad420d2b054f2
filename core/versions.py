"""Versions of the public registers, and the entity tags made of them.

A service that changes what the public can see calls ``touch("strategies")`` anywhere in its transaction. A public page
names every register it shows, windows too, and answers 304 after one small query while none of them has changed::

    @login_not_required
    @conditional("strategies", "opportunities", minute=True)
    def strategy_list(request): ...

``minute=True`` wherever a status, an age or a deadline is shown: then the tag changes with the clock's minute too.
``keep=True`` on a page that many ask for: then it is made once for each tag in each process, and given from memory.
In a test that runs in one transaction, ``connection.check_constraints()`` raises the versions as a commit would.

Whoever asks again for a page that a process has made is told by `not_modified` before anything else is done.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.core.cache import caches
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers

REGISTERS = frozenset(
    {
        "contracts", "editions", "events", "frameworks", "indicators", "opportunities", "organisations", "places",
        "providers", "releases", "services", "strategies", "taxonomy",
    }
)  # fmt: skip
MAX_AGE_SECONDS = 60
# So many addresses a process knows the registers of.
MOST_ADDRESSES = 5_000

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def _known(registers: Iterable[str]) -> list[str]:
    unknown = set(registers) - REGISTERS
    if unknown:
        raise ValueError(f"No such register: {', '.join(sorted(unknown))}.")
    return sorted(set(registers))


def touch(*registers: str) -> None:
    """Have the versions of these registers raised as the last thing the running transaction does.

    Nothing is raised if the transaction is rolled back; each register is raised once however often it is touched.

    :raises ValueError: for a register that does not exist.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO core_touchedregister (register, "transaction")'
            " SELECT unnest(%s::text[]), pg_current_xact_id()::text",
            [_known(registers)],
        )


def read(*registers: str) -> tuple[dt.datetime, str]:
    """Return the database's moment, as `core.clock.now` does, and the registers' versions as a text, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT transaction_timestamp(),"
            " coalesce(string_agg(register || ' ' || version, ',' ORDER BY register), '')"
            " FROM core_registerversion WHERE register = ANY(%s)",
            [_known(registers)],
        )
        at, versions = cursor.fetchone()
    return at, versions


@dataclass(frozen=True)
class _Read:
    """What one reading of the registers found, and when by this process's own clock."""

    clock: float
    at: dt.datetime
    versions: dict[str, int]


_last: _Read | None = None


def _reading() -> _Read:
    """Return a reading of all registers that is at most ``settings.VERSIONS_KEPT_SECONDS`` old.

    So a page that many ask for costs this process one small query a second and not one a request.
    """
    global _last
    kept, clock = _last, time.monotonic()
    if kept is None or clock - kept.clock > settings.VERSIONS_KEPT_SECONDS:
        with connection.cursor() as cursor:
            cursor.execute(
                # Of the statement: a view that asks has begun its transaction before.
                "SELECT statement_timestamp(), coalesce(jsonb_object_agg(register, version), '{}')"
                " FROM core_registerversion"
            )
            at, versions = cursor.fetchone()
        kept = _Read(clock, at, json.loads(versions) if isinstance(versions, str) else versions)
        if settings.VERSIONS_KEPT_SECONDS:
            _last = kept
    return kept


def version_of(register: str) -> int:
    """Return a register's version, from a reading at most ``settings.VERSIONS_KEPT_SECONDS`` old."""
    return _reading().versions.get(register, 0)


def _lately(names: list[str]) -> tuple[dt.datetime, str]:
    """Return what `read` does, from a late reading.

    A tag made so may be older than the page behind it, and never newer: what changed within that second is fetched a
    second later.
    """
    kept = _reading()
    # In the order of `read`.
    text = ",".join(f"{name} {kept.versions[name]}" for name in names if name in kept.versions)
    return kept.at + dt.timedelta(seconds=time.monotonic() - kept.clock), text


def etag(*parts: object) -> str:
    """Make a weak entity tag of parts that say all that a page depends on."""
    text = "\n".join(str(part) for part in (release(), *parts))
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


@functools.cache
def release() -> str:
    """Return what tells one release of the portal from the next: pages made by older templates are not fresh.

    ``settings.RELEASE`` where it is set, else taken from the templates' and static files' times of change.
    """
    if named := getattr(settings, "RELEASE", ""):
        return str(named)
    digest = hashlib.sha256()
    for folder in ("templates", "static"):
        for path in sorted(Path(settings.BASE_DIR, folder).rglob("*.*")):
            state = path.stat()
            digest.update(f"{path.name} {state.st_mtime_ns} {state.st_size}\n".encode())
    return digest.hexdigest()[:16]


def is_shareable(request: HttpRequest) -> bool:
    """Whether the answer can be the same for everybody: the request carries nothing that tells who asks."""
    return not request.COOKIES and "HTTP_AUTHORIZATION" not in request.META


def _close_to_others(response: HttpResponseBase) -> None:
    if response.has_header("ETag"):
        del response["ETag"]
    response["Cache-Control"] = "private, no-store"


def conditional(*registers: str, minute: bool = False, keep: bool = False) -> Callable[[View[P]], View[P]]:
    """Let caches keep a public page for at most a minute, and answer 304 while its registers are unchanged.

    The tag is made before any other query. It holds the page's whole address, so that filters never share one. A
    request with a cookie or a sign-in, and an answer that sets a cookie, is private and not stored. While developing
    (``DEBUG``) nothing is answered with 304, since a template may have changed.

    The versions are read by themselves, at most once a second in each process, and the view runs in a transaction
    after that: what is behind a tag is never older than the tag, and most 304s cost no round trip to the database.

    :param registers: every register the page shows.
    :param minute: whether the page shows anything that the passing of time changes.
    :param keep: whether to keep the page in the process's memory under its tag.
    """
    names = _known(registers)

    def decorate(view: View[P]) -> View[P]:
        view = transaction.atomic(view)

        @transaction.non_atomic_requests
        @functools.wraps(view)
        def wrapped(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method not in {"GET", "HEAD"} or not is_shareable(request):
                private = view(request, *args, **kwargs)
                _close_to_others(private)
                return private

            address = request.get_full_path()
            tag = _tag(address, names, minute)
            response: HttpResponseBase | None = None
            if not settings.DEBUG:
                response = get_conditional_response(request, etag=tag) or (_kept(tag) if keep else None)
            if response is None:
                response = view(request, *args, **kwargs)
                if keep:
                    _keep(tag, request, response)
            if response.status_code not in {200, 304} or response.cookies:
                _close_to_others(response)
                return response
            _remember(address, names, minute)
            return _open_to_caches(response, tag)

        return cast(View[P], wrapped)

    return decorate


def _tag(address: str, names: list[str], minute: bool) -> str:
    at, versions = _lately(names)
    return etag(address, versions, at.replace(second=0, microsecond=0).isoformat() if minute else "")


def _open_to_caches(response: HttpResponseBase, tag: str) -> HttpResponseBase:
    response["ETag"] = tag
    patch_cache_control(response, public=True, max_age=MAX_AGE_SECONDS)
    patch_vary_headers(response, ["Cookie"])
    return response


# What the pages that this process has made depend on, by their whole address.
_addresses: dict[str, tuple[list[str], bool]] = {}


def _remember(address: str, names: list[str], minute: bool) -> None:
    if len(_addresses) >= MOST_ADDRESSES:
        _addresses.clear()
    _addresses[address] = names, minute


def not_modified(request: HttpRequest) -> HttpResponseBase | None:
    """Answer 304 for a page that this process has made before, while its tag holds; None where the view has to look.

    It is the answer that `conditional` gives, without the way there: no address is resolved, no session looked for.
    """
    if "HTTP_IF_NONE_MATCH" not in request.META or request.method not in {"GET", "HEAD"} or settings.DEBUG:
        return None
    address = request.get_full_path()
    known = _addresses.get(address)
    if known is None or not is_shareable(request):
        return None
    tag = _tag(address, *known)
    response = get_conditional_response(request, etag=tag)
    return _open_to_caches(response, tag) if response is not None and response.status_code == 304 else None


def _kept(tag: str) -> HttpResponse | None:
    content = caches["pages"].get(tag)
    return None if content is None else HttpResponse(content)


def _keep(tag: str, request: HttpRequest, response: HttpResponseBase) -> None:
    # A page with a form's secret token is one person's.
    is_everybodys = not response.cookies and "CSRF_COOKIE" not in request.META
    if response.status_code == 200 and isinstance(response, HttpResponse) and is_everybodys:
        caches["pages"].set(tag, response.content, MAX_AGE_SECONDS * 2)
