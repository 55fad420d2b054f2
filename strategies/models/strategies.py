from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.urls import reverse

from commissioning.models import Organisation, OwnedModel, OwnedQuerySet, PartnerBase, SourcedModel, Team
from core.dates import EstimatedDateField
from core.models import (
    AddressedModel,
    ClientGroup,
    LifeStage,
    Place,
    PublishableModel,
    PublishableQuerySet,
    ServiceType,
)
from tenders.models import Contract, Framework, Opportunity

# An open milestone is at risk in the last four weeks before its last possible day.
AT_RISK_BEFORE = dt.timedelta(weeks=4)


class StrategyQuerySet(PublishableQuerySet, OwnedQuerySet):
    def for_list(self) -> StrategyQuerySet:
        """Fetch all that a list row shows, the newest period first."""
        return (
            self.select_related("organisation", "source")
            .prefetch_related("partnerships__organisation")
            .order_by("-starts__earliest", "title", "pk")
        )


class Strategy(AddressedModel, OwnedModel, SourcedModel, PublishableModel):
    """A document by which commissioners say what they want and what they will do: a commissioning strategy,
    joint strategy or market position statement, with a lead and partners.
    """

    REGISTERS = ("strategies",)

    class Kind(models.TextChoices):
        COMMISSIONING = "commissioning", "Commissioning strategy"
        JOINT = "joint", "Joint commissioning strategy"
        MPS = "mps", "Market position statement"
        JOINT_MPS = "joint_mps", "Joint market position statement"
        HOUSING = "housing", "Housing strategy"
        DELIVERY_PLAN = "delivery_plan", "Delivery plan"

    kind = models.CharField(max_length=15, choices=Kind)
    title = models.CharField(max_length=250, help_text="The document's own title.")
    headline = models.CharField(
        max_length=120, help_text="What the reader will learn: “What care Cheshire East will need”."
    )
    lede = models.TextField(blank=True, help_text="One or two sentences for the top of the page.")
    service_area = models.CharField(max_length=160, blank=True)
    starts = EstimatedDateField("start of the period")
    ends = EstimatedDateField("end of the period", null=True, blank=True)
    source_status = models.CharField(
        "status of the source", max_length=160, blank=True, help_text="As the document says: draft, adopted, …"
    )
    review_as_stated = models.CharField("how it is reviewed", max_length=250, blank=True)
    places = models.ManyToManyField(Place, blank=True, related_name="strategies")
    partners = models.ManyToManyField(
        Organisation, through="StrategyPartner", related_name="joint_strategies", blank=True
    )
    related = models.ManyToManyField("self", symmetrical=True, blank=True)

    objects = StrategyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "strategies"
        constraints = [
            *AddressedModel.Meta.constraints,
            *SourcedModel.Meta.constraints,
            *PublishableModel.Meta.constraints,
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("strategies:strategy", args=[self.slug])

    @property
    def is_market_statement(self) -> bool:
        return self.kind in (self.Kind.MPS, self.Kind.JOINT_MPS)

    @property
    def period(self) -> str:
        """The years it covers, in words: "2021 to 2025"."""
        if not self.ends:
            return f"from {self.starts}"
        return f"{self.starts} to {self.ends}"


class StrategyPartner(PartnerBase):
    """An organisation that shares a strategy."""

    strategy = models.ForeignKey(Strategy, models.CASCADE, related_name="partnerships")

    NATURAL_KEY = ("strategy", "organisation", "role")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["strategy", "organisation", "role"], name="strategies_strategypartner_once")
        ]


class StrategyPart(OwnedModel, SourcedModel):
    """What all parts of a strategy share: an owner, a source, a key within the strategy, and an order."""

    REGISTERS = ("strategies",)

    strategy = models.ForeignKey(Strategy, models.CASCADE, related_name="%(class)s_set")
    slug = models.SlugField(max_length=120)
    order = models.PositiveSmallIntegerField(default=0)

    NATURAL_KEY = ("strategy", "slug")
    OWNED_THROUGH = "strategy"

    class Meta:
        abstract = True
        constraints = [
            *SourcedModel.Meta.constraints,
            models.UniqueConstraint(fields=["strategy", "slug"], name="%(app_label)s_%(class)s_once"),
        ]


class RelatedDocument(StrategyPart):
    """A plan, law or strategy that the document is to be read with."""

    class Kind(models.TextChoices):
        NATIONAL = "national", "National law or policy"
        LOCAL = "local", "Local strategy or plan"
        EVIDENCE = "evidence", "Evidence of need"
        TOOL = "tool", "Guide, tool or information service"

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.LOCAL)
    title = models.CharField(max_length=250)
    status = models.CharField(max_length=120, blank=True, help_text="As stated: in draft, due summer 2025, …")
    text = models.TextField(blank=True)
    url = models.URLField("address", blank=True)

    def __str__(self) -> str:
        return self.title


class Principle(StrategyPart):
    """A principle the commissioners work by."""

    title = models.CharField(max_length=250)
    text = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.title


class Theme(StrategyPart):
    """A heading under which priorities or intentions stand."""

    title = models.CharField(max_length=250)
    text = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.title


class Priority(StrategyPart):
    """Something the strategy puts first."""

    theme = models.ForeignKey(Theme, models.SET_NULL, null=True, blank=True, related_name="priorities")
    number = models.CharField(max_length=10, blank=True)
    title = models.CharField(max_length=250)
    text = models.TextField(blank=True)
    places = models.ManyToManyField(Place, blank=True, related_name="priorities")
    client_groups = models.ManyToManyField(ClientGroup, blank=True, related_name="priorities")

    class Meta(StrategyPart.Meta):
        verbose_name_plural = "priorities"

    def __str__(self) -> str:
        return self.title


class Intention(StrategyPart):
    """What the commissioners intend to do about a priority."""

    priority = models.ForeignKey(Priority, models.CASCADE, null=True, blank=True, related_name="intentions")
    heading = models.CharField(max_length=250, blank=True, help_text="The group it stands under in the document.")
    title = models.CharField(max_length=250)
    text = models.TextField(blank=True)
    types = models.ManyToManyField(ServiceType, blank=True, related_name="intentions")
    client_groups = models.ManyToManyField(ClientGroup, blank=True, related_name="intentions")

    def __str__(self) -> str:
        return self.title


class Action(StrategyPart):
    """A piece of work in the delivery plan, with its milestones by year and who is responsible."""

    priority = models.ForeignKey(Priority, models.CASCADE, null=True, blank=True, related_name="actions")
    intentions = models.ManyToManyField(Intention, blank=True, related_name="actions")
    heading = models.CharField(max_length=250, blank=True, help_text="The row heading it stands under in the plan.")
    title = models.CharField(max_length=250)
    text = models.TextField(blank=True)
    teams = models.ManyToManyField(Team, blank=True, related_name="actions")
    responsible_as_stated = models.CharField("responsible, as stated", max_length=300, blank=True)
    opportunities = models.ManyToManyField(Opportunity, blank=True, related_name="actions")
    contracts = models.ManyToManyField(Contract, blank=True, related_name="actions")
    frameworks = models.ManyToManyField(Framework, blank=True, related_name="actions")

    def __str__(self) -> str:
        return self.title

    def rag(self, *, on: dt.date) -> Progress.Rag | None:
        """How the action stands on a day: done, late, at risk or on track; nothing where nobody has reported.

        Computed from the milestones: late when one's last possible day has passed undone, at risk in its last
        four weeks. The newest report may override it, with its reason. Read from what is prefetched.
        """
        reports = sorted(self.progress.all(), key=lambda report: report.reported_date)
        milestones = list(self.milestones.all())
        done = [one for one in milestones if one.done_date is not None and one.done_date <= on]
        if not reports and not done:
            return None
        if reports and reports[-1].override:
            return Progress.Rag(reports[-1].override)
        open_ones = [one for one in milestones if one not in done]
        if milestones and not open_ones:
            return Progress.Rag.DONE
        if any(one.due.is_past(on=on) for one in open_ones):
            return Progress.Rag.RED
        if any(one.due.is_past(on=on + AT_RISK_BEFORE) for one in open_ones):
            return Progress.Rag.AMBER
        return Progress.Rag.GREEN


class Milestone(OwnedModel, SourcedModel):
    """What an action is to reach in a year or by a date: one cell of the delivery plan."""

    action = models.ForeignKey(Action, models.CASCADE, related_name="milestones")
    due = EstimatedDateField(help_text="The year or date of the plan's column, such as 2024/25.")
    due_words = models.CharField(max_length=60, editable=False, default="")
    title = models.CharField(max_length=250, help_text="As the plan says: “Tender & award contract”.")
    is_buying = models.BooleanField("buys or tenders", default=False)
    done_date = models.DateField("done on", null=True, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    NATURAL_KEY = ("action", "due_words", "title")
    OWNED_THROUGH = "action"

    class Meta:
        constraints = [
            *SourcedModel.Meta.constraints,
            models.UniqueConstraint(fields=["action", "due_words", "title"], name="strategies_milestone_once"),
        ]

    def __str__(self) -> str:
        return f"{self.due}: {self.title}"

    def clean_fields(self, exclude: object = None) -> None:
        self._take_due_words()
        super().clean_fields(exclude=exclude)

    def save(self, *args: object, **kwargs: object) -> None:
        self._take_due_words()
        super().save(*args, **kwargs)

    def _take_due_words(self) -> None:
        self.due_words = str(self.due or "")


class Progress(OwnedModel):
    """What was reported of an action on a day. The colour follows from the milestones unless overridden."""

    class Rag(models.TextChoices):
        GREEN = "green", "On track"
        AMBER = "amber", "At risk"
        RED = "red", "Late"
        DONE = "done", "Done"

    action = models.ForeignKey(Action, models.CASCADE, related_name="progress")
    reported_date = models.DateField("reported on")
    text = models.TextField("what was done")
    override = models.CharField(max_length=6, choices=Rag, blank=True)
    override_reason = models.TextField(blank=True)

    OWNED_THROUGH = "action"

    class Meta:
        verbose_name_plural = "progress"
        constraints = [
            models.UniqueConstraint(fields=["action", "reported_date"], name="strategies_progress_once_a_day"),
            models.CheckConstraint(
                name="strategies_progress_override_has_reason",
                condition=Q(override="") | ~Q(override_reason=""),
                violation_error_message="Say why you override the computed state.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reported_date:%-d %B %Y}: {self.text[:60]}"


class Message(StrategyPart):
    """Something the document says to its readers, kept as one plain statement with whom it concerns."""

    class Kind(models.TextChoices):
        VISION = "vision", "Vision"
        AIM = "aim", "Aim"
        OUTCOME = "outcome", "Outcome"
        KEY_MESSAGE = "key_message", "Key message"
        CHALLENGE = "challenge", "Challenge"
        CONTEXT = "context", "Context"
        MARKET_ISSUE = "market_issue", "Market issue"
        OPENING = "opening", "Opening to talk about"
        COMMITMENT = "commitment", "Commitment"
        EXPECTATION = "expectation", "What is expected of providers"
        HEARD = "heard", "What people said"
        SUPPORT = "support", "Support offered to providers"
        ACHIEVEMENT = "achievement", "What has been done"
        GOVERNANCE = "governance", "How it is governed"
        DISPUTE = "dispute", "How disputes are settled"
        PROCESS = "process", "How it works"

    kind = models.CharField(max_length=15, choices=Kind)
    heading = models.CharField(max_length=200, blank=True, help_text="What it stands under in the document.")
    text = models.TextField()
    said_by = models.CharField(max_length=160, blank=True, help_text="A group, never a person: “Carers’ survey, 2021”.")
    made_by = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", help_text="Whose commitment it is."
    )
    life_stage = models.CharField(max_length=10, choices=LifeStage, blank=True)
    types = models.ManyToManyField(ServiceType, blank=True, related_name="messages")
    client_groups = models.ManyToManyField(ClientGroup, blank=True, related_name="messages")
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="messages")
    opportunities = models.ManyToManyField(Opportunity, blank=True, related_name="messages")

    def __str__(self) -> str:
        return self.text[:80]


class Term(StrategyPart):
    """A word or abbreviation the document explains."""

    term = models.CharField(max_length=120)
    meaning = models.TextField()
    is_abbreviation = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.term
