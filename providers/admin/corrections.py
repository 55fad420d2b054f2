"""What visitors say is wrong with an entry, for the home council to answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString

from commissioning.admin import object_action
from commissioning.admin.queues import QueueAdmin, StandFilter, waiting_in
from core import clock
from providers.models import Correction
from providers.services import corrections


class AnswerForm(forms.Form):
    """The answer to somebody who told us that an entry is wrong."""

    answer = forms.CharField(
        label="Answer",
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=2000,
        help_text="Goes to the person by email if they left an address. Say what was put right, or why not.",
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


@admin.register(Correction)
class CorrectionAdmin(QueueAdmin):
    """Corrections from anybody: read, answered or closed, never edited."""

    task = "Answer what visitors say is wrong"
    waits_for, waits_since = "Waits for an answer", "received_at"
    settled = {"answered_at": "Answered or closed"}
    journey, place = "directory", 2
    list_display = ["__str__", "received_at", "answered_at"]
    list_select_related = ["service", "organisation"]
    list_filter = [StandFilter, "topic"]
    search_fields = ["service__name", "text"]
    fields = ["service", "entry", "topic", "text", "email", "received_at", "answered_at", "answered_by", "answer"]
    readonly_fields = fields
    object_actions = ["answer_it", "close_it"]

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


admin.site.dashboards.append(waiting_in(Correction))
