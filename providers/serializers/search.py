"""The search for care: what is asked, and what it finds."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from .basics import CouncilSerializer, Maybe
from .facts import ServiceFacts
from .services import LocationSerializer, ServiceSummarySerializer


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
