"""Finding work that was lost on the way."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from core.jobs.queue import enqueue, wake
from core.jobs.registry import all_works
from core.models import Heartbeat, Job, JobState

UNNOTICED_AFTER = dt.timedelta(seconds=getattr(settings, "JOB_UNNOTICED_SECONDS", 20))
NIGHT = dt.time(2, 30)  # UTC, so that no change of the clocks skips or repeats it
LOST = "The work stopped without an answer, as often as it was tried."


def reconcile() -> int:
    """Send again what no worker has noticed or finished, fail what has used up its attempts, and give a sign of life.

    :return: how many jobs were sent again.
    """
    with transaction.atomic():
        lost = list(
            Job.objects.select_for_update(skip_locked=True)
            .filter(
                Q(state=JobState.QUEUED, due_at__lte=Now(), hinted_at__lt=Now() - UNNOTICED_AFTER)
                | Q(state=JobState.RUNNING, lease_until__lt=Now())
            )
            .order_by("due_at", "pk")[:200]
        )
        hopeless = [row.pk for row in lost if row.state == JobState.RUNNING and row.attempts >= row.attempts_allowed]
        sendable = [row.pk for row in lost if row.pk not in hopeless]
        Job.objects.filter(pk__in=hopeless).update(
            state=JobState.FAILED, lease_until=None, finished_at=Now(), reason=LOST, step="",
            step_number=None, step_count=None,
        )  # fmt: skip
        Job.objects.filter(pk__in=sendable).update(state=JobState.QUEUED, lease_until=None, hinted_at=Now())
        Heartbeat.objects.update_or_create(name="reconciler", defaults={"seen_at": Now()})
    if sendable:
        wake(*sendable)
    _enqueue_regular()
    return len(sendable)


def _enqueue_regular() -> None:
    """Queue each nightly job once for the last half past two that has passed, also if nobody was awake then.

    What is done every few minutes is queued once for each such time, and not while the one before is unfinished.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp() AT TIME ZONE 'UTC'")
        (moment,) = cursor.fetchone()
    night = moment.date() if moment.time() >= NIGHT else moment.date() - dt.timedelta(days=1)
    for work in all_works().values():
        if work.is_nightly:
            _enqueue_once(work.name, key=f"{work.name}:{night}")
        if work.every is not None:
            since_monday = moment - dt.datetime.combine(moment.date() - dt.timedelta(days=moment.weekday()), dt.time())
            time = moment - since_monday % work.every
            unfinished = Job.objects.filter(kind=work.name, state__in=[JobState.QUEUED, JobState.RUNNING])
            if not unfinished.exists():
                _enqueue_once(work.name, key=f"{work.name}:{time:%Y-%m-%d %H:%M:%S}")


def _enqueue_once(name: str, *, key: str) -> None:
    if not Job.objects.filter(key=key).exists():
        with transaction.atomic():
            enqueue(name, key=key)
