"""What people type when they look for care."""

from __future__ import annotations

import re

# A full postcode: the outward half (area and district), then a digit and two letters.
POSTCODE = re.compile(r"\b([A-Za-z]{1,2}[0-9][A-Za-z0-9]?)\s*[0-9][A-Za-z]{2}\b")
TYPED_AT_MOST = 80


def outward(words: str) -> str:
    """Return what may stand in an address: of a full postcode its first half only, of other words all."""
    words = words.replace("\x00", "")[:TYPED_AT_MOST]
    return " ".join(POSTCODE.sub(lambda found: f"{found[1].upper()} ", words).split())
