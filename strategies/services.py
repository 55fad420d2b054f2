"""Editions: asked for, composed by a worker, looked at, published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from core import audit, files, jobs, versions
from core.errors import AlreadyDone, DomainError, NotReady
from core.models import Job

from . import composition, printing
from .models import Edition, EditionFile, Strategy


class StrategyNotReady(NotReady):
    """A block of the document has nothing in its register; ``missing`` names each."""


class EditionInProgress(DomainError):
    """Another edition of the strategy is being composed."""


class EditionNotComposed(DomainError):
    """Only an edition whose page and PDFs are stored can be published."""


@transaction.atomic
def request_edition(*, strategy: Strategy, by: Any, at: dt.datetime) -> Edition:
    """Give the next edition its number and have it composed as soon as a worker is free.

    :raises StrategyNotReady: if the document lacks something; nothing is begun.
    :raises EditionInProgress: if one is being composed already.
    """
    strategy = Strategy.objects.select_for_update(of=("self",)).get(pk=strategy.pk)
    _refuse_beside_another(strategy)
    _, missing = composition.compose(strategy, at=at)
    if missing:
        raise StrategyNotReady("The document is not complete. Nothing was composed.", missing=missing)

    number = (strategy.editions.aggregate(last=Max("number"))["last"] or 0) + 1
    edition = Edition.objects.create(strategy=strategy, number=number, requested_at=at, requested_by=by)
    audit.record("edition.requested", edition, by=by, at=at, organisation=strategy.organisation)
    jobs.enqueue("strategies.compose_edition", key=_job_key(edition), edition_id=edition.pk)
    return edition


@transaction.atomic
def try_again(*, edition: Edition, by: Any, at: dt.datetime) -> Edition:
    """Have an edition composed once more after its composing has failed.

    :raises EditionInProgress: if another edition of the strategy is being composed.
    :raises DomainError: if its composing has not failed.
    """
    _refuse_beside_another(Strategy.objects.select_for_update(of=("self",)).get(pk=edition.strategy_id), but=edition)
    job = composing_job(edition)
    if job is None:
        raise DomainError("This edition is not waiting to be composed. Compose a new one.")
    jobs.retry_job(job=job, by=by, at=at)
    return edition


def _refuse_beside_another(strategy: Strategy, *, but: Edition | None = None) -> None:
    """Let only one edition of a strategy be composed at a time."""
    others = strategy.editions.filter(composed_at=None).exclude(pk=but and but.pk).order_by("-number")
    found = composing_jobs(others)
    for other in others:
        if other.pk in found and not found[other.pk].is_finished:
            raise EditionInProgress(f"Edition {other.number} is being composed. Wait for it, then compose the next.")


def compose_edition(*, edition: Edition, job: jobs.RunningJob) -> None:
    """Compose an edition from one snapshot of the database, and store its page and PDFs under their checksums.

    Safe to run twice: whoever comes second finds it composed and stores nothing.

    :raises StrategyNotReady: if a register has been emptied since it was asked for.
    """
    if edition.is_composed:
        job.complete()
        return
    job.progress("Composing")
    snapshot = _snapshot(edition)

    rendered = list(printing.render(edition, snapshot.content, at=snapshot.at, progress=job.progress))
    job.progress("Storing")
    stored = [(one, files.store(one.content)) for one in rendered]

    with transaction.atomic():
        edition = Edition.objects.select_for_update(of=("self",)).get(pk=edition.pk)
        if not edition.is_composed:
            edition.composed_at = snapshot.at
            edition.content = snapshot.content
            edition.content_checksum = composition.checksum(snapshot.content)
            edition.changes = snapshot.changes
            edition.save(update_fields=["composed_at", "content", "content_checksum", "changes"])
            for one, file in stored:
                EditionFile.objects.create(
                    edition=edition, kind=one.kind, checksum=file.checksum, size=file.size, pages=one.pages
                )
            audit.record("edition.composed", edition, by=None, at=snapshot.at, organisation=edition.organisation)
        job.complete()


@dataclass(frozen=True)
class _Snapshot:
    at: dt.datetime
    content: composition.Content
    changes: list[str]


def _snapshot(edition: Edition) -> _Snapshot:
    with transaction.atomic():
        with connection.cursor() as cursor:
            if not _is_nested():
                # Every register is read as it was at one moment, whatever is saved meanwhile.
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT transaction_timestamp()")
            (at,) = cursor.fetchone()
        strategy = Strategy.objects.select_related("organisation", "source").get(pk=edition.strategy_id)
        content, missing = composition.compose(strategy, at=at)
        if missing:
            raise StrategyNotReady("The document is not complete: " + " ".join(missing), missing=missing)
        before = strategy.editions.public(at=at).exclude(pk=edition.pk).order_by("-number").first()
        return _Snapshot(at, content, composition.changes(before.content if before else None, content))


def _is_nested() -> bool:
    # Tests run inside a transaction, whose isolation cannot be changed any more.
    return len(connection.savepoint_ids) > 0


@transaction.atomic
def publish_edition(*, edition: Edition, by: Any, at: dt.datetime, moment: dt.datetime | None = None) -> Edition:
    """Make a composed edition public: now, or from a later moment on. Its content is not touched.

    Editions appear in the order of their numbers, and never before their strategy.

    :raises EditionNotComposed: if it is not composed yet.
    :raises AlreadyDone: if it is public already.
    :raises DomainError: if the chosen moment has passed, the strategy is not public by then, or another edition
        would appear out of turn.
    """
    strategy = Strategy.objects.select_for_update(of=("self",)).get(pk=edition.strategy_id)
    edition = Edition.objects.select_for_update(of=("self",)).select_related("strategy").get(pk=edition.pk)
    if not edition.is_composed:
        raise EditionNotComposed("This edition is not composed yet. Wait until its PDFs are stored.")
    if edition.is_public(at=at):
        raise AlreadyDone("This edition is published already.")
    if moment is not None and moment < at:
        raise DomainError("Choose a moment that has not passed, or publish now.")
    due = moment or at
    if not strategy.is_public(at=due):
        raise DomainError("The strategy itself is not public by then. Publish it first, then its edition.")
    _refuse_out_of_turn(edition, due=due, at=at)

    before = audit.snapshot(edition, ["published_at", "published_by"])
    edition.published_at = due
    edition.published_by = by
    edition.save(update_fields=["published_at", "published_by"])
    after = audit.snapshot(edition, ["published_at", "published_by"])
    audit.record(
        "edition.published", edition, by=by, at=at, organisation=edition.organisation, before=before, after=after
    )
    versions.touch("editions", "strategies")
    return edition


def _refuse_out_of_turn(edition: Edition, *, due: dt.datetime, at: dt.datetime) -> None:
    others = edition.strategy.editions
    newer = others.filter(number__gt=edition.number, published_at__lte=due).order_by("-number").first()
    if newer is not None:
        when = "public already" if newer.is_public(at=at) else "to be public by then"
        raise DomainError(f"Edition {newer.number} is {when}. Compose a new edition instead.")
    older = others.filter(number__lt=edition.number, published_at__gt=due).order_by("-number").first()
    if older is not None:
        raise DomainError(f"Edition {older.number} is still to be published, after this moment. Take that back first.")


@transaction.atomic
def unschedule_edition(*, edition: Edition, by: Any, at: dt.datetime) -> Edition:
    """Take back a publication that still lies ahead.

    :raises DomainError: if none is planned or the edition is public: what was published stays.
    """
    edition = Edition.objects.select_for_update(of=("self",)).get(pk=edition.pk)
    if edition.published_at is None:
        raise DomainError("No publication is planned for this edition.")
    if edition.is_public(at=at):
        raise DomainError("This edition is public. What was published stays; compose a new edition instead.")
    before = audit.snapshot(edition, ["published_at", "published_by"])
    edition.published_at = edition.published_by = None
    edition.save(update_fields=["published_at", "published_by"])
    after = audit.snapshot(edition, ["published_at", "published_by"])
    audit.record(
        "edition.unscheduled", edition, by=by, at=at, organisation=edition.organisation, before=before, after=after
    )
    versions.touch("editions", "strategies")
    return edition


def composing_job(edition: Edition) -> Job | None:
    """The job that composes an edition, with its state and progress."""
    return Job.objects.filter(key=_job_key(edition)).first()


def composing_jobs(editions: Iterable[Edition]) -> dict[int, Job]:
    """The composing jobs of several editions, by the edition's key, in one query."""
    by_key = {_job_key(edition): edition.pk for edition in editions}
    return {by_key[job.key]: job for job in Job.objects.filter(key__in=by_key) if job.key in by_key}


def _job_key(edition: Edition) -> str:
    return f"strategies.compose_edition:{edition.pk}"
