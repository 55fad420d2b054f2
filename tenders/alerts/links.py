"""Addresses that need no sign-in: a row's key, sealed for one purpose with the installation's secret.

Neither a look into the database nor one link tells another: each purpose has a seal of its own. A link ends with its
row, or when its row gets a new key.
"""

from __future__ import annotations

import functools
import uuid
from enum import StrEnum

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac


class Purpose(StrEnum):
    """What a link lets its holder do."""

    MANAGE = "manage"
    STOP_ALL = "stop"
    STOP_SEARCH = "stop-search"
    STOP_FOLLOW = "stop-follow"
    FEED = "feed"


def token(purpose: Purpose, key: uuid.UUID) -> str:
    """Return what stands in the address."""
    return f"{key.hex}{_seal(purpose, key)}"


def key_of(purpose: Purpose, words: str) -> uuid.UUID | None:
    """Return the key an address was made for; None if it is none of ours, or for another purpose."""
    try:
        key = uuid.UUID(hex=words[:32])
    except ValueError:
        return None
    return key if constant_time_compare(words, token(purpose, key)) else None


def address(name: str, token_words: str = "") -> str:
    """Return the whole address of a page, for a mail; ``token_words`` are what `token` gives, where it takes that."""
    return f"{settings.PUBLIC_URL.rstrip('/')}{_path(name, bool(token_words)).replace(ANY_TOKEN, token_words)}"


ANY_TOKEN = "0" * 64


@functools.cache
def _path(name: str, has_token: bool) -> str:
    """The path of a page with a token that is to be replaced: a run of the alerts writes a hundred thousand."""
    return reverse(name, args=[ANY_TOKEN] if has_token else [])


def _seal(purpose: Purpose, key: uuid.UUID) -> str:
    return salted_hmac(f"tenders.alerts.{purpose}", key.hex, algorithm="sha256").hexdigest()[:32]
