"""The directory as the portal's own interface tells it. Unknown is null: the provider has not told us.

Each serializer is given a `ServiceFacts`, or what it holds, and never asks the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.geography import outcode_of
from core.models import Place

from .models import Location, Photo, Provider, Rating, Service
from .open_referral.rows import Surroundings


@dataclass(frozen=True)
class LocationFacts:
    """A building, as far as it may be told: of a withheld one the outcode, and the centre of that."""

    row: Location
    around: Surroundings

    @property
    def is_told(self) -> bool:
        return not self.row.is_address_withheld

    def _told(self, name: str) -> str | None:
        return (getattr(self.row, name) or None) if self.is_told else None

    @property
    def name(self) -> str | None:
        return self._told("name")

    @property
    def address(self) -> str | None:
        return self._told("address")

    @property
    def town(self) -> str | None:
        return self._told("town")

    @property
    def postcode(self) -> str | None:
        return self._told("postcode")

    @property
    def cqc_location_id(self) -> str | None:
        return self._told("cqc_location_id")

    @property
    def outcode(self) -> str | None:
        return outcode_of(self.row.postcode)

    @property
    def council(self) -> Place | None:
        return self.around.council_of(self.row)

    @property
    def latitude(self) -> float | None:
        point = self.around.point_of(self.row)
        return point[0] if point else None

    @property
    def point_accuracy(self) -> str | None:
        return self.around.accuracy_of(self.row) if self.around.point_of(self.row) else None

    @property
    def longitude(self) -> float | None:
        point = self.around.point_of(self.row)
        return point[1] if point else None


@dataclass(frozen=True)
class ServiceFacts:
    """A service fetched whole, and what its answer needs besides."""

    row: Service
    around: Surroundings
    distance_miles: float | None = None
    location_id: int | None = None
    is_area_told: bool = True

    @property
    def locations(self) -> list[LocationFacts]:
        return [LocationFacts(row, self.around) for row in self.row.locations.all()]

    @property
    def found_at(self) -> LocationFacts | None:
        return next((one for one in self.locations if one.row.pk == self.location_id), None)

    @property
    def vacancies(self) -> list[Any]:
        return [one for one in self.row.vacancies.all() if one.is_current(at=self.around.at)]

    @property
    def ratings(self) -> list[Rating]:
        return list(self.row.ratings.all())

    @property
    def overall_rating(self) -> Rating | None:
        return next((one for one in self.ratings if one.question == Rating.Question.OVERALL), None)

    @property
    def has_report_links(self) -> bool:
        # The regulator's page would tell the address that we withhold.
        return all(one.is_told for one in self.locations)


class Maybe(serializers.CharField):
    """Text that may be unknown: then it is null, never empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)

    def to_representation(self, value: Any) -> str | None:  # type: ignore[override]
        return str(value) if value else None


class NamedSerializer(serializers.Serializer):
    """Something with a page or a filter of its own, by the word that names it in addresses."""

    slug = serializers.CharField()
    name = serializers.CharField()


class CouncilSerializer(NamedSerializer):
    gss_code = Maybe(help_text="Code of the Office for National Statistics.")


class ProviderSerializer(serializers.Serializer):
    uuid = serializers.UUIDField()
    name = serializers.CharField()
    page = serializers.SerializerMethodField(help_text="Address of its page.")

    def get_page(self, provider: Provider) -> str:
        return self.context["site"] + provider.get_absolute_url()


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


class HitSerializer(ServiceSummarySerializer):
    """A service found, at the building it was found at."""

    distance_miles = serializers.SerializerMethodField(
        help_text="From the place asked for, as the crow flies; null without a place or a building."
    )
    location = LocationSerializer(
        source="found_at", allow_null=True, help_text="The building it was found at, the nearest of those it has."
    )
    is_area_told = serializers.BooleanField(
        help_text="False where a service that comes to you has not told us where it goes."
    )

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_distance_miles(self, facts: ServiceFacts) -> float | None:
        return None if facts.distance_miles is None else round(facts.distance_miles, 1)


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


class PlaceSerializer(serializers.Serializer):
    """Where the search looked."""

    kind = serializers.CharField(help_text="postcode, outcode or place.")
    label = serializers.CharField(source="public_label", help_text="How it was read, without a full postcode.")
    near = serializers.CharField(source="key", allow_null=True, help_text="What to put into an address for the same.")
    exactness = serializers.CharField()
    accuracy_miles = serializers.FloatField(allow_null=True)
    council = CouncilSerializer(allow_null=True)


class HitPageSerializer(serializers.Serializer):
    """One of the two lists, a page of it."""

    total = serializers.IntegerField()
    page = serializers.IntegerField(source="number")
    pages = serializers.IntegerField()
    per_page = serializers.IntegerField(source="size")
    results = HitSerializer(many=True)


class ValueSerializer(serializers.Serializer):
    """A value to put into a filter's parameter, and how many services it would find."""

    value = serializers.CharField()
    label = serializers.CharField()
    parent = Maybe(help_text="The value above it, which finds it too.")
    count = serializers.IntegerField()


class OrderSerializer(serializers.Serializer):
    value = serializers.CharField()
    reason = serializers.CharField(help_text="How the lists are ordered. Nothing else moves a service up or down.")


class FacetsSerializer(serializers.Serializer):
    """The values of each filter, under the name of its parameter."""

    type = ValueSerializer(many=True)
    group = ValueSerializer(many=True)
    space = ValueSerializer(many=True)
    rating = ValueSerializer(many=True)
    funding = ValueSerializer(many=True)
    access = ValueSerializer(many=True)
    language = ValueSerializer(many=True)
    council = ValueSerializer(many=True)
    setting = ValueSerializer(many=True)


class SearchResultsSerializer(serializers.Serializer):
    """What the search found: places near you, and what comes to you."""

    total = serializers.IntegerField(help_text="Services found, each counted once.")
    place = PlaceSerializer(allow_null=True)
    radius_miles = serializers.FloatField(allow_null=True)
    order = OrderSerializer()
    near = HitPageSerializer(help_text="With a place: services one goes to, nearest building. Else every service.")
    home = HitPageSerializer(help_text="With a place: services that come to a person there. Else nothing.")
    facets = FacetsSerializer()
    corrected = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="For a word that nothing holds, the words looked for instead.",
    )
    ignored = serializers.ListField(child=serializers.CharField(), help_text="Values that no filter offers.")


class ProblemSerializer(serializers.Serializer):
    """What is wrong with a request, and what to do (RFC 9457)."""

    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(required=False)
    parameter = serializers.CharField(required=False, help_text="The parameter that is wrong.")


class SearchQuestionSerializer(serializers.Serializer):
    """A search in a request's body, so that a full postcode stands in no address. Every field may be left out."""

    near = serializers.CharField(required=False, help_text="A full postcode too, such as CA28 7LL.")
    radius = serializers.IntegerField(required=False, help_text="Miles: 1, 2, 5, 10, 15, 25 or 40.")
    q = serializers.CharField(required=False)
    type = serializers.ListField(child=serializers.CharField(), required=False)
    group = serializers.ListField(child=serializers.CharField(), required=False)
    funding = serializers.ListField(child=serializers.CharField(), required=False)
    rating = serializers.ListField(child=serializers.CharField(), required=False)
    access = serializers.ListField(child=serializers.CharField(), required=False)
    language = serializers.ListField(child=serializers.CharField(), required=False)
    council = serializers.ListField(child=serializers.CharField(), required=False)
    space = serializers.BooleanField(required=False)
    untold = serializers.BooleanField(required=False)
    setting = serializers.CharField(required=False)
    order = serializers.CharField(required=False)
    page = serializers.IntegerField(required=False, min_value=1)
    home = serializers.IntegerField(required=False, min_value=1)
