from __future__ import annotations

from django.db import models
from django.db.models import Q

from commissioning.models import SourcedModel

from .services import Service


class Rating(SourcedModel):
    """What the regulator says of a service; several states are not a rating at all."""

    class State(models.TextChoices):
        RATED = "rated", "Rated"
        NOT_YET_INSPECTED = "not_yet_inspected", "Not yet inspected"
        INSPECTED_NOT_RATED = "inspected_not_rated", "Inspected but not rated"
        NO_CURRENT_RATING = "no_current_rating", "No current rating"
        INHERITED = "inherited", "Inherited from an earlier registration"
        DORMANT = "dormant", "Dormant"
        DEREGISTERED = "deregistered", "No longer registered"
        UNKNOWN_TEXT = "unknown_text", "In the regulator's own words"

    class Value(models.TextChoices):
        OUTSTANDING = "outstanding", "Outstanding"
        GOOD = "good", "Good"
        REQUIRES_IMPROVEMENT = "requires_improvement", "Requires improvement"
        INADEQUATE = "inadequate", "Inadequate"

    class Question(models.TextChoices):
        OVERALL = "overall", "Overall"
        SAFE = "safe", "Safe"
        EFFECTIVE = "effective", "Effective"
        CARING = "caring", "Caring"
        RESPONSIVE = "responsive", "Responsive"
        WELL_LED = "well_led", "Well-led"

    service = models.ForeignKey(Service, models.CASCADE, related_name="ratings")
    question = models.CharField(max_length=10, choices=Question, default=Question.OVERALL)
    state = models.CharField(max_length=20, choices=State, default=State.RATED)
    value = models.CharField(max_length=20, choices=Value, blank=True)
    rated_date = models.DateField(null=True, blank=True)
    framework = models.CharField(max_length=80, blank=True)
    stated = models.CharField(
        max_length=120, blank=True, help_text="The regulator's words where they are none of the known ratings."
    )
    earlier_value = models.CharField(
        "earlier rating", max_length=20, choices=Value, blank=True, help_text="Where there is no current rating."
    )
    earlier_date = models.DateField("date of the earlier rating", null=True, blank=True)
    report_url = models.URLField("report's address", blank=True)

    NATURAL_KEY = ("service", "question")

    class Meta:
        constraints = [
            *SourcedModel.Meta.constraints,
            models.UniqueConstraint(fields=["service", "question"], name="providers_rating_once"),
            models.CheckConstraint(
                name="providers_rating_value_only_when_rated",
                condition=Q(state__in=["rated", "inherited"]) & ~Q(value="")
                | ~Q(state__in=["rated", "inherited"]) & Q(value=""),
                violation_error_message="Only a rated service has a rating, and a rated one needs it.",
            ),
            models.CheckConstraint(
                name="providers_rating_stated_only_when_unknown",
                condition=Q(state="unknown_text") & ~Q(stated="") | ~Q(state="unknown_text") & Q(stated=""),
                violation_error_message="Write the regulator's own words only where they are no known rating.",
            ),
            models.CheckConstraint(
                name="providers_rating_earlier_only_without_current",
                condition=Q(earlier_value="", earlier_date__isnull=True)
                | Q(state__in=["no_current_rating", "dormant", "deregistered"]) & ~Q(earlier_value=""),
                violation_error_message="An earlier rating stands only where there is no current one.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_value_display() or self.get_state_display()
