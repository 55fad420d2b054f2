from typing import Any

from django.core.management.base import BaseCommand

from core import clock
from tenders.search.upkeep import make_bits, rebuild


class Command(BaseCommand):
    help = "Make the rows of the list of opportunities anew. They follow every change by themselves; use it after a restore."

    def handle(self, *args: Any, **options: Any) -> None:
        done = 0
        for done, total in rebuild():
            if options["verbosity"] > 1:
                self.stdout.write(f"{done:,} of {total:,} opportunities")
        make_bits(at=clock.now())
        if options["verbosity"] > 0:
            self.stdout.write(self.style.SUCCESS(f"Made the search rows of {done:,} opportunities."))
