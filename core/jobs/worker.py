"""Doing work."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections
from django.db.models.functions import Now

from core.errors import DomainError, TemporaryFault
from core.jobs.registry import UnknownJob, find
from core.models import Job, JobState

logger = logging.getLogger(__name__)

LEASE = dt.timedelta(seconds=getattr(settings, "JOB_LEASE_SECONDS", 60))

FAULT = "Something went wrong inside the portal. The people who run it find the cause in its log, by this job's number."
TOO_LONG = "It took longer than a job may take, and was stopped."


class LeaseLost(Exception):
    """Another worker has taken the job over, or a person has ended it: stop, and store nothing."""


CLAIM = """
UPDATE core_job
SET state = 'running', attempts = attempts + 1, started_at = clock_timestamp(), lease_until = clock_timestamp() + %s,
    step = '', step_number = NULL, step_count = NULL
WHERE id = %s AND attempts < attempts_allowed AND due_at <= clock_timestamp()
    AND (state = 'queued' OR (state = 'running' AND lease_until < clock_timestamp()))
RETURNING *
"""


class RunningJob:
    """A job that this worker holds. Every report is refused with `LeaseLost` once another worker holds it."""

    def __init__(self, row: Job) -> None:
        self.row = row
        self.is_complete = False
        # Tests run inside a transaction whose rows no other connection sees.
        self._claimed_in_transaction = connection.in_atomic_block

    def progress(self, step: str, n: int | None = None, of: int | None = None) -> None:
        """Say what is being done ("Laying out page", 12, 48), and keep the job for another minute.

        Seen at once by everybody, also from inside a transaction of the work.
        """
        self._report(lease_until=Now() + LEASE, step=step[:120], step_number=n, step_count=of)

    def renew(self) -> None:
        """Keep the job for another minute: for work that waits long within one step."""
        self._report(lease_until=Now() + LEASE)

    def complete(self) -> None:
        """Mark the job done, in the transaction that stores its result: both are there, or neither.

        Without it the job is marked done right after the work returns.
        """
        self._finish(state=JobState.DONE, finished_at=Now(), reason="")
        self.is_complete = True

    def fail(self, reason: str) -> None:
        """End the job for good, with a sentence for the person who asked for it."""
        self._finish(state=JobState.FAILED, finished_at=Now(), reason=reason[:500] or FAULT)

    def put_back(self, reason: str, *, after: dt.timedelta) -> None:
        """Leave the job for another attempt after a pause, or fail it if this was the last."""
        if self.row.attempts >= self.row.attempts_allowed:
            self.fail(reason)
        else:
            self._finish(state=JobState.QUEUED, due_at=Now() + after, reason=reason[:500])

    def _finish(self, **values: Any) -> None:
        self._update(lease_until=None, step="", step_number=None, step_count=None, **values)

    def _report(self, **values: Any) -> None:
        if self.is_complete:
            return
        if connection.in_atomic_block and not self._claimed_in_transaction:
            with _connection_of_its_own():
                self._update(**values)
        else:
            self._update(**values)

    def _update(self, **values: Any) -> None:
        # Each claim raises the attempts, so they tell this worker's hold from every other.
        mine = Job.objects.filter(pk=self.row.pk, state=JobState.RUNNING, attempts=self.row.attempts)
        if not mine.update(**values):
            raise LeaseLost(f"Job {self.row.pk} is no longer held by this worker.")


@contextmanager
def _connection_of_its_own() -> Iterator[None]:
    """Let queries inside run and commit beside this thread's transaction."""
    ours = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = ours.copy()
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS].close()
        connections[DEFAULT_DB_ALIAS] = ours


def claim(job_id: uuid.UUID | str) -> RunningJob | None:
    """Take a job, count the attempt and commit both; None if it is done, not due, or in another worker's hands."""
    rows = list(Job.objects.raw(CLAIM, [LEASE, str(job_id)]))
    return RunningJob(rows[0]) if rows else None


def run(job_id: uuid.UUID | str) -> None:
    """Do a job, if it is there to be done. Never raises for what the work does."""
    running = claim(job_id)
    if running is None:
        return
    try:
        _attempt(running)
    except LeaseLost as error:
        logger.warning("%s", error)
    except DatabaseError:
        # The row cannot be written now. Its lease runs out, and the reconciler takes it from there.
        logger.exception("Job %s could not be put down", job_id)
        _drop_broken_connection()


def _attempt(running: RunningJob) -> None:
    row = running.row
    try:
        work = find(row.kind)
    except UnknownJob as error:
        logger.error("Job %s: %s", row.pk, error)
        running.fail(FAULT)
        return
    try:
        work.function(**row.arguments, **({"job": running} if work.wants_job else {}))
    except LeaseLost:
        raise
    except TemporaryFault as error:
        logger.warning("Job %s (%s) waits: %s", row.pk, row.kind, error)
        running.put_back(str(error), after=work.pause(row.attempts))
    except DomainError as error:
        running.fail(str(error))
    except SoftTimeLimitExceeded:
        logger.error("Job %s (%s), attempt %s, took too long", row.pk, row.kind, row.attempts)
        running.put_back(TOO_LONG, after=work.pause(row.attempts))
    except Exception:
        logger.exception("Job %s (%s), attempt %s", row.pk, row.kind, row.attempts)
        _drop_broken_connection()
        running.put_back(FAULT, after=work.pause(row.attempts))
    else:
        if not running.is_complete:
            running.complete()


def _drop_broken_connection() -> None:
    # Inside a transaction there are only tests, and the connection is theirs.
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
