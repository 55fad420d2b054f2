"""Who is told of news by mail: for operators, who answer when somebody asks what is kept, or wants it to end."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Max, OuterRef, Q, Subquery
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from commissioning.admin import OperatorsAdmin, object_action
from core import clock
from core.models import OutgoingMail
from core.templatetags.portal import gov_datetime

from ..models import AlertItem, Subscriber
from ..services import refusals, subscriptions


class StandFilter(admin.SimpleListFilter):
    """Whether mail goes out."""

    title = "whether email goes out"
    parameter_name = "stand"
    ways = {
        "told": ("Yes", Q(confirmed_at__isnull=False, stopped_at=None)),
        "unconfirmed": ("Not confirmed", Q(confirmed_at=None, stopped_at=None)),
        "stopped": ("Stopped", Q(stopped_at__isnull=False, refused_at=None)),
        "refused": ("Stopped: the mailbox refuses", Q(refused_at__isnull=False)),
    }

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, label) for name, (label, _) in self.ways.items()]

    def queryset(self, request: Any, queryset: Any) -> Any:
        chosen = self.value()
        return queryset.filter(self.ways[chosen][1]) if chosen in self.ways else queryset


@admin.register(Subscriber)
class SubscriberAdmin(OperatorsAdmin):
    list_display = ["email", "confirmed_at", "stopped_at", "refused_at", "last_told_at"]
    list_filter = [StandFilter]
    search_fields = ["email"]
    ordering = ["email"]
    fields = [
        "email", "user", "created_at", "asked_at", "confirmed_at", "stopped_at", "refused_at", "refusal",
        "last_told_at", "wants",
    ]  # fmt: skip
    readonly_fields = fields
    object_actions = ["stop", "resume"]

    def get_queryset(self, request: Any) -> Any:
        # For the rows of a page alone: some have thousands of items.
        sent = AlertItem.objects.filter(subscriber=OuterRef("pk")).order_by().values("subscriber")
        return super().get_queryset(request).annotate(last_told_at=Subquery(sent.values_list(Max("sent_at"))))

    @admin.display(description="last email")
    def last_told_at(self, obj: Any) -> str:
        return gov_datetime(obj.last_told_at)

    @admin.display(description="what the mailbox said last")
    def refusal(self, obj: Subscriber) -> str:
        refused = OutgoingMail.objects.filter(to__iexact=obj.email, refused_at__isnull=False)
        return refused.order_by("-refused_at").values_list("refusal", flat=True).first() or ""

    @admin.display(description="wants to hear of")
    def wants(self, obj: Subscriber) -> str | SafeString:
        searches, follows, _ = subscriptions.wanted_by(obj)
        named = [(f"The search “{one.name}”", one.get_frequency_display().lower()) for one in searches]
        named += [(f"News of {one.target}", one.get_frequency_display().lower()) for one in follows]
        return format_html_join("", "<div>{}, {}</div>", named)

    def offers(self, action: str, obj: Subscriber) -> bool:
        return obj.refused_at is not None if action == "resume" else not obj.is_stopped_by_itself

    @object_action(
        "Stop all emails",
        confirm="Nothing more goes to this address. It is deleted with all it asked for after seven days.",
        is_danger=True,
    )
    def stop(self, request: Any, obj: Subscriber) -> str:
        subscriptions.stop_all(subscriber=obj, by=request.user, at=clock.now())
        return "Stopped. Nothing more goes to this address."

    @object_action(
        "Send emails again",
        confirm="The mailbox has refused our emails. Do this when its person says that it works; what happened in "
        "between is not told.",
    )
    def resume(self, request: Any, obj: Subscriber) -> str:
        refusals.resume(subscriber=obj, by=request.user, at=clock.now())
        return "Mails go to this address again."
