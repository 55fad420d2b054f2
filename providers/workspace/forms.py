"""What a provider's people type: one form a section, made from the profile's fields. Rules stand in the profile."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core import signing
from django.forms.formsets import BaseFormSet

from core.models import ClientGroup, Place, ServiceType
from providers import profile
from providers.models import Fee, Location, Provider, Service
from providers.profile import Field, Kind, Section, Subject, Values
from providers.profile.fields import LONGEST_TEXT, MOST_FEES

SALT = "workspace.seen"
UNTOLD = "Not told yet"
_YES_NO = {"yes": True, "no": False, "": None}
_INPUT_TYPES = {"email": "email", "phone": "tel", "website": "url"}
_AUTOCOMPLETE = {"email": "email", "phone": "tel", "website": "url"}


def form_name(name: str) -> str:
    """Return a field's name in a form: a building's field without its sign."""
    return name.replace("@", "--")


class SectionForm(forms.Form):
    """One section of a profile. ``seen`` carries what it showed, so that an older form is noticed."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, section: Section, subject: Subject, values: Values, *args: Any, **kwargs: Any) -> None:
        shown = {field.name: values[field.name] for field in section.fields}
        initial = {form_name(name): _typed(section, name, value) for name, value in shown.items()}
        super().__init__(*args, initial={**initial, "seen": signing.dumps(shown, salt=SALT, compress=True)}, **kwargs)
        self.section, self.subject, self.shown = section, subject, shown
        for field in section.fields:
            if made := _form_field(field, subject):
                made.label, made.required = field.label, False
                made.help_text = field.hint
                self.fields[form_name(field.name)] = made
                setattr(self, f"clean_{form_name(field.name)}", self._cleaner(field))
        self.fields["seen"] = self.fields.pop("seen")

    def _cleaner(self, field: Field) -> Any:
        return lambda: _read(field, self.cleaned_data.get(form_name(field.name)))

    def values(self) -> Values:
        """Return what was typed, by the profile's field names."""
        return {
            field.name: self.cleaned_data[form_name(field.name)]
            for field in self.section.fields
            if form_name(field.name) in self.cleaned_data
        }

    def clean_seen(self) -> Values:
        """Return what the form showed; a form that was tampered with showed nothing, so it saves over nothing."""
        try:
            seen: Values = signing.loads(self.cleaned_data.get("seen") or "", salt=SALT)
        except signing.BadSignature:
            seen = {}
        return seen

    def show_now(self) -> None:
        """Let the form count as opened now, so that sending it again saves over what it was refused for."""
        self.data = self.data.copy()
        self.data["seen"] = signing.dumps(self.shown, salt=SALT, compress=True)

    def refuse(self, problems: dict[str, list[str]]) -> None:
        """Show what the profile's rules say beside the fields they are about."""
        for name, lines in problems.items():
            known = form_name(name) if form_name(name) in self.fields else None
            for line in lines:
                self.add_error(known, line)


def _column(name: str, subject: Subject) -> Any:
    column, _, location = name.partition("@")
    model = Location if location else type(subject)
    return model._meta.get_field(column)


def _form_field(field: Field, subject: Subject) -> forms.Field | None:
    if field.kind in {Kind.FEES, Kind.PHOTOS, Kind.BUILDING, Kind.REQUEST}:
        return None
    if field.kind == Kind.LINE:
        name = field.name.partition("@")[0]
        attrs = {"type": _INPUT_TYPES.get(name, "text"), "autocomplete": _AUTOCOMPLETE.get(name, "off")}
        return forms.CharField(max_length=_column(field.name, subject).max_length, widget=forms.TextInput(attrs=attrs))
    if field.kind == Kind.TEXT:
        return forms.CharField(max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 4}))
    if field.kind == Kind.PLACES:
        return forms.CharField(max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 4}))
    if field.kind == Kind.YES_NO:
        choices = [("yes", "Yes"), ("no", "No"), ("", UNTOLD)]
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect)
    if field.kind == Kind.FLAG:
        return forms.BooleanField()
    if field.kind == Kind.NUMBER:
        return forms.IntegerField(
            min_value=0, max_value=32767, widget=forms.NumberInput(attrs={"class": "govuk-input--width-5"})
        )
    if field.kind == Kind.CHOICE:
        choices = [one for one in _column(field.name, subject).choices if one[0] not in {"", "unknown"}]
        return forms.ChoiceField(choices=[("", UNTOLD), *choices])
    if field.kind == Kind.TREE:
        rows: Any = {"types": ServiceType, "client_groups": ClientGroup}[field.name]
        choices = list(rows.objects.order_by("order", "path").values_list("slug", "name"))
        return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple)
    return forms.CharField(max_length=LONGEST_TEXT)


def _typed(section: Section, name: str, value: Any) -> Any:
    """Return a value as a form shows it."""
    kind = next(field.kind for field in section.fields if field.name == name)
    if kind == Kind.YES_NO:
        return {True: "yes", False: "no", None: ""}[value]
    if kind == Kind.CHOICE:
        return "" if value == "unknown" else value
    if kind == Kind.PLACES:
        return "\n".join(_place_lines(value))
    if kind in {Kind.WORDS, Kind.OUTCODES}:
        return ", ".join(value)
    return value


def _place_lines(slugs: list[str]) -> list[str]:
    places = list(Place.objects.filter(slug__in=slugs).select_related("parent").order_by("path"))
    names = list(Place.objects.filter(name__in=[one.name for one in places]).values_list("name", flat=True))
    return [
        f"{one.name}, {one.parent.name}" if names.count(one.name) > 1 and one.parent else one.name for one in places
    ]


def _read(field: Field, value: Any) -> Any:
    """Return what was typed as the profile keeps it.

    :raises ValidationError: for the name of a place that we do not know, or that several have.
    """
    if field.kind == Kind.YES_NO:
        return _YES_NO[value or ""]
    if field.kind == Kind.CHOICE:
        return value or ("unknown" if field.name == "setting" else "")
    if field.kind == Kind.PLACES:
        return [_place(line) for line in (value or "").splitlines() if line.strip()]
    if field.kind in {Kind.WORDS, Kind.OUTCODES}:
        return [one for one in re.split(r"[,;\n]", value or "") if one.strip()]
    if field.kind == Kind.FLAG:
        return bool(value)
    return value


def _place(line: str) -> str:
    line = " ".join(line.replace("\x00", "").split())
    found = list(Place.objects.filter(name__iexact=line).select_related("parent")[:9])
    if not found and "," in line:
        name, _, parent = line.rpartition(",")
        found = list(
            Place.objects.filter(name__iexact=name.strip(), parent__name__iexact=parent.strip()).select_related(
                "parent"
            )[:9]
        )
    if not found:
        raise forms.ValidationError(f"We do not recognise {line}. Write a council or a town, each on its own line.")
    if len(found) > 1:
        ways = " or ".join(f"“{one.name}, {one.parent.name}”" for one in found if one.parent)
        raise forms.ValidationError(f"There is more than one {line}. Write {ways}.")
    return found[0].slug


# --- fees ---


class FeeForm(forms.Form):
    """One fee of a service. A row without any words is none."""

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

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed."""
        data = getattr(self, "cleaned_data", {})
        return not any(data.get(name) for name in ("name", "amount_from", "amount_to", "per", "included"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("remove") or self.is_blank:
            return data
        for name, sentence in {
            "name": "Say what this fee is for.",
            "amount_from": "Say how much it is.",
            "per": "Say whether that is a week, an hour or another time.",
        }.items():
            if not data.get(name) and name not in self.errors:
                self.add_error(name, sentence)
        return data


class _FeeFormSet(BaseFormSet):
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if index is None or index >= self.initial_form_count():
            del form.fields["remove"]


FeeFormSet = forms.formset_factory(
    FeeForm, formset=_FeeFormSet, extra=1, max_num=MOST_FEES, validate_max=True, absolute_max=MOST_FEES + 5
)


def fee_values(formset: Any, known: list[Values], today: str, *, right_today: bool) -> list[Values]:
    """Return the typed fees; one that is as it was keeps the day it was told, unless all are said to be right today."""
    told = {_without_day(fee): fee["told_date"] for fee in known}
    fees = []
    for form in formset.forms:
        data = form.cleaned_data
        if form.is_blank or data.get("remove"):
            continue
        fee = {name: data.get(name) for name in ("name", "amount_from", "amount_to", "per", "included")}
        fee = profile.clean_value(Field("fees", "", Kind.FEES), [{**fee, "told_date": today}])[0]
        if not right_today:
            fee["told_date"] = told.get(_without_day(fee), today)
        fees.append(fee)
    return fees


def _without_day(fee: Values) -> tuple[Any, ...]:
    return tuple(value for name, value in sorted(fee.items()) if name != "told_date")


class RightTodayForm(forms.Form):
    """The one box that makes all fees young again."""

    right_today = forms.BooleanField(label="All these fees are right today", required=False)


# --- the rest ---


class NewServiceForm(forms.Form):
    """The least a new service begins with."""

    name = forms.CharField(label="Name of the service", max_length=200, error_messages={"required": "Give its name."})
    type = forms.ChoiceField(label="What kind of service it is", error_messages={"required": "Choose a kind."})
    setting = forms.ChoiceField(
        label="Where care is given",
        choices=[one for one in Service.Setting.choices if one[0] != "unknown"],
        widget=forms.RadioSelect,
        error_messages={"required": "Say where care is given."},
    )
    address = forms.CharField(
        label="Street address",
        max_length=250,
        required=False,
        help_text="Of the building, or of the office it is run from.",
    )
    town = forms.CharField(label="Town", max_length=80, required=False)
    postcode = forms.CharField(
        label="Postcode", max_length=10, error_messages={"required": "Give the postcode: the council there decides."}
    )
    is_address_withheld = forms.BooleanField(
        label="Tell nobody where this is",
        required=False,
        help_text="For people’s safety, such as in a refuge: families learn the first half of the postcode and no more.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = ServiceType.objects.order_by("order", "path").values_list("slug", "name")
        self.fields["type"].choices = [("", "Choose"), *kinds]  # type: ignore[attr-defined]

    def values(self) -> Values:
        """Return what was typed, by the profile's field names."""
        data = self.cleaned_data
        building = {name: profile.clean_value(Field(name, "", Kind.LINE), data[name]) for name in _BUILDING}
        building["is_address_withheld"] = data["is_address_withheld"]
        return {"name": data["name"], "types": [data["type"]], "setting": data["setting"], "building": building}

    def refuse(self, problems: dict[str, list[str]]) -> None:
        """Show what the profile's rules say beside the fields they are about."""
        places = {"building": "postcode", "types": "type"}
        for name, lines in problems.items():
            for line in lines:
                self.add_error(places.get(name, name if name in self.fields else None), line)


_BUILDING = ("address", "town", "postcode")


class VacancyForm(forms.Form):
    """How many are free: a number, or one more or fewer than before."""

    unit = forms.CharField(max_length=40, error_messages={"required": "Say what is free, such as room or bed."})
    available = forms.IntegerField(required=False, min_value=0, max_value=9999)
    maximum = forms.IntegerField(required=False, min_value=0, max_value=9999)
    step = forms.TypedChoiceField(choices=[("-1", ""), ("1", ""), ("0", "")], coerce=int, empty_value=0, required=False)


class PhotoForm(forms.Form):
    """A photo and what it shows."""

    file = forms.FileField(
        label="Photo",
        help_text="A JPEG, PNG or WebP file of up to 10 MB. We make it smaller, and take out where and when it was taken.",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        error_messages={"required": "Choose a photo.", "empty": "This file is empty. Choose another."},
    )
    alt_text = forms.CharField(
        label="What it shows",
        max_length=250,
        help_text="For people who cannot see it: “The garden, with a level path and benches”.",
        error_messages={"required": "Say in words what the photo shows, for people who cannot see it."},
    )


class ChoiceOfProvider(forms.Form):
    """Whom to act for."""

    provider = forms.ModelChoiceField(Provider.objects.none(), to_field_name="slug")
    # Where to go on to; what is no service of the provider's leads to the first page.
    service = forms.CharField(required=False)

    def __init__(self, providers: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provider"].queryset = providers  # type: ignore[attr-defined]
