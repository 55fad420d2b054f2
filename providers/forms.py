"""What people type when they look for care."""

from __future__ import annotations

import re

# A full postcode: the outward half (area and district), then a digit and two letters.
POSTCODE = re.compile(r"^\s*([A-Za-z]{1,2}[0-9][A-Za-z0-9]?)\s*[0-9][A-Za-z]{2}\s*$")
TYPED_AT_MOST = 80


def outward(words: str) -> str:
    """Return what may stand in an address: of a full postcode its first half only, of other words all."""
    words = words.replace("\x00", "")[:TYPED_AT_MOST]
    match = POSTCODE.match(words)
    return match[1].upper() if match else " ".join(words.split())
