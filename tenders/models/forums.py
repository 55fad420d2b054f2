from __future__ import annotations

from django.db import models

from commissioning.models import OwnedModel, SourcedModel
from core.models import ClientGroup, LifeStage, PublishableModel, PublishableQuerySet, ServiceType


class Forum(OwnedModel, SourcedModel, PublishableModel):
    """A standing group where commissioners meet providers, people who use care, or each other."""

    REGISTERS = ("events",)

    class Kind(models.TextChoices):
        PROVIDERS = "providers", "Providers"
        PEOPLE = "people", "People who use care, and carers"
        GOVERNANCE = "governance", "Governance board or committee"
        PARTNERSHIP = "partnership", "Partnership or network"
        QUALITY = "quality", "Quality and safeguarding"

    slug = models.SlugField(max_length=100, unique=True)
    name = models.CharField(max_length=250)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.PROVIDERS)
    members_as_stated = models.CharField("members", max_length=300, blank=True)
    about = models.TextField(blank=True)
    meets = models.CharField("how often it meets", max_length=160, blank=True)
    life_stage = models.CharField(max_length=10, choices=LifeStage, blank=True)
    types = models.ManyToManyField(ServiceType, blank=True, related_name="forums")
    client_groups = models.ManyToManyField(ClientGroup, blank=True, related_name="forums")
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    url = models.URLField("web address", blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    objects = PublishableQuerySet.as_manager()
    NATURAL_KEY = ("slug",)

    class Meta:
        constraints = [*SourcedModel.Meta.constraints, *PublishableModel.Meta.constraints]

    def __str__(self) -> str:
        return self.name
