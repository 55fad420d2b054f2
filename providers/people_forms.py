"""What people type who tell us that an entry is wrong, or come to keep one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import password_validation

from commissioning.forms import PublicForm, name_field
from core.models import User

from .models import Correction


class CorrectionForm(PublicForm):
    """What somebody says is wrong with an entry, and where to answer if they want an answer."""

    topic = forms.ChoiceField(
        label="What is it about?",
        choices=Correction.Topic.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what it is about", "invalid_choice": "Choose what it is about"},
    )
    text = forms.CharField(
        label="What should we know?",
        min_length=10,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Please name nobody who gets care, and tell us nothing about anybody’s health.",
        error_messages={
            "required": "Tell us what is wrong",
            "min_length": "Tell us a little more: ten letters or more",
            "max_length": "Tell us in 2,000 letters or fewer",
        },
    )
    email = forms.EmailField(
        label="Your email address (optional)",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text="Only if you want an answer. Who answers sees it, the provider does not. We delete it within a year.",
        error_messages={"invalid": "Give an email address such as name@example.org, or leave it empty"},
    )


class NewAccountForm(forms.Form):
    """The name and the password of somebody who was invited and has no account yet."""

    name = name_field(max_length=120, help_text="Shown to your colleagues and to the council, never to families.")
    password1 = forms.CharField(
        label="Choose a password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="12 letters or more. Three words that do not belong together are easy to remember and hard to guess.",
        error_messages={"required": "Choose a password"},
    )
    password2 = forms.CharField(
        label="The password once more",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Type the password once more"},
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", "This is not the same password. Type it once more")
        elif first:
            try:
                password_validation.validate_password(first, User(email=self.email, name=cleaned.get("name", "")))
            except forms.ValidationError as problem:
                self.add_error("password1", problem)
        return cleaned


class InviteForm(forms.Form):
    """The address of somebody who is to keep an entry."""

    email = forms.EmailField(
        label="Email address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text="They get a link that works once. Invite only people who may speak for the provider.",
        error_messages={
            "required": "Give an email address",
            "invalid": "Give an email address such as name@example.org",
        },
    )
