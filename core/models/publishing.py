from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q


class PublishableQuerySet(models.QuerySet[Any]):
    def public(self, *, at: dt.datetime) -> Self:
        """Return what anybody may see at this moment: published, drafts and embargoed rows left out."""
        return self.filter(published_at__lte=at)


class PublishableModel(models.Model):
    """A row that is private until its moment of publication, and public from then on.

    A row loaded by the installation itself has a moment and no person.
    """

    published_at = models.DateTimeField(null=True, blank=True, db_index=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_published_by_needs_moment",
                condition=Q(published_by__isnull=True) | Q(published_at__isnull=False),
                violation_error_message="Who published it is only known once it is published.",
            )
        ]

    def is_public(self, *, at: dt.datetime) -> bool:
        """Whether anybody may see this row at this moment."""
        return self.published_at is not None and self.published_at <= at
