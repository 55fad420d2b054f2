"""Celery: the messages that wake the workers, and the beat that wakes the reconciler.

PostgreSQL holds what is owed (`core.jobs`); Redis carries hints only. Worker and beat::

    celery -A config worker --without-gossip --without-mingle
    celery -A config beat
"""

import os
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

TASK_SECONDS = 300
# Longer than any task, else Redis would hand a task out again while it runs. Fast recovery comes from the lease in
# the job's row. The lowest value of all applications on one Redis wins.
VISIBILITY_SECONDS = 420


def celery_settings() -> dict[str, Any]:
    """Return Celery's settings; read when first needed, since Django's must be there."""
    from django.conf import settings

    every = float(getattr(settings, "JOB_RECONCILE_SECONDS", 20))
    return {
        "broker_url": settings.BROKER_URL,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_transport_options": {
            "visibility_timeout": VISIBILITY_SECONDS,
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 1,
            "socket_timeout": 10,
            "socket_connect_timeout": 3,
            "socket_keepalive": True,
            "health_check_interval": 15,
        },
        "visibility_timeout": VISIBILITY_SECONDS,
        "accept_content": ["json"],
        "task_serializer": "json",
        "task_ignore_result": True,
        "task_acks_late": True,
        # Safe, since the job's row counts the attempts before the work begins.
        "task_reject_on_worker_lost": True,
        "task_acks_on_failure_or_timeout": True,
        "task_soft_time_limit": TASK_SECONDS - 30,
        "task_time_limit": TASK_SECONDS,
        "worker_prefetch_multiplier": 1,
        "worker_max_tasks_per_child": 50,
        "worker_soft_shutdown_timeout": 30,
        # A job under way needs no Redis: it ends, and its second message finds it done. Cancelling it would cost
        # one of its attempts each time Redis restarts.
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "worker_hijack_root_logger": False,
        "timezone": "UTC",
        # Intervals only, so beat has nothing to remember in a file.
        "beat_scheduler": "celery.beat:Scheduler",
        "beat_max_loop_interval": 5,
        "beat_schedule": {
            "reconcile-jobs": {
                "task": "core.reconcile_jobs",
                "schedule": every,
                # While no worker runs, only the newest is worth keeping.
                "options": {"expires": every},
            },
        },
    }


app = Celery("portal", set_as_current=True)
app.add_defaults(celery_settings)
app.autodiscover_tasks()


@signals.setup_logging.connect
def use_djangos_logging(**_: object) -> None:
    """Leave the logs to Django's settings: with a receiver, Celery sets up none of its own."""


@signals.worker_ready.connect
def reconcile_at_start(**_: object) -> None:
    """Look for lost jobs as soon as a worker is there, whether or not beat runs."""
    app.send_task("core.reconcile_jobs", retry=False)
