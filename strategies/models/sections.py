from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from commissioning.models import Indicator
from core.models import ClientGroup, LifeStage, ServiceType
from core.text import RichTextField

from .strategies import Message, StrategyPart


class Section(StrategyPart):
    """A part of a published document: words, or a block fed by the live registers, in a tree.

    A section may have words above its block. A block's filters narrow what it takes from the register.
    """

    class Block(models.TextChoices):
        NONE = "", "Words only"
        MESSAGES = "messages", "Messages of the chosen kinds"
        INDICATORS = "indicators", "Indicators: charts with their tables, key figures"
        PRIORITIES = "priorities", "Priorities with their intentions"
        PRINCIPLES = "principles", "Principles"
        DELIVERY_PLAN = "delivery_plan", "Delivery plan by year"
        PIPELINE = "pipeline", "Planned procurements"
        FRAMEWORKS = "frameworks", "Frameworks and purchasing systems"
        CONTRACTS = "contracts", "Currently commissioned services"
        SERVICES = "services", "Services and accommodation schemes"
        FORUMS = "forums", "Forums and groups"
        CONTACTS = "contacts", "Contacts"
        RELATED = "related", "Related plans and law"
        GLOSSARY = "glossary", "Words and abbreviations"
        VALUES = "values", "The organisation's values"
        CYCLE = "cycle", "Commissioning cycle"
        PARTNERS = "partners", "Partners and the places they cover"
        PLACES = "places", "Places of the area"

    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    title = models.CharField(max_length=200)
    body = RichTextField("words", blank=True, help_text="Simple formatting only; it is cleaned when saved.")
    block = models.CharField(max_length=15, choices=Block, blank=True)
    message_kinds = ArrayField(models.CharField(max_length=15, choices=Message.Kind), default=list, blank=True)
    message_headings = ArrayField(
        models.CharField(max_length=200), default=list, blank=True, help_text="Only messages under these headings."
    )
    indicators = models.ManyToManyField(Indicator, blank=True, related_name="sections")
    life_stages = ArrayField(models.CharField(max_length=10, choices=LifeStage), default=list, blank=True)
    types = models.ManyToManyField(ServiceType, blank=True, related_name="sections")
    client_groups = models.ManyToManyField(ClientGroup, blank=True, related_name="sections")

    class Meta(StrategyPart.Meta):
        constraints = [
            *StrategyPart.Meta.constraints,
            models.CheckConstraint(
                name="strategies_section_says_something",
                condition=~Q(body="") | ~Q(block="") | Q(parent__isnull=True),
                violation_error_message="Write some words or choose a block.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        super().clean()
        ancestor = self.parent
        while ancestor is not None:
            if ancestor.pk is not None and ancestor.pk == self.pk:
                raise ValidationError({"parent": "Choose a parent that is not below this section."})
            if ancestor.strategy_id != self.strategy_id:
                raise ValidationError({"parent": "Choose a section of the same document."})
            ancestor = ancestor.parent
