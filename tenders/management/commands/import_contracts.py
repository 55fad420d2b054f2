from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from commissioning.models import Organisation
from core import clock
from core.errors import DomainError
from tenders.register import apply_plan, make_plan, read_register

MOST_ROWS = 100_000


class Command(BaseCommand):
    help = "Tell what a spreadsheet would change in an organisation's contracts register; with --apply, change it."

    def add_arguments(self, parser):
        parser.add_argument("organisation", help="the slug of the organisation whose register it is")
        parser.add_argument("file", type=Path, help="a .csv, .xlsx or .ods file with the columns of the export")
        parser.add_argument("--apply", action="store_true", help="change the register: all rows or none")
        parser.add_argument("--publish", action="store_true", help="make new contracts public at once")

    def handle(self, *, organisation, file, apply, publish, **options):
        owner = Organisation.objects.filter(slug=organisation).first()
        if owner is None:
            raise CommandError(f"There is no organisation “{organisation}”.")
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        at = clock.now()
        try:
            rows = read_register(file, most=MOST_ROWS).rows
            plan = make_plan(rows, organisation=owner, at=at)
            for row in (*plan.added, *plan.changed):
                for change in row.changes:
                    self.stdout.write(
                        f"row {row.number}, {row.reference}: {change.column}: {change.old} -> {change.new}"
                    )
            if apply:
                apply_plan(rows, organisation=owner, fingerprint=plan.fingerprint(), by=None, at=at, publishes=publish)
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        done = "Imported" if apply else "Would import"
        counts = f"{len(plan.added)} added, {len(plan.changed)} changed, {len(plan.unchanged)} unchanged"
        self.stdout.write(f"{done}: {counts}, {plan.left_out} not in the file.")
