"""How the work is going."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Min

from core.models import Heartbeat, Job


@dataclass(frozen=True)
class Health:
    """How the work is going: what a health page and an alarm look at."""

    oldest_waiting: dt.timedelta | None
    failed: int
    last_reconciled: dt.timedelta | None

    @property
    def is_late(self) -> bool:
        """Whether work has waited for more than two minutes: no worker runs, or too few."""
        return self.oldest_waiting is not None and self.oldest_waiting > dt.timedelta(minutes=2)

    @property
    def is_silent(self) -> bool:
        """Whether the reconciler has given no sign for two minutes: beat, Redis or the worker is down."""
        return self.last_reconciled is None or self.last_reconciled > dt.timedelta(minutes=2)


def health(*, at: dt.datetime) -> Health:
    """Tell how the work is going, with three small queries."""
    oldest = Job.objects.waiting(at=at).aggregate(oldest=Min("due_at"))["oldest"]
    seen = Heartbeat.objects.filter(name="reconciler").values_list("seen_at", flat=True).first()
    return Health(
        oldest_waiting=at - oldest if oldest else None,
        failed=Job.objects.failed().count(),
        last_reconciled=max(at - seen, dt.timedelta()) if seen else None,
    )
