"""The provider a person acts for. One person may represent several and chooses; the officer's twin is `commissioning.acting`."""

from __future__ import annotations

from typing import Any

from django.db import models

from .models import Provider

SESSION_KEY = "representing"


def may_represent(user: Any) -> models.QuerySet[Provider]:
    """Return the providers a person may choose to act for, by name."""
    if not user.is_authenticated or not user.is_active:
        return Provider.objects.none()
    return Provider.objects.filter(representatives__user=user).order_by("name", "pk")


def acting_provider(request: Any) -> Provider | None:
    """Return the provider this request is made for; asked once a request.

    The chosen one, as long as the person still represents it; else the first by name.
    """
    if not hasattr(request, "_acting_provider"):
        chosen = request.session.get(SESSION_KEY)
        providers = providers_of(request)
        request._acting_provider = next(
            (one for one in providers if one.pk == chosen), providers[0] if providers else None
        )
    provider: Provider | None = request._acting_provider
    return provider


def providers_of(request: Any) -> list[Provider]:
    """Return all the providers this person may act for, by name; asked once a request."""
    if not hasattr(request, "_providers"):
        request._providers = list(may_represent(request.user))
    providers: list[Provider] = request._providers
    return providers


def represent(request: Any, provider: Provider) -> None:
    """Remember the choice for this session. Whether it is allowed is the caller's to ask of :func:`may_represent`."""
    request.session[SESSION_KEY] = provider.pk
