from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.fixtures import FixturesRefused, load_fixtures
from core import clock
from tenders import services


class Command(BaseCommand):
    help = "Load the documents' facts from fixtures/: all of them or, where one is wrong, none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=Path(settings.BASE_DIR) / "fixtures")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder}.")
        try:
            report = load_fixtures(folder=folder, at=clock.now())
        except FixturesRefused as error:
            raise CommandError(str(error)) from error
        for label in sorted(report.created | report.updated):
            created, updated = report.created.get(label, 0), report.updated.get(label, 0)
            self.stdout.write(f"{label}: {created} new, {updated} changed")
        # What is loaded is published by nobody's press of a button.
        made = services.make_releases(at=clock.now(), is_thorough=True)
        self.stdout.write(f"OCDS releases: {made} new")
        self.stdout.write(self.style.SUCCESS(f"Loaded; {report.unchanged} rows were there already."))
