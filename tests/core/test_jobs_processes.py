"""Owed work survives whatever happens to the processes: real workers, a real Redis, real signals.

Every day a child dies, Redis is away, and the database drops its connections; the long matrix of kills, and those of
the whole worker and of all that Redis held, are behind the marker ``slow``.
"""

import os
import signal
import time
from pathlib import Path

import pytest
from django.conf import settings as portal
from django.db import connection, transaction

from core import jobs
from core.jobs import queue, reconciler, worker
from core.models import Heartbeat, Job, JobState
from tests.core import tasks  # noqa: F401 - registers the jobs
from tests.tools.processes import wait_until
from tests.tools.work import finished

pytestmark = pytest.mark.django_db(transaction=True)


def marks():
    file = Path(portal.MEDIA_ROOT, "marks")
    return file.read_text().splitlines() if file.exists() else []


def enqueue(name, /, **ids):
    with transaction.atomic():
        return jobs.enqueue(name, **ids)


def test_work_is_done_and_survives_its_worker_child(start, beat):
    """One worker meets everything that can happen to a child: each job ends once, and none harms the others."""
    running = start(concurrency=2)
    poison = enqueue("tests.poison", name="poison")
    fragile = enqueue("tests.poison_after_result", name="fragile")
    refused = enqueue("tests.refuse", name="refused")
    finished(poison)
    slow = enqueue("tests.slow", name="slow")
    wait_until(lambda: Job.objects.filter(pk=slow.pk, step_number__gt=3).exists(), what="progress")

    for child in running.children():
        os.kill(child, signal.SIGKILL)
    healthy = enqueue("tests.mark", name="healthy")

    assert {row.kind: (row.state, row.attempts, row.reason) for row in map(finished, Job.objects.filter(key=None))} == {
        "tests.poison": (JobState.FAILED, 3, reconciler.LOST),
        "tests.poison_after_result": (JobState.DONE, 1, ""),
        "tests.refuse": (JobState.FAILED, 1, "The strategy has no priorities yet."),
        "tests.slow": (JobState.DONE, 2, ""),
        "tests.mark": (JobState.DONE, 1, ""),
    }
    assert sorted(marks()) == [
        *["fragile", "healthy", "poison", "poison", "poison", "refused"],
        *["slow begins", "slow begins", "slow ends"],
    ]
    assert Heartbeat.objects.filter(name__in=["slow", "fragile"]).count() == 2
    assert {refused.pk, healthy.pk, fragile.pk} <= set(Job.objects.values_list("pk", flat=True))


@pytest.mark.slow
def test_work_survives_the_whole_worker(start, beat):
    first = start()
    slow = enqueue("tests.slow", name="slow")
    wait_until(lambda: Job.objects.filter(pk=slow.pk, step_number__gt=3).exists(), what="progress")
    first.kill()

    start()

    done = finished(slow)
    assert (done.state, done.attempts) == (JobState.DONE, 2)
    assert marks() == ["slow begins", "slow begins", "slow ends"]


def test_work_is_taken_on_while_redis_is_down_and_done_when_it_is_back(start, broker, tmp_path):
    broker.stop()
    stopped = enqueue("tests.mark", name="stopped")
    assert Job.objects.get(pk=stopped.pk).state == JobState.QUEUED
    broker.start()

    start()  # it looks for lost work as it starts, without beat

    assert finished(stopped).state == JobState.DONE
    assert marks() == ["stopped"]


def test_work_is_taken_on_while_redis_hangs(broker):
    os.kill(broker._server.process.pid, signal.SIGSTOP)
    try:
        rows = [enqueue("tests.mark", name=str(number)) for number in range(20)]
    finally:
        os.kill(broker._server.process.pid, signal.SIGCONT)

    assert Job.objects.filter(pk__in=[row.pk for row in rows], state=JobState.QUEUED).count() == 20


@pytest.mark.slow
def test_work_under_way_and_work_waiting_survive_an_emptied_redis(start, beat, broker):
    start()
    slow = enqueue("tests.slow", name="slow")
    waiting = [enqueue("tests.mark", name=f"waiting {number}") for number in range(5)]
    wait_until(lambda: Job.objects.filter(pk=slow.pk, step_number__gt=3).exists(), what="progress")
    broker.kill()
    for file in Path(broker._state).rglob("*.aof"):
        file.unlink()
    broker.start()

    assert [(row.state, row.attempts) for row in map(finished, [slow, *waiting])] == [(JobState.DONE, 1)] * 6
    assert sorted(marks()) == ["slow begins", "slow ends", *(f"waiting {number}" for number in range(5))]


def drop_other_connections():
    """End every other connection to the database, as a restart of PostgreSQL does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'portal'"
        )


def test_work_survives_lost_connections_to_the_database(start, beat):
    start()
    slow = enqueue("tests.slow", name="slow")
    wait_until(lambda: Job.objects.filter(pk=slow.pk, step_number__gt=3).exists(), what="progress")
    drop_other_connections()
    later = enqueue("tests.mark", name="later")

    assert [(row.state, row.attempts) for row in map(finished, [slow, later])] == [
        (JobState.DONE, 2),
        (JobState.DONE, 1),
    ]
    assert Heartbeat.objects.filter(name="slow").count() == 1


def test_message_that_comes_many_times_is_one_run(start):
    running = start(concurrency=2)
    row = enqueue("tests.slow", name="slow")
    for _ in range(10):
        queue.wake(row.pk)

    done = finished(row)
    last = enqueue("tests.mark", name="last")
    finished(last)

    assert running.process.poll() is None
    assert (done.state, done.attempts) == (JobState.DONE, 1)
    assert marks() == ["slow begins", "slow ends", "last"]


@pytest.mark.slow
@pytest.mark.parametrize("moment", [0.0, 0.05, 0.2, 0.5, 1.0, 1.5, 1.9, 2.0, 2.1, 2.3])
@pytest.mark.parametrize("victim", ["child", "worker", "redis", "database"])
def test_kills_at_any_moment_neither_lose_nor_double(start, beat, broker, victim, moment):
    running = start()
    row = enqueue("tests.slow", name="slow")
    time.sleep(moment)

    if victim == "child":
        for child in running.children():
            os.kill(child, signal.SIGKILL)
    elif victim == "worker":
        running.kill()
        start()
    elif victim == "redis":
        broker.kill()
        broker.start()
    else:
        drop_other_connections()

    done = finished(row, seconds=120)
    assert (done.state, Heartbeat.objects.filter(name="slow").count()) == (JobState.DONE, 1)
    assert marks().count("slow ends") <= 1
    assert worker.claim(row.pk) is None
