"""Asking for work."""

from __future__ import annotations

import datetime as dt
import json
import logging
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from celery import current_app
from django.db import connection, transaction

from core import audit
from core.errors import DomainError
from core.jobs.registry import find
from core.models import Job, JobState

logger = logging.getLogger(__name__)

WAKE_SECONDS = 1.0
QUIET_SECONDS = 10.0
# Short work of one kind, told of in one message: few enough for the time that a task may take.
TOGETHER = 20


def enqueue(name: str, /, *, at: dt.datetime | None = None, key: str | None = None, **ids: int | str | None) -> Job:
    """Write down, in the running transaction, that work is owed; wake a worker once it is committed.

    :param at: not to be done before this moment; None for as soon as possible.
    :param key: queues the same work once only: if a job with this key exists, whatever its state, it is returned.
    :param ids: what the work is done with.
    :raises UnknownJob: if no app has work of this name.
    """
    work = find(name)
    for given, value in ids.items():
        if not isinstance(value, int | str | None):
            raise TypeError(f"{given} must be an id, not {value!r}.")
    queued = Job(kind=name, arguments=ids, key=key, attempts_allowed=work.attempts)
    if at is not None:
        queued.due_at = at
    if key is None:
        queued.save(force_insert=True)
    else:
        # Of two transactions that queue the same work at once, the later waits here for the earlier.
        Job.objects.bulk_create([queued], ignore_conflicts=True)
        existing = Job.objects.get(key=key)
        if existing.pk != queued.pk:
            return existing
        queued = existing
    if at is None:
        transaction.on_commit(partial(wake, queued.pk), robust=True)
    return queued


def enqueue_many(name: str, /, owed: Mapping[str, Mapping[str, int | str | None]]) -> None:
    """Write down in the running transaction that short work of one kind is owed many times over, in one query.

    One message wakes a worker for several of them.

    :param owed: the ids each is done with, by a key that queues it once only.
    :raises UnknownJob: if no app has work of this name.
    """
    attempts = find(name).attempts
    rows = [{"key": key, "arguments": dict(ids)} for key, ids in owed.items()]
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE_MANY, [name, JobState.QUEUED, attempts, json.dumps(rows)])
        queued = [pk for (pk,) in cursor.fetchall()]
    transaction.on_commit(partial(wake, *queued, together=TOGETHER), robust=True)


_QUEUE_MANY = """
INSERT INTO core_job (id, kind, state, attempts, attempts_allowed, arguments, key, step, reason)
SELECT gen_random_uuid(), %s, %s, 0, %s, arguments, key, '', ''
FROM json_to_recordset(%s::json) AS one (key text, arguments jsonb)
ON CONFLICT (key) DO NOTHING RETURNING id
"""


def wake(*job_ids: uuid.UUID, together: int = 1) -> bool:
    """Try for at most a second to tell a worker that there is work. Nothing depends on it.

    :param together: so many jobs are told of in one message, and done one after the other.

    After a failure this process does not try again for some seconds, so that a Redis that hangs delays one
    answer and not a hundred.
    """
    if time.monotonic() < _Broker.silent_until:
        return False
    sent = threading.Event()
    sender = threading.Thread(target=_send, args=(job_ids, together, sent), daemon=True, name="wake-worker")
    sender.start()
    sender.join(WAKE_SECONDS)
    if sent.is_set():
        return True
    _Broker.silent_until = time.monotonic() + QUIET_SECONDS
    logger.warning("Redis does not take messages; the reconciler will find the jobs.")
    return False


class _Broker:
    """What this process knows of Redis: only when to try again."""

    silent_until = 0.0


def _send(job_ids: Sequence[uuid.UUID], together: int, sent: threading.Event) -> None:
    try:
        with current_app.connection_for_write(
            connect_timeout=WAKE_SECONDS,
            transport_options={"socket_timeout": WAKE_SECONDS, "socket_connect_timeout": WAKE_SECONDS},
        ) as broker:
            for start in range(0, len(job_ids), together):
                part = [str(job_id) for job_id in job_ids[start : start + together]]
                current_app.send_task("core.run_job", args=part, connection=broker, retry=False)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with Redis must not reach the person who waits
        logger.warning("No message sent: %s", type(error).__name__)
    else:
        sent.set()


@transaction.atomic
def retry_job(*, job: Job, by: Any, at: dt.datetime) -> Job:
    """Have a failed job tried again, with all its attempts anew.

    :raises DomainError: if the job has not failed.
    """
    job = Job.objects.select_for_update().get(pk=job.pk)
    if job.state != JobState.FAILED:
        raise DomainError("Only work that has failed can be tried again.")
    before = audit.snapshot(job, ["state", "reason"])
    job.state, job.attempts, job.reason, job.finished_at, job.due_at = JobState.QUEUED, 0, "", None, at
    job.step, job.step_number, job.step_count = "", None, None
    job.save()
    after = audit.snapshot(job, ["state", "reason"])
    audit.record("job.retried", job, by=by, at=at, before=before, after=after)
    transaction.on_commit(partial(wake, job.pk), robust=True)
    return job


def delete_finished(*, at: dt.datetime) -> None:
    """Forget jobs that were done more than thirty days ago; failed ones stay until somebody has looked."""
    Job.objects.finished_before(at - dt.timedelta(days=30)).delete()
