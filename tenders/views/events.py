"""Events: the list, each event's page, and both as calendar files."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from core import clock
from core.models import find_by_slug
from core.versions import conditional

from ..calendars import CONTENT_TYPE, calendar, entry_of
from ..filters import EventFilterSet
from ..models import CoproductionNote, Event
from .frame import listed

# What the pages show of other registers: whose event it is, and what it is about.
REGISTERS = ("events", "organisations", "opportunities", "frameworks")
MOST_IN_A_CALENDAR = 1000
BOOKING_KINDS = {"open": "open", "full": "closing", "opens": "engaging", "closed": "closed"}
STATUS_KINDS = {"running": "open", "past": "closed", "cancelled": "closed"}


@login_not_required
@require_safe
@conditional(*REGISTERS, minute=True)
def event_list(request):
    at = clock.now()
    rows = Event.objects.listed(at=at).for_public(at=at).soonest_first(at=at)
    filters = EventFilterSet(request.GET or None, queryset=rows)
    context = listed(request, filters)
    show_bookings(context["page"], at)
    for row in context["page"]:
        row.shown_where = row.organisation.name
    context["calendar_query"] = _without_page(request)
    return render(request, "tenders/events.html", context)


@login_not_required
@require_safe
@conditional(*REGISTERS, minute=True)
def event(request, slug):
    at = clock.now()
    notes = CoproductionNote.objects.order_by("order", "pk")
    rows = Event.objects.public(at=at).for_public(at=at).prefetch_related(Prefetch("coproduction_notes", notes))
    row = find_by_slug(rows, slug)
    show_bookings([row], at)
    context = {
        "event": row,
        "organisation": row.organisation,
        "breadcrumbs": [("Events", reverse("tenders:events"))],
        "is_ahead": row.status(at=at) in (Event.Status.UPCOMING, Event.Status.RUNNING),
        "can_register": row.shown_booking in (Event.Booking.OPEN, Event.Booking.FULL),
    }
    return render(request, "tenders/event.html", context)


@login_not_required
@require_safe
@conditional("events", "organisations", minute=True)
def event_calendar(request, slug):
    at = clock.now()
    row = find_by_slug(Event.objects.public(at=at).prefetch_related("changes"), slug)
    return _calendar([row], at=at, title=row.title, name=row.slug)


@login_not_required
@require_safe
@conditional("events", "organisations", minute=True)
def event_calendars(request):
    """The list as a calendar. A cancelled event stays in it and says so, or it would stay in people's calendars."""
    at = clock.now()
    rows = Event.objects.public(at=at).prefetch_related("changes").soonest_first(at=at)
    filters = EventFilterSet(request.GET or None, queryset=rows)
    return _calendar(filters.qs[:MOST_IN_A_CALENDAR], at=at, title="Events", name="events")


def show_bookings(rows, at):
    """Tell of each event where it stands, whether one can register and how many places are left."""
    for row in rows:
        status = row.status(at=at)
        booking = row.booking(at=at, booked=row.booked)
        row.shown_booking = booking
        row.shown_left = row.places_left(booked=row.booked)
        is_ahead = status == Event.Status.UPCOMING
        row.shown_status = booking if is_ahead and row.takes_registrations else status
        row.shown_kind = (BOOKING_KINDS if row.shown_status is booking else STATUS_KINDS).get(
            row.shown_status.value, "planned"
        )


def _calendar(rows, *, at, title, name):
    response = HttpResponse(calendar([entry_of(row, at=at) for row in rows], name=title), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.ics")
    return response


def _without_page(request):
    query = request.GET.copy()
    query.pop("page", None)
    return f"?{query.urlencode()}" if query else ""
