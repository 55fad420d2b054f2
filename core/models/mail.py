from __future__ import annotations

import datetime as dt
from typing import Self
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Lower, Now, TruncDate

LONDON = ZoneInfo("Europe/London")


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def past_keeping(self, *, at: dt.datetime) -> Self:
        """Return the mails that left, or were refused, longer ago than they are kept for; what is owed stays."""
        before = at - OutgoingMail.keep_for
        return self.filter(Q(sent_at__lt=before) | Q(refused_at__lt=before))

    def owed(self) -> Self:
        """Return what has not left yet, and may still."""
        return self.filter(sent_at=None, refused_at=None)

    def refusing(self, *, days: int) -> models.QuerySet[OutgoingMail, str]:
        """Return the addresses, in small letters, whose mailbox refused on so many days, and has taken nothing since."""
        rows = self.annotate(address=Lower("to"))
        taken_since = rows.filter(address=OuterRef("address"), sent_at__gt=OuterRef("refused_at"))
        refused = rows.filter(~Exists(taken_since), refused_at__isnull=False).order_by().values("address")
        told = refused.annotate(days=Count(TruncDate("refused_at", tzinfo=LONDON), distinct=True))
        return told.filter(days__gte=days).values_list("address", flat=True)


class OutgoingMail(models.Model):
    """A mail that is owed to somebody: written with the change that causes it, sent by a job afterwards.

    Personal data (an address and what is said to it), held so that nothing owed is lost or sent twice. Once it has
    left, or was refused for good, its words are erased, since they may hold a link that lets somebody in.
    """

    keep_for = dt.timedelta(days=30)  # after it was sent or refused

    key = models.CharField(max_length=160, unique=True, help_text="Names what it tells, so that it is told once.")
    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    headers = models.JSONField(default=dict, blank=True, help_text="Further headers, such as List-Unsubscribe.")
    written_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(
        null=True, help_text="When the mailbox refused it for good; then it stays unsent."
    )
    refusal = models.CharField(
        max_length=200, blank=True, db_default="", help_text="What the mail server answered then."
    )

    objects = OutgoingMailQuerySet.as_manager()

    def __str__(self) -> str:
        return self.subject
