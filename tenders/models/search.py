"""The rows of the search for opportunities, made by PostgreSQL in the transaction that changes the register.

As in `providers.models.search`: triggers note every opportunity that a change touches, and the last thing the
transaction does is to make its rows anew (`tenders_search_refresh`, in the migrations). Drafts and what only members of
a framework may see have no row. They hold moments, never a status. What makes a mask is in `tenders/search/rows.py`.
"""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class SearchRow(models.Model):
    """All that filters, orders and counts look at of an opportunity that is published, or will be.

    Its lots count as the opportunity itself. Masks tell which values of a filter hold, a value's parents with it.
    """

    opportunity_id = models.BigIntegerField(primary_key=True)
    # What every search reads comes first, and nothing that may be empty before it: rows are then read faster.
    flags = models.BigIntegerField()
    public_from = models.DateTimeField()
    types_0 = models.BigIntegerField()
    types_1 = models.BigIntegerField()
    groups_0 = models.BigIntegerField()
    councils_0 = models.BigIntegerField()
    councils_1 = models.BigIntegerField()
    councils_2 = models.BigIntegerField()
    councils_3 = models.BigIntegerField()
    buyers_0 = models.BigIntegerField()
    buyers_1 = models.BigIntegerField()
    buyers_2 = models.BigIntegerField()
    buyers_3 = models.BigIntegerField()
    buyers_4 = models.BigIntegerField()
    opens_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    awarded_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="When it was withdrawn or cancelled.")
    engaging_from = models.DateField(null=True)
    planned_until = models.DateField(null=True, help_text="The last day of the plan, or of the contract it replaces.")
    opens_from = models.DateField(null=True, help_text="The first day on which it may open.")
    opens_to = models.DateField(null=True, help_text="The last such day.")
    opens_first = models.DateTimeField(null=True, help_text="The first moment at which it may open.")
    closes_date = models.DateField(null=True, help_text="The day in London on which it closes.")
    value = models.BigIntegerField(null=True, help_text="The highest value told, in pence.")
    framework_id = models.BigIntegerField(null=True)
    sort_name = models.CharField(max_length=80, db_collation="C")

    class Meta:
        indexes = [models.Index(fields=["framework_id"], name="tenders_searchrow_framework")]

    def __str__(self) -> str:
        return str(self.opportunity_id)


class SearchText(models.Model):
    """An opportunity's words. Apart from `SearchRow`, so that filters and counts need not read past them."""

    opportunity_id = models.BigIntegerField(primary_key=True)
    name_vector = SearchVectorField(help_text="Its titles.")
    vector = SearchVectorField(help_text="All that a page shows of it.")

    class Meta:
        indexes = [
            GinIndex(fields=["vector"], name="tenders_searchtext_vector", fastupdate=False),
            GinIndex(fields=["name_vector"], name="tenders_searchtext_names", fastupdate=False),
        ]

    def __str__(self) -> str:
        return str(self.opportunity_id)


class SearchCard(models.Model):
    """What a list shows of an opportunity, ready to be read, and the words that its vectors were made of."""

    opportunity_id = models.BigIntegerField(primary_key=True)
    card = models.TextField(help_text="JSON.")
    names = models.TextField()
    document = models.TextField()

    def __str__(self) -> str:
        return str(self.opportunity_id)


class SearchArea(models.Model):
    """A place where what is bought is delivered: as stated, else where its buyers are."""

    opportunity_id = models.BigIntegerField()
    place_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place_id", "opportunity_id"], name="tenders_searcharea_once")]
        indexes = [models.Index(fields=["opportunity_id"], name="tenders_searcharea_opportunity")]

    def __str__(self) -> str:
        return f"{self.opportunity_id}: {self.place_id}"


class ToldDate(models.Model):
    """A date that an opportunity tells of, as a calendar finds it: kept by a trigger in the statement that changes it.

    ``first`` and ``last`` are the days in London it may be on. What is estimated as a day, or is a moment, has a ``day``.
    """

    opportunity_id = models.BigIntegerField()
    kind = models.CharField(max_length=10, help_text="As in `tenders.browse.happenings`.")
    moment = models.DateTimeField(null=True)
    first = models.DateField()
    last = models.DateField()
    day = models.DateField(null=True)
    words = models.TextField(help_text="As its author put it; empty for a moment.")
    told_until = models.DateTimeField(null=True, help_text="When it is no longer told, as of an award that is made.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["opportunity_id", "kind"], name="tenders_tolddate_once")]
        indexes = [
            models.Index(
                fields=["first", "last"], include=["opportunity_id", "told_until"], name="tenders_tolddate_first"
            ),
            models.Index(fields=["last", "first"], name="tenders_tolddate_last"),
        ]

    def __str__(self) -> str:
        return f"{self.opportunity_id}: {self.kind}"
