"""A profile's values as plain data: read from the rows, cleaned, checked, and written back once a council agrees."""

from __future__ import annotations

import copy
import datetime as dt
import re
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.text import slugify

from core import geography
from core.models import ClientGroup, Place, ServiceType
from core.text import clean_plain_text
from providers.models import Location, Photo, Provider, Service

from .fields import LONGEST_TEXT, MOST_PHOTOS, Field, Kind, Subject, fields_of, locations_of
from .registers import REGISTERS

Values = dict[str, Any]
TREES: dict[str, type[models.Model]] = {
    "types": ServiceType,
    "client_groups": ClientGroup,
    "areas_served": Place,
}
RELATIONS = ("types", "client_groups", "areas_served", "locations", "fees", "units", "photos")
_OUTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
# What lives in rows of its own, and the requests, which are no row's own field.
_NO_COLUMN = frozenset({*REGISTERS, Kind.PHOTOS, Kind.BUILDING, Kind.REQUEST, Kind.TREE, Kind.PLACES})


# --- reading ---


def live_values(subject: Subject, *, at: dt.datetime) -> Values:
    """Return what families are told now, by field, as values that JSON can hold.

    Many services at once are read with the relations that :data:`RELATIONS` names fetched before.
    """
    return {name: _live(subject, field, at) for name, field in fields_of(subject).items()}


def _live(subject: Subject, field: Field, at: dt.datetime) -> Any:
    if field.kind in {Kind.TREE, Kind.PLACES}:
        return sorted(node.slug for node in getattr(subject, field.name).all())
    if register := REGISTERS.get(field.kind):
        return register.live(subject)
    if field.kind == Kind.PHOTOS:
        shown = [photo for photo in subject.photos.all() if photo.is_shown(at=at)]
        return [photo_value(photo) for photo in sorted(shown, key=lambda one: (one.order, one.pk))]
    if field.kind in {Kind.BUILDING, Kind.REQUEST}:
        return None
    row, column = _row_of(subject, field.name)
    value = getattr(row, column)
    return list(value) if isinstance(value, list) else value


def _row_of(subject: Subject, name: str) -> tuple[models.Model, str]:
    """Return the row and column a plain field lives in: the subject's own, or one of its buildings'."""
    column, _, location = name.partition("@")
    if not location:
        return subject, column
    return next(one for one in locations_of(subject) if str(one.uuid) == location), column


def photo_value(photo: Photo) -> Values:
    """Return a photo as a profile's value: its file, and the words for people who cannot see it."""
    return {"file": photo.file, "alt_text": photo.alt_text}


# --- cleaning ---


def clean_value(field: Field, value: Any) -> Any:
    """Return a typed value as it is kept: text cleaned, lists without doubles, a web address with its scheme."""
    if field.kind in {Kind.LINE, Kind.TEXT}:
        text = clean_plain_text(value or "", multiline=field.kind == Kind.TEXT)
        if field.name == "website" and text and not _SCHEME.match(text):
            return f"https://{text}"
        if field.name.partition("@")[0] in {"postcode", "registered_postcode"}:
            return geography.normalise_postcode(text) and geography.format_postcode(text) or text.upper()
        return text
    if field.kind in {Kind.TREE, Kind.PLACES}:
        return sorted(set(value or []))
    if field.kind == Kind.OUTCODES:
        return list(dict.fromkeys(one.strip().upper() for one in value or [] if one.strip()))
    if field.kind == Kind.WORDS:
        return list(dict.fromkeys(one for one in (clean_plain_text(word) for word in value or []) if one))
    if register := REGISTERS.get(field.kind):
        return register.clean(value)
    return value


# --- checking ---


def problems(subject: Subject, values: Values, names: Any) -> dict[str, list[str]]:
    """Say what is wrong with the named fields if a profile had these values: sentences by field.

    A rule about several fields at once is told at the first of them that was named, or under ``__all__``.

    :param values: the whole profile as it would be.
    :param names: the fields that somebody changed.
    """
    known = fields_of(subject)
    found: dict[str, list[str]] = {}
    for name in names:
        if name not in known:
            found.setdefault(NON_FIELD_ERRORS, []).append(
                "One of the buildings this change speaks of does not belong to the service any more."
            )
        elif said := _problems_of(known[name], values.get(name)):
            found[name] = said
    named = [name for name in names if name in known and name not in found and known[name].kind not in _NO_COLUMN]
    for row, columns in _rows(subject, named).values():
        for column, said in _row_problems(row, columns, values).items():
            found.setdefault(column, []).extend(said)
    return found


def _rows(subject: Subject, names: list[str]) -> dict[Any, tuple[models.Model, dict[str, str]]]:
    """Sort plain fields by the row they live in: row and its columns by field name."""
    rows: dict[Any, tuple[models.Model, dict[str, str]]] = {}
    for name in names:
        row, column = _row_of(subject, name)
        rows.setdefault((type(row), row.pk), (row, {}))[1][name] = column
    return rows


def _row_problems(row: models.Model, columns: dict[str, str], values: Values) -> dict[str, list[str]]:
    changed = copy.copy(row)
    suffix = f"@{row.uuid}" if isinstance(row, Location) else ""
    own = {field.name for field in row._meta.concrete_fields}
    for name, value in values.items():
        column, _, _ = name.partition("@")
        if column in own and name == f"{column}{suffix}":
            setattr(changed, column, value)
    left_out = own - set(columns.values())
    try:
        changed.full_clean(exclude=left_out, validate_unique=False, validate_constraints=False)
        # A rule about two columns holds for the whole row, whichever of them was changed.
        changed.validate_constraints(exclude=left_out - {column for column in own if f"{column}{suffix}" in values})
    except ValidationError as error:
        by_column = {column: name for name, column in columns.items()}
        first = next(iter(columns))
        return {by_column.get(column, first): [str(one) for one in said] for column, said in error.message_dict.items()}
    return {}


def _problems_of(field: Field, value: Any) -> list[str]:
    """Say what is wrong with one value by itself, beyond what its column asks."""
    column = field.name.partition("@")[0]
    if field.kind in {Kind.LINE, Kind.TEXT}:
        if column == "name" and not value:
            return ["Give its name."]
        if len(value or "") > LONGEST_TEXT:
            return [f"Write {LONGEST_TEXT:,} characters or fewer; these are {len(value):,}."]
        if column in {"postcode", "registered_postcode"} and value and geography.normalise_postcode(value) is None:
            return [f"We do not recognise {value}. Write a full postcode, such as DH1 5UL."]
    if field.kind in {Kind.TREE, Kind.PLACES}:
        rows = TREES[field.name]._default_manager.filter(slug__in=value or [])
        gone = set(value or []) - set(rows.values_list("slug", flat=True))
        return [f"“{one}” is not on our list any more. Choose again." for one in sorted(gone)]
    if field.kind == Kind.OUTCODES:
        return [
            f"We do not recognise {one}. Write the first half of a postcode, such as CA28."
            for one in value or []
            if not _OUTCODE.fullmatch(one)
        ]
    if register := REGISTERS.get(field.kind):
        return register.problems(value or [])
    if field.kind == Kind.PHOTOS:
        return _photo_problems(value or [])
    if field.kind == Kind.BUILDING and value:
        return _building_problems(value)
    return []


def _photo_problems(photos: list[Values]) -> list[str]:
    found = []
    if len(photos) > MOST_PHOTOS:
        found.append(f"A service has {MOST_PHOTOS} photos at most. Take one away first.")
    if any(not photo["alt_text"] for photo in photos):
        found.append("Say of each photo in words what it shows, for people who cannot see it.")
    return found


def _building_problems(building: Values) -> list[str]:
    postcode = building.get("postcode", "")
    if not postcode:
        return ["Give the postcode too, such as DH1 5UL: it says which council decides."]
    if geography.normalise_postcode(postcode) is None:
        return [f"We do not recognise {postcode}. Write a full postcode, such as DH1 5UL."]
    return []


# --- writing ---


def apply(subject: Subject, changes: Values, *, at: dt.datetime) -> list[tuple[models.Model, list[str]]]:
    """Write a change to the rows. What may be written is the caller's to ask of :func:`problems`.

    :return: the rows whose own columns changed, with the columns' names.
    """
    known = fields_of(subject)
    plain = [name for name in changes if name in known and known[name].kind not in _NO_COLUMN]
    written: list[tuple[models.Model, list[str]]] = []
    for row, columns in _rows(subject, plain).values():
        for name, column in columns.items():
            setattr(row, column, changes[name])
        if isinstance(row, Location):
            if "postcode" in columns.values():
                _move(row)
            elif "is_address_withheld" in columns.values():
                _point(row)
        row.save()
        written.append((row, sorted(columns.values())))
    for name in changes:
        if name in known and known[name].kind in {Kind.TREE, Kind.PLACES}:
            getattr(subject, name).set(TREES[name]._default_manager.filter(slug__in=changes[name]))
    if isinstance(subject, Service):
        for register in REGISTERS.values():
            if register.name in changes:
                register.write(subject, changes[register.name])
        if "photos" in changes:
            _write_photos(subject, changes["photos"], at)
        if changes.get("building"):
            subject.locations.add(_new_building(subject, changes["building"]))
    return written


def _move(location: Location) -> None:
    """Put a building where its new postcode is; where nobody knows that, nowhere rather than at the old point."""
    _point(location)
    location.place = geography.council_of(location.postcode) if location.postcode else None


def _point(location: Location) -> None:
    point = geography.point_of(location.postcode) if location.postcode else None
    location.latitude, location.longitude = point or (None, None)


def _write_photos(service: Service, photos: list[Values], at: dt.datetime) -> None:
    rows = {photo.file: photo for photo in service.photos.filter(removed_at=None)}
    wanted = {value["file"] for value in photos}
    service.photos.filter(removed_at=None, shown_from__isnull=False).exclude(file__in=wanted).update(removed_at=at)
    for order, value in enumerate(photos):
        photo = rows[value["file"]]
        photo.alt_text, photo.order = value["alt_text"], order
        photo.shown_from = photo.shown_from or at
        photo.save(update_fields=["alt_text", "order", "shown_from"])


def _new_building(service: Service, building: Values) -> Location:
    location = Location(
        provider=service.provider,
        slug=free_slug(Location, service.name),
        name=service.name,
        address=building.get("address", ""),
        town=building.get("town", ""),
        postcode=building["postcode"],
        is_address_withheld=bool(building.get("is_address_withheld")),
        is_sample=service.is_sample,
    )
    _move(location)
    location.save()
    return location


def free_slug(model: type[models.Model], name: str) -> str:
    """Return a slug made of a name that no row has yet."""
    base = slugify(name)[:100].strip("-") or "service"
    taken = set(model._default_manager.filter(slug__startswith=base).values_list("slug", flat=True))
    number = 2
    slug = base
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug


def subject_of(service: Service | None, provider: Provider) -> Subject:
    """Return what a change is about: the service, or where there is none the provider itself."""
    return service if service is not None else provider
