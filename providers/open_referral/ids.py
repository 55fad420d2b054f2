"""Identifiers of the feed: each a UUID that stays the same as long as what it names.

Services, providers and locations have one of their own. What belongs to them has none, and gets one made (version 5,
RFC 9562) of `NAMESPACE` and a path that tells it: ``cost_option/<service's uuid>/<fee's name>``. So it survives a
reload, and two installations name the same taxonomy term alike.
"""

from __future__ import annotations

import uuid

# uuid5(NAMESPACE_URL, "https://openreferraluk.org/#care-commissioning-portal"), for good.
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://openreferraluk.org/#care-commissioning-portal")


def made_of(kind: str, *parts: object) -> str:
    """Return the identifier of something that has none of its own."""
    return str(uuid.uuid5(NAMESPACE, "/".join([kind, *(str(part) for part in parts)])))


# The parts of a UUID, counted from the right: 62 bits, two for the variant, 12, four for the version, 48.
_LAST_62 = (1 << 62) - 1
_VARIANT = 0b10 << 62
_MIDDLE_12 = 0xFFF << 64
_VERSION_8 = 8 << 76
_FIRST_48 = ((1 << 48) - 1) << 80


def service_at_location(service: uuid.UUID, location: uuid.UUID) -> str:
    """Return the identifier of a service at a location: the first half is the service's, the second the location's.

    Version 8, for identifiers put together by a rule of one's own, so that `services_with` can look it up.
    """
    first = service.int & (_FIRST_48 | _MIDDLE_12)
    return str(uuid.UUID(int=first | _VERSION_8 | _VARIANT | (location.int & _LAST_62)))


def services_with(identifier: uuid.UUID) -> tuple[uuid.UUID, uuid.UUID]:
    """Return the first and last identifier that a service may have of which this is a service at a location."""
    first = identifier.int & _FIRST_48
    return uuid.UUID(int=first), uuid.UUID(int=first | ((1 << 80) - 1))
