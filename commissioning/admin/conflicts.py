"""Two people with the same record open: who saves last is shown what the other has changed, and loses nothing typed.

A page carries what it was made of: for each field, here and in the rows inside the record, a short digest of the value
it showed. Who sends the page back under the record's lock is compared with how the record stands now.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.text import Truncator, capfirst

from commissioning.acting import acting_organisation
from core import clock
from core.models import AuditEvent
from core.templatetags.portal import gov_datetime

from .scope import sees_all

FIELD = "_opened"
RECORD = ""
AT = "at"
REFUSAL = "Nothing is saved yet: somebody changed this record after you had opened it. The top of the page says what."
LONGEST_SHOWN = 400

Digests = dict[str, str]


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was when the page was made."""

    label: str
    now: str
    is_typed: bool = False


def stamp(form: Any, formsets: Iterable[Any], *, at: dt.datetime) -> str:
    """Return what a page was made of, to be sent back with it."""
    rows = {one.prefix: _row_digests(one) for one in formsets}
    return json.dumps({AT: at.isoformat(), RECORD: _digests(form), **rows}, separators=(",", ":"))


def opened(data: Any) -> dict[str, Any]:
    """Return what a sent page says it was made of; nothing where it says nothing that we wrote."""
    try:
        found = json.loads(data.get(FIELD) or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


class OpenedForm:
    """A record's form that is not valid while the record differs from what its page showed."""

    differences: tuple[Difference, ...] = ()

    def full_clean(self) -> None:
        super().full_clean()  # type: ignore[misc]
        form: Any = self
        if form.is_bound and form.instance.pk is not None:
            self.differences = tuple(_compare(form, opened(form.data).get(RECORD)))
            if self.differences:
                form.add_error(None, REFUSAL)


class OpenedFormSet:
    """The rows inside a record, with what was changed, added and deleted among them since their page was made."""

    differences: tuple[Difference, ...] = ()

    def full_clean(self) -> None:
        super().full_clean()  # type: ignore[misc]
        formset: Any = self
        rows = opened(formset.data).get(formset.prefix) if formset.is_bound else None
        if isinstance(rows, dict):
            self.differences = tuple(self._found(formset, rows))
            if self.differences:
                formset._non_form_errors.append(REFUSAL)

    def _found(self, formset: Any, rows: dict[str, Any]) -> Iterable[Difference]:
        name = capfirst(formset.model._meta.verbose_name)
        there = {str(row.pk): row for row in formset.get_queryset()}
        for form in formset.initial_forms:
            key = str(form.instance.pk)
            if key in there:
                yield from _compare(form, rows.get(key), prefix=f"{name} “{there[key]}”: ")
        for key in there.keys() - rows.keys():
            yield Difference(f"{name} “{there[key]}”", "added: it is not on this page, and stays as it is")
        for _ in rows.keys() - there.keys():
            yield Difference(name, "deleted: tick its “Delete” box here too, and add it anew if it should stay")


class ConflictsMixin:
    """Has a record's page say what it was made of, and what differs when it comes back."""

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        base = super().get_form(request, obj, change, **kwargs)  # type: ignore[misc]

        class RecordForm(OpenedForm, base):  # type: ignore[misc, valid-type]
            pass

        return RecordForm if change else base

    def render_change_form(self, request: Any, context: Any, *args: Any, obj: Any = None, **kwargs: Any) -> Any:
        if obj is not None and self.has_change_permission(request, obj):  # type: ignore[attr-defined]
            form = context["adminform"].form
            formsets = [one.formset for one in context["inline_admin_formsets"]]
            found = [one for part in (form, *formsets) for one in getattr(part, "differences", ())]
            context["opened_field"], context["opened"] = FIELD, stamp(form, formsets, at=clock.now())
            context["differences"] = found
            context["changed_by"] = _last_change(request, obj, since=opened(form.data).get(AT)) if found else None
            if found and _is_all_that_is_wrong(form, formsets):
                # The top of the page says it whole.
                context["errors"] = []
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)  # type: ignore[misc]


def _is_all_that_is_wrong(form: Any, formsets: Iterable[Any]) -> bool:
    said = [*form.errors.values()]
    for formset in formsets:
        said += [formset.non_form_errors(), *(words for row in formset.errors for words in row.values())]
    return all(one == REFUSAL for words in said for one in words)


def _last_change(request: Any, obj: Any, *, since: Any) -> AuditEvent | None:
    """Return the newest change since the page was made, if the person may read in the trail who made it."""
    moment = parse_datetime(since) if isinstance(since, str) else None
    rows = AuditEvent.objects.about(obj).for_list()
    if not sees_all(request):
        organisation = acting_organisation(request)
        rows = rows.acting_for(organisation) if organisation is not None else rows.none()
    return rows.filter(at__gte=moment).first() if moment is not None else None


def _compare(form: Any, was: Any, *, prefix: str = "") -> Iterable[Difference]:
    """Tell what was changed meanwhile and not to what is typed here.

    What nobody touched on this page shows how it stands now, or saving again would undo the other's work.
    """
    for name, before in was.items() if isinstance(was, dict) else ():
        field = form.fields.get(name)
        if field is None:
            continue
        value = form.get_initial_for_field(field, name)
        now, typed = _digest(_plain(field, value)), _typed(form, name)
        if now in (before, typed):
            continue
        is_typed = typed not in (before, None)
        if not is_typed:
            field.bound_data = lambda data, initial: initial
        yield Difference(f"{prefix}{field.label or capfirst(name)}", _words(field, value), is_typed)


def _digests(form: Any) -> Digests:
    return {
        name: _digest(_plain(field, form.get_initial_for_field(field, name)))
        for name, field in form.fields.items()
        if not field.disabled
    }


def _row_digests(formset: Any) -> dict[str, Digests]:
    left_out = {formset.model._meta.pk.name, formset.fk.name, "DELETE", "ORDER"}
    rows: dict[str, Digests] = {str(row.pk): {} for row in formset.get_queryset()}
    for form in formset.initial_forms:
        if str(form.instance.pk) in rows:
            digests = _digests(form)
            rows[str(form.instance.pk)] = {name: digests[name] for name in digests.keys() - left_out}
    return rows


def _digest(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest()[:12]


def _typed(form: Any, name: str) -> str | None:
    """Return the digest of what was sent for a field; None where a file was not sent anew."""
    field, sent = form.fields[name], form[name].data
    if isinstance(field, forms.FileField):
        return _digest(str(sent)) if sent else None
    if isinstance(field, forms.MultiValueField):
        try:
            sent = field.clean(sent)
        except ValidationError:
            return _digest(str(sent))
    return _digest(_plain(field, sent))


def _plain(field: Any, value: Any) -> str:
    """Write a value in one way, whether it comes from the database or was typed."""
    if isinstance(field, forms.ModelMultipleChoiceField):
        return json.dumps(sorted(str(getattr(one, "pk", one)) for one in value or ()))
    if isinstance(field, forms.ModelChoiceField):
        return str(getattr(value, "pk", value) or "")
    if isinstance(field, forms.FileField | forms.MultiValueField):
        return str(value or "")
    if not isinstance(value, dt.datetime):
        # What cannot be read is compared as it was typed.
        with contextlib.suppress(ValidationError, TypeError, ValueError):
            value = field.to_python(field.prepare_value(value))
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, Decimal):
        return str(value.normalize())
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True, default=str)
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def _words(field: Any, value: Any) -> str:
    """Say how a field stands now, as its form would offer it."""
    if isinstance(field, forms.ModelChoiceField):
        keys = value if isinstance(field, forms.ModelMultipleChoiceField) else [value]
        rows = field.queryset.filter(pk__in=[getattr(one, "pk", one) for one in keys or () if one])
        words = ", ".join(sorted(field.label_from_instance(one) for one in rows))
    elif isinstance(field, forms.ChoiceField):
        chosen = {str(one) for one in (value if isinstance(value, list | tuple) else [value])}
        words = ", ".join(str(label) for key, label in field.choices if str(key) in chosen and key not in ("", None))
    elif isinstance(value, dt.datetime):
        words = gov_datetime(value)
    elif isinstance(field, forms.BooleanField):
        words = "yes" if value else "no"
    else:
        words = str(field.prepare_value(value) if value is not None else "")
    return Truncator(words.strip()).chars(LONGEST_SHOWN) or "empty"
