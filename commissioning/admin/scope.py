"""What an officer sees of a table. Everything an admin page offers goes through here, and what is unknown is closed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models

from commissioning.acting import acting_organisation, is_operator
from commissioning.models import Organisation, OwnedModel


def sees_all(request: Any) -> bool:
    """Whether nothing is walled off: only for an operator who acts for no single organisation."""
    return is_operator(request.user) and acting_organisation(request) is None


def own_rows(request: Any, model: type[models.Model], *, path: str) -> models.QuerySet[Any]:
    """Return the rows of the organisation one acts for; ``path`` leads from a row to its owner."""
    rows = model._default_manager.all()
    if sees_all(request):
        return rows
    organisation = acting_organisation(request)
    return rows.filter(**{path: organisation}) if organisation is not None else rows.none()


def choosable_rows(request: Any, model: type[models.Model], *, admin_site: admin.AdminSite) -> models.QuerySet[Any]:
    """Return the rows a person may be offered for a link to a table, as the table's own admin says; else none."""
    model_admin: Any = admin_site._registry.get(model)
    if hasattr(model_admin, "choosable_rows"):
        rows: models.QuerySet[Any] = model_admin.choosable_rows(request)
        return rows
    return model._default_manager.all() if sees_all(request) else model._default_manager.none()


def choosable_for(request: Any, field: Any, *, admin_site: admin.AdminSite) -> models.QuerySet[Any]:
    """Return what may be chosen for one relation.

    The relation by which a record gets its owner (a service its provider) offers only what is one's own: else a
    new record would be put into another organisation's hands.
    """
    model_admin: Any = admin_site._registry.get(field.model)
    path = getattr(model_admin, "organisation_field", "")
    related_admin: Any = admin_site._registry.get(field.remote_field.model)
    if path.startswith(f"{field.name}__"):
        return own_rows(request, field.remote_field.model, path=path.partition("__")[2])
    if getattr(related_admin, "organisation_field", None) and getattr(field.model, "OWNED_THROUGH", None) == field.name:
        return own_rows(request, field.remote_field.model, path=related_admin.organisation_field)
    return choosable_rows(request, field.remote_field.model, admin_site=admin_site)


def owner_of(row: models.Model, path: str) -> Any:
    """Follow a path such as ``strategy__organisation`` from a row to its owner."""
    value: Any = row
    for part in path.split("__"):
        value = getattr(value, part, None)
        if value is None:
            return None
    return value


def belongs_to(row: models.Model, organisation: Organisation, *, admin_site: admin.AdminSite) -> bool:
    """Whether a row is an organisation's own: by its own column, its admin's path, or what it is a part of."""
    if isinstance(row, Organisation):
        return row == organisation
    if isinstance(row, OwnedModel):
        return bool(row.organisation_id == organisation.pk)
    path = getattr(admin_site._registry.get(type(row)), "organisation_field", None)
    if path is not None:
        return bool(owner_of(row, path) == organisation)
    # A link between two rows belongs to the one that names the other.
    holder = row._meta.auto_created
    parents = [
        getattr(row, field.name)
        for field in row._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
        and field.remote_field.on_delete is models.CASCADE
        and (not holder or field.remote_field.model is holder)
    ]
    return bool(parents) and all(
        parent is not None and belongs_to(parent, organisation, admin_site=admin_site) for parent in parents
    )
