from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.dates import EstimatedDateField

from .owned import OwnedModel


class SourceDocument(OwnedModel):
    """A document an organisation published, from which facts here were taken."""

    REGISTERS = ("organisations", "strategies", "opportunities", "contracts", "frameworks", "services", "providers")

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=250)
    published = EstimatedDateField(null=True, blank=True)
    url = models.URLField("address", blank=True)
    note = models.TextField(blank=True, help_text="What a reader must know of it: a draft, pages missing, and so on.")

    NATURAL_KEY = ("slug",)

    def __str__(self) -> str:
        return self.title


class SourcedModel(models.Model):
    """A row that says where it comes from: a document and its section, or that it is only a sample.

    A sample is invented to show a feature; pages mark it, and it never cites a document.
    """

    source = models.ForeignKey(
        SourceDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="source document"
    )
    source_section = models.CharField(
        max_length=200, blank=True, help_text="Where in the document, such as “Section 4, table 2”."
    )
    source_note = models.TextField(
        blank=True, help_text="Any doubt: the document contradicts itself, is garbled, or was read in one of two ways."
    )
    is_sample = models.BooleanField("sample data", default=False, help_text="Invented to show how the portal works.")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_sample_has_no_source",
                condition=Q(is_sample=False) | Q(source__isnull=True),
                violation_error_message="Sample data cannot cite a document.",
            )
        ]

    @property
    def source_line(self) -> str:
        """The source in words, for the line under a table or chart; empty when none is recorded."""
        if self.source is None:
            return ""
        parts = [self.source.title, self.source_section]
        return ", ".join(part for part in parts if part)
