"""What a provider's people type: one form a section, made from the profile's fields. Rules stand in the profile."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core import signing

from core.models import ClientGroup, Place, ServiceType
from providers import profile
from providers.models import Location, Provider, Service
from providers.profile import Field, Kind, Section, Subject, Values
from providers.profile.fields import LONGEST_TEXT
from providers.profile.registers import REGISTERS

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
        building = shown.get("building") or {}
        initial |= {_building_name(name): building.get(name) for name in _BUILDING}
        super().__init__(*args, initial={**initial, "seen": signing.dumps(shown, salt=SALT, compress=True)}, **kwargs)
        self.section, self.subject, self.shown = section, subject, shown
        for field in section.fields:
            if field.kind == Kind.BUILDING:
                self.fields |= {_building_name(name): made for name, made in _building_fields().items()}
            elif made := _form_field(field, subject):
                made.label, made.required = field.label, False
                made.help_text = field.hint
                self.fields[form_name(field.name)] = made
                setattr(self, f"clean_{form_name(field.name)}", self._cleaner(field))
        self.fields["seen"] = self.fields.pop("seen")

    def _cleaner(self, field: Field) -> Any:
        return lambda: _read(field, self.cleaned_data.get(form_name(field.name)))

    def values(self) -> Values:
        """Return what was typed, by the profile's field names."""
        told = {
            field.name: self.cleaned_data[form_name(field.name)]
            for field in self.section.fields
            if form_name(field.name) in self.cleaned_data
        }
        if any(field.kind == Kind.BUILDING for field in self.section.fields):
            building = _building({name: self.cleaned_data.get(_building_name(name)) for name in _BUILDING})
            told["building"] = building if any(building[name] for name in _ADDRESS) else None
        return told

    def asked(self) -> list[forms.BoundField | None]:
        """Return what is shown, in the profile's order; None where a field is asked for by forms of its own."""
        names = []
        for field in self.section.fields:
            names += map(_building_name, _BUILDING) if field.kind == Kind.BUILDING else [form_name(field.name)]
        return [self[name] if name in self.fields else None for name in names]

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
            place = _building_name("postcode") if name == "building" else form_name(name)
            known = place if place in self.fields else None
            for line in lines:
                self.add_error(known, line)


def _column(name: str, subject: Subject) -> Any:
    column, _, location = name.partition("@")
    model = Location if location else type(subject)
    return model._meta.get_field(column)


def _form_field(field: Field, subject: Subject) -> forms.Field | None:
    if field.kind in {*REGISTERS, Kind.PHOTOS, Kind.BUILDING, Kind.REQUEST}:
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= _building_fields()
        self.fields["postcode"].required = True
        kinds = ServiceType.objects.order_by("order", "path").values_list("slug", "name")
        self.fields["type"].choices = [("", "Choose"), *kinds]  # type: ignore[attr-defined]

    def values(self) -> Values:
        """Return what was typed, by the profile's field names."""
        data = self.cleaned_data
        return {
            "name": data["name"],
            "types": [data["type"]],
            "setting": data["setting"],
            "building": _building({name: data[name] for name in _BUILDING}),
        }

    def refuse(self, problems: dict[str, list[str]]) -> None:
        """Show what the profile's rules say beside the fields they are about."""
        places = {"building": "postcode", "types": "type"}
        for name, lines in problems.items():
            for line in lines:
                self.add_error(places.get(name, name if name in self.fields else None), line)


_ADDRESS = ("address", "town", "postcode")
_BUILDING = (*_ADDRESS, "is_address_withheld")


def _building_fields() -> dict[str, forms.Field]:
    """Return what is asked of a building that has no row yet."""
    return {
        "address": forms.CharField(
            label="Street address",
            max_length=250,
            required=False,
            help_text="Of the building, or of the office it is run from.",
        ),
        "town": forms.CharField(label="Town", max_length=80, required=False),
        "postcode": forms.CharField(
            label="Postcode",
            max_length=10,
            required=False,
            error_messages={"required": "Give the postcode: the council there decides."},
        ),
        "is_address_withheld": forms.BooleanField(
            label="Tell nobody where this is",
            required=False,
            help_text="For people’s safety, such as in a refuge: families learn the first half of the postcode and no more.",
        ),
    }


def _building_name(name: str) -> str:
    return f"building--{name}"


def _building(typed: Values) -> Values:
    """Return a typed building as the profile keeps it."""
    lines = {name: profile.clean_value(Field(name, "", Kind.LINE), typed[name]) for name in _ADDRESS}
    return {**lines, "is_address_withheld": bool(typed["is_address_withheld"])}


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
