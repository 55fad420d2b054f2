"""What visitors say is wrong with an entry, for the home council to answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from commissioning import permissions
from commissioning.acting import acting_organisation, is_operator
from commissioning.admin import OrganisationScopedAdmin, object_action
from commissioning.admin.scope import own_rows
from commissioning.admin_site import Waiting
from core import clock
from providers.models import Correction
from providers.services import corrections


class AnswerForm(forms.Form):
    """The answer to somebody who told us that an entry is wrong."""

    answer = forms.CharField(
        label="Answer",
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=2000,
        help_text="Goes to the person by e-mail if they left an address. Say what was put right, or why not.",
        error_messages={"required": "Write the answer."},
    )


class CloseForm(forms.Form):
    """Why a correction needs no answer."""

    note = forms.CharField(
        label="Note",
        max_length=300,
        help_text="Stays here; nobody outside reads it.",
        error_messages={"required": "Say why in a few words."},
    )


class AnsweredFilter(admin.SimpleListFilter):
    """Whether somebody has dealt with it."""

    title = "where it stands"
    parameter_name = "stand"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", "Waits for an answer"), ("done", "Answered or closed")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        if self.value() == "waiting":
            return queryset.filter(answered_at=None)
        return queryset.filter(answered_at__isnull=False) if self.value() == "done" else queryset


@admin.register(Correction)
class CorrectionAdmin(OrganisationScopedAdmin):
    """Corrections from anybody: read, answered or closed, never edited."""

    journey, place = "directory", 2
    list_display = ["__str__", "received_at", "answered_at"]
    list_select_related = ["service", "organisation"]
    list_filter = [AnsweredFilter, "topic"]
    search_fields = ["service__name", "text"]
    actions = None
    fields = ["service", "entry", "topic", "text", "email", "received_at", "answered_at", "answered_by", "answer"]
    readonly_fields = fields
    object_actions = ["answer_it", "close_it"]

    def get_ordering(self, request: Any) -> Any:
        # What waits comes first, the longest waiting on top.
        return [F("answered_at").desc(nulls_first=True), "received_at", "pk"]

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def offers(self, action: str, obj: Correction) -> bool:
        return obj.answered_at is None

    @admin.display(description="What families see")
    def entry(self, obj: Correction) -> SafeString:
        address = obj.service.get_absolute_url()
        return format_html('<a href="{}">{}</a>', address, address)

    @object_action(
        "Answer", confirm="The correction counts as dealt with. The entry itself you change apart.", form=AnswerForm
    )
    def answer_it(self, request: Any, obj: Correction, *, answer: str) -> str:
        corrections.answer_correction(correction=obj, answer=answer, by=request.user, at=clock.now())
        return "Answered. The answer is on its way." if obj.email else "Answered. No address was left to send it to."

    @object_action("Close without an answer", confirm="Nobody is written to.", form=CloseForm)
    def close_it(self, request: Any, obj: Correction, *, note: str) -> str:
        corrections.close_correction(correction=obj, note=note, by=request.user, at=clock.now())
        return "Closed."


def corrections_waiting(request: Any) -> Iterator[Waiting]:
    """What visitors have told and nobody has dealt with yet."""
    organisation = acting_organisation(request)
    if organisation is None and not is_operator(request.user):
        return
    if organisation is not None and not permissions.can_edit(request.user, organisation):
        return
    rows = own_rows(request, Correction, path="organisation").filter(answered_at=None)
    if organisation is None:
        # An operator who acts for no one council has to answer only what no council can.
        rows = rows.filter(organisation=None)
    first = rows.select_related("service").order_by("received_at", "pk")[:5]
    yield Waiting(
        "Answer what visitors say is wrong",
        rows.count(),
        reverse("admin:providers_correction_changelist") + "?stand=waiting",
        [(str(one), reverse("admin:providers_correction_change", args=[one.pk])) for one in first],
    )


admin.site.dashboards.append(corrections_waiting)
