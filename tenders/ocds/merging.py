"""Compiled releases: the releases of one OCID merged into what holds now, by the standard's merge routine.

https://standard.open-contracting.org/1.1/en/schema/merging/ : a later value takes the place of an earlier one, an
empty one takes it away; documents in a list are joined by their ``id``; other lists are replaced as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .values import Document

# Lists of documents that are replaced as a whole although their documents may have an id (``wholeListMerge``).
WHOLE_LISTS = frozenset(
    {
        "additionalClassifications", "additionalIdentifiers", "buyerClassificationRestrictions",
        "buyerLocationRestrictions", "classifications", "criteria", "customerServices", "dates", "deliveryAddresses",
        "deliveryLocations", "identifiers", "numbers", "rationaleClassifications",
    }
)  # fmt: skip
OWN = ("id", "date", "tag")


def compiled(releases: Iterable[Document]) -> Document:
    """Return the compiled release of releases that share an OCID, given the oldest first.

    :raises ValueError: if there is none.
    """
    merged: Document = {}
    last: Document = {}
    for release in releases:
        last = release
        merged = _merged(merged, {name: value for name, value in release.items() if name not in OWN})
    if not last:
        raise ValueError("Nothing to compile.")
    head = {"ocid": last["ocid"], "id": f"{last['ocid']}-{last['date']}", "date": last["date"], "tag": ["compiled"]}
    return head | {name: value for name, value in merged.items() if name != "ocid"}


def _merged(old: Document, new: Document) -> Document:
    result = dict(old)
    for name, value in new.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            before = result.get(name)
            inner = _merged(before if isinstance(before, dict) else {}, value)
            if inner:
                result[name] = inner
            else:
                result.pop(name, None)
        elif isinstance(value, list):
            result[name] = _merged_list(name, result.get(name), value)
        else:
            result[name] = value
    return result


def _merged_list(name: str, old: Any, new: list[Any]) -> list[Any]:
    if name in WHOLE_LISTS or not all(isinstance(one, dict) for one in new):
        return new
    result: list[Any] = list(old) if isinstance(old, list) else []
    places = {one["id"]: place for place, one in enumerate(result) if isinstance(one, dict) and "id" in one}
    for one in new:
        place = places.get(one.get("id")) if "id" in one else None
        if place is not None:
            result[place] = _merged(result[place], one)
            continue
        if "id" in one:
            places[one["id"]] = len(result)
        # What the standard's own routine does with a document that cannot be told from another: it is added.
        result.append(_merged({}, one))
    return result
