"""Who may do what with an entry: the officers of its home council, and the people who keep it for the provider."""

from __future__ import annotations

from typing import Any

from commissioning.models import Organisation
from commissioning.permissions import can_edit

from .models import Provider, Representative


def may_look_after(user: Any, organisation: Organisation | None) -> bool:
    """Whether a person answers for the entries of a home council; without one, the installation's operators do."""
    if not user.is_authenticated or not user.is_active:
        return False
    return bool(user.is_superuser) if organisation is None else can_edit(user, organisation)


def represents(user: Any, provider: Provider | None) -> bool:
    """Whether a person keeps a provider's entry."""
    if provider is None or not user.is_authenticated or not user.is_active:
        return False
    return Representative.objects.filter(user=user, provider=provider).exists()
