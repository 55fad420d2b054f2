"""What officers are asked before something of the pipeline changes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from commissioning.forms import LondonMomentField
from core.dates import EstimatedDateFormField
from core.text import clean_plain_text

from .models import Contract, DateChange


class MoveDateForm(forms.Form):
    """Which date moves, where to, and why. A deadline is a day with its time; other dates may be rough."""

    field = forms.ChoiceField(label="Which date", choices=DateChange.Field.choices)
    to = forms.CharField(
        label="New date",
        required=False,
        max_length=120,
        help_text="As you would write it: “March 2027”, “Spring 2027”, “to be confirmed”. For the two moments bids open "
        "and close, a day with a London time: 2027-03-01 12:00. Leave it empty where the date falls away.",
    )
    reason = forms.CharField(
        label="Why it moves",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        help_text="Everybody reads this.",
    )

    def clean_reason(self) -> str:
        return clean_plain_text(self.cleaned_data["reason"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        typed, name = data.get("to", ""), data.get("field")
        if name:
            kind = LondonMomentField if name in DateChange.MOMENTS else EstimatedDateFormField
            try:
                data["to"] = kind(required=False).clean(typed) or None
            except ValidationError as refusal:
                self.add_error("to", refusal)
        return data


class DecideEndForm(forms.Form):
    """What follows a contract's end, when it was decided, and why."""

    decision = forms.ChoiceField(label="What follows", choices=Contract.EndDecision.choices)
    decided_date = forms.DateField(label="Decided on", widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(
        label="Why", widget=forms.Textarea(attrs={"rows": 3}), max_length=1000, help_text="The public reads this."
    )

    def clean_reason(self) -> str:
        return clean_plain_text(self.cleaned_data["reason"])


class SuspendForm(forms.Form):
    """From when until when a provider gets no new placements, and why."""

    from_date = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until_date = forms.DateField(
        label="Until",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="The last day. Leave it empty where the end is open.",
    )
    reason = forms.CharField(
        label="Why",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        help_text="The provider is told this. The public is not.",
    )

    def clean_reason(self) -> str:
        return clean_plain_text(self.cleaned_data["reason"])
