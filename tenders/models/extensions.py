from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from commissioning.models import OwnedModel, OwnedQuerySet
from core.dates import EstimatedDateField

from .contracts import Contract

if TYPE_CHECKING:
    from .opportunities import Opportunity


class ExtensionOption(OwnedModel):
    """The right to let a contract run on for a number of months, as agreed when it was made."""

    REGISTERS = ("contracts",)

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="extension_options")
    number = models.PositiveSmallIntegerField(default=1, help_text="Which comes first: 1, 2, 3.")
    months = models.PositiveSmallIntegerField(help_text="By how long the contract may run on.")
    decide_by_date = models.DateField("to be decided by", null=True, blank=True)

    NATURAL_KEY = ("contract", "number")
    OWNED_THROUGH = "contract"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "number"], name="tenders_extensionoption_once"),
            models.CheckConstraint(
                name="tenders_extensionoption_has_length",
                condition=Q(months__gte=1) & Q(number__gte=1),
                violation_error_message="An option adds at least one month.",
            ),
        ]

    def __str__(self) -> str:
        return f"Option {self.number}: {self.months} months"


class ContractChangeQuerySet(OwnedQuerySet):
    def told(self, *, at: dt.datetime) -> ContractChangeQuerySet:
        """Changes that have been told by then, the oldest first."""
        return self.filter(changed_at__lte=at).order_by("decided_date", "pk")

    def of_procurement(self, opportunity: Opportunity) -> ContractChangeQuerySet:
        """Changes of the contracts that came of it, of each lot's own too, the oldest first."""
        contracts = Contract.objects.filter(Q(opportunity=opportunity) | Q(awards__opportunity=opportunity))
        return (
            self.filter(contract__in=contracts.values("pk")).select_related("contract").order_by("decided_date", "pk")
        )


class ContractChange(OwnedModel):
    """Something about a contract that changed after it was made. It stays and is shown with its reason."""

    REGISTERS = ("contracts",)

    class Kind(models.TextChoices):
        EXTENSION = "extension", "Extended"
        OTHER = "other", "Changed"

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.EXTENSION)
    option = models.OneToOneField(
        ExtensionOption,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="taken_up",
        help_text="Which option was taken up.",
    )
    old_end = EstimatedDateField("end before", null=True, blank=True)
    new_end = EstimatedDateField("end now", null=True, blank=True)
    decided_date = models.DateField("decided on")
    reason = models.TextField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = ContractChangeQuerySet.as_manager()
    NATURAL_KEY = ("contract", "decided_date", "kind")
    OWNED_THROUGH = "contract"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "decided_date", "kind"], name="tenders_contractchange_once_a_day"
            ),
            models.CheckConstraint(
                name="tenders_contractchange_has_reason",
                condition=~Q(reason=""),
                violation_error_message="Say why: providers and the people who use the service will ask.",
            ),
            models.CheckConstraint(
                name="tenders_contractchange_extension_has_end",
                condition=~Q(kind="extension") | Q(new_end__isnull=False),
                violation_error_message="An extension has a new end.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.contract}"
