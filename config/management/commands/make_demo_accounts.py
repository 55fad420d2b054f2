from __future__ import annotations

import os
import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.core.management.base import BaseCommand
from django.db import transaction

from commissioning.models import Officer, Organisation
from core.models import User
from providers.models import Provider, Representative

# Names under .example are reserved: no mail to these accounts can reach anybody.
DOMAIN = "demo.example"


class Command(BaseCommand):
    help = (
        "Give a demo its accounts: an operator, an administrator for each organisation that leads a strategy, and a "
        "person who keeps the entries of the invented providers. "
        "New passwords every time; they are only written to the file named."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="where to write the sign-ins; only its owner may read it")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        operator = self._account("operator", "Demo operator", is_superuser=True)
        lines = [self._line("Operator of the whole site", *operator)]
        for organisation in Organisation.objects.filter(strategy_set__isnull=False).distinct().order_by("short_name"):
            user, password = self._account(organisation.slug, f"{organisation.short_name} demo officer")
            Officer.objects.update_or_create(
                user=user, organisation=organisation, defaults={"role": Officer.Role.ADMINISTRATOR}
            )
            lines.append(self._line(organisation.name, user, password))
        samples = Provider.objects.filter(is_sample=True, published_at__isnull=False).order_by("name", "pk")
        if samples:
            user, password = self._account("provider", "Demo provider")
            for provider in samples:
                Representative.objects.get_or_create(user=user, provider=provider)
            lines.append(self._line("Invented providers, at /workspace/", user, password))
        self._write(options["file"], lines)
        self.stdout.write(f"Made {len(lines)} demo accounts.")

    def _account(self, name: str, full_name: str, **fields: Any) -> tuple[User, str]:
        password = "-".join(secrets.token_hex(3) for _ in range(3))
        user, _ = User.objects.get_or_create(email=f"{name}@{DOMAIN}", defaults={"name": full_name, **fields})
        user.set_password(password)
        user.save()
        EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
        return user, password

    def _line(self, role: str, user: User, password: str) -> str:
        return f"{role}: {user.email}  {password}"

    def _write(self, file: Path, lines: list[str]) -> None:
        file.unlink(missing_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
            output.write("\n".join(lines) + "\n")
