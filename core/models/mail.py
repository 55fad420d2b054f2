from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models.functions import Now


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def past_keeping(self, *, at: dt.datetime) -> Self:
        """Return the mails that left longer ago than they are kept for; what is owed stays."""
        return self.filter(sent_at__lt=at - OutgoingMail.keep_for)


class OutgoingMail(models.Model):
    """A mail that is owed to somebody: written with the change that causes it, sent by a job afterwards.

    Personal data (an address and what is said to it), held so that nothing owed is lost or sent twice. Once it has
    left its words are erased, since they may hold a link that lets somebody in.
    """

    keep_for = dt.timedelta(days=30)  # after it was sent

    key = models.CharField(max_length=160, unique=True, help_text="Names what it tells, so that it is told once.")
    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    headers = models.JSONField(default=dict, blank=True, help_text="Further headers, such as List-Unsubscribe.")
    written_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)

    objects = OutgoingMailQuerySet.as_manager()

    def __str__(self) -> str:
        return self.subject
