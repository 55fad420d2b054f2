from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from core.errors import DomainError, NotReady
from core.models import Job, JobState
from strategies import services
from strategies.models import Edition, Strategy


class Command(BaseCommand):
    help = "Compose and publish the first edition of each public strategy that has none. A worker must be running."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--wait", type=int, default=1800, help="Seconds to wait for the worker, at most.")

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        rows = Strategy.objects.public(at=at).filter(editions__published_at=None).distinct()
        strategies = [row for row in rows.order_by("slug") if not row.editions.public(at=at).exists()]
        if not strategies:
            self.stdout.write("Every strategy has a published edition.")
            return
        waiting = [self._edition(strategy) for strategy in strategies]
        until = time.monotonic() + options["wait"]
        while waiting:
            if time.monotonic() > until:
                raise CommandError("The worker did not finish in time. Is it running? Run the command again.")
            waiting = [edition for edition in waiting if not self._publish_when_composed(edition)]
            time.sleep(0.5)

    def _edition(self, strategy: Strategy) -> Edition:
        """The edition to publish: one that an interrupted run asked for, or a new one."""
        for edition in strategy.editions.order_by("-number"):
            job = services.composing_job(edition)
            if edition.is_composed or (job is not None and job.state != JobState.FAILED):
                return edition
        try:
            return services.request_edition(strategy=strategy, by=None, at=clock.now())
        except NotReady as refusal:
            raise CommandError(f"{strategy}: {refusal} {' '.join(refusal.missing)}") from refusal

    def _publish_when_composed(self, edition: Edition) -> bool:
        edition.refresh_from_db()
        if not edition.is_composed:
            job = services.composing_job(edition)
            if job is not None and job.state == JobState.FAILED:
                raise CommandError(f"{edition}: {self._reason(job)}")
            return False
        try:
            services.publish_edition(edition=edition, by=None, at=clock.now())
        except DomainError as refusal:
            raise CommandError(f"{edition}: {refusal}") from refusal
        pages = ", ".join(f"{file.get_kind_display()} {file.pages} pages" for file in edition.files.all() if file.pages)
        self.stdout.write(f"Published {edition}: {pages}")
        return True

    def _reason(self, job: Job) -> str:
        return job.reason or "it could not be composed."
