"""What the tests of revisions share: a fee, a kind of home, the trail and the mails."""

import datetime as dt

from core.models import AuditEvent, OutgoingMail
from tests.factories import NOON

LATER = NOON + dt.timedelta(hours=1)


def actions():
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


def mails():
    return [(one.to, one.subject) for one in OutgoingMail.objects.order_by("pk")]


def fee(**more):
    return {
        "name": "Single room", "amount_from": "1000.00", "amount_to": None, "per": "week", "included": "",
        "told_date": "2026-11-18", **more,
    }  # fmt: skip


def unit(**more):
    return {"kind": "flat", "tenure": "rent", "count": 8, "stated": "", **more}
