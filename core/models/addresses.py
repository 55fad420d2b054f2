from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q


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
    def from_db(cls, db: Any, field_names: Any, values: Any) -> Any:
        instance = super().from_db(db, field_names, values)
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
