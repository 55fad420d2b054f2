from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from commissioning.models import Organisation

from .people import Representative
from .services import Service


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def waiting(self) -> CorrectionQuerySet:
        """Corrections nobody has answered or closed yet."""
        return self.filter(answered_at__isnull=True)

    def past_keeping(self, *, at: dt.datetime) -> CorrectionQuerySet:
        """Corrections received longer ago than they are kept for."""
        return self.filter(received_at__lt=at - Correction.keep_for)


class Correction(models.Model):
    """Anybody's "this is wrong", answered by an officer of the service's home council.

    Personal data (an address somebody left for an answer), held to answer; kept for a year after it was received.
    """

    keep_for = dt.timedelta(days=365)
    audit_exclude = ("text", "email", "answer")

    class Topic(models.TextChoices):
        OUT_OF_DATE = "out_of_date", "Something is out of date"
        EXTRA_INFORMATION = "extra_information", "Something is missing"
        CLOSED = "closed", "The service has closed"
        SOMETHING_ELSE = "something_else", "Something else"

    service = models.ForeignKey(Service, models.CASCADE, related_name="corrections")
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
        help_text="The home council that answers; empty where the installation's operators do.",
    )
    topic = models.CharField(max_length=20, choices=Topic)
    text = models.TextField()
    email = models.EmailField(blank=True)
    received_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    answer = models.TextField(blank=True)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="providers_correction_answer_with_moment",
                condition=Q(answered_at__isnull=True, answer="") | Q(answered_at__isnull=False) & ~Q(answer=""),
                violation_error_message="An answer and its moment go together.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_topic_display()}: {self.service}"


class ConfirmationRequestQuerySet(models.QuerySet["ConfirmationRequest"]):
    def past_keeping(self, *, at: dt.datetime) -> ConfirmationRequestQuerySet:
        """Links sent longer ago than they are kept for."""
        return self.filter(sent_at__lt=at - ConfirmationRequest.keep_for)


class ConfirmationRequest(models.Model):
    """A one-time link by which a representative says that nothing has changed; known here by its hash only.

    Kept for a year after it was sent, as the proof of what was asked when.
    """

    keep_for = dt.timedelta(days=365)
    audit_exclude = ("token_hash",)

    service = models.ForeignKey(Service, models.CASCADE, related_name="confirmation_requests")
    representative = models.ForeignKey(Representative, models.CASCADE, related_name="confirmation_requests")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects = ConfirmationRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="providers_confirmationrequest_expires_after_sent",
                condition=Q(expires_at__gt=F("sent_at")),
                violation_error_message="A link ends after it was sent.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service}, asked {self.sent_at:%d %B %Y}"
