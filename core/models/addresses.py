from __future__ import annotations

from typing import Any, TypeVar

from django.db import models
from django.db.models import Q
from django.http import Http404

Addressed = TypeVar("Addressed", bound="AddressedModel")


class AddressMoved(Exception):
    """The row asked for has a new slug; whoever asks is sent on to ``url`` for good."""

    def __init__(self, old_slug: str, new_slug: str) -> None:
        super().__init__(new_slug)
        self.old_slug, self.new_slug = old_slug, new_slug

    def new_path(self, path: str) -> str:
        """The path asked for with the new slug in the old one's place."""
        return path.replace(f"/{self.old_slug}/", f"/{self.new_slug}/", 1)


def find_by_slug(rows: models.QuerySet[Addressed], slug: str) -> Addressed:
    """Return the row of this slug, among those a person may see.

    :raises AddressMoved: if a row had this slug before.
    :raises Http404: if none ever had.
    """
    row = rows.filter(slug=slug).first()
    if row is not None:
        return row
    former = FormerSlug.objects.filter(register=rows.model._meta.label_lower, slug=slug).first()
    moved = rows.filter(pk=former.object_id).first() if former else None
    if moved is None:
        raise Http404(f"No {rows.model._meta.verbose_name} is called {slug}.")
    raise AddressMoved(slug, moved.slug)


class FormerSlug(models.Model):
    """A slug that an address once carried; whoever asks for it is sent on to the row's present one."""

    register = models.CharField(max_length=40, help_text="The model's label, such as strategies.strategy.")
    slug = models.SlugField(max_length=120)
    object_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["register", "slug"], name="core_formerslug_once")]

    def __str__(self) -> str:
        return f"{self.register}: {self.slug}"


class AddressedModel(models.Model):
    """A row with a page of its own. Changing its slug leaves a redirect from the old address."""

    slug = models.SlugField(max_length=120, unique=True, help_text="The last part of its address.")

    NATURAL_KEY = ("slug",)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_slug_not_reserved",
                condition=~Q(slug__in=["latest", "new", "calendar", "shortlist", "compare", "finder", "editions"]),
                violation_error_message="This word is part of another address. Choose a longer one.",
            )
        ]

    @classmethod
    def from_db(cls, db: Any, field_names: Any, values: Any, **options: Any) -> Any:
        instance = super().from_db(db, field_names, values, **options)
        if "slug" in field_names:
            instance._stored_slug = instance.slug
        return instance

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        stored = getattr(self, "_stored_slug", self.slug)
        register = self._meta.label_lower
        if stored != self.slug:
            FormerSlug.objects.update_or_create(register=register, slug=stored, defaults={"object_id": self.pk})
            # A slug in use again must not send its readers elsewhere.
            FormerSlug.objects.filter(register=register, slug=self.slug).delete()
        self._stored_slug = self.slug
