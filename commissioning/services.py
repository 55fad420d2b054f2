from __future__ import annotations

import datetime as dt
from typing import Any, TypeVar

from django.db import transaction

from core import audit, versions
from core.errors import AlreadyDone
from core.models import PublishableModel

from .signals import record_published

Record = TypeVar("Record", bound=PublishableModel)


@transaction.atomic
def publish_record(*, record: Record, by: Any, at: dt.datetime) -> Record:
    """Make a draft public from ``at`` on.

    :raises AlreadyDone: if it has been published before; what is public stays public.
    """
    model = type(record)
    record = model._default_manager.select_for_update(of=("self",)).get(pk=record.pk)  # type: ignore[attr-defined]
    if record.published_at is not None:
        raise AlreadyDone("This is published already.")
    before = audit.snapshot(record, ["published_at", "published_by"])
    record.published_at, record.published_by = at, by
    record.save(update_fields=["published_at", "published_by"])
    after = audit.snapshot(record, ["published_at", "published_by"])
    organisation = getattr(record, "organisation", None)
    audit.record(
        f"{record._meta.model_name}.published",
        record,
        by=by,
        at=at,
        organisation=organisation,
        before=before,
        after=after,
    )
    versions.touch(*getattr(record, "REGISTERS", ()))
    record_published.send(sender=type(record), record=record, at=at)
    return record
