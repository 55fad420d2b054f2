import datetime as dt
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from core import clock, jobs
from core.errors import DomainError
from core.jobs import reconciler, worker
from core.models import AuditEvent, Heartbeat, Job, JobState, User
from tests.core import tasks  # noqa: F401 - registers the jobs

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def marks(settings):
    Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)
    return lambda: [line.strip() for line in Path(settings.MEDIA_ROOT, "marks").open()]


def test_job_is_done_once_however_often_its_message_comes(marks):
    row = jobs.enqueue("tests.mark", name="a")

    for _ in range(3):
        jobs.run(row.pk)

    row.refresh_from_db()
    assert (row.state, row.attempts, row.lease_until, row.reason) == (JobState.DONE, 1, None, "")
    assert row.finished_at is not None
    assert marks() == ["a"]


def test_job_of_a_rolled_back_transaction_was_never_there():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        jobs.enqueue("tests.mark", name="a")
        1 / 0  # noqa: B018

    assert not Job.objects.exists()


def test_work_with_a_key_is_queued_once():
    first = jobs.enqueue("tests.mark", key="edition:1", name="a")
    second = jobs.enqueue("tests.mark", key="edition:1", name="a")
    other = jobs.enqueue("tests.mark", key="edition:2", name="a")

    assert first.pk == second.pk != other.pk
    assert Job.objects.count() == 2


def test_unknown_work_and_arguments_that_are_no_ids_are_refused():
    with pytest.raises(jobs.UnknownJob, match=r"tests\.nothing"):
        jobs.enqueue("tests.nothing")
    with pytest.raises(TypeError, match="name must be an id"):
        jobs.enqueue("tests.mark", name=["a"])

    assert not Job.objects.exists()


def test_job_for_later_is_not_taken_before(marks):
    row = jobs.enqueue("tests.mark", at=clock.now() + dt.timedelta(hours=1), name="a")

    jobs.run(row.pk)

    row.refresh_from_db()
    assert (row.state, row.attempts) == (JobState.QUEUED, 0)


def test_refusal_fails_the_job_at_once_with_its_sentence(marks):
    row = jobs.enqueue("tests.refuse", name="a")

    jobs.run(row.pk)
    jobs.run(row.pk)

    row.refresh_from_db()
    assert (row.state, row.attempts, row.reason) == (JobState.FAILED, 1, "The strategy has no priorities yet.")
    assert row.progress == "The strategy has no priorities yet."
    assert marks() == ["a"]


def test_fault_is_tried_three_times_and_then_fails_with_a_plain_reason(marks):
    row = jobs.enqueue("tests.raise", name="a")

    for _ in range(5):
        jobs.run(row.pk)

    row.refresh_from_db()
    assert (row.state, row.attempts, row.reason) == (JobState.FAILED, 3, worker.FAULT)
    assert "a bug" not in row.reason
    assert marks() == ["a", "a", "a"]


def test_fault_waits_before_it_is_tried_again():
    @jobs.job("tests.raise_and_wait", pauses=(600,))
    def raise_and_wait():
        raise OSError

    row = jobs.enqueue("tests.raise_and_wait")

    jobs.run(row.pk)
    jobs.run(row.pk)

    row.refresh_from_db()
    assert (row.state, row.attempts) == (JobState.QUEUED, 1)
    assert row.due_at > row.started_at + dt.timedelta(seconds=590)
    assert row.progress == f"Waiting to be tried again. {worker.FAULT}"


def test_job_of_a_kind_that_is_no_more_fails():
    row = Job.objects.create(kind="tests.gone")

    jobs.run(row.pk)

    row.refresh_from_db()
    assert (row.state, row.reason) == (JobState.FAILED, worker.FAULT)


def test_progress_renews_the_lease_and_is_shown_in_words():
    row = jobs.enqueue("tests.mark", name="a")
    running = worker.claim(row.pk)
    Job.objects.filter(pk=row.pk).update(lease_until=running.row.lease_until - dt.timedelta(seconds=30))

    running.progress("Laying out page", 12, 48)

    row.refresh_from_db()
    assert row.progress == "Laying out page 12 of 48"
    assert row.lease_until >= running.row.lease_until


@pytest.mark.parametrize("report", ["progress", "renew", "complete", "put_back"])
def test_worker_that_lost_its_lease_is_refused(report):
    row = jobs.enqueue("tests.mark", name="a")
    slow = worker.claim(row.pk)
    Job.objects.filter(pk=row.pk).update(lease_until=slow.row.started_at)
    quick = worker.claim(row.pk)
    arguments = {"progress": ["Storing"], "put_back": ["A reason."]}.get(report, [])
    pause = {"after": dt.timedelta()} if report == "put_back" else {}

    with pytest.raises(jobs.LeaseLost):
        getattr(slow, report)(*arguments, **pause)

    quick.complete()
    row.refresh_from_db()
    assert (row.state, row.attempts) == (JobState.DONE, 2)


def test_job_in_another_hand_is_not_taken():
    row = jobs.enqueue("tests.mark", name="a")
    worker.claim(row.pk)

    assert worker.claim(row.pk) is None


def test_reconciler_takes_up_what_was_lost_and_fails_what_is_hopeless(monkeypatch):
    sent = []
    monkeypatch.setattr(reconciler, "wake", lambda *ids: sent.extend(ids))
    monkeypatch.setattr(reconciler, "all_works", dict)
    long_ago = clock.now() - dt.timedelta(minutes=5)
    unnoticed = Job.objects.create(kind="tests.mark", hinted_at=long_ago)
    abandoned = Job.objects.create(kind="tests.mark", state=JobState.RUNNING, attempts=1, lease_until=long_ago)
    hopeless = Job.objects.create(kind="tests.mark", state=JobState.RUNNING, attempts=3, lease_until=long_ago)
    Job.objects.create(kind="tests.mark")
    Job.objects.create(kind="tests.mark", hinted_at=long_ago, due_at=clock.now() + dt.timedelta(hours=1))
    Job.objects.create(
        kind="tests.mark", state=JobState.RUNNING, attempts=1, lease_until=clock.now() + dt.timedelta(minutes=1)
    )

    jobs.reconcile()
    jobs.reconcile()

    assert sorted(sent) == sorted([unnoticed.pk, abandoned.pk])
    hopeless.refresh_from_db()
    assert (hopeless.state, hopeless.reason) == (JobState.FAILED, reconciler.LOST)
    assert Heartbeat.objects.filter(name="reconciler").exists()


def test_nightly_jobs_are_queued_once_a_night():
    jobs.reconcile()
    jobs.reconcile()

    kinds = list(Job.objects.filter(key__isnull=False).order_by("kind").values_list("kind", flat=True))
    works = reconciler.all_works().items()
    assert kinds == sorted(name for name, work in works if work.is_nightly or work.every)
    assert {"core.delete_finished_work", "core.delete_orphan_files", "core.delete_personal_data"} <= set(kinds)


def test_health_tells_what_waits_what_failed_and_who_is_silent():
    at = clock.now()
    Job.objects.create(kind="tests.mark", due_at=at - dt.timedelta(minutes=3))
    Job.objects.create(kind="tests.mark", due_at=at + dt.timedelta(minutes=3))
    Job.objects.create(kind="tests.mark", state=JobState.FAILED, finished_at=at, reason="No.")
    Heartbeat.objects.create(name="reconciler", seen_at=at - dt.timedelta(seconds=30))

    health = jobs.health(at=at)

    assert health == jobs.Health(dt.timedelta(minutes=3), 1, dt.timedelta(seconds=30))
    assert (health.is_late, health.is_silent) == (True, False)


def test_health_of_an_installation_whose_beat_never_ran():
    health = jobs.health(at=clock.now())

    assert health == jobs.Health(None, 0, None)
    assert (health.is_late, health.is_silent) == (False, True)


def test_failed_job_is_tried_again_by_a_person_and_on_record():
    officer = User.objects.create_user("officer@example.org")
    row = jobs.enqueue("tests.refuse", name="a")
    jobs.run(row.pk)
    at = clock.now()

    jobs.retry_job(job=row, by=officer, at=at)

    row.refresh_from_db()
    assert (row.state, row.attempts, row.reason, row.finished_at) == (JobState.QUEUED, 0, "", None)
    event = AuditEvent.objects.about(row).get()
    assert (event.action, event.by_id, event.before["state"], event.after["state"]) == (
        "job.retried", officer.pk, "failed", "queued",
    )  # fmt: skip


def test_only_a_failed_job_is_tried_again():
    row = jobs.enqueue("tests.mark", name="a")

    with pytest.raises(DomainError, match="Only work that has failed"):
        jobs.retry_job(job=row, by=None, at=clock.now())


def test_finished_jobs_are_forgotten_after_a_month_and_failed_ones_are_not():
    at = clock.now()
    old = at - dt.timedelta(days=31)
    Job.objects.create(kind="a", state=JobState.DONE, finished_at=old)
    recent = Job.objects.create(kind="b", state=JobState.DONE, finished_at=at)
    failed = Job.objects.create(kind="c", state=JobState.FAILED, finished_at=old, reason="No.")

    jobs.delete_finished(at=at)

    assert set(Job.objects.all()) == {recent, failed}


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "running"},
        {"state": "failed", "finished_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)},
        {"state": "done"},
        {"attempts": 4},
        {"state": "paused"},
    ],
)
def test_database_refuses_a_job_that_cannot_be(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(kind="tests.mark", **wrong)

    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_progress_inside_a_transaction_is_seen_at_once_and_outlives_its_rollback():
    row = jobs.enqueue("tests.mark", name="a")
    running = worker.claim(row.pk)

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Heartbeat.objects.create(name="half done")
        running.progress("Composing")
        1 / 0  # noqa: B018

    row.refresh_from_db()
    assert row.progress == "Composing"
    assert not Heartbeat.objects.exists()
    assert connection.is_usable()


@pytest.mark.django_db(transaction=True)
def test_result_and_its_completion_are_rolled_back_together():
    row = jobs.enqueue("tests.mark", name="a")
    running = worker.claim(row.pk)

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        running.complete()
        1 / 0  # noqa: B018

    row.refresh_from_db()
    assert row.state == JobState.RUNNING
