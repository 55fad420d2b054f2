from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from commissioning.models import OwnedModel, OwnedQuerySet

from .strategies import Strategy


class EditionQuerySet(OwnedQuerySet):
    def composed(self) -> EditionQuerySet:
        """Return editions whose page and PDFs are stored."""
        return self.exclude(composed_at=None)

    def public(self, *, at: dt.datetime) -> EditionQuerySet:
        """Return what anybody may read at this moment."""
        return self.composed().filter(published_at__lte=at)


class Edition(OwnedModel):
    """An immutable, numbered copy of a strategy: its composed content, web page and PDFs.

    It is asked for first (a row with a number and a job), then composed by a worker, then looked at, then
    published: publishing only sets ``published_at``, now or later. Once composed, its content never changes.
    """

    strategy = models.ForeignKey(Strategy, models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    composed_at = models.DateTimeField("composed at", null=True, blank=True, help_text="The moment of its snapshot.")
    content = models.JSONField(null=True, blank=True, help_text="What was composed, block by block.")
    content_checksum = models.CharField("checksum", max_length=64, blank=True, help_text="SHA-256 of the content.")
    changes = models.JSONField(default=list, blank=True, help_text="What changed since the last published edition.")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )

    OWNED_THROUGH = "strategy"

    objects = EditionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["strategy", "number"], name="strategies_edition_number_once"),
            models.CheckConstraint(
                name="strategies_edition_composed_whole",
                condition=Q(composed_at__isnull=True, content__isnull=True, content_checksum="")
                | Q(composed_at__isnull=False, content__isnull=False) & ~Q(content_checksum=""),
                violation_error_message="An edition is composed whole or not at all.",
            ),
            models.CheckConstraint(
                name="strategies_edition_published_only_when_composed",
                condition=Q(published_at__isnull=True) | Q(composed_at__isnull=False),
                violation_error_message="Only a composed edition can be published.",
            ),
            models.CheckConstraint(
                name="strategies_edition_published_by_needs_moment",
                condition=Q(published_by__isnull=True) | Q(published_at__isnull=False),
                violation_error_message="Who published it is only known once it is published.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.strategy}, edition {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("strategies:edition", args=[self.strategy.slug, self.number])

    @property
    def is_composed(self) -> bool:
        return self.composed_at is not None

    def is_public(self, *, at: dt.datetime) -> bool:
        return self.is_composed and self.published_at is not None and self.published_at <= at


class EditionFile(OwnedModel):
    """One stored file of an edition, kept under its checksum."""

    class Kind(models.TextChoices):
        PAGE = "page", "Web page"
        STANDARD = "standard", "PDF"
        LARGE_PRINT = "large-print", "Large print PDF"

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="files")
    kind = models.CharField(max_length=12, choices=Kind)
    checksum = models.CharField(max_length=64, help_text="SHA-256 of the file.")
    size = models.PositiveIntegerField(help_text="Bytes.")
    pages = models.PositiveIntegerField(null=True, blank=True, help_text="Of a PDF.")

    OWNED_THROUGH = "edition"

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "kind"], name="strategies_editionfile_once")]

    def __str__(self) -> str:
        return f"{self.edition}: {self.get_kind_display()}"
