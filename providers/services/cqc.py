"""Bringing the directory into line with the Care Quality Commission's open data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from commissioning.models import Organisation
from core import audit, versions
from core.errors import AlreadyDone, DomainError
from core.imports import Progress
from core.models import User
from providers.cqc import differences
from providers.cqc.matching import PROVIDER_IS_KEPT
from providers.cqc.reading import Checked, Kind, read_file
from providers.cqc.records import Taxonomy
from providers.cqc.writing import Writing
from providers.models import CqcDifference, CqcImport, Provider, Service
from providers.services.home import deciders, home_organisation, services_of

# One import at a time, whichever file: any number that nothing else locks.
LOCK = 7_221_804
# What an officer may take over from the register with one press: of which model, which difference in which field.
SIMPLE = {
    ("service", CqcDifference.Kind.RENAMED, "name"),
    ("service", CqcDifference.Kind.CONTACT, "phone"),
    ("service", CqcDifference.Kind.CONTACT, "website"),
    ("service", CqcDifference.Kind.OFFER, "capacity"),
    ("provider", CqcDifference.Kind.RENAMED, "name"),
}


class NewerFileKnown(DomainError):
    """A file of a later day was imported before; an older one would bring back what no longer holds."""


class TooMuchMissing(DomainError):
    """A file leaves out so much of what is here that it is rather an extract than a whole register."""


@dataclass(frozen=True)
class Imported:
    """What an import did. ``row`` is empty for a trial, ``known`` is the import of the very same file before."""

    checked: Checked
    report: dict[str, Any]
    row: CqcImport | None
    known: CqcImport | None
    seconds: dict[str, float]


def import_cqc(
    *,
    path: Path,
    by: User | None,
    at: dt.datetime,
    kind: str | None = None,
    as_at_date: dt.date | None = None,
    is_part: bool = False,
    is_trial: bool = False,
    progress: Progress = lambda done, size: None,
    step: Callable[[str], None] = lambda name: None,
) -> Imported:
    """Import a file of the CQC's, whole or not at all.

    The file is read and checked before the database is touched. Unknown locations become services nobody keeps yet,
    public at once; ratings and registrations follow the register; what a provider keeps is never overwritten, only
    compared (`CqcDifference`). None of a service's three dates moves.

    :param is_part: whether the file is an extract, so that what it leaves out says nothing.
    :param is_trial: whether to undo all in the end and only tell what would have happened.
    :raises core.imports.FileRefused: if the file is unsound, with each fault's place.
    :raises NewerFileKnown: if a file of a later day was imported before.
    :raises TooMuchMissing: if over a tenth of the register is missing from a file that is said to be whole.
    """
    today = at.date()
    with read_file(
        path, kind=kind, as_at_date=as_at_date, today=today, taxonomy=Taxonomy.load(), progress=progress
    ) as checked:
        return _write(checked, by=by, at=at, is_part=is_part, is_trial=is_trial, step=step)


@transaction.atomic
def _write(
    checked: Checked, *, by: User | None, at: dt.datetime, is_part: bool, is_trial: bool, step: Callable[[str], None]
) -> Imported:
    with connection.cursor() as cursor:
        # A month's changes may take longer than a page may.
        cursor.execute("SET LOCAL statement_timeout = 0")
        # Of two imports at once the later waits here, and then finds what the earlier wrote.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    before = CqcImport.objects.filter(kind=checked.kind)
    known = before.filter(sha256=checked.sha256).order_by("-imported_at").first()
    newer = before.filter(as_at_date__gt=checked.as_at_date).order_by("-as_at_date").first()
    if newer is not None:
        raise NewerFileKnown(
            f"This file is of {checked.as_at_date:%-d %B %Y}. “{newer.file_name}” of {newer.as_at_date:%-d %B %Y} was"
            " imported before, and an older file would bring back what no longer holds. Import the newest file."
        )
    row = CqcImport.objects.create(
        kind=checked.kind,
        file_name=checked.file_name[:200],
        sha256=checked.sha256,
        as_at_date=checked.as_at_date,
        rows=checked.rows,
        imported_at=at,
        imported_by=by,
    )
    writing = Writing(checked, at=at, by_id=getattr(by, "pk", None), import_id=row.pk, progress=step)
    written = writing.run()
    if checked.kind == Kind.DIRECTORY and not is_part:
        missing, in_all = differences.count_missing()
        if differences.is_doubtful(missing, in_all):
            raise TooMuchMissing(
                f"{missing:,} of the {in_all:,} locations known here are not in this file. If it is an extract, say so"
                " with --partial: then what it leaves out says nothing. If it was cut off, download it again."
            )
    found = differences.note(
        checked,
        at=at,
        seen_at=known.imported_at if known else at,
        import_id=row.pk,
        kept_provider=PROVIDER_IS_KEPT.format(p="p"),
    )
    _give_to_home_councils()
    report = _report(checked, written.counts, found)
    is_same = known is not None and not any(written.counts.values()) and not any(_counts(found))
    if is_same or is_trial:
        transaction.set_rollback(True)
    else:
        row.report = report
        row.save(update_fields=["report"])
        versions.touch("providers", "services")
        audit.record("cqc.imported", row, by=by, at=at, after={"file_name": row.file_name, "report": report})
    return Imported(checked, report, None if is_same or is_trial else row, known, written.seconds)


def _give_to_home_councils() -> None:
    """Put each open difference that is nobody's before the home council of its service or provider."""
    nobodys = CqcDifference.objects.filter(organisation__isnull=True, settled_at__isnull=True)
    services = Service.objects.filter(cqc_differences__in=nobodys).values("pk")
    for council in Organisation.objects.filter(kind=Organisation.Kind.COUNCIL, succeeded_by__isnull=True):
        if deciders(council).exists():
            own = services_of(council).filter(pk__in=services).values("pk")
            nobodys.filter(service__in=own).update(organisation=council)
    for difference in nobodys.filter(service__isnull=True).select_related("provider"):
        council = home_organisation(difference.provider)
        if council is not None:
            CqcDifference.objects.filter(pk=difference.pk).update(organisation=council)


def _counts(found: dict[str, Any]) -> list[int]:
    return [sum(found["new"].values()), found["seen_again"], found["settled"]]


def _report(checked: Checked, counts: dict[str, int], found: dict[str, Any]) -> dict[str, Any]:
    used = checked.spill.rows
    unchanged = {
        "providers": used["cqc_provider"],
        "locations": used["cqc_location"],
        "ratings": used["cqc_rating"],
    }
    for name in unchanged:
        unchanged[name] -= counts.get(f"{name}.created", 0) + counts.get(f"{name}.updated", 0)
    return {
        "rows": checked.rows,
        "created": {name.partition(".")[0]: n for name, n in counts.items() if name.endswith(".created") and n},
        "updated": {name: n for name, n in counts.items() if not name.endswith(".created") and n},
        "unchanged": {name: n for name, n in unchanged.items() if n},
        "differences": found,
        "ignored": checked.ignored.as_list(),
    }


def can_take(difference: CqcDifference) -> bool:
    """Whether what the register says can stand in the entry as it is: one field's words or number."""
    subject = difference.service or difference.provider
    return bool(difference.theirs) and (subject._meta.model_name, difference.kind, difference.field) in SIMPLE


@transaction.atomic
def take_cqc_value(*, difference: CqcDifference, by: User, at: dt.datetime) -> CqcDifference:
    """Let an entry say what the register says, and settle the difference.

    :raises AlreadyDone: if it was settled before.
    :raises DomainError: if the field cannot be taken over as it is, the entry says something else by now, or the
        register's value does not fit it.
    """
    difference = _locked_open(difference)
    subject: Service | Provider = (
        Service.objects.select_for_update(of=("self",)).get(pk=difference.service_id)
        if difference.service_id
        else Provider.objects.select_for_update(of=("self",)).get(pk=difference.provider_id)
    )
    if not can_take(difference):
        raise DomainError("This cannot be taken over as it is. Put the entry right yourself, then settle this.")
    name, ours = difference.field, getattr(subject, difference.field)
    if str("" if ours is None else ours) != difference.ours:
        raise DomainError("The entry has changed since the register was read. Compare them again, then settle this.")
    setattr(subject, name, difference.theirs)
    try:
        subject.clean_fields(exclude=[field.name for field in subject._meta.fields if field.name != name])
    except ValidationError as problem:
        told = " ".join(problem.messages)
        raise DomainError(f"What the register says does not fit the entry: {told}") from problem
    subject.save()
    versions.touch(*subject.REGISTERS)
    audit.record(
        f"{subject._meta.model_name}.changed", subject,
        by=by, at=at, organisation=difference.organisation, before={name: ours}, after={name: getattr(subject, name)},
    )  # fmt: skip
    return _settle(difference, note="The entry says now what the register says.", by=by, at=at)


@transaction.atomic
def settle_difference(*, difference: CqcDifference, note: str, by: User, at: dt.datetime) -> CqcDifference:
    """Take a difference off the officers' list; it comes back only if the register says something new.

    :raises AlreadyDone: if it was settled before.
    """
    return _settle(_locked_open(difference), note=note, by=by, at=at)


def _locked_open(difference: CqcDifference) -> CqcDifference:
    difference = CqcDifference.objects.select_for_update(of=("self",)).get(pk=difference.pk)
    if difference.settled_at is not None:
        raise AlreadyDone("This difference was settled before.")
    return difference


def _settle(difference: CqcDifference, *, note: str, by: User, at: dt.datetime) -> CqcDifference:
    before = audit.snapshot(difference)
    difference.settled_at, difference.settled_by, difference.note = at, by, note
    difference.save(update_fields=["settled_at", "settled_by", "note"])
    audit.record(
        "cqc_difference.settled",
        difference,
        by=by,
        at=at,
        organisation=difference.organisation,
        before=before,
        after=audit.snapshot(difference),
    )
    return difference
