from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from commissioning.models import Organisation
from core import clock
from core.errors import DomainError
from tenders import services
from tenders.ocds.reading import FieldChange, ProcessPlan


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
        parser.add_argument(
            "--supplier", action="append", default=[], metavar="TOKEN=PROVIDER",
            help="Say which provider a supplier is, by its UUID, or “stated”. The preview tells the tokens.",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = Organisation.objects.filter(slug=options["organisation"]).first()
        if organisation is None:
            raise CommandError(f"No organisation is called {options['organisation']}.")
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error.strerror}.") from error
        told = {
            "choices": dict(_pair(words, "--join") for words in options["join"]),
            "suppliers": dict(_pair(words, "--supplier") for words in options["supplier"]),
            "may_publish": True,
        }
        try:
            self._read(content, organisation, told, options)
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal

    def _read(self, content: bytes, organisation: Any, told: dict[str, Any], options: Any) -> None:
        at = clock.now()
        reading = services.keep_reading(
            content=content, file_name=options["file"].name, organisation=organisation, by=None, at=at
        )
        plan = services.plan_of(reading=reading, at=at, **told)
        for one in plan.processes:
            self._tell(one)
        for supplier in plan.suppliers():
            known = ", ".join(f"{one.name} {one.uuid}" for one in supplier.candidates)
            self.stdout.write(f"Supplier {supplier} may be: {known}. --supplier {supplier.token}=… says which")
        if options["apply"]:
            services.apply_reading(reading=reading, publishes=options["publish"], by=None, at=at, **told)
        else:
            reading.delete()
        counts = ", ".join(f"{count} {word}" for word, count in plan.counts().items())
        done = "Done" if options["apply"] else "Nothing is changed; --apply does it"
        self.stdout.write(self.style.SUCCESS(f"{counts}. {done}."))

    def _tell(self, one: ProcessPlan) -> None:
        self.stdout.write(f"{one.process.ocid} {one.does}: {one.title}{f' ({one.refusal})' if one.refusal else ''}")
        told = [_words(change) for change in one.changes]
        for part in one.parts:
            told += [f"{part.name}: {part.does}", *(f"    {_words(change)}" for change in part.changes)]
        told += [f"Notice {each['kind'].upper()} of {each['published_date']}" for each in one.notices]
        told += [f"Document: {each['title']}, {each['url']}" for each in one.documents]
        told += [f"Change told by the notice: {each['text']}" for each in one.amendments]
        told += [f"Bought together with {each}" for each in one.partners]
        told += [f"Delivered in {place}" for place in one.places]
        told += [f"CPV code {code.code}" for code in one.cpv]
        told += [f"CPV code {code} is not known here and is left out" for code in one.unknown_cpv]
        for line in (*told, *one.notes):
            self.stdout.write(f"    {line}")


def _words(change: FieldChange) -> str:
    return f"{change.label}: {change.old_words} -> {change.new_words}"


def _pair(words: str, option: str) -> tuple[str, str]:
    name, sign, choice = words.partition("=")
    if not sign:
        raise CommandError(f"Write {option} as two words with = between them.")
    return name, choice
