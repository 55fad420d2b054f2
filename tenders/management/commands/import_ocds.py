from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from commissioning.models import Organisation
from core import clock
from core.errors import DomainError
from tenders import services


class Command(BaseCommand):
    help = "Read a file of OCDS releases for an organisation, and say what it would add, join and change."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--organisation", required=True, help="Whose notices they are: its slug.")
        parser.add_argument("--apply", action="store_true", help="Do it, all or nothing. Otherwise nothing changes.")
        parser.add_argument("--publish", action="store_true", help="Publish new entries at once; else they are drafts.")
        parser.add_argument(
            "--join", action="append", default=[], metavar="OCID=REFERENCE",
            help="Join an OCID to an entry that is there; OCID=skip leaves it out. May be repeated.",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = Organisation.objects.filter(slug=options["organisation"]).first()
        if organisation is None:
            raise CommandError(f"No organisation is called {options['organisation']}.")
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error.strerror}.") from error
        choices = dict(_pair(words) for words in options["join"])
        try:
            self._read(content, organisation, choices, options)
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal

    def _read(self, content: bytes, organisation: Any, choices: dict[str, str], options: Any) -> None:
        at = clock.now()
        reading = services.keep_reading(
            content=content, file_name=options["file"].name, organisation=organisation, by=None, at=at
        )
        plan = services.plan_of(reading=reading, choices=choices, may_publish=True, at=at)
        for one in plan.processes:
            self.stdout.write(f"{one.process.ocid} {one.does}: {one.title}{f' ({one.refusal})' if one.refusal else ''}")
            for change in one.changes:
                self.stdout.write(f"    {change.label}: {change.old_words} -> {change.new_words}")
            for notice in one.notices:
                self.stdout.write(f"    Notice {notice['kind'].upper()} of {notice['published_date']}")
            for code in one.unknown_cpv:
                self.stdout.write(f"    CPV code {code} is not known here and is left out")
        if options["apply"]:
            services.apply_reading(
                reading=reading, choices=choices, may_publish=True, publishes=options["publish"], by=None, at=at
            )
        else:
            reading.delete()
        counts = ", ".join(f"{count} {word}" for word, count in plan.counts().items())
        done = "Done" if options["apply"] else "Nothing is changed; --apply does it"
        self.stdout.write(self.style.SUCCESS(f"{counts}. {done}."))


def _pair(words: str) -> tuple[str, str]:
    ocid, sign, choice = words.partition("=")
    if not sign:
        raise CommandError("Write --join as OCID=REFERENCE.")
    return ocid, choice
