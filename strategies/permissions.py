"""Who may work on a strategy and its editions: the officers of its lead organisation."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Q

from commissioning import permissions
from commissioning.models import Officer

from .models import Edition, Strategy, StrategyQuerySet


def can_look_at(user: Any, edition: Edition) -> bool:
    """Whether somebody may see an edition before the public does."""
    return permissions.can_read_drafts(user, edition.organisation)


def strategies_to_look_at(user: Any, *, at: dt.datetime) -> StrategyQuerySet:
    """The strategies whose editions somebody may ask for: the public ones, and an officer's own drafts."""
    if user.is_active and user.is_superuser:
        return Strategy.objects.all()
    if not user.is_authenticated:
        return Strategy.objects.public(at=at)
    own = Officer.objects.filter(user=user, organisation=OuterRef("organisation"))
    return Strategy.objects.filter(Q(published_at__lte=at) | Exists(own))
