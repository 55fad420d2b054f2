from __future__ import annotations

import datetime as dt
import uuid
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class JobState(models.TextChoices):
    """Where a job is in its life. Stored, since a worker's life is not a fact that anything else can tell."""

    QUEUED = "queued", "Waiting"
    RUNNING = "running", "In progress"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class JobQuerySet(models.QuerySet["Job"]):
    def waiting(self, *, at: dt.datetime) -> Self:
        """Return the jobs that wait for a worker, those put off to a later moment left out."""
        return self.filter(state=JobState.QUEUED, due_at__lte=at)

    def failed(self) -> Self:
        """Return the jobs that nobody will try again unless a person asks."""
        return self.filter(state=JobState.FAILED)

    def finished_before(self, moment: dt.datetime) -> Self:
        """Return the jobs that were done before a moment."""
        return self.filter(state=JobState.DONE, finished_at__lt=moment)


class Job(models.Model):
    """A piece of work that is owed: written with the change that causes it, done by a worker afterwards.

    The row is the truth; the message to a worker is only a hint, and may be lost or come twice. ``arguments``
    holds ids, never words of people. Made and changed by `core.jobs` alone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=80, help_text="The name of the work, such as strategies.compose_edition.")
    arguments = models.JSONField(default=dict, help_text="The ids the work is done with.")
    key = models.CharField(
        max_length=160,
        null=True,
        unique=True,
        help_text="Names work that must be queued once only, however often asked.",
    )

    state = models.CharField(max_length=8, choices=JobState, default=JobState.QUEUED)
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="How often a worker has taken it, counted before the work begins."
    )
    attempts_allowed = models.PositiveSmallIntegerField(default=3)
    queued_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(db_default=Now(), help_text="Not to be taken before.")
    hinted_at = models.DateTimeField(db_default=Now(), help_text="When a worker was last sent a message about it.")
    started_at = models.DateTimeField(null=True, help_text="When the present or last attempt began.")
    lease_until = models.DateTimeField(
        null=True, help_text="Until when the worker that has it is believed to be alive; renewed with its progress."
    )
    finished_at = models.DateTimeField(null=True)

    step = models.CharField(max_length=120, blank=True, help_text="What is being done, such as Laying out page.")
    step_number = models.PositiveIntegerField(null=True)
    step_count = models.PositiveIntegerField(null=True)
    reason = models.CharField(max_length=500, blank=True, help_text="Why the last attempt failed, as a sentence.")

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="core_job_state_known", condition=Q(state__in=JobState.values)),
            models.CheckConstraint(
                name="core_job_lease_while_running",
                condition=Q(state=JobState.RUNNING, lease_until__isnull=False)
                | (~Q(state=JobState.RUNNING) & Q(lease_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="core_job_finished_when_done_or_failed",
                condition=Q(state__in=[JobState.DONE, JobState.FAILED], finished_at__isnull=False)
                | Q(state__in=[JobState.QUEUED, JobState.RUNNING], finished_at__isnull=True),
            ),
            models.CheckConstraint(
                name="core_job_attempts_within_allowance", condition=Q(attempts__lte=F("attempts_allowed"))
            ),
            models.CheckConstraint(name="core_job_failed_with_reason", condition=~Q(state=JobState.FAILED, reason="")),
        ]
        indexes = [
            # What the reconciler and the health page read: never the many that are done.
            models.Index(
                fields=["due_at"],
                name="core_job_unfinished",
                condition=Q(state__in=[JobState.QUEUED, JobState.RUNNING]),
            ),
            models.Index(fields=["finished_at"], name="core_job_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.get_state_display().lower()})"

    @property
    def is_finished(self) -> bool:
        """Whether it is done or has failed, and will not change by itself."""
        return self.state in (JobState.DONE, JobState.FAILED)

    @property
    def progress(self) -> str:
        """What is happening, in words for the person who waits: "Laying out page 12 of 48"."""
        if self.state == JobState.QUEUED and self.attempts:
            return f"Waiting to be tried again. {self.reason}".strip()
        if self.state == JobState.FAILED:
            return self.reason
        if self.state != JobState.RUNNING or not self.step:
            return self.get_state_display()
        if self.step_number is None:
            return self.step
        if self.step_count is None:
            return f"{self.step} {self.step_number}"
        return f"{self.step} {self.step_number} of {self.step_count}"


class Heartbeat(models.Model):
    """When a process that runs for ever last gave a sign of life."""

    name = models.CharField(primary_key=True, max_length=40)
    seen_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name
