"""The search for care and its services for programs, below /api/v1/services/: same parameters, same answers."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock, geography
from core.api import Problem, PublicRate
from core.geography import Choice, Located
from core.models import Place
from core.versions import conditional

from . import near
from .forms import CHOICES, LAST_PAGE, SWITCHES, read_address, service_query
from .models import Service
from .open_referral import rows
from .search import DEFAULT_RADIUS_MILES, PAGE_SIZE, RADII_MILES, HitPage, Order, Results, search
from .serializers import (
    ProblemSerializer,
    SearchQuestionSerializer,
    SearchResultsSerializer,
    ServiceFacts,
    ServiceSerializer,
)

REGISTERS = ("services", "providers", "places", "taxonomy", "organisations")
# The parameter of each filter, and its name in the search's counts.
FACETS = {**CHOICES, "space": "space", "setting": "setting"}
NO_POSTCODES_HERE = (
    "A full postcode says where a person lives, and what stands in an address is kept in logs on its way. "
    "Ask with the first half only, such as near={outcode}, or send the question in the body of a POST."
)

PROBLEMS = {
    400: OpenApiResponse(ProblemSerializer, description="A parameter cannot be read; the field parameter says which."),
    429: OpenApiResponse(ProblemSerializer, description="Too many requests. Retry-After says in how many seconds."),
}


def _several(name: str, description: str, *, example: str = "") -> OpenApiParameter:
    examples = [OpenApiExample(example, value=[example])] if example else []
    return OpenApiParameter(
        name, {"type": "array", "items": {"type": "string"}}, description=description, examples=examples
    )


PARAMETERS = [
    OpenApiParameter(
        "near",
        str,
        description="The first half of a postcode, a town or a council. A full postcode is refused here.",
        examples=[OpenApiExample("CA28", value="CA28"), OpenApiExample("whitehaven", value="whitehaven")],
    ),
    OpenApiParameter(
        "radius", int, enum=RADII_MILES, default=DEFAULT_RADIUS_MILES, description="Miles around the place."
    ),
    OpenApiParameter("q", str, description="Words to look for, with or without typing errors."),
    _several("type", "Kind of care: a slug from the counts. One that has others below it finds them too.", example="care-home"),
    _several("group", "Who it is for: a slug from the counts.", example="dementia"),
    _several("funding", "self, council or nhs: any of them."),
    _several("rating", "outstanding, good, requires_improvement, inadequate or unrated: any of them."),
    _several("access", "step_free, toilet, hearing_loop, parking or lift: all of them."),
    _several("language", "A language from the counts: any of them."),
    _several("council", "A council's slug: services that stand there or serve it."),
    OpenApiParameter("space", bool, description="Only those that have told of space which still counts."),
    OpenApiParameter("untold", bool, description="With those that have not told us of funding, space, access or languages."),
    OpenApiParameter("setting", str, enum=["place", "home"], description="You go there, or it comes to you."),
    OpenApiParameter("order", str, enum=[one.value for one in Order], description="Nearest first with a place, else by name."),
    OpenApiParameter("page", int, default=1, description=f"Page of the list of places near, at most {LAST_PAGE}."),
    OpenApiParameter("home", int, default=1, description=f"Page of the list of what comes to you, at most {LAST_PAGE}."),
]  # fmt: skip


_EMPTY: dict[str, Any] = {"total": 0, "page": 1, "pages": 1, "per_page": PAGE_SIZE, "results": []}
ANSWER = OpenApiExample(
    "Care homes near CA28, the results themselves left out",
    value={
        "total": 3,
        "place": {
            "kind": "outcode",
            "label": "CA28, Whitehaven",
            "near": "CA28",
            "exactness": "centre of the postcode district, accurate to about 2 miles",
            "accuracy_miles": 1.9,
            "council": {"slug": "cumberland", "name": "Cumberland", "gss_code": "E06000063"},
        },
        "radius_miles": 10,
        "order": {"value": Order.NEAREST.value, "reason": Order.NEAREST.reason},
        "near": {**_EMPTY, "total": 3},
        "home": _EMPTY,
        "facets": {
            **{name: [] for name in FACETS},
            "type": [{"value": "care-home", "label": "Care home", "parent": "accommodation-with-care", "count": 3}],
        },
        "corrected": {},
        "ignored": [],
    },
    response_only=True,
    status_codes=["200"],
)
REFUSAL = OpenApiExample(
    "A full postcode in an address",
    value={
        "title": "The request cannot be read",
        "status": 400,
        "detail": NO_POSTCODES_HERE.format(outcode="CA28"),
        "parameter": "near",
    },
    response_only=True,
    status_codes=["400"],
)


class PublicView(APIView):
    """Anybody may ask, so many times a minute."""

    permission_classes = [AllowAny]
    throttle_classes = [PublicRate]


class ServiceList(PublicView):
    @extend_schema(
        operation_id="services_search",
        summary="Search for care",
        description="The search of /care/ with the same parameters: places near somewhere, what comes to a person "
        "there, and how many services each value of each filter would find.",
        parameters=PARAMETERS,
        responses={200: SearchResultsSerializer, **PROBLEMS},
        examples=[ANSWER, REFUSAL],
        tags=["services"],
    )
    def get(self, request: Request) -> Response:
        query = request.GET.copy()
        for name in ("near", "q"):
            if found := _full_postcode(query.get(name, "")):
                raise Problem(NO_POSTCODES_HERE.format(outcode=geography.outcode_of(found)), parameter=name)
        return _answer(query)

    @extend_schema(
        operation_id="services_search_near_postcode",
        summary="Search for care near a full postcode",
        description="The same search with the question in the body, so that a full postcode stands in no address and "
        "no log. The answer is kept nowhere.",
        request=SearchQuestionSerializer,
        responses={200: SearchResultsSerializer, **PROBLEMS},
        examples=[
            OpenApiExample(
                "Care homes with a room for somebody with dementia",
                value={"near": "CA28 7LL", "radius": 10, "type": ["care-home"], "group": ["dementia"], "space": True},
                request_only=True,
            )
        ],
        tags=["services"],
    )
    def post(self, request: Request) -> Response:
        asked = SearchQuestionSerializer(data=request.data)
        if not asked.is_valid():
            name, reasons = next(iter(asked.errors.items()))
            raise Problem(f"{name}: {_first(reasons)}", parameter="" if name == "non_field_errors" else name)
        query = QueryDict(mutable=True)
        for name, value in asked.validated_data.items():
            if isinstance(value, list):
                query.setlist(name, value)
            elif name not in SWITCHES:
                query[name] = str(value)
            elif value:
                query[name] = "1"
        return _answer(query)


class ServiceDetail(PublicView):
    @extend_schema(
        operation_id="services_read",
        summary="One service",
        description="Everything that is told of a service. What is not known is null: the provider has not told us.",
        responses={
            200: ServiceSerializer,
            404: OpenApiResponse(ProblemSerializer, description="No service has this identifier."),
            429: PROBLEMS[429],
        },
        parameters=[OpenApiParameter("identifier", OpenApiTypes.UUID, OpenApiParameter.PATH, description="Its UUID.")],
        tags=["services"],
    )
    def get(self, request: Request, identifier: uuid.UUID) -> Response:
        at = clock.now()
        found = _facts(_public(at).filter(uuid=identifier), at=at)
        if not found:
            raise Problem("No service has this identifier.", status=404)
        return Response(ServiceSerializer(found[0], context=_context()).data)


service_list = conditional(*REGISTERS, minute=True)(ServiceList.as_view())
service_detail = conditional(*REGISTERS, minute=True)(ServiceDetail.as_view())


def _answer(query: QueryDict) -> Response:
    """Search as the page does, but refuse what the page would forgive: a program wants to know."""
    _refuse_nonsense(query)
    place = _place(query)
    asked = service_query(read_address(query), place)
    if place is not None:
        asked = replace(asked, near=place)
    at = clock.now()
    found = search(asked, at=at)
    keys = {hit.service_id for page in (found.near, found.home) for hit in page.hits}
    facts = {one.row.pk: one for one in _facts(_public(at).filter(pk__in=keys), at=at)}
    document = {
        "total": found.total,
        "place": place,
        "radius_miles": asked.radius_miles if place else None,
        "order": {"value": found.order.value, "reason": found.order.reason},
        "near": _page(found.near, facts),
        "home": _page(found.home, facts),
        "facets": {name: _counts(found, facet) for name, facet in FACETS.items()},
        "corrected": {word: list(instead) for word, instead in found.corrected.items()},
        "ignored": list(found.ignored),
    }
    return Response(SearchResultsSerializer(document, context=_context()).data)


def _refuse_nonsense(query: QueryDict) -> None:
    for name in ("page", "home"):
        value = query.get(name, "1")
        if not re.fullmatch(r"[0-9]{1,5}", value, re.ASCII) or not 1 <= int(value) <= LAST_PAGE:
            raise Problem(
                f"Write {name} as a whole number from 1 to {LAST_PAGE}. Who wants all services finds them in the feed "
                "at /openreferral/v3/services.",
                parameter=name,
            )
    if query.get("radius") and query["radius"] not in {str(miles) for miles in RADII_MILES}:
        choices = ", ".join(str(miles) for miles in RADII_MILES)
        raise Problem(f"Write radius as one of {choices} miles.", parameter="radius")
    if query.get("order") and query["order"] not in {one.value for one in Order}:
        raise Problem(f"Write order as one of {', '.join(Order)}.", parameter="order")
    for name in SWITCHES:
        if query.get(name, "").lower() in {"0", "false"}:
            del query[name]


def _place(query: QueryDict) -> Located | None:
    """Return the place asked for. A council is an area to look in and no point to measure from.

    :raises Problem: if we do not recognise it, or several are called so.
    """
    words = near.clean(query.pop("near", [""])[-1])
    if not words:
        return None
    found = geography.located_by_key(words) or geography.locate(words)
    if isinstance(found, Choice):
        keys = ", ".join(option.key for option in found.options if option.key)
        raise Problem(f"{found.question} Write near as one of {keys}.", parameter="near")
    if not isinstance(found, Located):
        raise Problem(found.message, parameter="near")
    if found.place is not None and found.place.kind == Place.Kind.COUNCIL:
        query.appendlist("council", found.place.slug)
        return None
    return found


def _public(at: dt.datetime) -> Any:
    """Services anybody may see, also those whose provider nobody has named."""
    shown = Q(provider__isnull=True) | Q(provider__published_at__lte=at)
    return Service.objects.public(at=at).filter(shown)


def _facts(services: Any, *, at: dt.datetime) -> list[ServiceFacts]:
    whole = list(rows.for_whole(services, at=at))
    around = rows.surroundings(whole, at=at, site=settings.PUBLIC_URL, with_terms=False, with_contacts=False)
    return [ServiceFacts(one, around) for one in whole]


def _page(page: HitPage, facts: dict[int, ServiceFacts]) -> dict[str, Any]:
    hits = [
        replace(
            facts[hit.service_id],
            distance_miles=hit.distance_miles,
            location_id=hit.location_id,
            is_area_told=hit.is_area_told,
        )
        for hit in page.hits
        if hit.service_id in facts
    ]
    return {"total": page.total, "number": page.number, "pages": page.pages, "size": page.size, "results": hits}


def _counts(found: Results, facet: str) -> list[dict[str, Any]]:
    counts = found.facets.get(facet, {})
    return [
        {"value": one.value, "label": one.label, "parent": one.parent, "count": counts[one.value]}
        for one in found.values.get(facet, ())
        if counts.get(one.value)
    ]


def _full_postcode(words: str) -> str:
    """Return a full postcode that stands in what was asked, in whatever spelling."""
    if found := near.FULL_POSTCODE.search(words):
        return found[0]
    return words if geography.normalise_postcode(words) else ""


def _first(reasons: Any) -> str:
    while isinstance(reasons, dict | list):
        reasons = next(iter(reasons.values() if isinstance(reasons, dict) else reasons))
    return str(reasons)


def _context() -> dict[str, Iterable[str]]:
    return {"site": settings.PUBLIC_URL}
