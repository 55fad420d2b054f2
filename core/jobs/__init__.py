"""Work that is owed, and done after the answer has gone out.

A service names its job, in its own transaction::

    jobs.enqueue("strategies.compose_edition", key=f"edition:{edition.pk}", edition_id=edition.pk)

An app's ``tasks.py`` says what the name means; it may ask for ``job`` to report progress::

    @job("strategies.compose_edition")
    def compose_edition(*, edition_id, job):
        services.compose(edition=Edition.objects.get(pk=edition_id), progress=job.progress)

The row in PostgreSQL is the truth and the message through Redis a hint. After the commit ``enqueue`` tries for at most
a second to wake a worker; if Redis is down or hangs, the reconciler finds the row. A worker claims the row and counts
the attempt before it begins, so a job that kills its worker cannot do so for ever. It holds the row by a lease that
each progress report renews; whoever lost the lease is refused any further report, and its result with
``job.complete()`` in the transaction that stores it. Work must be safe to run twice.

A `DomainError` fails the job at once, with its sentence. A `TemporaryFault` and any other exception is tried again,
after a pause, until the attempts are used up.
"""

from core.jobs.health import Health, health
from core.jobs.queue import delete_finished, enqueue, enqueue_many, retry_job, wake
from core.jobs.reconciler import reconcile
from core.jobs.registry import UnknownJob, find, job
from core.jobs.worker import LeaseLost, RunningJob, run

__all__ = [
    "Health",
    "LeaseLost",
    "RunningJob",
    "UnknownJob",
    "delete_finished",
    "enqueue",
    "enqueue_many",
    "find",
    "health",
    "job",
    "reconcile",
    "retry_job",
    "run",
    "wake",
]
