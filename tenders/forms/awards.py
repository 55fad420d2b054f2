"""What officers are asked before an award is recorded, signed or taken back, a procurement ends, a contract runs on."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from commissioning.forms import ReasonField
from core import clock
from core.dates import EstimatedDateFormField
from core.text import clean_plain_text
from providers.models import Provider

from ..models import Contract, ExtensionOption, Opportunity, OpportunityLot
from ..services import Winner

NUMBERED = re.compile(r"^(?P<name>.+?)\s*\((?P<number>[A-Za-z]{0,2}\d{6,8})\)$")
MAX_WINNERS = 200


def _day(label: str, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}), **options)


class ReasonForm(forms.Form):
    """Why, in words that everybody reads."""

    reason = ReasonField(help_text="Everybody reads this.")


class RecordAwardForm(forms.Form):
    """Who was chosen, for which lot, when, and for how much."""

    lot = forms.ModelChoiceField(label="Lot", queryset=OpportunityLot.objects.none(), required=False)
    award_date = _day("Decided on")
    winners = forms.CharField(
        label="Who was chosen",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=20_000,
        help_text="One in each line, with the company or charity number in brackets if you know it: Dale Homecare Ltd "
        "(01234567). Leave it empty if nobody was chosen.",
    )
    standstill_ends_date = _day(
        "Standstill ends",
        required=False,
        help_text="Its last day; the statutory clock of the record counts it. Empty if none.",
    )
    value_amount = forms.DecimalField(
        label="Value in pounds", required=False, min_value=0, max_digits=14, decimal_places=2
    )
    note = forms.CharField(
        label="Anything else to say", required=False, max_length=1000, help_text="Everybody reads it."
    )

    def for_record(self, record: Opportunity) -> None:
        lots = record.lots.all()
        field: Any = self.fields["lot"]
        field.queryset = lots
        if lots:
            field.required = True
        else:
            del self.fields["lot"]

    def clean_note(self) -> str:
        return clean_plain_text(self.cleaned_data["note"])

    def clean_winners(self) -> list[Winner]:
        lines = [clean_plain_text(line) for line in self.cleaned_data["winners"].splitlines()]
        lines = [line for line in lines if line]
        if len(lines) > MAX_WINNERS or any(len(line) > 250 for line in lines):
            raise ValidationError(f"Write at most {MAX_WINNERS} names, each in a line of its own.")
        if len({line.casefold() for line in lines}) < len(lines):
            raise ValidationError("A name stands there twice.")
        return [_winner(line) for line in lines]


def _winner(line: str) -> Winner:
    """A provider that is public here, found by its number or its exact name; else the words as they stand."""
    numbered = NUMBERED.match(line)
    name, number = (numbered["name"], numbered["number"].upper()) if numbered else (line, "")
    public = Provider.objects.public(at=clock.now())
    found = list(public.filter(company_number=number)[:2]) if number else []
    found = found or list(public.filter(name__iexact=name)[:2])
    if len(found) == 1:
        return Winner(provider=found[0])
    return Winner(name=name, registration_number=number)


class SignContractForm(forms.Form):
    """When the contract was signed, and which row of the contracts register it is."""

    signed_date = _day("Signed on")
    contract = forms.CharField(
        label="Its row in the contracts register",
        required=False,
        max_length=80,
        help_text="The contract's reference, as its address ends. Leave it empty where the row is not made yet.",
    )

    def for_record(self, record: Any) -> None:
        self.organisation = record.organisation

    def clean_contract(self) -> Contract | None:
        reference = self.cleaned_data["contract"].strip()
        if not reference:
            return None
        found: Contract | None = Contract.objects.owned_by(self.organisation).filter(reference=reference).first()
        if found is None:
            raise ValidationError("Your register holds no contract with this reference.")
        return found


class ExtendForm(ReasonForm):
    """By which option or until when a contract runs on, when that was decided, and why."""

    option = forms.ModelChoiceField(
        label="Option taken up", queryset=ExtensionOption.objects.none(), required=False, empty_label="None of these"
    )
    to = EstimatedDateFormField(
        label="Or until", required=False, help_text="Where no option is kept: the new last day, such as 31 March 2028."
    )
    decided_date = _day("Decided on")

    field_order = ["option", "to", "decided_date", "reason"]

    def for_record(self, record: Contract) -> None:
        field: Any = self.fields["option"]
        field.queryset = record.extension_options.filter(taken_up__isnull=True).order_by("number")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("option") and data.get("to"):
            self.add_error("to", "Choose an option or write a day, not both.")
        return data
