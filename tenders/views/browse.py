"""The list of opportunities in care terms: as a page, a calendar by month, and as feeds and files of the same list."""

import datetime as dt
import re

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from core import clock
from core.api import export
from core.dates import london_date
from core.exports import csv_response, xlsx_response
from core.geography import Kind
from core.versions import conditional
from providers import near

from ..browse import files, parts
from ..browse.beside import beside, framework_options
from ..browse.cards import cards
from ..browse.dates import newest
from ..browse.happenings import calendar_entries, month_of
from ..browse.months import month_before, next_month
from ..browse.plot import pipeline
from ..calendars import CONTENT_TYPE, calendar, calendar_pieces
from ..models import Opportunity
from ..search import NAMES, OpportunityQuery, find_all, read_entries, search, without_one_filter
from .frame import REGISTERS, tag_kind

LISTED = (*REGISTERS, "places")
# What else the dates show.
DATED = (*LISTED, "events")
RESULTS = "#results"
MONTH = re.compile(r"^(\d{4})-(\d{2})$", re.ASCII)
YEARS = range(1990, 2201)


@login_not_required
@csrf_exempt  # Nothing on the server changes, and the form stands on cached pages.
@require_http_methods(["GET", "HEAD", "POST"])
@conditional(*LISTED, minute=True)
def opportunity_list(request):
    query = OpportunityQuery.from_querydict(request.GET)
    return _ask(request, query) if request.method == "POST" else _show(request, query)


def _ask(request, query):
    """Read the box, and go on to the list. Of a postcode only its council and its first half stand in the address."""
    asked = near.read_box(request.POST.get("near", ""), request.POST.get("words", ""))
    if asked.choice or (asked.error and not asked.is_name):
        return _unread(request, query, asked)
    return redirect(_with_place(query, asked.place, asked.words) + RESULTS)


def _with_place(query, place, words):
    """The address of the list with words and a place: the places of the box before go, unless it is empty."""
    pairs = [(name, value) for name, value in query.pairs() if name != "q"]
    if words:
        pairs.append(("q", words))
    keys = _place_keys(place)
    if keys:
        pairs = [pair for pair in pairs if pair[0] != "place"] + [("place", key) for key in keys]
    return parts.address(OpportunityQuery.from_query_string(urlencode(pairs)))


def _place_keys(place):
    """What of a place stands in the address: a town or council itself; of a postcode its council and its outcode."""
    if place is None:
        return []
    if place.kind == Kind.POSTCODE:
        return [place.council.slug if place.council else place.outcode]
    if place.kind == Kind.OUTCODE:
        return [place.outcode]
    if place.place is not None:
        return [place.place.slug]
    return [place.council.slug] if place.council else []


def _unread(request, query, asked):
    """Say what we do not recognise, or ask which of several places is meant; what was typed stays."""
    options = asked.choice.options if asked.choice else asked.error.suggestions
    context = {
        "title": "Opportunities",
        "heading": asked.choice.question if asked.choice else "What is planned and open",
        "message": "" if asked.choice else asked.error.message,
        "typed": asked.typed,
        "words": asked.words,
        "here": _here(query),
        "is_choice": asked.choice is not None,
        "options": [(option.label, _with_place(query, option, asked.words) + RESULTS) for option in options],
    }
    return render(request, "tenders/opportunities.html", context)


def _here(query):
    words = query.as_query_string()
    return f"?{words}" if words else ""


def _show(request, query):
    at = clock.now()
    found = search(query, at=at)
    understood = found.query
    kinds = {entry.pk: tag_kind(entry.record, entry.status, at) for entry in found.entries}
    ways = without_one_filter(understood, at=at)[:1] if understood.is_narrowed and not found.total else []
    heading = _heading(found)
    around = beside(understood, at=at)
    context = {
        "organisation": around.buyer,
        "frameworks": framework_options(understood, around, at=at),
        "title": heading if found.number == 1 else f"{heading}, page {found.number}",
        "heading": heading,
        "results": found,
        "count": f"{found.total:,}",
        "words": understood.words,
        "typed": "",
        "here": _here(understood),
        "chips": parts.chips(found),
        "filters": parts.filters(found),
        "cards": cards(found.entries, kinds),
        "orders": parts.orders(found),
        "keep": parts.kept(understood, but=_ASKED),
        "dates": [(name, label, getattr(understood, name)) for name, label in _DATES],
        "has_dates": any(getattr(understood, name) for name, _ in _DATES),
        "clear": reverse("tenders:opportunities"),
        "page": Page(found.entries, found.number, Paginator(range(found.total), found.size)),
        "ways": [(NAMES[one.name], one.total, parts.address(one.query)) for one in ways],
        "corrected": list(found.corrected.items()),
        "ignored": found.ignored,
        "is_narrowed": understood.is_narrowed,
        "files": _files(understood),
        "calendar": _calendar_address(understood),
        "save": f"{reverse('tenders:alerts_save')}{_here(understood)}",
    }
    return render(request, "tenders/opportunities.html", context)


_DATES = (
    ("opens_from", "Opens on or after"),
    ("opens_to", "Opens on or before"),
    ("closes_from", "Closes on or after"),
    ("closes_to", "Closes on or before"),
)
# What the form beside the list asks for itself.
_ASKED = (
    "stage", "type", "group", "buyer", "place", "value", "suitable", "joining", "route", "regime", "reserved", "life",
    "framework", "order", *(name for name, _ in _DATES),
)  # fmt: skip


def _heading(found):
    """What the page shows. It stands in the title too."""
    query = found.query
    if len(query.places) == 1:
        return f"What is coming in {found.labels.get('places', {}).get(query.places[0], query.places[0])}"
    if len(query.buyers) == 1:
        return f"What is coming from {found.labels.get('buyers', {}).get(query.buyers[0], query.buyers[0])}"
    return f"Opportunities that match “{query.words}”" if query.words else "What is planned and open"


def _files(query):
    """The twins of the list, each with the same question."""
    return [
        (label, parts.address(query, ending))
        for label, ending in (
            ("Calendar file", ".ics"),
            ("News feed", ".atom"),
            ("Spreadsheet", ".xlsx"),
            ("Comma-separated values", ".csv"),
            ("JSON", ".json"),
        )
    ]


# --- The same list as feeds and files ---


def _listed(request):
    at = clock.now()
    listed = find_all(OpportunityQuery.from_querydict(request.GET), at=at)
    name = "Opportunities"
    if listed.query.is_narrowed:
        name = f"Opportunities: {listed.description}"
    return listed, read_entries(listed.ids, at=at), name, at


@login_not_required
@require_safe
@conditional(*LISTED, minute=True)
@export
def opportunity_csv(request):
    _, entries, _, _ = _listed(request)
    return csv_response(files.TABLE, entries, name="opportunities")


@login_not_required
@require_safe
@conditional(*LISTED, minute=True)
@export
def opportunity_xlsx(request):
    _, entries, _, _ = _listed(request)
    return xlsx_response(files.TABLE, entries, name="opportunities")


@login_not_required
@require_safe
@conditional(*LISTED, minute=True)
@export
def opportunity_json(request):
    listed, entries, name, _ = _listed(request)
    pieces = files.json_bytes(entries, title=name, page=parts.address(listed.query), count=len(listed.ids))
    return StreamingHttpResponse(pieces, content_type="application/json")


@login_not_required
@require_safe
@conditional(*LISTED, minute=True)
@export
def opportunity_atom(request):
    listed, entries, name, at = _listed(request)
    pieces = files.atom_pieces(
        entries,
        title=name,
        page=parts.address(listed.query),
        feed=parts.address(listed.query, ".atom"),
        updated_at=newest(listed.ids, at=at) or at.replace(hour=0, minute=0, second=0, microsecond=0),
    )
    return StreamingHttpResponse(pieces, content_type="application/atom+xml; charset=utf-8")


@login_not_required
@require_safe
@conditional(*DATED, minute=True)
@export
def opportunity_ics(request):
    _, entries, name, at = _listed(request)
    pieces = calendar_pieces(calendar_entries(entries, at=at), name=name)
    return StreamingHttpResponse(pieces, content_type=CONTENT_TYPE)


@login_not_required
@require_safe
@conditional(*DATED, minute=True)
def opportunity_dates(request, reference):
    """The dates of one opportunity; of one that was withdrawn or cancelled they say so."""
    at = clock.now()
    pk = Opportunity.objects.public(at=at).filter(reference=reference).values_list("pk", flat=True).first()
    entries = list(read_entries([pk], at=at)) if pk is not None else []
    if not entries:
        raise Http404
    content = calendar(calendar_entries(entries, at=at), name=entries[0].record.title)
    return HttpResponse(content, content_type=CONTENT_TYPE)


# --- The calendar by month ---


def _calendar_address(query, month=None):
    pairs = [*query.pairs(), *([("month", f"{month:%Y-%m}")] if month else [])]
    path = reverse("tenders:opportunity_calendar")
    return f"{path}?{urlencode(pairs)}" if pairs else path


@login_not_required
@require_safe
@conditional(*DATED, minute=True)
def opportunity_calendar(request):
    at = clock.now()
    listed = find_all(OpportunityQuery.from_querydict(request.GET), at=at)
    month = _month(request.GET.get("month", "")) or london_date(at).replace(day=1)
    shown = month_of(listed.ids, month, at=at)
    later, earlier = shown.later, shown.earlier
    query = listed.query
    buyer = beside(query, at=at).buyer if len(query.buyers) == 1 else None
    context = {
        "organisation": buyer,
        "title": f"Calendar, {month:%B %Y}",
        "month": shown.month,
        "description": listed.description if query.is_narrowed else "",
        "list_url": parts.address(query),
        "previous": _calendar_address(query, month_before(month)) if month.year > YEARS[0] else "",
        "previous_name": f"{month_before(month):%B %Y}",
        "next": _calendar_address(query, next_month(month)) if month.year < YEARS[-1] else "",
        "next_name": f"{next_month(month):%B %Y}",
        "later": (f"{later:%B %Y}", _calendar_address(query, later)) if later else None,
        "earlier": (f"{earlier:%B %Y}", _calendar_address(query, earlier)) if earlier else None,
        "file": parts.address(query, ".ics"),
        "chart": pipeline(listed.ids, at=at, slug="pipeline", buyer=buyer),
        "total": len(listed.ids),
        "weekdays": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
        "breadcrumbs": [("Opportunities", parts.address(query))],
        "is_narrowed": query.is_narrowed or "month" in request.GET,
    }
    return render(request, "tenders/opportunity_calendar.html", context)


def _month(text):
    match = MONTH.match(text)
    if match and int(match[1]) in YEARS and 1 <= int(match[2]) <= 12:
        return dt.date(int(match[1]), int(match[2]), 1)
    return None
