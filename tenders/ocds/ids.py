"""The OCID of each record, minted once and kept."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q

from tenders.models import Contract, Framework, Opportunity

Record = Opportunity | Framework | Contract


def ocid_of(record: Record) -> str:
    """Return the OCID a record has, or the one it is given with its first release.

    An opportunity brings its own. A framework or contract without one gets one from the word it is known by then; no
    reference of an opportunity holds a full stop, so none of these can be one of those.
    """
    if isinstance(record, Opportunity):
        return record.ocid
    first = record.releases.order_by("pk").values_list("ocid", flat=True).first() if record.pk else None
    if first is not None:
        return str(first)
    kind, word = ("framework", record.slug) if isinstance(record, Framework) else ("contract", record.reference)
    return f"{settings.OCID_PREFIX}-{kind}.{word}"


def root_of(row: object) -> Record | None:
    """Return the record whose releases tell of a row: of a contract that an opportunity led to, that opportunity.

    Nothing for a row that no release tells of, such as the meeting of a forum.
    """
    if isinstance(row, Opportunity | Framework):
        return row
    if isinstance(row, Contract):
        shown = Opportunity.objects.filter(published_at__isnull=False, is_members_only=False)
        led_here = shown.filter(Q(contract=row) | Q(awards__contract=row, awards__cancelled_date=None))
        return led_here.order_by("pk").first() or row
    for name in ("opportunity", "framework", "contract", "award", "event"):
        parent = getattr(row, name, None)
        if parent is not None:
            return root_of(parent)
    return None


def release_of(ocid: str, number: int) -> str:
    return f"{ocid}-{number}"
