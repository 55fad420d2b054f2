from __future__ import annotations

from typing import Self

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import OuterRef, Q, Subquery


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def about(self, obj: models.Model) -> Self:
        """Return what was done to one record."""
        return self.filter(object_kind=obj._meta.label_lower, object_id=str(obj.pk))

    def acting_for(self, organisation: models.Model) -> Self:
        """Return what people did for one organisation or provider."""
        return self.filter(organisation_kind=organisation._meta.label_lower, organisation_id=str(organisation.pk))

    def for_list(self) -> Self:
        """Fetch all that a list row shows, newest first, with ``by_name`` of those whose account still exists."""
        person = get_user_model()._default_manager.filter(pk=OuterRef("by_id"))
        return self.annotate(
            by_name=Subquery(person.values("name")[:1]), by_email=Subquery(person.values("email")[:1])
        ).order_by("-at", "-pk")


class AuditEvent(models.Model):
    """One thing that somebody did: who, for which organisation or provider, what, to what, and how it changed.

    For investigation; features read facts on the rows. Kinds and ids instead of foreign keys, so that the trail
    outlives what it tells of. Append-only in the database itself: triggers refuse update, delete and truncate.

    Personal data: the number of the account, and no name or address. The account gives the number its name, and
    when it is erased the trail stays whole and says only "a former user". ``record`` leaves out the fields a model
    names in ``audit_exclude`` for the same reason.
    """

    keep_for = "as long as the installation, since it holds no names"

    at = models.DateTimeField()
    by_id = models.BigIntegerField(
        null=True, help_text="The account's number; empty if the installation itself did it."
    )
    organisation_kind = models.CharField(
        max_length=60, blank=True, help_text="The kind acted for, such as commissioning.organisation."
    )
    organisation_id = models.CharField(max_length=40, blank=True)
    organisation_label = models.CharField(max_length=200, blank=True)
    action = models.CharField(max_length=80, help_text="What was done, such as edition.published.")
    object_kind = models.CharField(max_length=60)
    object_id = models.CharField(max_length=40)
    object_label = models.CharField(max_length=200)
    before = models.JSONField(null=True, help_text="The fields that changed, as they were; empty for a new record.")
    after = models.JSONField(null=True, help_text="The fields that changed, as they became; empty for a deletion.")

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="core_auditevent_organisation_whole",
                condition=Q(organisation_kind="", organisation_id="")
                | ~(Q(organisation_kind="") | Q(organisation_id="")),
            ),
            models.CheckConstraint(
                name="core_auditevent_names_its_object",
                condition=~(Q(action="") | Q(object_kind="") | Q(object_id="")),
            ),
        ]
        indexes = [
            models.Index(fields=["object_kind", "object_id", "-at"], name="core_auditevent_object"),
            models.Index(fields=["organisation_kind", "organisation_id", "-at"], name="core_auditevent_organisation"),
            models.Index(fields=["-at"], name="core_auditevent_at"),
        ]

    def __str__(self) -> str:
        return f"{self.action}: {self.object_label}"
