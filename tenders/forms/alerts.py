"""What people type who want to be told of news."""

from __future__ import annotations

from typing import Any

from django import forms

from commissioning.forms import PublicForm, email_field

from ..models import Frequency

HELP = {
    Frequency.INSTANT: "As it happens, within minutes",
    Frequency.DAILY: "Once a day, in the morning, if there is anything",
    Frequency.WEEKLY: "Once a week, if there is anything",
}


class EmailForm(PublicForm):
    """The address that something goes to, typed by anybody."""

    email = email_field("Nobody else sees it.")


class FrequencyForm(forms.Form):
    """How often to write."""

    frequency = forms.TypedChoiceField(
        label="How often should we write?",
        choices=list(HELP.items()),
        coerce=lambda value: Frequency(int(value)),
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how often we should write", "invalid_choice": "Choose one of the three"},
    )


class FollowForm(FrequencyForm, EmailForm):
    """Follow one thing. Whose address is known is not asked for it."""

    field_order = ["name", "frequency", "email"]

    def __init__(self, *args: Any, is_known: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_known:
            del self.fields["email"]


class SaveSearchForm(FollowForm):
    """Keep a search under a name."""

    name = forms.CharField(
        label="A name for this search",
        max_length=120,
        help_text="It stands in the emails, so that you know which search found something.",
        error_messages={"required": "Give the search a name", "max_length": "Give it a name of 120 letters or fewer"},
    )
