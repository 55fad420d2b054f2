from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q

from commissioning.models import OwnedModel, OwnedQuerySet

from .opportunities import Opportunity


class AddendumQuerySet(OwnedQuerySet):
    def published(self, *, at: dt.datetime) -> AddendumQuerySet:
        """Return the addenda out by then, the newest first."""
        return self.filter(published_at__lte=at).order_by("-number")


class Addendum(OwnedModel):
    """A change to a tender after it opened: what it was, what it is, and in words. It stays and is shown.

    ``changes`` is a list of ``{"name": …, "old": …, "new": …}``, all words as the page shows them; that of a corrected
    answer has its question's number besides, as ``"question"``.
    """

    REGISTERS = ("opportunities",)

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="addenda")
    number = models.PositiveIntegerField(help_text="Counted for each tender.")
    text = models.TextField(blank=True, help_text="What changes for bidders, and why.")
    changes = models.JSONField(default=list, blank=True)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )

    objects = AddendumQuerySet.as_manager()
    NATURAL_KEY = ("opportunity", "number")
    OWNED_THROUGH = "opportunity"

    class Meta:
        verbose_name_plural = "addenda"
        constraints = [
            models.UniqueConstraint(fields=["opportunity", "number"], name="tenders_addendum_number_once"),
            models.CheckConstraint(
                name="tenders_addendum_says_something",
                condition=~Q(text="", changes=[]),
                violation_error_message="Say what changes.",
            ),
        ]

    def __str__(self) -> str:
        return f"Addendum {self.number} to {self.opportunity}"
