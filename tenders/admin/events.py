"""Events, who comes to them, and who may want to bid: each organisation sees its own, and nobody else does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import Count
from django.http.response import HttpResponseBase
from django.urls import reverse

from commissioning.admin import OrganisationScopedAdmin, ScopedStackedInline, object_action
from commissioning.admin_site import Waiting
from commissioning.forms import LondonMomentField
from core import audit, clock
from core.templatetags.portal import gov_date

from ..exports.engagement import interests_file, registrations_file
from ..forms import CancelEventForm, MoveEventForm
from ..models import CoproductionNote, Event, EventChange, Interest, Registration, Reply
from ..services import events, interests, registrations
from .base import RECORD, PublishableAdmin

SHOWN = 5


class CoproductionNoteInline(ScopedStackedInline):
    """What was heard and what changed. Public with the record it stands in."""

    model = CoproductionNote
    verbose_name_plural = "what was heard, and what changed"
    fields = [("title", "order"), ("held", "took_part"), "heard", "changed"]


class EventChangeInline(ScopedStackedInline):
    """Where and when it was to be before; it stays as it was."""

    model = EventChange
    fields = ["old_starts_at", "old_ends_at", "old_place", "reason", "changed_at"]
    readonly_fields = fields

    def has_add_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False


@admin.register(Event)
class EventAdmin(PublishableAdmin):
    place = 61
    list_display = ["title", "kind", "starts_at", "standing", "come", "wait"]
    search_fields = ["title", "slug"]
    prepopulated_fields = {"slug": ["title"]}
    readonly_fields = ["standing", "come", "wait", "cancelled_reason"]
    inlines = [CoproductionNoteInline, EventChangeInline]
    object_actions = ["publish", "move", "cancel", "download_csv", "download_xlsx"]
    formfield_overrides = {
        models.DateTimeField: {"form_class": LondonMomentField, "widget": LondonMomentField.widget},
    }
    PARTS = (
        (None, ["title", "slug", "kind", "summary"]),
        (
            "When and where",
            ["starts_at", "ends_at", "place_as_stated", "accessibility", "online_url", "is_online_url_public", "email"],
        ),
        ("What it is about", ["opportunity", "framework", "forum"]),
        (
            "Who comes",
            [
                "takes_registrations", "places_maximum", "registration_opens_at", "registration_closes_at", "standing",
                "come", "wait",
            ],
        ),
        ("Its record", [*RECORD, "cancelled_reason"]),
    )  # fmt: skip
    MOVED_BY_ACTION = ("starts_at", "ends_at", "place_as_stated", "online_url")

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).with_counts()

    def get_ordering(self, request: Any) -> Any:
        return ["-starts_at", "pk"]

    def get_readonly_fields(self, request: Any, obj: Any = None) -> Any:
        # Whoever registered is told of a move with its reason.
        moved = self.MOVED_BY_ACTION if obj is not None and obj.published_at else ()
        return [*super().get_readonly_fields(request, obj), *moved]

    def offers(self, action: str, obj: Any) -> bool:
        if action == "publish":
            return super().offers(action, obj)
        if action.startswith("download"):
            return bool(obj.booked or obj.waiting)
        stands = obj.status(at=clock.now()) in (Event.Status.UPCOMING, Event.Status.RUNNING)
        return obj.published_at is not None and stands

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        # There may be more places than before.
        registrations.give_places(event=form.instance, at=clock.now())

    @admin.display(description="standing")
    def standing(self, obj: Any) -> str:
        if obj is None or obj.pk is None or obj.published_at is None:
            return "Draft"
        status = obj.status(at=obj.seen_at)
        is_ahead = status == Event.Status.UPCOMING
        return str(obj.booking(at=obj.seen_at, booked=obj.booked).label if is_ahead else status.label)

    @admin.display(description="have a place")
    def come(self, obj: Any) -> str:
        booked = getattr(obj, "booked", 0)
        return f"{booked} of {obj.places_maximum}" if obj and obj.places_maximum else str(booked)

    @admin.display(description="wait for one")
    def wait(self, obj: Any) -> int:
        return int(getattr(obj, "waiting", 0))

    @object_action(
        "Move",
        confirm="The page shows what it was. All who registered get an email.",
        form=MoveEventForm,
        publishes=True,
    )
    def move(self, request: Any, obj: Any, **where: Any) -> str:
        events.move_event(event=obj, **where, by=request.user, at=clock.now())
        return "The event is moved, and all who registered are told."

    @object_action(
        "Cancel",
        confirm="The page stays and says why. All who registered get an email.",
        form=CancelEventForm,
        publishes=True,
        is_danger=True,
    )
    def cancel(self, request: Any, obj: Any, reason: str) -> str:
        events.cancel_event(event=obj, reason=reason, by=request.user, at=clock.now())
        return "The event is cancelled, and all who registered are told."

    @object_action("Who comes, as CSV", confirm="The file holds names and addresses: keep it inside your organisation.")
    def download_csv(self, request: Any, obj: Any) -> HttpResponseBase:
        return self._download(request, obj, "csv")

    @object_action(
        "Who comes, for Excel", confirm="The file holds names and addresses: keep it inside your organisation."
    )
    def download_xlsx(self, request: Any, obj: Any) -> HttpResponseBase:
        return self._download(request, obj, "xlsx")

    def _download(self, request: Any, obj: Any, ending: str) -> HttpResponseBase:
        audit.record(
            "event.registrations_exported", obj, by=request.user, at=clock.now(), organisation=obj.organisation
        )
        return registrations_file(obj, ending=ending)


class StateFilter(admin.SimpleListFilter):
    """How a reply stands."""

    title = "how it stands"
    parameter_name = "stand"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("stands", "Confirmed"), ("unconfirmed", "Not confirmed yet"), ("withdrawn", "Withdrawn")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        if self.value() == "stands":
            return queryset.live()
        if self.value() == "unconfirmed":
            return queryset.standing().filter(confirmed_at=None)
        return queryset.filter(withdrawn_at__isnull=False) if self.value() == "withdrawn" else queryset


class ReplyAdmin(OrganisationScopedAdmin):
    """What people sent: read here and never edited. It is deleted by itself when its time is over."""

    journey = "buying"
    actions = None
    object_actions = ["take_back"]

    def get_ordering(self, request: Any) -> Any:
        return ["-received_at", "-pk"]

    def has_add_permission(self, request: Any) -> bool:
        return False

    has_change_permission = has_delete_permission = lambda self, request, obj=None: False

    def offers(self, action: str, obj: Any) -> bool:
        return obj.withdrawn_at is None

    @admin.display(description="how it stands")
    def stands(self, obj: Reply) -> str:
        return str(obj.state.label)


@admin.register(Registration)
class RegistrationAdmin(ReplyAdmin):
    place = 62
    list_display = ["name", "organisation_name", "stands", "event", "received_at"]
    list_select_related = ["event"]
    list_filter = ["event", StateFilter, "is_sme", "is_vcse"]
    search_fields = ["name", "organisation_name", "email"]
    fields = [
        "event", "stands", "name", "organisation_name", "email", "role", "access_needs", "is_sme", "is_vcse", "provider",
        "received_at", "confirmed_at", "place_given_at", "withdrawn_at",
    ]  # fmt: skip
    readonly_fields = fields

    @admin.display(description="how it stands")
    def stands(self, obj: Reply) -> str:
        return "Has a place" if obj.state == Reply.State.STANDS else super().stands(obj)

    @object_action("Take off the list", confirm="They get an email, and the next on the waiting list gets the place.")
    def take_back(self, request: Any, obj: Any) -> str:
        registrations.withdraw_registration(registration=obj, by=request.user, at=clock.now())
        return "Taken off the list."


@admin.register(Interest)
class InterestAdmin(ReplyAdmin):
    place = 63
    list_display = ["name", "organisation_name", "stands", "opportunity", "received_at"]
    list_select_related = ["opportunity"]
    list_filter = ["opportunity", StateFilter, "is_sme", "is_vcse"]
    search_fields = ["name", "organisation_name", "email"]
    fields = [
        "opportunity", "stands", "lots", "name", "organisation_name", "email", "note", "is_sme", "is_vcse", "provider",
        "received_at", "confirmed_at", "withdrawn_at",
    ]  # fmt: skip
    readonly_fields = fields

    @object_action("Strike", confirm="For somebody who has told you that they are no longer interested.")
    def take_back(self, request: Any, obj: Any) -> str:
        interests.withdraw_interest(interest=obj, by=request.user, at=clock.now())
        return "Struck."


class InterestMixin:
    """What a tender's page in the workspace gets from here: its notes, and the list of who may want to bid."""

    interest_actions = ("download_interest_csv", "download_interest_xlsx")
    interest_inlines = (CoproductionNoteInline,)

    def offers_interest(self, obj: Any) -> bool:
        return bool(obj.interests.live().exists())

    @object_action(
        "Who may bid, as CSV", confirm="The file holds names and addresses: keep it inside your organisation."
    )
    def download_interest_csv(self, request: Any, obj: Any) -> HttpResponseBase:
        return self._download_interest(request, obj, "csv")

    @object_action(
        "Who may bid, for Excel", confirm="The file holds names and addresses: keep it inside your organisation."
    )
    def download_interest_xlsx(self, request: Any, obj: Any) -> HttpResponseBase:
        return self._download_interest(request, obj, "xlsx")

    def _download_interest(self, request: Any, obj: Any, ending: str) -> HttpResponseBase:
        audit.record(
            "opportunity.interest_exported", obj, by=request.user, at=clock.now(), organisation=obj.organisation
        )
        return interests_file(obj, ending=ending)


def events_ahead(request: Any) -> Iterator[Waiting]:
    """The public events that lie ahead, each with how many come."""
    model_admin = admin.site.get_model_admin(Event)
    if not model_admin.has_view_permission(request):
        return
    at = clock.now()
    rows = model_admin.get_queryset(request).public(at=at).upcoming(at=at).order_by("starts_at", "pk")
    first = [
        (f"{one}, {gov_date(one.starts_at)}: {_how_many(one)}", reverse("admin:tenders_event_change", args=[one.pk]))
        for one in rows[:SHOWN]
    ]
    yield Waiting("Your events ahead", rows.count(), reverse("admin:tenders_event_changelist"), first)


def _how_many(event: Any) -> str:
    come = f"{event.booked} of {event.places_maximum} come" if event.places_maximum else f"{event.booked} come"
    return f"{come}, {event.waiting} wait" if event.waiting else come


def interest_registered(request: Any) -> Iterator[Waiting]:
    """How many may want to bid, tender by tender, the most first."""
    model_admin = admin.site.get_model_admin(Interest)
    if not model_admin.has_view_permission(request):
        return
    rows = model_admin.get_queryset(request).live().order_by()
    each = (
        rows.values("opportunity", "opportunity__title").annotate(count=Count("pk")).order_by("-count", "opportunity")
    )
    address = reverse("admin:tenders_interest_changelist")
    first = [
        (f"{one['opportunity__title']}: {one['count']}", f"{address}?opportunity__id__exact={one['opportunity']}")
        for one in each[:SHOWN]
    ]
    yield Waiting("Providers who may want to bid", rows.count(), f"{address}?stand=stands", first)


admin.site.dashboards.extend([events_ahead, interest_registered])

__all__ = ["CoproductionNoteInline", "EventAdmin", "InterestAdmin", "InterestMixin", "RegistrationAdmin"]
