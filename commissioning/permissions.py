"""Who may act for an organisation. A superuser operates the installation and acts for any."""

from __future__ import annotations

from typing import Any

from .models import Officer, Organisation


def officer_of(user: Any, organisation: Organisation | None) -> Officer | None:
    """Return the person's membership of an organisation, if they have one and may sign in."""
    if organisation is None or not user.is_authenticated or not user.is_active:
        return None
    return Officer.objects.filter(user=user, organisation=organisation).first()


def can_read_drafts(user: Any, organisation: Organisation) -> bool:
    return bool(user.is_active and (user.is_superuser or officer_of(user, organisation)))


def can_edit(user: Any, organisation: Organisation) -> bool:
    officer = officer_of(user, organisation)
    return bool(user.is_active and (user.is_superuser or (officer and officer.can_edit)))


def can_publish(user: Any, organisation: Organisation) -> bool:
    officer = officer_of(user, organisation)
    return bool(user.is_active and (user.is_superuser or (officer and officer.can_publish)))


def can_manage_officers(user: Any, organisation: Organisation) -> bool:
    officer = officer_of(user, organisation)
    return bool(user.is_active and (user.is_superuser or (officer and officer.role == Officer.Role.ADMINISTRATOR)))
