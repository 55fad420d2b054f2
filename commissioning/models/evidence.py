from __future__ import annotations

from django.db import models

from core.models import ClientGroup, LifeStage, Place

from .owned import OwnedModel, OwnedQuerySet
from .sources import SourcedModel


class IndicatorQuerySet(OwnedQuerySet):
    def for_charts(self) -> IndicatorQuerySet:
        """Fetch all that a chart and its table show."""
        return self.select_related("source").prefetch_related("observations__place", "observations__source")


class Indicator(OwnedModel, SourcedModel):
    """A measure of need, supply or money, with the figures a document gives for it.

    A measure with one figure is shown as a key figure; a series is drawn and tabled.
    """

    REGISTERS = ("indicators",)

    class Chart(models.TextChoices):
        FIGURE = "figure", "Key figure"
        BARS = "bars", "Bars, one for each category"
        GROUPED = "grouped", "Bars beside each other, to compare series"
        STACKED = "stacked", "Stacked bars, shares of a whole"
        LINE = "line", "A line over time"
        CHANGE = "change", "Change up or down"
        RANGE = "range", "From one value to another"
        TABLE = "table", "Table only"

    slug = models.SlugField(max_length=100)
    title = models.CharField(
        max_length=200, help_text="The finding, as a sentence: “By 2038 three in ten are over 65”."
    )
    measure = models.CharField(max_length=250, help_text="What is measured, such as “People by age group, thousands”.")
    unit = models.CharField(max_length=40, blank=True, help_text="people, %, £, years, per 100,000, …")
    topic = models.CharField(
        max_length=40, blank=True, help_text="population, health, children, ethnicity, spending, survey, supply, …"
    )
    chart = models.CharField(max_length=10, choices=Chart, default=Chart.BARS)
    life_stage = models.CharField(max_length=10, choices=LifeStage, blank=True)
    client_groups = models.ManyToManyField(ClientGroup, blank=True, related_name="indicators")
    figure_source = models.CharField(
        max_length=250, blank=True, help_text="Who measured it, such as “Office for National Statistics, Census 2021”."
    )
    note = models.TextField(blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    NATURAL_KEY = ("organisation", "slug")

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        constraints = [
            *SourcedModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "slug"], name="commissioning_indicator_once"),
        ]

    def __str__(self) -> str:
        return self.title


class Observation(OwnedModel, SourcedModel):
    """One figure of an indicator: for a series (place, sex, sector), a category (age group, answer), a period.

    ``value`` is the number; ``stated`` keeps the document's words where they are not just that number
    ("over £190 million", "nearly 12,000"). A figure that was not given has neither.
    """

    REGISTERS = ("indicators",)

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="observations")
    order = models.PositiveSmallIntegerField(default=0)
    series = models.CharField(
        max_length=120, blank=True, help_text="County Durham, England, women, council spending, …"
    )
    category = models.CharField(max_length=160, blank=True, help_text="Age group, answer, service, …")
    period = models.CharField(max_length=60, blank=True, help_text="2018, 2018 to 2020, March 2022, …")
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="observations")
    value = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    low = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True, help_text="Start of a range.")
    stated = models.CharField(max_length=160, blank=True)
    is_comparator = models.BooleanField(default=False, help_text="England, a region, a neighbour.")
    is_projection = models.BooleanField(default=False)
    is_headline = models.BooleanField(
        default=False, help_text="Stands among the four figures at the top of a document that shows it."
    )
    note = models.CharField(max_length=250, blank=True)

    NATURAL_KEY = ("indicator", "series", "category", "period")
    OWNED_THROUGH = "indicator"

    class Meta:
        constraints = [
            *SourcedModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["indicator", "series", "category", "period"], name="commissioning_observation_once"
            ),
            models.CheckConstraint(
                name="commissioning_observation_says_something",
                condition=models.Q(value__isnull=False) | ~models.Q(stated="") | ~models.Q(note=""),
                violation_error_message="Give a value, the words of the document, or a note that says why there is none.",
            ),
        ]

    def __str__(self) -> str:
        words = [self.series, self.category, self.period]
        return " · ".join(word for word in words if word) or str(self.indicator)
