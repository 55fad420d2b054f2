from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import DomainError
from core.geography import outlines


class Command(BaseCommand):
    help = "Take the outlines of councils from a GeoJSON file in place of those drawn around their postcodes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", type=Path, metavar="FILE", help="In degrees (WGS 84), with the councils' GSS codes."
        )
        parser.add_argument(
            "--code", default="", help="The property that holds the GSS code; found by itself if not given."
        )
        parser.add_argument(
            "--licence", default=outlines.LICENCE, help="The words its licence asks to show with the map."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            changed = outlines.load_outlines(
                path=options["file"], code_property=options["code"], licence=options["licence"]
            )
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Outlines: {changed} changed")
