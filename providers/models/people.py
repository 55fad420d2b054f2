from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from commissioning.models import Organisation

from .providers import Provider


class Representative(models.Model):
    """A person who keeps a provider's entry.

    Personal data, held to know who may act; kept until the membership ends (``keep_for``).
    """

    keep_for = "until the membership ends"
    audit_exclude = ("user",)

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="representations")
    provider = models.ForeignKey(Provider, models.CASCADE, related_name="representatives")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "provider"], name="providers_representative_once")]

    def __str__(self) -> str:
        return f"{self.user} for {self.provider}"

    @property
    def audit_label(self) -> str:
        """What the trail calls it, which is never erased and so names no people."""
        return f"account {self.user_id} for {self.provider}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self, *, at: dt.datetime) -> InvitationQuerySet:
        """Invitations that can still be accepted."""
        return self.filter(accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at)

    def past_keeping(self, *, at: dt.datetime) -> InvitationQuerySet:
        """Invitations that ended, whichever way, longer ago than they are kept for."""
        until = at - Invitation.keep_for
        return self.filter(Q(accepted_at__lt=until) | Q(withdrawn_at__lt=until) | Q(expires_at__lt=until))

    def for_list(self) -> InvitationQuerySet:
        """Fetch all that a list row shows."""
        return self.select_related("provider", "invited_by", "accepted_by").order_by("-invited_at", "-pk")


class Invitation(models.Model):
    """An offer to one email address to keep a provider's entry; its link is known here by its hash only.

    Personal data, held to let the right person in; kept for 90 days after it was accepted, withdrawn or expired.
    """

    keep_for = dt.timedelta(days=90)
    audit_exclude = ("email", "token_hash")

    class State(models.TextChoices):
        OPEN = "open", "Waiting for an answer"
        ACCEPTED = "accepted", "Accepted"
        WITHDRAWN = "withdrawn", "Withdrawn"
        EXPIRED = "expired", "Expired"

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="invitations",
        help_text="The council whose officer invites; empty where a representative or an operator does.",
    )
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    invited_at = models.DateTimeField()
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="providers_invitation_expires_after_sent",
                condition=Q(expires_at__gt=F("invited_at")),
                violation_error_message="An invitation ends after it was sent.",
            ),
            models.CheckConstraint(
                name="providers_invitation_ends_one_way",
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True),
                violation_error_message="An accepted invitation cannot be withdrawn: end the membership.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} for {self.provider}"

    @property
    def audit_label(self) -> str:
        """What the trail calls it, which is never erased and so names no people."""
        return f"invitation to {self.provider}"

    def state(self, *, at: dt.datetime) -> Invitation.State:
        """Say how it stands: accepted and withdrawn for good, else open until it expires."""
        if self.accepted_at is not None:
            return self.State.ACCEPTED
        if self.withdrawn_at is not None:
            return self.State.WITHDRAWN
        return self.State.OPEN if at < self.expires_at else self.State.EXPIRED
