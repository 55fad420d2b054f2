from __future__ import annotations

import datetime as dt
import re
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from core.text import clean_plain_text

LONDON = ZoneInfo("Europe/London")
_WITH_OFFSET = re.compile(r"(Z|[+-]\d\d:?\d\d)$", re.I)


class LondonMomentField(forms.DateTimeField):
    """A day and a London time. A time that the change of the clocks leaves out or repeats is refused with the reason."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    default_error_messages = {"invalid": "Write the day and time like 2026-12-01 09:00."}

    def to_python(self, value: Any) -> dt.datetime | None:
        with timezone.override(dt.UTC):
            # Read the clock face first: in UTC every time is there once.
            moment = super().to_python(value)
        if moment is None or (isinstance(value, str) and _WITH_OFFSET.search(value.strip())):
            return moment
        face = moment.replace(tzinfo=None)
        first, second = (face.replace(tzinfo=LONDON, fold=fold).utcoffset() for fold in (0, 1))
        if first is not None and second is not None and first > second:
            raise ValidationError(
                f"The clocks go back that night, so {face:%H:%M} comes twice. Choose a time before 01:00 or from 02:00.",
                code="ambiguous",
            )
        if first != second:
            raise ValidationError(
                f"The clocks go forward that night, so there is no {face:%H:%M}. Choose a time before 01:00 or from 02:00.",
                code="imaginary",
            )
        return face.replace(tzinfo=LONDON)


class ReasonField(forms.CharField):
    """Why somebody changes something, in a few sentences of plain text.

    Its help text tells who reads it.
    """

    widget = forms.Textarea(attrs={"rows": 3})
    default_error_messages = {"required": "Say why."}

    def __init__(self, *, help_text: str, label: str = "Why", max_length: int = 1000, **options: Any) -> None:
        super().__init__(label=label, help_text=help_text, max_length=max_length, **options)

    def to_python(self, value: Any) -> str:
        return clean_plain_text(super().to_python(value), multiline=True)


class PublicForm(forms.Form):
    """A form that anybody may send, without an account. Programs fill in whatever they find; people do not see this."""

    homepage = forms.CharField(
        label="Leave this empty",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    @property
    def is_from_a_program(self) -> bool:
        """Whether the field that people do not see was filled in."""
        return bool(self.cleaned_data.get("homepage"))


def email_field(help_text: str) -> forms.EmailField:
    """Return the field for the address of whoever fills in a form."""
    return forms.EmailField(
        label="Your email address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=help_text,
        error_messages={
            "required": "Give your email address",
            "invalid": "Give an email address such as name@example.org",
            "max_length": "Give an email address of 254 letters or fewer",
        },
    )


def name_field(*, max_length: int, help_text: str = "") -> forms.CharField:
    """Return the field for the name of whoever fills in a form."""
    return forms.CharField(
        label="Your name",
        max_length=max_length,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=help_text,
        error_messages={"required": "Give your name"},
    )


def organisation_field() -> forms.CharField:
    """Return the field for the organisation that somebody writes for."""
    return forms.CharField(
        label="Your organisation",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        error_messages={"required": "Give your organisation’s name"},
    )
