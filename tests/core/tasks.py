"""Jobs that do what the tests of `core.jobs` need; the tests' worker finds them by `tests.core.worker_settings`."""

import os
import signal
import time
from pathlib import Path

from django.conf import settings
from django.db import transaction

from core import files
from core.errors import DomainError
from core.jobs import job
from core.models import Heartbeat


def mark(name):
    """Leave a trace of one run that every process sees: one line a run."""
    with Path(settings.MEDIA_ROOT, "marks").open("a") as marks:
        marks.write(f"{name}\n")


@job("tests.mark", pauses=(0,))
def mark_once(*, name):
    mark(name)


@job("tests.slow", pauses=(0,))
def slow(*, name, job):
    """Work for two seconds and store a row, with progress from inside a transaction as composing an edition has."""
    mark(f"{name} begins")
    with transaction.atomic():
        for second in range(20):
            job.progress("Laying out page", second + 1, 20)
            time.sleep(0.1)
        Heartbeat.objects.create(name=name)
        job.complete()
    mark(f"{name} ends")


@job("tests.poison", pauses=(0,))
def poison(*, name):
    mark(name)
    os.kill(os.getpid(), signal.SIGKILL)


@job("tests.poison_after_result", pauses=(0,))
def poison_after_result(*, name, job):
    """Die right after the result is committed, before the message is acknowledged."""
    with transaction.atomic():
        Heartbeat.objects.create(name=name)
        job.complete()
    mark(name)
    os.kill(os.getpid(), signal.SIGKILL)


@job("tests.raise", pauses=(0,))
def raise_fault(*, name):
    mark(name)
    raise RuntimeError("a bug")


@job("tests.refuse", pauses=(0,))
def refuse(*, name):
    mark(name)
    raise DomainError("The strategy has no priorities yet.")


@job("tests.store", pauses=(0,))
def store(*, size):
    files.store(b"x" * 1024 for _ in range(size))
