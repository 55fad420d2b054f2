from __future__ import annotations

from django.db import models


class RegisterVersion(models.Model):
    """How often a public register has changed: what the entity tags of its pages are made of (`core.versions`)."""

    register = models.CharField(primary_key=True, max_length=40)
    version = models.BigIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.register} {self.version}"


class TouchedRegister(models.Model):
    """A register that the running transaction changes.

    A deferred trigger turns these rows into higher versions when the transaction commits, so the table is empty
    but for transactions under way, and a version's row is locked for an instant only.
    """

    register = models.CharField(max_length=40)
    transaction = models.TextField(help_text="PostgreSQL's number of the transaction.")

    def __str__(self) -> str:
        return self.register
