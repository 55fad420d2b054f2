"""The shortlist: up to six services in a visitor's own cookie, and the link that carries them to somebody else.

Nothing of it is on the server. The cookie and the link hold services' public ids and nothing about the person: not the
postcode they searched from, not a note. The cookie goes to pages under ``/care/`` only; a page made with any cookie is
private (`core.versions`), so a page with somebody's count on it is never given to another.
"""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString

COOKIE = "care-shortlist"
PATH = "/care/"
SALT = "providers.shortlist"
MOST = 6
MOST_COMPARED = 4
KEEP_SECONDS = 60 * 60 * 24 * 90
SEPARATOR = "."
ID_LENGTH = 22

MARK = SafeString(
    '<svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true" focusable="false"><path d="M4 17V8a5 5 0 0 1 10'
    ' 0v9l-5-4z" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round"/></svg>'
)


def public_id(value: uuid.UUID | str) -> str:
    """Return a service's public id as it stands in a link: 22 letters, digits, dashes and underscores."""
    whole = value if isinstance(value, uuid.UUID) else uuid.UUID(value)
    return base64.urlsafe_b64encode(whole.bytes).rstrip(b"=").decode("ascii")


def read_id(text: str) -> uuid.UUID | None:
    """Return the UUID of a public id, in its short form or its long one; None for anything else."""
    try:
        if len(text) == ID_LENGTH:
            found = uuid.UUID(bytes=base64.b64decode(text + "==", altchars=b"-_", validate=True))
            # Several spellings would mean the same id: only the one we write counts.
            return found if public_id(found) == text else None
        return uuid.UUID(text) if len(text) == 36 else None
    except (ValueError, binascii.Error):
        return None


def read_ids(texts: Iterable[str], *, most: int = MOST) -> list[uuid.UUID]:
    """Return the ids in a link's parameters, each once and in their order; what is none is left out."""
    found: dict[uuid.UUID, None] = {}
    for text in texts:
        for part in text.split(SEPARATOR, 50)[:50]:
            one = read_id(part)
            if one is not None:
                found.setdefault(one)
    return list(found)[:most]


def join_ids(ids: Iterable[uuid.UUID]) -> str:
    """Return ids as one parameter of a link."""
    return SEPARATOR.join(public_id(one) for one in ids)


def read(request: HttpRequest) -> list[uuid.UUID]:
    """Return the visitor's own shortlist; empty if there is none, or the cookie is old, forged or broken."""
    text = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=KEEP_SECONDS)
    return read_ids([text]) if text else []


def write(response: HttpResponseBase, ids: Sequence[uuid.UUID]) -> None:
    """Have the browser keep this list, or none."""
    if not ids:
        response.delete_cookie(COOKIE, path=PATH, samesite="Lax")
        return
    response.set_signed_cookie(
        COOKIE,
        join_ids(ids[:MOST]),
        salt=SALT,
        max_age=KEEP_SECONDS,
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def is_from_elsewhere(request: HttpRequest) -> bool:
    """Whether another website's page sent this form.

    The buttons stand on cached pages, which can carry no token. Browsers say where a form was sent from; a program
    that says nothing has no shortlist of anybody's to change.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    return urlsplit(origin).netloc not in {request.get_host(), urlsplit(settings.PUBLIC_URL).netloc}


def back_to(request: HttpRequest) -> str:
    """Return where the visitor pressed the button: a page of care on this site, else the shortlist."""
    address = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(address, allowed_hosts=None) and address.startswith(PATH)
    # A browser would climb out of /care/ again.
    is_ours = is_ours and ".." not in address and "\\" not in address
    return address if is_ours else reverse("providers:shortlist")


def button(one: uuid.UUID | str, name: str, *, is_on: bool, back: str) -> SafeString:
    """Return the button that puts a service on the shortlist or takes it off, as HTML for a card or a page.

    :param one: the service's UUID, or its public id.
    :param back: the address of the page, where the visitor comes back to.
    """
    short = one if isinstance(one, str) and len(one) == ID_LENGTH else public_id(one)
    return format_html(
        '<form action="/care/shortlist/" method="post" class="ccp-shortlistform"><input type="hidden" name="service"'
        ' value="{}"><input type="hidden" name="next" value="{}"><button type="submit" class="ccp-shortlist{}"'
        ' name="do" value="{}">{}{}<span class="govuk-visually-hidden">: {}{}</span></button></form>',
        short,
        back,
        " ccp-shortlist--on" if is_on else "",
        "remove" if is_on else "add",
        MARK,
        "On your shortlist" if is_on else "Add to shortlist",
        name,
        ". Take it off" if is_on else "",
    )
