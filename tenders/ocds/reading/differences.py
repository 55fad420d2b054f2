"""A field that differs between what stands here and what a file says, in values of the model and in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from core.dates import EstimatedDate, EstimatedDateField, parse
from tenders.models import Opportunity

from .reader import LONDON


@dataclass(frozen=True)
class FieldChange:
    """One field that differs: its name, what stands here, and what the file says."""

    name: str
    label: str
    old: Any
    new: Any
    model: type[models.Model] = Opportunity

    @property
    def old_words(self) -> str:
        return in_words(self.old, self.name, self.model)

    @property
    def new_words(self) -> str:
        return in_words(self.new, self.name, self.model)


def as_value(model: type[models.Model], name: str, stored: Any) -> Any:
    """Return a value of plain JSON as the model's field holds it; nothing is an empty text where the field is one."""
    field = model._meta.get_field(name)
    if isinstance(field, EstimatedDateField):
        return _estimated(dt.date.fromisoformat(stored)) if stored else None
    if stored is None:
        return "" if isinstance(field, models.CharField | models.TextField) else None
    if isinstance(field, models.DateTimeField):
        return dt.datetime.fromisoformat(stored)
    if isinstance(field, models.DateField):
        return dt.date.fromisoformat(stored)
    return Decimal(stored) if isinstance(field, models.DecimalField) else stored


def differences(
    model: type[models.Model], row: models.Model | None, told: Mapping[str, Any], *, leave: Iterable[str] = ()
) -> list[FieldChange]:
    """Return which fields of a row the told values of plain JSON change, in the model's order; of no row, which they fill.

    :param leave: fields that count as the same whatever is told.
    """
    found = []
    for name in (field.name for field in model._meta.concrete_fields if field.name in told):
        new, old = as_value(model, name, told[name]), getattr(row, name) if row is not None else None
        if name not in leave and not _same(old, new):
            found.append(change(model, name, old, new))
    return found


def change(model: type[models.Model], name: str, old: Any, new: Any) -> FieldChange:
    label = str(getattr(model._meta.get_field(name), "verbose_name", name))
    return FieldChange(name, label[:1].upper() + label[1:], old, new, model)


def in_words(value: Any, name: str, model: type[models.Model]) -> str:
    """Return a field's value as a person reads it."""
    if value is None or value == "":
        return "not stated"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        london = value.astimezone(LONDON)
        return f"{london.day} {london:%B %Y, %H:%M}"
    if isinstance(value, dt.date):
        return f"{value.day} {value:%B %Y}"
    if isinstance(value, Decimal):
        return f"£{value:,.2f}".removesuffix(".00")
    try:
        choices = dict(getattr(model._meta.get_field(name), "flatchoices", ()))
    except FieldDoesNotExist:
        choices = {}
    return str(choices.get(value, value)) if isinstance(value, str) else str(value)


def _estimated(day: dt.date) -> EstimatedDate:
    return parse(f"{day.day} {day:%B %Y}")


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, EstimatedDate) and isinstance(new, EstimatedDate):
        return (old.earliest, old.latest) == (new.earliest, new.latest)
    if isinstance(new, bool):
        return old is new
    if isinstance(new, Decimal) or isinstance(old, Decimal):
        return bool(old == new)
    return bool((old or None) == (new or None))
