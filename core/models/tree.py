from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q


class TreeQuerySet(models.QuerySet["TreeNode"]):
    def within(self, nodes: Iterable[TreeNode]) -> Self:
        """Return the given nodes and everything below them: a filter on a parent finds its children."""
        condition = Q(pk__in=[])
        for node in nodes:
            condition |= Q(path=node.path) | Q(path__startswith=f"{node.path}/")
        return self.filter(condition)


class TreeNode(models.Model):
    """A row of a small, slow-changing tree, with its path from the root kept beside it.

    The path (slugs joined by ``/``) makes "this and all below" one indexed prefix comparison.
    """

    REGISTERS = ("taxonomy", "places")

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=500, unique=True, editable=False)

    objects = TreeQuerySet.as_manager()
    NATURAL_KEY = ("slug",)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def depth(self) -> int:
        """Number of ancestors."""
        return self.path.count("/")

    def clean(self) -> None:
        super().clean()
        if self.parent is not None and self.pk and f"/{self.slug}/" in f"/{self.parent.path}/":
            raise ValidationError({"parent": "Choose a parent that is not below this one."})

    def save(self, *args: Any, **kwargs: Any) -> None:
        old_path = self.path
        self.path = f"{self.parent.path}/{self.slug}" if self.parent else self.slug
        super().save(*args, **kwargs)
        if old_path and old_path != self.path:
            # The type checker's Django plugin cannot follow "self" in an abstract model.
            rows: Any = type(self)._default_manager
            for child in rows.filter(parent=self):
                child.save()
