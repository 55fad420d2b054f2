"""The search's own rows, made by PostgreSQL from the directory's in the transaction that changes these.

Nothing else writes them: triggers note every service that a change touches, whatever makes it, and the last thing the
transaction does is to make these services' rows anew (`providers_search_refresh`, in the migrations). They hold
moments, never a status: the search compares them with its own moment. What makes a mask is in `providers/search.py`.
"""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast, Floor
from django.db.models.lookups import Exact

# In so many slices a ball of radius 1 is cut from its middle to the north: each is about a mile and a half high.
SLICES = 4000
# The bit of the flags of a service that one goes to.
GOES_THERE = 1 << 28


class SearchRow(models.Model):
    """A public service at one of its buildings, or without any: all that filters, orders and counts look at.

    ``x``, ``y`` and ``z`` are the point on a ball of radius 1: the straight line between two of them tells their
    distance over ground. A withheld address stands at its outcode's centre; the true point is in no row.
    Masks tell which values of a filter hold, a value's parents with it (`core.search`).
    """

    service_id = models.BigIntegerField()
    location_id = models.BigIntegerField(help_text="0 where the service has no building.")
    # What every search reads comes first, and nothing that may be empty before it: rows are then read faster.
    flags = models.BigIntegerField()
    public_from = models.DateTimeField(help_text="When the service and its provider are both public.")
    types_0 = models.BigIntegerField()
    types_1 = models.BigIntegerField()
    groups_0 = models.BigIntegerField()
    languages_0 = models.BigIntegerField()
    languages_1 = models.BigIntegerField()
    councils_0 = models.BigIntegerField()
    councils_1 = models.BigIntegerField()
    councils_2 = models.BigIntegerField()
    councils_3 = models.BigIntegerField()
    x = models.FloatField(null=True)
    y = models.FloatField(null=True)
    z = models.FloatField(null=True)
    space_from = models.DateTimeField(null=True, help_text="When the provider told of the space it has.")
    space_until = models.DateTimeField(null=True, help_text="Until when that counts.")
    told_until = models.DateTimeField(null=True, help_text="Until when what it told of space, or of none, counts.")
    confirmed_at = models.DateTimeField(null=True)
    fee = models.BigIntegerField(null=True, help_text="Lowest starting fee: its unit's rank, then pence.")
    sort_name = models.CharField(max_length=80, db_collation="C")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service_id", "location_id"], name="providers_searchrow_once")]
        indexes = [
            models.Index(fields=["z", "y"], name="providers_searchrow_point"),
            # What a list near a place asks of each row, so that its rows are not read at all (`providers.search.around`).
            models.Index(
                Cast(Floor(F("z") * float(SLICES)), models.IntegerField()),
                F("y"),
                name="providers_searchrow_around",
                condition=~Q(Exact(F("flags").bitand(GOES_THERE), 0)),
                include=[
                    *("x", "z", "flags", "public_from", "types_0", "types_1", "groups_0", "space_from", "space_until"),
                    *("service_id", "location_id", "sort_name"),
                ],
            ),
            models.Index(fields=["sort_name", "service_id", "location_id"], name="providers_searchrow_name"),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} at {self.location_id}"


class SearchText(models.Model):
    """A public service's words. Apart from `SearchRow`, so that filters and counts need not read past them."""

    service_id = models.BigIntegerField(primary_key=True)
    name_vector = SearchVectorField(help_text="Its name and its provider's.")
    vector = SearchVectorField(help_text="All that a page shows of it.")

    class Meta:
        indexes = [
            GinIndex(fields=["vector"], name="providers_searchtext_vector", fastupdate=False),
            GinIndex(fields=["name_vector"], name="providers_searchtext_names", fastupdate=False),
        ]

    def __str__(self) -> str:
        return str(self.service_id)


class SearchCard(models.Model):
    """What a result shows of a service, ready to be read, and the words that its vectors were made of."""

    service_id = models.BigIntegerField(primary_key=True)
    card = models.TextField(help_text="JSON.")
    names = models.TextField()
    document = models.TextField()

    def __str__(self) -> str:
        return str(self.service_id)


class SearchArea(models.Model):
    """An area that a service comes to: a place's path, or an outcode after "@".

    One that has not told where it goes stands under its office's council, and says so. With what a list of those who
    come asks of each, so that it need not look for their rows. What its flags tell of a building is any one's.
    """

    service_id = models.BigIntegerField()
    area = models.CharField(max_length=500, db_collation="C")
    is_told = models.BooleanField()
    # As in the service's rows, all of which have the same; the location is the first.
    location_id = models.BigIntegerField()
    flags = models.BigIntegerField()
    public_from = models.DateTimeField()
    types_0 = models.BigIntegerField()
    types_1 = models.BigIntegerField()
    groups_0 = models.BigIntegerField()
    space_from = models.DateTimeField(null=True)
    space_until = models.DateTimeField(null=True)
    sort_name = models.CharField(max_length=80, db_collation="C")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                F("area"),
                F("service_id"),
                name="providers_searcharea_once",
                include=[
                    *(
                        "is_told",
                        "location_id",
                        "flags",
                        "public_from",
                        "types_0",
                        "types_1",
                        "groups_0",
                        "space_from",
                        "space_until",
                    ),
                    "sort_name",
                ],
            )
        ]
        indexes = [models.Index(fields=["service_id"], name="providers_searcharea_service")]

    def __str__(self) -> str:
        return f"{self.service_id}: {self.area}"
