"""A service, short and whole, with its buildings, ratings, fees and places free."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ..models import Photo, Rating, Service
from .basics import CouncilSerializer, Maybe, NamedSerializer, ProviderSerializer
from .facts import ServiceFacts


class RatingSerializer(serializers.Serializer):
    question = serializers.ChoiceField(choices=Rating.Question.choices)
    state = serializers.ChoiceField(
        choices=Rating.State.choices, help_text="Only “rated” is a rating; the others say why there is none."
    )
    rating = Maybe(source="value", help_text="outstanding, good, requires_improvement or inadequate.")
    date = serializers.DateField(source="rated_date", allow_null=True)
    stated = Maybe(help_text="The regulator's own words where they are no known rating.")
    earlier_rating = Maybe(source="earlier_value")
    earlier_date = serializers.DateField(allow_null=True)


class VacancySerializer(serializers.Serializer):
    unit = serializers.CharField()
    available = serializers.IntegerField()
    maximum = serializers.IntegerField(allow_null=True)
    told_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(help_text="Until when it may be told.")


class FeeSerializer(serializers.Serializer):
    name = serializers.CharField()
    amount_from = serializers.DecimalField(max_digits=9, decimal_places=2, help_text="Pounds.")
    amount_to = serializers.DecimalField(max_digits=9, decimal_places=2, allow_null=True, help_text="Pounds.")
    per = serializers.CharField()
    included = Maybe()
    told_date = serializers.DateField()


class FundingSerializer(serializers.Serializer):
    """Whose money it takes: true, false, or null where the provider has not told us."""

    self_funders = serializers.BooleanField(source="takes_self_funders", allow_null=True)
    council = serializers.BooleanField(source="takes_council_funded", allow_null=True)
    nhs = serializers.BooleanField(source="takes_nhs_funded", allow_null=True)
    top_up_may_be_needed = serializers.BooleanField(allow_null=True)


class AccessSerializer(serializers.Serializer):
    step_free = serializers.BooleanField(source="has_step_free_entrance", allow_null=True)
    toilet = serializers.BooleanField(source="has_accessible_toilet", allow_null=True)
    hearing_loop = serializers.BooleanField(source="has_hearing_loop", allow_null=True)
    parking = serializers.BooleanField(source="has_accessible_parking", allow_null=True)
    lift = serializers.BooleanField(source="has_lift", allow_null=True)


class LocationSerializer(serializers.Serializer):
    """A building. Where its address is withheld, the outcode is all that is told, and the point is its centre."""

    uuid = serializers.UUIDField(source="row.uuid")
    name = Maybe()
    address = Maybe()
    town = Maybe()
    postcode = Maybe()
    outcode = Maybe(help_text="First half of the postcode.")
    council = CouncilSerializer(allow_null=True)
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    point_accuracy = Maybe(help_text="exact, or only that of its postcode or outcode.")
    is_address_withheld = serializers.BooleanField(source="row.is_address_withheld")
    cqc_location_id = Maybe()
    access = AccessSerializer(source="row")


class ServiceSummarySerializer(serializers.Serializer):
    """A service as a list shows it."""

    uuid = serializers.UUIDField(source="row.uuid")
    url = serializers.SerializerMethodField(help_text="Address of the whole service here.")
    page = serializers.SerializerMethodField(help_text="Address of its page.")
    name = serializers.CharField(source="row.name")
    summary = Maybe(source="row.summary")
    provider = ProviderSerializer(source="row.provider", allow_null=True)
    types = NamedSerializer(source="row.types.all", many=True)
    client_groups = NamedSerializer(source="row.client_groups.all", many=True)
    setting = serializers.ChoiceField(source="row.setting", choices=Service.Setting.choices)
    rating = RatingSerializer(source="overall_rating", allow_null=True, help_text="The regulator's overall view.")
    vacancies = VacancySerializer(many=True, help_text="What the provider has told of space and still counts.")
    fees = FeeSerializer(source="row.fees.all", many=True)
    funding = FundingSerializer(source="row")
    confirmed_at = serializers.DateTimeField(
        source="row.confirmed_at", allow_null=True, help_text="When the provider last said all this is true."
    )
    checked_at = serializers.DateTimeField(
        source="row.checked_at", allow_null=True, help_text="When the council last checked it."
    )
    changed_at = serializers.DateTimeField(source="row.changed_at", help_text="When the entry last changed.")
    is_sample = serializers.BooleanField(source="row.is_sample", help_text="Invented to show how the portal works.")

    def get_url(self, facts: ServiceFacts) -> str:
        return f"{self.context['site']}/api/v1/services/{facts.row.uuid}/"

    def get_page(self, facts: ServiceFacts) -> str:
        return self.context["site"] + facts.row.get_absolute_url()


class QuestionSerializer(RatingSerializer):
    framework = Maybe()
    report_url = serializers.SerializerMethodField(help_text="The regulator's report.")

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_report_url(self, rating: Rating) -> str | None:
        return rating.report_url or None if self.context["has_report_links"] else None


class UnitSerializer(serializers.Serializer):
    kind = serializers.CharField()
    tenure = serializers.CharField()
    count = serializers.IntegerField(allow_null=True)
    stated = Maybe(help_text="The source's words where it gives no plain number.")


class PhotoSerializer(serializers.Serializer):
    url = serializers.SerializerMethodField()
    alt_text = serializers.CharField()
    width = serializers.IntegerField(help_text="Pixels.")
    height = serializers.IntegerField(help_text="Pixels.")

    def get_url(self, photo: Photo) -> str:
        return self.context["site"] + photo.get_absolute_url()


class ServiceSerializer(ServiceSummarySerializer):
    """Everything that is told of a service."""

    description = Maybe(source="row.description")
    alert = Maybe(source="row.alert", help_text="What everybody must know first.")
    is_closed_temporarily = serializers.BooleanField(source="row.is_closed_temporarily")
    provider_as_stated = Maybe(
        source="row.provider_as_stated", help_text="The source's words where it names no one provider."
    )
    minimum_age = serializers.IntegerField(source="row.minimum_age", allow_null=True)
    maximum_age = serializers.IntegerField(source="row.maximum_age", allow_null=True)
    locations = LocationSerializer(many=True)
    areas_served = CouncilSerializer(source="row.areas_served.all", many=True)
    served_outcodes = serializers.ListField(source="row.served_outcodes", child=serializers.CharField())
    capacity = serializers.IntegerField(source="row.capacity", allow_null=True)
    capacity_unit = Maybe(source="row.capacity_unit")
    units = UnitSerializer(source="row.units.all", many=True)
    languages = serializers.ListField(source="row.languages", child=serializers.CharField())
    photos = PhotoSerializer(source="row.shown_photos", many=True)
    ratings = serializers.SerializerMethodField(help_text="By question; the overall view is one of them.")
    upfront_payments = Maybe(source="row.upfront_payments")
    deposit = Maybe(source="row.deposit")
    trial_period = Maybe(source="row.trial_period")
    notice_period = Maybe(source="row.notice_period")
    minimum_self_funding = Maybe(source="row.minimum_self_funding")
    extra_charges = Maybe(source="row.extra_charges")
    staffing = Maybe(source="row.staffing")
    registered_manager = Maybe(source="row.registered_manager")
    opening_hours = Maybe(source="row.opening_hours")
    food = Maybe(source="row.food")
    faith_and_culture = Maybe(source="row.faith_and_culture")
    has_en_suite_rooms = serializers.BooleanField(source="row.has_en_suite_rooms", allow_null=True)
    has_shared_rooms = serializers.BooleanField(source="row.has_shared_rooms", allow_null=True)
    has_garden = serializers.BooleanField(source="row.has_garden", allow_null=True)
    welcomes_pets = serializers.BooleanField(source="row.welcomes_pets", allow_null=True)
    waiting_time = Maybe(source="row.waiting_time", help_text="one_week, two_weeks, three_weeks, month or longer.")
    is_cqc_regulated = serializers.BooleanField(source="row.is_cqc_regulated", allow_null=True)
    how_to_get = Maybe(source="row.how_to_get")
    website = Maybe(source="row.website")
    email = Maybe(source="row.email")
    phone = Maybe(source="row.phone")
    opened = Maybe(source="row.opened", help_text="In the words of the source, such as “spring 2024”.")
    ended = Maybe(source="row.ended")
    source = Maybe(source="row.source_line", help_text="The document it is taken from.")

    @extend_schema_field(QuestionSerializer(many=True))
    def get_ratings(self, facts: ServiceFacts) -> Any:
        context = {**self.context, "has_report_links": facts.has_report_links}
        return QuestionSerializer(facts.ratings, many=True, context=context).data
