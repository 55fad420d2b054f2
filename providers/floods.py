"""How often one sender has sent something, without keeping who it was."""

from __future__ import annotations

import datetime as dt

from django.core.cache import cache
from django.utils.crypto import salted_hmac

HOUR = 3600


def sent_this_hour(purpose: str, sender: str | None, *, at: dt.datetime) -> int:
    """Count one more from a sender and return how many there are. Where nobody can be told apart, one.

    :param sender: the network address it comes from. It is never stored: the cache counts a keyed hash of it that
        changes each day, for an hour. While the cache is away nobody is counted.
    """
    if not sender:
        return 1
    digest = salted_hmac(f"floods.{purpose}", f"{at:%Y-%m-%d} {sender}", algorithm="sha256").hexdigest()[:32]
    key = f"{purpose}:{digest}"
    cache.add(key, 0, HOUR)
    try:
        return int(cache.incr(key))
    except ValueError:
        # It expired between the two.
        return 1
