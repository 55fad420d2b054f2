from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models


class SearchValue(models.Model):
    """A value of a search's filter and its bit in the search rows' masks (`core.search`).

    A bit is given once and never again: a value that is no longer offered keeps it, so no row can be misread.
    """

    index = models.CharField(max_length=20, help_text="Which search, such as services.")
    facet = models.CharField(max_length=20, help_text="Which of its filters, such as types.")
    value = models.CharField(max_length=80)
    bit = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=200)
    parent = models.CharField(max_length=80, blank=True, help_text="The value above it, whose rows include its own.")
    order = models.PositiveIntegerField(default=0)
    is_offered = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["index", "facet", "value"], name="core_searchvalue_once"),
            models.UniqueConstraint(fields=["index", "facet", "bit"], name="core_searchvalue_bit_once"),
        ]

    def __str__(self) -> str:
        return f"{self.index}, {self.facet}: {self.value}"


class SearchWord(models.Model):
    """A word that some row of a search holds: what a mistyped word is corrected to."""

    index = models.CharField(max_length=20)
    # The C collation: what PostgreSQL and Python hold for the same word must be the same.
    word = models.CharField(max_length=40, db_collation="C")
    rows = models.PositiveIntegerField(default=1, help_text="How many rows held it when all words were last counted.")
    public_from = models.DateTimeField(help_text="Before that it may not be shown: no row that holds it is public.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["index", "word"], name="core_searchword_once")]
        indexes = [GinIndex(OpClass("word", name="gin_trgm_ops"), name="core_searchword_like")]

    def __str__(self) -> str:
        return self.word


class SearchVersion(models.Model):
    """A number that is new whenever a search's values or words have changed: what processes keep of them is then old."""

    index = models.CharField(max_length=20)
    part = models.CharField(max_length=10, choices=[("values", "Values"), ("words", "Words")])
    version = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["index", "part"], name="core_searchversion_once")]

    def __str__(self) -> str:
        return f"{self.index}, {self.part}: {self.version}"
