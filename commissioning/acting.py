"""The organisation a person acts for. One person may be an officer of several and chooses."""

from __future__ import annotations

from typing import Any

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
    if request.user.is_authenticated and request.user.is_active and request.user.is_superuser:
        chosen = request.session.get(SESSION_KEY)
        return Organisation.objects.filter(pk=chosen).first() if chosen else None
    officer = acting_officer(request)
    return officer.organisation if officer else None


def _choose(request: Any) -> Officer | None:
    user = request.user
    if not user.is_authenticated or not user.is_active:
        return None
    officers = list(Officer.objects.filter(user=user).select_related("organisation").order_by("organisation__name"))
    chosen = request.session.get(SESSION_KEY)
    return next((one for one in officers if one.organisation_id == chosen), officers[0] if officers else None)
