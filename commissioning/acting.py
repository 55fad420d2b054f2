"""The organisation a person acts for. One person may be an officer of several and chooses."""

from __future__ import annotations

from typing import Any

from django.db import models

from .models import Officer, Organisation

SESSION_KEY = "acting_for"


def acting_officer(request: Any) -> Officer | None:
    """Return the membership under which this request is made; asked once a request.

    The chosen one, as long as it still holds; else the first by the organisation's name.
    """
    if not hasattr(request, "_acting_officer"):
        request._acting_officer = _choose(request)
    officer: Officer | None = request._acting_officer
    return officer


def acting_organisation(request: Any) -> Organisation | None:
    """Return the organisation this request is made for; none for an operator who has not chosen one."""
    if is_operator(request.user):
        if not hasattr(request, "_acting_organisation"):
            chosen = request.session.get(SESSION_KEY)
            request._acting_organisation = Organisation.objects.filter(pk=chosen).first() if chosen else None
        organisation: Organisation | None = request._acting_organisation
        return organisation
    officer = acting_officer(request)
    return officer.organisation if officer else None


def is_operator(user: Any) -> bool:
    """Whether a person operates the installation, and so may act for any organisation or for all."""
    return bool(user.is_authenticated and user.is_active and user.is_superuser)


def may_act_for(user: Any) -> models.QuerySet[Organisation]:
    """Return the organisations a person may choose to act for, by name."""
    rows = Organisation.objects.order_by("name", "pk")
    if is_operator(user):
        return rows
    if not user.is_authenticated or not user.is_active:
        return rows.none()
    return rows.filter(officers__user=user)


def act_for(request: Any, organisation: Organisation | None) -> None:
    """Remember the choice for this session. Whether it is allowed is the caller's to ask of :func:`may_act_for`."""
    request.session[SESSION_KEY] = organisation.pk if organisation else None


def _choose(request: Any) -> Officer | None:
    user = request.user
    if not user.is_authenticated or not user.is_active:
        return None
    officers = list(Officer.objects.filter(user=user).select_related("organisation").order_by("organisation__name"))
    chosen = request.session.get(SESSION_KEY)
    return next((one for one in officers if one.organisation_id == chosen), officers[0] if officers else None)
