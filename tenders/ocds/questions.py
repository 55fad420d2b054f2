"""What may be asked of the feeds. What cannot be read is refused with the parameter's name and what to write."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict

from commissioning.models import Organisation
from core.api import Problem
from core.filters import linked
from core.models import CpvCode, Place, ServiceType
from providers.open_referral import parameters
from tenders.filters import ContractFilterSet, FrameworkFilterSet
from tenders.models import Contract, Framework, Opportunity, Release
from tenders.search import holding

PER_PAGE = 100
FILTERS = ("q", "cpv", "area", "service_type", "stage", "closing_before", "updated_since")


@dataclass(frozen=True)
class Cursor:
    """The last release of the page before."""

    published_at: dt.datetime
    pk: int

    def __str__(self) -> str:
        text = f"{self.published_at.astimezone(dt.UTC).isoformat()} {self.pk}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@dataclass(frozen=True)
class Question:
    """One page of a feed, and which releases or records stand in it."""

    stated: dict[str, str]
    limit: int
    cursor: Cursor | None
    words: str = ""
    cpv: CpvCode | None = None
    area: Place | None = None
    service_type: ServiceType | None = None
    stage: str = ""
    closing_before: dt.datetime | None = None
    updated_since: dt.datetime | None = None

    @property
    def is_narrowed(self) -> bool:
        return any(name in self.stated for name in FILTERS)

    def address(self, path: str, *, cursor: Cursor | str | None = None) -> str:
        """The address of a page in its one form."""
        stated = {name: value for name, value in self.stated.items() if name != "cursor"}
        if cursor is not None:
            stated["cursor"] = str(cursor)
        return f"{path}?{urlencode(stated)}" if stated else path


def read(query: QueryDict) -> Question:
    """Read an address.

    :raises Problem: for a value that cannot be read or that nothing is called.
    """
    stated = {
        name: parameters.text(query, name) for name in (*FILTERS, "limit", "cursor") if parameters.text(query, name)
    }
    stage = stated.get("stage", "")
    if stage and stage not in Release.Stage.values:
        raise Problem(f"Write stage as one of {', '.join(Release.Stage.values)}.", parameter="stage")
    limit = parameters.whole_number(query, "limit", default=PER_PAGE, least=1, most=PER_PAGE)
    assert limit is not None
    return Question(
        stated=stated,
        limit=limit,
        cursor=_cursor(stated.get("cursor", "")),
        words=stated.get("q", ""),
        cpv=_node(CpvCode, "cpv", stated, Q(code=stated.get("cpv", "")), "an eight-digit code, such as 85311100"),
        area=_node(Place, "area", stated, Q(gss_code=stated.get("area", "").upper()), "an area's slug or GSS code"),
        service_type=_node(ServiceType, "service_type", stated, Q(), "the slug of a kind of care, such as home-care"),
        stage=stage,
        closing_before=parameters.moment(query, "closing_before"),
        updated_since=parameters.moment(query, "updated_since"),
    )


def _node(model: Any, name: str, stated: dict[str, str], other: Q, what: str) -> Any:
    value = stated.get(name, "")
    if not value:
        return None
    found = model.objects.filter(Q(slug=value) | other if other else Q(slug=value)).first()
    if found is None:
        raise Problem(f"Nothing here is called {value}. Write {name} as {what}.", parameter=name)
    return found


def _cursor(text: str) -> Cursor | None:
    if not text:
        return None
    try:
        moment, key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii").split(" ")
        stated = dt.datetime.fromisoformat(moment)
        # In UTC: Python knows offsets that PostgreSQL does not.
        at = stated.astimezone(dt.UTC)
        if stated.tzinfo is None or not key.isdecimal() or len(key) > 18:
            raise ValueError
        return Cursor(at, int(key))
    except (ValueError, OverflowError, binascii.Error):
        raise Problem("Take the cursor from links.next of the page before.", parameter="cursor") from None


def releases(question: Question, *, at: dt.datetime) -> QuerySet[Release]:
    """Return the releases asked for, the newest first, from the cursor on."""
    rows = told(at=at)
    if question.stage:
        rows = rows.filter(stage=question.stage)
    return _from(_narrowed(rows, question, at=at), question)


def newest_releases(question: Question, *, at: dt.datetime) -> QuerySet[Release]:
    """Return the newest release of each record asked for, the newest first, from the cursor on."""
    later = Release.objects.public(at=at).filter(ocid=OuterRef("ocid"), number__gt=OuterRef("number"))
    rows = told(at=at).filter(~Exists(later))
    if question.stage:
        rows = rows.filter(stage=question.stage)
    return _from(_narrowed(rows, question, at=at), question)


def told(*, at: dt.datetime) -> QuerySet[Release]:
    """Return every release anybody may read. One that told of what only members see now is not among them."""
    return Release.objects.public(at=at).exclude(opportunity__in=Opportunity.objects.filter(is_members_only=True))


def _from(rows: QuerySet[Release], question: Question) -> QuerySet[Release]:
    if question.cursor is not None:
        at, key = question.cursor.published_at, question.cursor.pk
        rows = rows.filter(Q(published_at=at, pk__lt=key) | Q(published_at__lt=at), published_at__lte=at)
    return rows.order_by("-published_at", "-pk")


def _narrowed(rows: QuerySet[Release], question: Question, *, at: dt.datetime) -> QuerySet[Release]:
    if question.updated_since is not None:
        rows = rows.filter(published_at__gte=question.updated_since)
    conditions = {model: _subjects(model, question, at=at) for model in (Opportunity, Framework, Contract)}
    if all(condition is None for condition in conditions.values()):
        return rows
    wanted = Q()
    for model, subjects in conditions.items():
        wanted |= Q(**{f"{model._meta.model_name}__in": subjects})
    return rows.filter(wanted)


def _subjects(model: Any, question: Question, *, at: dt.datetime) -> QuerySet[Any] | None:
    """The public records of a register that fulfil what is asked of the record itself; none where nothing is."""
    asked = list(_conditions(model, question, at=at))
    if not asked and not question.words:
        return None
    rows = model.objects.public(at=at)
    if question.words:
        rows = _worded(model, rows, question.words, at=at)
    return rows.filter(*asked).order_by().values("pk")


def _conditions(model: Any, question: Question, *, at: dt.datetime) -> Iterator[Q]:
    """What is asked besides the words. Each is answered by tables of links alone, and put together by key."""
    if question.cpv is not None:
        codes = CpvCode.objects.within([question.cpv])
        has_code = Q(pk__in=linked(model.types, linked(ServiceType.cpv_codes, codes)))
        if model is Opportunity:
            has_code |= Q(pk__in=linked(Opportunity.cpv_codes, codes))
        yield has_code
    if question.service_type is not None:
        yield _carrying(model, "types", ServiceType.objects.within([question.service_type]))
    if question.area is not None:
        places = Place.objects.within([question.area])
        names_none = ~Q(pk__in=model.places.through.objects.values(model.places.field.m2m_field_name()))
        yield _carrying(model, "places", places) | names_none & Q(organisation__in=linked(Organisation.places, places))
    if question.closing_before is not None:
        is_asked = model is not Contract
        yield Q(closes_at__gt=at, closes_at__lt=question.closing_before) if is_asked else Q(pk__in=[])


def _carrying(model: Any, name: str, nodes: QuerySet[Any]) -> Q:
    """Rows that carry one of the nodes themselves or in one of their lots; contracts have none."""
    found = Q(pk__in=linked(getattr(model, name), nodes))
    if model is not Contract:
        lots = model.lots.rel
        own = lots.related_model.objects.filter(pk__in=linked(getattr(lots.related_model, name), nodes))
        found |= Q(pk__in=own.order_by().values(lots.field.name))
    return found


def _worded(model: Any, rows: QuerySet[Any], words: str, *, at: dt.datetime) -> QuerySet[Any]:
    """The records whose page's list would find them by these words; what no list shows any more is found alike."""
    if model is Opportunity:
        return holding(rows, words, at=at)
    data = QueryDict(urlencode({"q": words}))
    if model is Framework:
        found: QuerySet[Any] = FrameworkFilterSet(data, queryset=rows).qs
        return found
    register = ContractFilterSet(data, contracts=rows, at=at)
    return rows.filter(pk__in=register.qs.values("pk"))
