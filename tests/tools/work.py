"""Real processes around owed work: a worker that misses a lost job after seconds, a beat, a Redis to break."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as portal

from config.celery import app
from core.jobs import queue
from core.models import Job
from tests.tools.processes import environment, wait_until

WORKER = {"DJANGO_SETTINGS_MODULE": "tests.core.worker_settings"}


class Beat:
    """A Celery beat process."""

    def __init__(self, log, **more):
        self._output = Path(log).open("wb")  # noqa: SIM115 - as long as the process
        self.process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "config", "beat", "--pidfile="],
            cwd=portal.BASE_DIR,
            env=environment(**more),
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)
        self._output.close()


@pytest.fixture
def broker(spare_redis, monkeypatch):
    """A Redis of this test's own, that its processes use as well."""
    monkeypatch.setenv("CELERY_BROKER_URL", spare_redis.url.replace("unix://", "redis+socket://"))
    monkeypatch.setenv("REDIS_URL", spare_redis.url)
    monkeypatch.setattr(queue._Broker, "silent_until", 0.0)
    yield spare_redis
    app.pool.force_close_all()


@pytest.fixture
def beat(broker, transactional_db, tmp_path):
    process = Beat(tmp_path / "beat.log", **WORKER, REDIS_URL=broker.url)
    yield process
    process.kill()


@pytest.fixture
def start(start_worker, broker):
    Path(portal.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)
    return lambda **options: start_worker(**WORKER, REDIS_URL=broker.url, **options)


def finished(row, *, seconds=60):
    """Wait until a job is done or has failed, and return it."""
    return wait_until(
        lambda: Job.objects.filter(pk=row.pk, finished_at__isnull=False).first(), seconds=seconds, what=str(row)
    )
