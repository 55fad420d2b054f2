"""What the contracts register is ordered and looked through by, ready made: PostgreSQL keeps a row beside each contract.

The edges of estimated dates stand as dates here, so that an index has them in the order of the list, and the words in
capitals, as a search compares them. A trigger writes the row in the statement that changes the contract.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Self

from django.db import models
from django.db.models import F

from .contracts import Contract


class RegisterRowQuerySet(models.QuerySet["RegisterRow"]):
    def public(self, *, at: dt.datetime) -> Self:
        """Return the rows of what anybody may see at a moment."""
        return self.filter(public_from__lte=at)

    def among(self, contracts: Sequence[int]) -> Self:
        """Return the rows of these contracts, however many: as one text, of which the planner weighs nothing."""
        ids = f"{{{','.join(map(str, contracts))}}}"
        # IS TRUE has the index of the order read and each row looked up among them, not the rows found one by one and sorted.
        return self.extra(where=["(contract_id IN (SELECT unnest(%s::bigint[]))) IS TRUE"], params=[ids])

    def in_order(self) -> Self:
        """The soonest end first and the unknown last, the order within both parts of the list."""
        return self.order_by(F("ends").asc(nulls_last=True), "title", "pk")


class RegisterRow(models.Model):
    """A contract as its list orders it and its words are looked for."""

    contract = models.OneToOneField(
        Contract, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="in_register"
    )
    public_from = models.DateTimeField(null=True)
    ends = models.DateField(null=True, help_text="The last day of its stated end.")
    ends_if_extended = models.DateField(null=True)
    title = models.CharField(max_length=250)
    words = models.TextField(help_text="Title and summary in capitals.")

    objects = RegisterRowQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["ends", "title", "contract"],
                include=["public_from", "ends_if_extended"],
                name="tenders_registerrow_in_order",
            )
        ]

    def __str__(self) -> str:
        return self.title
