"""What the contracts register is ordered and looked through by, ready made: PostgreSQL keeps a row beside each contract.

The edges of estimated dates stand as dates here, so that an index has them in the order of the list, and the words in
capitals, as a search compares them. A trigger writes the row in the statement that changes the contract.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Self

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from commissioning.models import Organisation
from core.dates import london_date

from .contracts import Contract


class RegisterRowQuerySet(models.QuerySet["RegisterRow"]):
    def public(self, *, at: dt.datetime) -> Self:
        """Return the rows of what anybody may see at a moment."""
        return self.filter(public_from__lte=at)

    def started_since(self, day: dt.date, *, at: dt.datetime) -> Self:
        """Contracts that began on the day or after it; those without a known start, if they were published since."""
        return self.filter(Q(starts__range=(day, london_date(at))) | Q(starts__isnull=True, public_from__date__gte=day))

    def ending_by(self, day: dt.date, *, at: dt.datetime) -> Self:
        """Contracts whose planned end lies ahead, on the day or before it."""
        return self.filter(planned_end__range=(london_date(at), day))

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
    organisation = models.ForeignKey(Organisation, models.DO_NOTHING, db_constraint=False, related_name="+")
    public_from = models.DateTimeField(null=True)
    starts = models.DateField(null=True, help_text="The first day of its stated start.")
    ends = models.DateField(null=True, help_text="The last day of its stated end.")
    ends_if_extended = models.DateField(null=True)
    planned_end = models.DateField(null=True, help_text="As `Contract.planned_end` tells it.")
    title = models.CharField(max_length=250)
    words = models.TextField(help_text="Title and summary in capitals.")

    objects = RegisterRowQuerySet.as_manager()

    class Meta:
        indexes = [
            # A page's keys, and what most filters ask, without a look at the rows and their words.
            models.Index(
                fields=["ends", "title", "contract"],
                include=["public_from", "ends_if_extended", "planned_end", "starts", "organisation"],
                name="tenders_registerrow_in_order",
            ),
            # Any piece of a word, as a search asks.
            GinIndex(fields=["words"], opclasses=["gin_trgm_ops"], name="tenders_registerrow_words"),
        ]

    def __str__(self) -> str:
        return self.title
