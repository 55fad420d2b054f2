"""The audit trail: what services and the admin's base class write down.

::

    before = audit.snapshot(strategy)
    strategy.published_at = at
    strategy.save(update_fields=["published_at"])
    audit.record(
        "strategy.published", strategy, by=by, at=at, organisation=strategy.lead,
        before=before, after=audit.snapshot(strategy),
    )
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from core.models import AuditEvent

# Secrets, and what changes by itself.
NEVER_RECORDED = frozenset({"password", "last_login"})


def snapshot(obj: models.Model, fields: Iterable[str] | None = None) -> dict[str, Any]:
    """Return a record's own fields as plain values, relations as ids: what ``before`` and ``after`` are made of.

    Fields that hold people's data are named in the model's ``audit_exclude`` and left out, as are passwords.
    """
    left_out = NEVER_RECORDED | frozenset(getattr(obj, "audit_exclude", ()))
    chosen = None if fields is None else set(fields)
    values = {
        field.name: _plain(field, obj)
        for field in obj._meta.concrete_fields
        if field.name not in left_out and (chosen is None or field.name in chosen)
    }
    plain: dict[str, Any] = json.loads(json.dumps(values, cls=DjangoJSONEncoder, default=str))
    return plain


def _plain(field: models.Field[Any, Any], obj: models.Model) -> Any:
    value = field.value_from_object(obj)
    # Ranges, arrays of dates and the like know best how to write themselves down.
    if isinstance(value, str | int | float | bool | dict | list | dt.date | dt.time | dt.timedelta | None):
        return value
    return field.value_to_string(obj)


def _changed(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> tuple[Any, Any]:
    """Return what differs of two snapshots; of one alone, all of it."""
    if before is None or after is None:
        return before, after
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return {name: before.get(name) for name in names}, {name: after.get(name) for name in names}


def _label(obj: models.Model) -> str:
    # The trail is never erased, so it names no people: an account is its number.
    if isinstance(obj, AbstractBaseUser):
        return f"account {obj.pk}"
    return str(getattr(obj, "audit_label", obj))[:200]


def record(
    action: str,
    obj: models.Model,
    *,
    by: Any,
    at: dt.datetime,
    organisation: models.Model | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Write down in the running transaction that something was done, so that neither is there without the other.

    :param action: a noun and a past participle: ``edition.published``.
    :param obj: what it was done to; already saved, or about to be deleted.
    :param by: the person; None where the installation itself did it.
    :param organisation: the organisation or provider the person acted for.
    :param before: a snapshot taken before the change; alone, it tells of a deletion.
    :param after: a snapshot taken after the change; alone, it tells of a new record. Of two only what differs is kept.
    """
    was, became = _changed(before, after)
    return AuditEvent.objects.create(
        at=at,
        by_id=getattr(by, "pk", None),
        organisation_kind=organisation._meta.label_lower if organisation is not None else "",
        organisation_id=str(organisation.pk) if organisation is not None else "",
        organisation_label=_label(organisation) if organisation is not None else "",
        action=action,
        object_kind=obj._meta.label_lower,
        object_id=str(obj.pk),
        object_label=_label(obj),
        before=was,
        after=became,
    )
