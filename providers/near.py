"""Where somebody looks for care: from the box, the address or their own cookie, to a point.

A full postcode says where a person lives. It is posted, kept for an hour in a signed cookie that only the pages of
care receive, and stands in no address, title or log; a page made with it is private. A town, an outcode or a council
is public: it stands in the address as ``near``, so that such a page can be shared and kept.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from core import geography
from core.geography import Choice, Located, Reason, Unrecognised
from core.text import clean_plain_text

COOKIE = "care-place"
PATH = "/care/"
SALT = "providers.near"
KEEP_FOR = dt.timedelta(hours=1)
TYPED_AT_MOST = 120

# A full postcode anywhere in running words, also with a letter too many; its first half may stand in an address.
FULL_POSTCODE = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{1,2}[0-9][A-Za-z0-9]?)[\s.-]*[0-9][A-Za-z]{2,}(?![0-9])")


@dataclass(frozen=True)
class Asked:
    """What the box held, read: a place, a choice of places, words to look for, or nothing we recognise.

    ``words`` are free of full postcodes and may stand in an address. Where the box held no place they are what it held.
    """

    typed: str
    found: Located | Choice | Unrecognised | None = None
    words: str = ""

    @property
    def place(self) -> Located | None:
        return self.found if isinstance(self.found, Located) else None

    @property
    def choice(self) -> Choice | None:
        return self.found if isinstance(self.found, Choice) else None

    @property
    def error(self) -> Unrecognised | None:
        return self.found if isinstance(self.found, Unrecognised) else None

    @property
    def is_name(self) -> bool:
        """Whether the box held words that are no place, and may be the name of a service."""
        return self.error is not None and self.error.may_be_a_name


def read_box(near: str, words: str = "") -> Asked:
    """Read the box "Where, or the name of a service" and the words to look for beside it.

    What is no place is taken for the name of a service. A postcode among the words is where, if nothing else says.
    """
    near, words = clean(near), clean(words)
    if not near:
        if geography.normalise_postcode(words):
            near, words = words, without_postcodes(words, keep_outcode=False)
        else:
            return Asked(near, None, without_postcodes(words))
    found = geography.locate(near)
    if isinstance(found, Unrecognised) and found.may_be_a_name:
        return Asked(near, found, without_postcodes(f"{near} {words}".strip()))
    if isinstance(found, Unrecognised) and found.reason == Reason.EMPTY:
        return Asked(near, None, without_postcodes(words))
    return Asked(near, found, without_postcodes(words))


def clean(words: str) -> str:
    """Return typed words in one line and of a bearable length, without what a feed's XML cannot hold."""
    # Cut before it is looked at letter by letter: whoever types posts as much as they like.
    return clean_plain_text(" ".join(words[: 10 * TYPED_AT_MOST].split()))[:TYPED_AT_MOST]


def without_postcodes(words: str, *, keep_outcode: bool = True) -> str:
    """Return words as they may stand in an address: of each full postcode its first half only, or nothing."""
    shortened = FULL_POSTCODE.sub(lambda found: f"{found[1].upper()} " if keep_outcode else " ", words)
    return " ".join(shortened.split())


def remembered(request: HttpRequest) -> str:
    """Return the postcode this browser keeps for us; nothing if there is none, or it is old or forged."""
    return request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=KEEP_FOR) or ""


def remember(response: HttpResponseBase, place: Located) -> None:
    """Have the browser keep a full postcode for an hour, or forget the last one where the place is public."""
    if place.key is not None:
        forget(response)
        return
    response.set_signed_cookie(
        COOKIE,
        place.label,
        salt=SALT,
        max_age=KEEP_FOR,
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget(response: HttpResponseBase) -> None:
    """Have the browser forget the postcode."""
    response.delete_cookie(COOKIE, path=PATH, samesite="Lax")


def place_of(request: HttpRequest, key: str) -> Located | None:
    """Return where this page is asked for: the public place its address names, else the postcode in the cookie."""
    if key:
        return geography.located_by_key(key)
    postcode = remembered(request)
    if not postcode:
        return None
    found = geography.locate(postcode)
    return found if isinstance(found, Located) else None
