"""Celery's two tasks, and the jobs of `core` itself."""

from __future__ import annotations

from celery import shared_task

from core import clock, files, jobs, mail
from core.jobs import job
from core.models.personal import delete_past_keeping


@shared_task(name="core.run_job")
def run_job(*job_ids: str) -> None:
    for job_id in job_ids:
        jobs.run(job_id)


@shared_task(name="core.reconcile_jobs")
def reconcile_jobs() -> None:
    jobs.reconcile()


@job("core.send_mail", attempts=10, pauses=(60, 300, 900, 1800))
def send_mail(*, mail_id: int) -> None:
    mail.send(mail_id=mail_id)


@job("core.delete_orphan_files", nightly=True)
def delete_orphan_files() -> None:
    files.delete_orphans(at=clock.now())


@job("core.delete_finished_work", nightly=True)
def delete_finished_work() -> None:
    jobs.delete_finished(at=clock.now())


@job("core.delete_personal_data", nightly=True)
def delete_personal_data() -> None:
    delete_past_keeping(at=clock.now())
