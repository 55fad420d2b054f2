import datetime as dt
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from core.errors import DomainError
from providers.models import CqcImport
from providers.services.cqc import Imported, import_cqc

WIDTH = 30
WORDS = {
    "services.types": "kinds of care",
    "services.client_groups": "groups of people",
    "services.merged": "dual registrations merged",
}


class Command(BaseCommand):
    help = (
        "Import a file of the Care Quality Commission: the care directory with filters, the latest ratings (.ods, .xlsx or"
        " .csv), or a dump of its API (JSON file, folder or zip). All of it or, where a row is wrong, nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--kind", choices=CqcImport.Kind.values, help="refuse the file if it is another kind")
        parser.add_argument(
            "--as-at", type=_day, metavar="DAY", help="the day of the data, where the file does not say"
        )
        parser.add_argument("--partial", action="store_true", help="an extract: what it leaves out says nothing")
        parser.add_argument("--dry-run", action="store_true", help="tell what would change, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        bar = _Bar(sys.stderr) if sys.stderr.isatty() and options["verbosity"] else None
        try:
            imported = import_cqc(
                path=options["file"],
                kind=options["kind"],
                as_at_date=options["as_at"],
                is_part=options["partial"],
                is_trial=options["dry_run"],
                by=None,
                at=clock.now(),
                progress=bar.read if bar else lambda done, size: None,
                step=bar.write if bar else lambda name: None,
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        finally:
            if bar:
                bar.clear()
        if options["verbosity"]:
            self._tell(imported, is_trial=options["dry_run"])

    def _tell(self, imported: Imported, *, is_trial: bool) -> None:
        checked, report = imported.checked, imported.report
        label = CqcImport.Kind(checked.kind).label
        self.stdout.write(f"{label}, as at {checked.as_at_date:%-d %B %Y}: {checked.rows:,} rows read.")
        for title, counts in (
            ("New", report["created"]),
            ("Changed", report["updated"]),
            ("Unchanged", report["unchanged"]),
        ):
            if counts:
                self.stdout.write(f"{title}: {', '.join(f'{n:,} {_word(name)}' for name, n in counts.items())}.")
        found = report["differences"]
        for kind, count in found["new"].items():
            self.stdout.write(f"For an officer: {count:,} × “{_difference(kind)}”.")
        if found["seen_again"] or found["settled"]:
            self.stdout.write(
                f"Differences seen again: {found['seen_again']:,}; no longer there: {found['settled']:,}."
            )
        for one in report["ignored"]:
            examples = f" For example: {'; '.join(one['examples'])}." if one["examples"] else ""
            self.stdout.write(f"Left out: {one['count']:,} × {one['reason']}.{examples}")
        if imported.known is not None:
            self.stdout.write(f"This very file was imported on {imported.known.imported_at:%-d %B %Y} before.")
        if is_trial:
            self.stdout.write("This was a trial: nothing was changed.")
        elif imported.row is None:
            self.stdout.write(self.style.SUCCESS("Nothing had to change."))
        else:
            self.stdout.write(self.style.SUCCESS("Imported."))


class _Bar:
    """A line that tells how far the reading is; for a person at a terminal only."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.shown = -1

    def read(self, done: int, size: int) -> None:
        percent = min(100, done * 100 // max(size, 1))
        if percent != self.shown:
            self.shown = percent
            filled = percent * WIDTH // 100
            self._show(f"Reading [{'#' * filled}{'.' * (WIDTH - filled)}] {percent:3d} %")

    def write(self, name: str) -> None:
        self._show(f"Writing: {_word(name)}")

    def clear(self) -> None:
        self._show("")

    def _show(self, line: str) -> None:
        self.stream.write(f"\r{line:<{WIDTH + 40}}\r")
        self.stream.flush()


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _word(name: str) -> str:
    return WORDS.get(name, name.partition(".")[0].replace("_", " "))


def _difference(kind: str) -> str:
    from providers.models import CqcDifference

    return str(CqcDifference.Kind(kind).label)
