"""What a provider's people type of a field that has many entries: one small form an entry, and a blank one for another."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet

from providers.models import Fee, Unit
from providers.profile import Field, Kind, Section, Values
from providers.profile.registers import REGISTERS

from .forms import UNTOLD


class EntryForm(forms.Form):
    """One entry. One without any words is none."""

    ONE = ""
    """What one entry is called: fee."""
    NAME = ""
    """The field that names an entry."""
    NEEDED: dict[str, str] = {}
    """What must be given, with what is said where it is not."""

    @property
    def legend(self) -> str:
        """What this entry is called."""
        return self.initial.get(self.NAME) or f"A further {self.ONE}"

    @property
    def is_none(self) -> bool:
        """Whether nothing was typed, or the entry is to go."""
        data = getattr(self, "cleaned_data", {})
        return bool(data.get("remove")) or not any(data.get(name) not in (None, "") for name in self.told())

    def told(self) -> list[str]:
        """Name the fields an entry is made of."""
        return [name for name in self.fields if name != "remove"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.is_none:
            for name, sentence in self.NEEDED.items():
                if data.get(name) in (None, "") and name not in self.errors:
                    self.add_error(name, sentence)
        return data


class FeeForm(EntryForm):
    """One fee of a service."""

    ONE = "fee"
    NAME = "name"
    NEEDED = {
        "name": "Say what this fee is for.",
        "amount_from": "Say how much it is.",
        "per": "Say whether that is a week, an hour or another time.",
    }

    name = forms.CharField(label="What it is for", max_length=120, required=False, help_text="Such as “Single room”.")
    amount_from = forms.CharField(label="From, in pounds", max_length=14, required=False)
    amount_to = forms.CharField(
        label="To, in pounds", max_length=14, required=False, help_text="Leave it empty if it is always the same."
    )
    per = forms.ChoiceField(label="For", choices=[("", "Choose"), *Fee.Per.choices], required=False)
    included = forms.CharField(
        label="What is included", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    remove = forms.BooleanField(label="Take this fee away", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("amount_from", "amount_to"):
            self.fields[name].widget.attrs.update({"inputmode": "decimal", "class": "govuk-input--width-5"})

    def clean_amount_from(self) -> str | None:
        return self._amount("amount_from")

    def clean_amount_to(self) -> str | None:
        return self._amount("amount_to")

    def _amount(self, name: str) -> str | None:
        typed = self.cleaned_data.get(name) or ""
        amount = re.sub(r"[£,\s]", "", typed)
        if not amount:
            return None
        if not re.fullmatch(r"[0-9]{1,7}(\.[0-9]{1,2})?", amount):
            raise forms.ValidationError(f"We do not understand {typed}. Write pounds, such as 1,180 or 21.50.")
        return amount


class UnitForm(EntryForm):
    """How many homes or rooms of one kind there are."""

    ONE = "kind"
    NAME = "kind"
    NEEDED = {"kind": "Say what kind of home or room it is."}

    kind = forms.CharField(
        label="Kind", max_length=80, required=False, help_text="Such as “One-bedroom flat” or “Room with shower”."
    )
    tenure = forms.ChoiceField(
        label="Rented or bought",
        choices=[("", UNTOLD), *(one for one in Unit.Tenure.choices if one[0] != Unit.Tenure.UNKNOWN)],
        required=False,
    )
    count = forms.IntegerField(
        label="How many there are",
        min_value=0,
        max_value=32767,
        required=False,
        widget=forms.NumberInput(attrs={"class": "govuk-input--width-5"}),
    )
    stated = forms.CharField(
        label="Or in words",
        max_length=160,
        required=False,
        help_text="Where there is no one number: “8 to 10, as people need them”.",
    )
    remove = forms.BooleanField(label="Take this kind away", required=False)


class RightTodayForm(forms.Form):
    """The one box that makes all fees young again."""

    right_today = forms.BooleanField(label="All these fees are right today", required=False)


class _EntryFormSet(BaseFormSet):
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if index is None or index >= self.initial_form_count():
            del form.fields["remove"]


class Entries:
    """The forms of a field with many entries, as they stand in the form of its section."""

    def __init__(self, field: Field, form: type[EntryForm], entries: list[Values], data: Any) -> None:
        self.field, self.known, self.one = field, entries, form.ONE
        most = REGISTERS[field.kind].most
        made = forms.formset_factory(
            form, formset=_EntryFormSet, extra=1, max_num=most, validate_max=True, absolute_max=most + 5
        )
        self.forms = made(data, initial=[self.shown(one) for one in entries], prefix=field.name)
        self.further: forms.Form | None = None

    def shown(self, entry: Values) -> Values:
        """Return an entry as its form shows it."""
        return entry

    def is_valid(self) -> bool:
        return all([self.forms.is_valid(), self.further is None or self.further.is_valid()])

    @property
    def has_errors(self) -> bool:
        return bool(self.forms.total_error_count())

    def values(self, today: dt.date) -> list[Values]:
        """Return the typed entries as the profile keeps them."""
        typed = [{name: form.cleaned_data.get(name) for name in form.told()} for form in self._filled()]
        return REGISTERS[self.field.kind].clean(typed)

    def _filled(self) -> list[EntryForm]:
        return [form for form in self.forms.forms if not form.is_none]


class FeeEntries(Entries):
    """Fees, each with the day it was told."""

    def __init__(self, field: Field, entries: list[Values], data: Any) -> None:
        super().__init__(field, FeeForm, entries, data)
        self.further = RightTodayForm(data)

    def values(self, today: dt.date) -> list[Values]:
        """Return the typed fees; one that is as it was keeps its day, unless all are said to be right today."""
        told = {_without_day(fee): fee["told_date"] for fee in self.known}
        is_right = self.further is not None and self.further.cleaned_data["right_today"]
        fees = super().values(today)
        for fee in fees:
            fee["told_date"] = today.isoformat() if is_right else told.get(_without_day(fee), today.isoformat())
        return fees


class UnitEntries(Entries):
    """Homes and rooms of each kind."""

    def __init__(self, field: Field, entries: list[Values], data: Any) -> None:
        super().__init__(field, UnitForm, entries, data)

    def shown(self, entry: Values) -> Values:
        return {**entry, "tenure": "" if entry["tenure"] == Unit.Tenure.UNKNOWN else entry["tenure"]}


_ENTRIES = {Kind.FEES: FeeEntries, Kind.UNITS: UnitEntries}


def entries_in(section: Section, values: Values, data: Any) -> Entries | None:
    """Return the forms of the field with many entries that a section has; None where it has none."""
    field = next((field for field in section.fields if field.kind in _ENTRIES), None)
    return None if field is None else _ENTRIES[field.kind](field, values[field.name], data)


def _without_day(fee: Values) -> tuple[Any, ...]:
    return tuple(value for name, value in sorted(fee.items()) if name != "told_date")
