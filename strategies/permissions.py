"""Who may work on a strategy and its editions: the officers of its lead organisation."""

from __future__ import annotations

from typing import Any

from commissioning import permissions

from .models import Edition, Strategy


def can_compose(user: Any, strategy: Strategy) -> bool:
    return permissions.can_edit(user, strategy.organisation)


def can_publish(user: Any, strategy: Strategy) -> bool:
    return permissions.can_publish(user, strategy.organisation)


def can_look_at(user: Any, edition: Edition) -> bool:
    """Whether somebody may see an edition before the public does."""
    return permissions.can_read_drafts(user, edition.organisation)
