from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import DomainError
from core.geography import loading, outlines, reading, towns


class Command(BaseCommand):
    help = (
        "Load the postcodes of Great Britain, the outcodes, the towns of England and the outlines of its councils: "
        "all or, where anything is wrong, nothing. Without FILE from the installed packages."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file",
            nargs="?",
            type=Path,
            metavar="FILE",
            help="The ONS Postcode Directory or Code-Point Open as downloaded: a .zip or a .csv.",
        )
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--areas", metavar="CA,DH", help="Keep full postcodes of these postcode areas only.")
        which.add_argument(
            "--councils", action="store_true", help="Keep full postcodes of the demo's four councils and around them."
        )
        parser.add_argument("--allow-fewer", action="store_true", help="Even if over a tenth of the postcodes is gone.")

    def handle(self, *args: Any, **options: Any) -> None:
        self.started = time.monotonic()
        try:
            source = reading.from_file(options["file"]) if options["file"] else reading.packaged()
            areas = loading.areas_of(options["areas"]) if options["areas"] else None
            if options["councils"]:
                areas = list(loading.AREAS_OF_THE_DEMO)
            report, points = loading.load_postcodes(
                source=source, areas=areas, allow_fewer=options["allow_fewer"], progress=self.say
            )
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        for why, count in sorted(report.left_out.items()):
            self.say(f"Left out {count:,} {why}")
        self.say(
            f"Postcodes: {report.read:,} read, {report.added:,} new, {report.changed:,} changed, "
            f"{report.removed:,} removed"
        )
        self.beside("Towns", lambda: towns.load_towns(points=points))
        self.beside("Outlines", lambda: outlines.draw_outlines(points=points))

    def beside(self, what: str, load: Any) -> None:
        """Load what a site can do without, and say so where its packages are not installed."""
        try:
            self.say(f"{what}: {load():,} changed")
        except DomainError as refusal:
            self.say(f"{what} left as they are. {refusal}")

    def say(self, words: str) -> None:
        self.stdout.write(f"{time.monotonic() - self.started:6.1f} s  {words}")
        self.stdout.flush()
