"""The registers of buying for programs, below /api/v1/: the same filters and the same answers as the pages."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Prefetch
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api import Problem
from core.versions import conditional
from providers.api import PROBLEMS, PublicView
from providers.serializers import ProblemSerializer

from .filters import ContractFilterSet, FrameworkFilterSet
from .models import (
    Admission,
    Award,
    Contract,
    DateChange,
    Document,
    Framework,
    Lot,
    Notice,
    Opportunity,
    Question,
    public_winners,
)
from .search import Entry, OpportunityQuery, Order, read_entries, search
from .search.question import LAST_PAGE, RESERVED, STAGES, SUITABLE, VALUES
from .serializers import (
    ContractPageSerializer,
    ContractSerializer,
    FrameworkPageSerializer,
    FrameworkSerializer,
    OpportunityPageSerializer,
    OpportunitySerializer,
)

REGISTERS = ("opportunities", "frameworks", "contracts", "providers", "organisations", "taxonomy", "places")
PAGE_SIZE = 25


def _several(name: str, text: str, *, example: str = "", enum: Any = None) -> OpenApiParameter:
    items = {"type": "string"} | ({"enum": list(enum)} if enum else {})
    examples = [OpenApiExample(example, value=[example])] if example else []
    return OpenApiParameter(name, {"type": "array", "items": items}, description=text, examples=examples)


PAGE = OpenApiParameter("page", int, default=1, description="From 1.")
WORDS = OpenApiParameter("q", str, description="Words to look for.")
KIND = [
    OpenApiParameter("buyer", str, description="An organisation's slug."),
    OpenApiParameter("type", str, description="Kind of care: a slug. One that has others below it finds them too."),
    OpenApiParameter("group", str, description="Who it is for: a slug."),
]
OPPORTUNITY_PARAMETERS = [
    OpenApiParameter("q", str, description="Words to look for, with or without typing errors."),
    _several("stage", "Where it stands at this moment.", enum=STAGES),
    _several("type", "Kind of care: a slug. One that has others below it finds them too.", example="home-care"),
    _several("group", "Who it is for: a slug.", example="dementia"),
    _several("place", "Where care is given: a council's or town's slug, or the first half of a postcode.", example="DH1"),
    _several("value", "Bands of its value.", enum=VALUES),
    _several("route", "How it is bought."),
    _several("regime", "The law it is bought under."),
    _several("reserved", "Whom it is kept for.", enum=RESERVED),
    _several("suitable", "Whom it suits.", enum=SUITABLE),
    _several("buyer", "An organisation's slug, partners among them."),
    OpenApiParameter("framework", str, description="The slug of the framework it is called off from."),
    OpenApiParameter("joining", str, enum=["now"], description="What one can join now."),
    *(
        OpenApiParameter(name, dt.date, description=text)
        for name, text in (
            ("opens_from", "Opens on this day or later."), ("opens_to", "Opens on this day or earlier."),
            ("closes_from", "Closes on this day or later."), ("closes_to", "Closes on this day or earlier."),
        )
    ),
    OpenApiParameter("order", str, enum=[one.value for one in Order], description="How the list is ordered."),
    PAGE,
]  # fmt: skip
EMPTY = {"total": 0, "page": 1, "pages": 1, "next": None, "ignored": [], "results": []}


def _answers(serializer: Any, what: str) -> dict[int, Any]:
    lost = OpenApiResponse(ProblemSerializer, description=f"No {what} is called that.")
    return {200: serializer, 404: lost, 429: PROBLEMS[429]}


def _example(title: str, **values: Any) -> OpenApiExample:
    return OpenApiExample(title, value=EMPTY | values, response_only=True, status_codes=["200"])


@dataclass(frozen=True)
class Whole:
    """An opportunity as its card tells it, with what only its own document shows."""

    entry: Entry
    row: Opportunity

    def __getattr__(self, name: str) -> Any:
        return getattr(self.entry, name)


class OpportunityList(PublicView):
    @extend_schema(
        operation_id="opportunities_search",
        summary="Search opportunities",
        description="The list of /opportunities/ with the same parameters. What is withdrawn or cancelled is not "
        "among them; its own document says when and why.",
        parameters=OPPORTUNITY_PARAMETERS,
        responses={200: OpportunityPageSerializer, **PROBLEMS},
        examples=[_example("Nothing called that", ignored=["home-caree"])],
        tags=["opportunities"],
    )
    def get(self, request: Request) -> Response:
        query = OpportunityQuery.from_querydict(request.GET)
        _page_asked(request, LAST_PAGE)
        at = clock.now()
        found = search(query, at=at, with_facets=False)
        if query.page > found.pages:
            raise Problem(f"There is no page {query.page}: the last is {found.pages}.", status=404, parameter="page")
        document = {
            "total": found.total,
            "page": found.number,
            "pages": found.pages,
            "next": _next(request, found.number, found.pages),
            "ignored": list(found.ignored),
            "results": found.entries,
        }
        return Response(OpportunityPageSerializer(document, context=_context(at)).data)


class OpportunityDetail(PublicView):
    @extend_schema(
        operation_id="opportunities_read",
        summary="One opportunity",
        description="Everything that is told of an opportunity, also once it is withdrawn or cancelled.",
        responses=_answers(OpportunitySerializer, "opportunity"),
        tags=["opportunities"],
    )
    def get(self, request: Request, reference: str) -> Response:
        at = clock.now()
        awards = Award.objects.announced(at=at).select_related("lot").prefetch_related(
            Prefetch("suppliers", public_winners(at=at))
        )  # fmt: skip
        rows = Opportunity.objects.public(at=at).select_related("source").prefetch_related(
            Prefetch("date_changes", DateChange.objects.filter(changed_at__lte=at)),
            Prefetch("notices", Notice.objects.published(at=at)),
            Prefetch("documents", Document.objects.published(at=at)),
            Prefetch("questions", Question.objects.answered(at=at)),
            Prefetch("awards", awards),
        )  # fmt: skip
        row = rows.filter(reference=reference).first()
        entry = next(read_entries([row.pk], at=at), None) if row is not None else None
        if row is None or entry is None:
            raise Problem("No opportunity has this reference.", status=404)
        return Response(OpportunitySerializer(Whole(entry, row), context=_context(at)).data)


class FrameworkList(PublicView):
    @extend_schema(
        operation_id="frameworks_list",
        summary="Frameworks, dynamic markets and lists",
        description="The list of /frameworks/ with the same parameters.",
        parameters=[
            WORDS, *KIND,
            OpenApiParameter("kind", str, enum=Framework.Kind.values, description="What kind of arrangement."),
            OpenApiParameter("joining", str, enum=["now"], description="Open to join now."),
            PAGE,
        ],
        responses={200: FrameworkPageSerializer, **PROBLEMS},
        examples=[_example("None of them is open to join now")],
        tags=["frameworks"],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        at = clock.now()
        filters = FrameworkFilterSet(request.GET or None, queryset=Framework.objects.public(at=at).for_list())
        return Response(FrameworkPageSerializer(_listed(request, filters), context=_context(at)).data)


class FrameworkDetail(PublicView):
    @extend_schema(
        operation_id="frameworks_read",
        summary="One framework",
        description="Everything that is told of a framework, with what one can do with each lot at this moment.",
        responses=_answers(FrameworkSerializer, "framework"),
        tags=["frameworks"],
    )
    def get(self, request: Request, slug: str) -> Response:
        at = clock.now()
        members = Admission.objects.current(at=at).filter(provider__published_at__lte=at).select_related("provider")
        lots = Lot.objects.with_members(at=at).select_related("framework").order_by("order", "pk")
        rows = Framework.objects.public(at=at).select_related("organisation", "source").prefetch_related(
            "types", "client_groups", Prefetch("lots", lots), Prefetch("admissions", members)
        )  # fmt: skip
        row = rows.filter(slug=slug).first()
        if row is None:
            raise Problem("No framework is called that.", status=404)
        return Response(FrameworkSerializer(row, context=_context(at)).data)


class ContractList(PublicView):
    @extend_schema(
        operation_id="contracts_list",
        summary="The contracts register",
        description="The list of /contracts/ with the same parameters.",
        parameters=[
            WORDS, *KIND,
            OpenApiParameter("new", str, enum=["3", "6", "12"], description="Started in the last so many months."),
            OpenApiParameter("ending", str, enum=["6", "12", "24"], description="Ends within so many months."),
            OpenApiParameter("supplier", str, description="Part of a provider's name."),
            OpenApiParameter("arrangement", str, enum=Contract.Arrangement.values, description="What it is."),
            PAGE,
        ],
        responses={200: ContractPageSerializer, **PROBLEMS},
        examples=[_example("No contract ends within six months")],
        tags=["contracts"],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        at = clock.now()
        contracts = Contract.objects.public(at=at).for_public_list(at=at)
        filters = ContractFilterSet(request.GET or None, contracts=contracts, at=at)
        return Response(ContractPageSerializer(_listed(request, filters), context=_context(at)).data)


class ContractDetail(PublicView):
    @extend_schema(
        operation_id="contracts_read",
        summary="One contract",
        description="Everything that is told of a row of the contracts register.",
        responses=_answers(ContractSerializer, "contract"),
        tags=["contracts"],
    )
    def get(self, request: Request, reference: str) -> Response:
        at = clock.now()
        rows = Contract.objects.public(at=at).for_public_list(at=at).select_related(None).select_related(
            "organisation", "source"
        )  # fmt: skip
        framework = Prefetch("framework", Framework.objects.public(at=at))
        row = rows.prefetch_related(framework).filter(reference=reference).first()
        if row is None:
            raise Problem("No contract has this reference.", status=404)
        return Response(ContractSerializer(row, context=_context(at)).data)


opportunity_list = conditional(*REGISTERS, minute=True)(OpportunityList.as_view())
opportunity_detail = conditional(*REGISTERS, minute=True)(OpportunityDetail.as_view())
framework_list = conditional(*REGISTERS, minute=True)(FrameworkList.as_view())
framework_detail = conditional(*REGISTERS, minute=True)(FrameworkDetail.as_view())
contract_list = conditional(*REGISTERS, minute=True)(ContractList.as_view())
contract_detail = conditional(*REGISTERS, minute=True)(ContractDetail.as_view())


def _page_asked(request: Request, last: int) -> int:
    value = request.GET.get("page", "1")
    if not re.fullmatch(r"[0-9]{1,5}", value, re.ASCII) or not 1 <= int(value) <= last:
        raise Problem(f"Write page as a whole number from 1 to {last}.", parameter="page")
    return int(value)


def _listed(request: Request, filters: Any) -> dict[str, Any]:
    asked = _page_asked(request, LAST_PAGE)
    pages = Paginator(filters.listed, PAGE_SIZE)
    if asked > pages.num_pages:
        raise Problem(f"There is no page {asked}: the last is {pages.num_pages}.", status=404, parameter="page")
    shown = pages.page(asked)
    return {
        "total": pages.count,
        "page": asked,
        "pages": pages.num_pages,
        "next": _next(request, asked, pages.num_pages),
        "ignored": sorted(filters.form.errors) if filters.is_bound else [],
        "results": shown.object_list,
    }


def _next(request: Request, number: int, pages: int) -> str | None:
    if number >= pages:
        return None
    query = request.GET.copy()
    query["page"] = str(number + 1)
    return f"{settings.PUBLIC_URL}{request.path}?{query.urlencode()}"


def _context(at: dt.datetime) -> dict[str, Any]:
    return {"site": settings.PUBLIC_URL, "at": at}
