"""What people fill in who come to an event or may want to bid, and what officers are asked before an event changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings

from commissioning.forms import LondonMomentField, PublicForm, ReasonField, email_field, name_field, organisation_field
from core.text import clean_plain_text

from ..models import Event, OpportunityLot

SME, VCSE = "sme", "vcse"


class ReplyForm(PublicForm):
    """Who somebody is and where to write to them."""

    organisation_name = organisation_field()
    name = name_field(max_length=120)
    email = email_field("We send a link to it. It counts when you open the link and press the button.")
    kinds = forms.MultipleChoiceField(
        label="What is your organisation? (optional)",
        required=False,
        choices=[
            (SME, "Small or medium-sized: fewer than 250 people"),
            (VCSE, "A voluntary, community or social enterprise"),
        ],
        widget=forms.CheckboxSelectMultiple,
        help_text="Councils and the NHS want to hear from you, and count how many of you they reach.",
    )

    def __init__(self, *args: Any, is_signed_in: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_signed_in:
            self.fields["email"].help_text = "With the address of your account you need not confirm it."

    def told(self) -> dict[str, Any]:
        """Return what was filled in, as the services take it."""
        data = {name: value for name, value in self.cleaned_data.items() if name not in ("kinds", "homepage")}
        kinds = self.cleaned_data["kinds"]
        return {**data, "is_sme": SME in kinds, "is_vcse": VCSE in kinds}


class RegistrationForm(ReplyForm):
    """Who comes to an event."""

    role = forms.CharField(
        label="What you do there (optional)",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    access_needs = forms.CharField(
        label="What do you need to take part? (optional)",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Such as a hearing loop, an interpreter, step-free access or food you can eat.",
        error_messages={"max_length": "Tell us in 1,000 letters or fewer"},
    )
    field_order = ["organisation_name", "name", "role", "email", "kinds", "access_needs", "homepage"]


class InterestForm(ReplyForm):
    """Who may want to bid, and for which lots."""

    lots = forms.ModelMultipleChoiceField(
        label="Which lots? (optional)",
        required=False,
        queryset=OpportunityLot.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text="Tick none if you do not know yet, or mean all of them.",
        error_messages={
            "invalid_choice": "Choose lots of this tender",
            "invalid_pk_value": "Choose lots of this tender",
        },
    )
    note = forms.CharField(
        label="What should the buyer know? (optional)",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Such as what would make it possible for you to bid. Name nobody who gets care.",
        error_messages={"max_length": "Tell us in 2,000 letters or fewer"},
    )
    field_order = ["lots", "organisation_name", "name", "email", "kinds", "note", "homepage"]

    def __init__(self, *args: Any, lots: Iterable[OpportunityLot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = [one.pk for one in lots]
        if keys:
            field: Any = self.fields["lots"]
            field.queryset = OpportunityLot.objects.filter(pk__in=keys).order_by("order", "pk")
        else:
            del self.fields["lots"]


class MoveEventForm(forms.Form):
    """When and where an event is held from now on, and why it moves."""

    starts_at = LondonMomentField(label="It starts")
    ends_at = LondonMomentField(label="It ends")
    place = forms.CharField(label="Where", max_length=250, required=False)
    online_url = forms.URLField(
        label="Link to join",
        required=False,
        max_length=200,
        assume_scheme="https",
        help_text="Sent to those who have a place.",
    )
    reason = ReasonField(
        label="Why it moves", help_text="Everybody reads this, and all who registered get it by email."
    )

    def for_record(self, event: Event) -> None:
        """Begin with when and where it is now."""
        self.initial = {
            "starts_at": event.starts_at,
            "ends_at": event.ends_at,
            "place": event.place_as_stated,
            "online_url": event.online_url,
        }

    def clean_place(self) -> str:
        return clean_plain_text(self.cleaned_data["place"])


class CancelEventForm(forms.Form):
    """Why an event is cancelled."""

    reason = ReasonField(
        label="Why it is cancelled", help_text="Everybody reads this, and all who registered get it by email."
    )


def kept_days() -> int:
    """How many days names are kept after the event or the procurement: the forms say so."""
    return int(settings.ENGAGEMENT_KEPT_DAYS)


def initial_for(user: Any, provider: Any) -> dict[str, str]:
    """Return what a signed-in representative need not type."""
    return {"name": user.name, "email": user.email, "organisation_name": str(provider)} if provider else {}
