"""What an officer sees of a table. Everything an admin page offers goes through here, and what is unknown is closed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models

from commissioning.acting import acting_organisation
from commissioning.models import OwnedModel

# Registers that are public as a whole: anybody may choose from them, nobody may change them from here.
PUBLIC_MODELS = (
    "core.place",
    "core.servicetype",
    "core.clientgroup",
    "core.cpvcode",
    "commissioning.organisation",
    "providers.provider",
    "providers.location",
    "providers.service",
)


def visible_rows(request: Any, model: type[models.Model], *, admin_site: admin.AdminSite) -> models.QuerySet[Any]:
    """Return the rows of a table that a person may choose from or be shown.

    The acting organisation's own; all of a public register; else none.
    """
    rows = model._default_manager.all()
    if request.user.is_active and request.user.is_superuser and acting_organisation(request) is None:
        return rows
    if model._meta.label_lower in PUBLIC_MODELS:
        return rows
    model_admin = admin_site._registry.get(model)
    path = getattr(model_admin, "organisation_field", None)
    if path is None and issubclass(model, OwnedModel):
        path = "organisation"
    organisation = acting_organisation(request)
    if path is None or organisation is None:
        return rows.none()
    return rows.filter(**{path: organisation})


def owner_of(row: models.Model, path: str) -> Any:
    """Follow a path such as ``strategy__organisation`` from a row to its owner."""
    value: Any = row
    for part in path.split("__"):
        value = getattr(value, part, None)
        if value is None:
            return None
    return value
