from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core import clock
from tenders import services


class Command(BaseCommand):
    help = "Make the OCDS releases that are due: of public records without any, and of what the clock has changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="Compare every public record with what was last told.")

    def handle(self, *args: Any, **options: Any) -> None:
        made = services.make_releases(at=clock.now(), is_thorough=options["all"])
        self.stdout.write(self.style.SUCCESS(f"{made} releases made."))
