"""A profile's values in plain words, and what a change would change, for a provider and for the officer who decides."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.dateparse import parse_date

from core.templatetags.portal import gov_date, money
from providers.models import Fee, Service, Unit

from .fields import Field, Kind, Subject, fields_of
from .registers import REGISTERS
from .values import TREES, Values

NOT_TOLD = "Not told"
_LONG = 90


@dataclass(frozen=True)
class Piece:
    """A run of words that stays, goes or comes."""

    text: str
    how: str
    """same, added or removed."""


@dataclass(frozen=True)
class Change:
    """One field of a change, in words."""

    name: str
    label: str
    kind: Kind
    old: list[str]
    new: list[str]
    was: list[str] | None = None
    """What families saw when the change was begun, where that is no longer what they see."""
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    """Long words, each run marked."""
    new_photos: list[Values] = field(default_factory=list)

    @property
    def is_list(self) -> bool:
        """Whether it is told as what is added and what is removed."""
        return bool(self.added or self.removed)


def differences(subject: Subject, changes: Values, *, live: Values, base: Values) -> list[Change]:
    """Return what a change would change, in the order of the profile.

    :param live: what families see now.
    :param base: what they saw of each field when it was first changed.
    """
    known = fields_of(subject)
    names = _names(changes, live, base, known)
    ordered = [name for name in known if name in changes] + [name for name in changes if name not in known]
    return [
        _change(known.get(name) or Field(name, "A building that is gone", Kind.LINE), name, changes, live, base, names)
        for name in ordered
        if name not in known or changes[name] != live.get(name)
    ]


def _change(
    one: Field, name: str, changes: Values, live: Values, base: Values, names: dict[str, dict[str, str]]
) -> Change:
    old, new = (in_words(one, values.get(name), names) for values in (live, changes))
    has_moved = name in base and base[name] != live.get(name)
    was = in_words(one, base[name], names) if has_moved else None
    parts: dict[str, Any] = {}
    if one.kind in {Kind.TREE, Kind.PLACES, Kind.WORDS, Kind.OUTCODES, *REGISTERS}:
        before, after = (_entries(one, values.get(name), names) for values in (live, changes))
        parts["added"] = [word for word in after if word not in before]
        parts["removed"] = [word for word in before if word not in after]
    elif one.kind == Kind.TEXT and live.get(name) and changes.get(name) and len(changes[name]) > _LONG:
        if _are_alike(live[name], changes[name]):
            parts["pieces"] = pieces(live[name], changes[name])
    elif one.kind == Kind.PHOTOS:
        parts["new_photos"] = changes.get(name) or []
    return Change(name, one.label, one.kind, old, new, was, **parts)


def _are_alike(old: str, new: str) -> bool:
    """Whether marking words helps; of a text written anew both are better read whole, side by side."""
    return difflib.SequenceMatcher(None, old.split(), new.split(), autojunk=False).ratio() > 0.5


def pieces(old: str, new: str) -> list[Piece]:
    """Return two texts as one, with the words that go and the words that come marked."""
    before, after = re.findall(r"\s+|[^\s]+", old), re.findall(r"\s+|[^\s]+", new)
    found: list[Piece] = []
    for how, i, j, k, m in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if how == "equal":
            found.append(Piece("".join(before[i:j]), "same"))
            continue
        if j > i:
            found.append(Piece("".join(before[i:j]), "removed"))
        if m > k:
            found.append(Piece("".join(after[k:m]), "added"))
    return found


def in_words(one: Field, value: Any, names: dict[str, dict[str, str]] | None = None) -> list[str]:
    """Return a value as lines of plain words; what is not told is said to be so.

    :param names: the names of the tree's nodes by slug, so that many values take few queries.
    """
    return _entries(one, value, names) or [NOT_TOLD]


def _entries(one: Field, value: Any, names: dict[str, dict[str, str]] | None) -> list[str]:
    if value is None or value == "" or value == []:
        return []
    if one.kind in {Kind.YES_NO, Kind.FLAG}:
        return ["Yes" if value else "No"]
    if one.kind == Kind.REQUEST:
        return ["Asked for"]
    if one.kind == Kind.CHOICE:
        return [str(dict(_choices(one.name)).get(value, value))] if value != "unknown" else []
    if one.kind in {Kind.TREE, Kind.PLACES}:
        known = names[one.name] if names and one.name in names else tree_names(one.name, value)
        return [known.get(slug, slug) for slug in value]
    if one.kind == Kind.FEES:
        return [fee_in_words(fee) for fee in value]
    if one.kind == Kind.UNITS:
        return [Unit(**unit).in_words() for unit in value]
    if one.kind == Kind.PHOTOS:
        return [photo["alt_text"] for photo in value]
    if one.kind == Kind.BUILDING:
        line = ", ".join(value[part] for part in ("address", "town", "postcode") if value.get(part))
        return [line, "Nobody is to learn where"] if value.get("is_address_withheld") else [line]
    if isinstance(value, list):
        return [str(word) for word in value]
    return [line for line in str(value).split("\n") if line]


def fee_in_words(fee: Values) -> str:
    """Return a fee as a sentence: its name, what it costs and what is included."""
    amount = money(fee["amount_from"]) + (f" to {money(fee['amount_to'])}" if fee["amount_to"] else "")
    included = f" Included: {fee['included']}" if fee["included"] else ""
    per = dict(Fee.Per.choices).get(fee["per"], fee["per"])
    told = f" (told {gov_date(parse_date(fee['told_date']))})" if fee.get("told_date") else ""
    return f"{fee['name']}: {amount} {per}{told}.{included}"


def tree_names(name: str, slugs: Any) -> dict[str, str]:
    """Return the names of a tree's nodes by slug."""
    return dict(TREES[name]._default_manager.filter(slug__in=list(slugs)).values_list("slug", "name"))


def _names(changes: Values, live: Values, base: Values, known: dict[str, Field]) -> dict[str, dict[str, str]]:
    return {
        name: tree_names(name, {slug for values in (changes, live, base) for slug in values.get(name) or []})
        for name in changes
        if name in known and name in TREES
    }


def _choices(name: str) -> list[tuple[str, str]]:
    try:
        return list(Service._meta.get_field(name).choices or [])
    except FieldDoesNotExist:
        return []
