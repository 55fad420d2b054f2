"""One-time links: the words in a mail, of which the database keeps a hash only."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """Return what stands in a link: 256 bits that nobody guesses."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """Return what is kept of a token. It is random and long, so that no salt and no slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()
