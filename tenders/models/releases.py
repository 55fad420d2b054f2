from __future__ import annotations

import datetime as dt
import hashlib
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from commissioning.models import OwnedModel, OwnedQuerySet

from .contracts import Contract
from .frameworks import Framework
from .opportunities import Opportunity


class ReleaseQuerySet(OwnedQuerySet):
    def public(self, *, at: dt.datetime) -> Self:
        """Return what anybody may read at this moment."""
        return self.filter(published_at__lte=at)


class Release(OwnedModel):
    """What one publication said, as an OCDS release: made once, and kept byte for byte.

    The database itself refuses to change one, and to delete one that anybody may have read. What is not public yet
    may be replaced as a whole.
    """

    REGISTERS = ("releases",)

    class Stage(models.TextChoices):
        """How far the process had come, in the standard's own sections."""

        PLANNING = "planning", "Planning"
        TENDER = "tender", "Tender"
        AWARD = "award", "Award"
        CONTRACT = "contract", "Contract"

    opportunity = models.ForeignKey(Opportunity, models.PROTECT, null=True, blank=True, related_name="releases")
    framework = models.ForeignKey(Framework, models.PROTECT, null=True, blank=True, related_name="releases")
    contract = models.ForeignKey(Contract, models.PROTECT, null=True, blank=True, related_name="releases")
    ocid = models.CharField("OCID", max_length=120)
    number = models.PositiveIntegerField(help_text="From 1, in the order they were made for the OCID.")
    release_id = models.CharField("release ID", max_length=140, unique=True)
    tags = ArrayField(models.CharField(max_length=30))
    stage = models.CharField(max_length=10, choices=Stage)
    published_at = models.DateTimeField(help_text="From when it is public, which is the release's own date.")
    recorded_at = models.DateTimeField()
    body = models.TextField(help_text="The release as JSON, as it is given out.")
    sha256 = models.CharField("checksum", max_length=64)
    facts_sha256 = models.CharField(
        "checksum of the facts",
        max_length=64,
        help_text="What is told, without the release's own number, date and tags.",
    )

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        indexes = [
            # What a page of a feed asks, in its order, without a look at the releases passed by.
            models.Index(
                fields=["published_at", "id"],
                include=["opportunity", "framework", "contract", "stage"],
                name="tenders_release_feed",
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["ocid", "number"], name="tenders_release_once"),
            models.CheckConstraint(
                name="tenders_release_of_one_record",
                condition=Q(opportunity__isnull=False, framework__isnull=True, contract__isnull=True)
                | Q(opportunity__isnull=True, framework__isnull=False, contract__isnull=True)
                | Q(opportunity__isnull=True, framework__isnull=True, contract__isnull=False),
                violation_error_message="A release tells of one opportunity, framework or contract.",
            ),
            models.CheckConstraint(
                name="tenders_release_has_tags",
                condition=Q(tags__len__gt=0),
                violation_error_message="A release says by its tags what it is about.",
            ),
        ]

    def __str__(self) -> str:
        return self.release_id

    def is_whole(self) -> bool:
        """Whether the body is the one that was stored."""
        return hashlib.sha256(self.body.encode()).hexdigest() == self.sha256


class OcdsImport(OwnedModel):
    """A file of OCDS releases that was read: what it would change, and whether an officer had it applied.

    Only what an entry can hold is kept of the file; names and addresses of contact persons are not read.
    """

    file_name = models.CharField(max_length=200)
    sha256 = models.CharField("checksum", max_length=64)
    reading = models.JSONField(default=list, help_text="Each process of the file, as it was understood.")
    report = models.JSONField(default=dict, help_text="What was done with each, once it was applied.")
    read_at = models.DateTimeField()
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    applied_at = models.DateTimeField(null=True, blank=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )

    class Meta:
        verbose_name = "OCDS import"
        ordering = ["-read_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name


class ReadRelease(OwnedModel):
    """A release of another publisher that an entry here was made or changed from, so that it is never read twice."""

    REGISTERS = ("opportunities",)

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="read_releases")
    found_in = models.ForeignKey(OcdsImport, models.SET_NULL, null=True, blank=True, related_name="releases")
    ocid = models.CharField("OCID", max_length=120)
    release_id = models.CharField("release ID", max_length=200)
    released_at = models.DateTimeField(null=True, blank=True)
    sha256 = models.CharField("checksum", max_length=64)
    pieces = models.JSONField(
        default=dict,
        help_text="What it says of each lot, award, contract and party. A later release may tell only what changed.",
    )

    OWNED_THROUGH = "opportunity"

    class Meta:
        indexes = [models.Index(fields=["ocid"], name="tenders_readrelease_ocid")]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "ocid", "release_id"],
                name="tenders_readrelease_once",
                violation_error_message="This release was read before.",
            )
        ]

    def __str__(self) -> str:
        return self.release_id
