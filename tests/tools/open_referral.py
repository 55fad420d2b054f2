"""What a document of Open Referral UK 3.0 must be: the published schemas, and what they do not ask but the rules do.

The list schemas require nothing, so that any object passes as a page; empty texts, a missing organisation and a point
in the sea pass too. Each is checked here besides.
"""

import datetime as dt
import json
import re

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

BASE = "https://openreferraluk.org/specifications/3.0/schema/"
ENVELOPE = {
    "total_items": int, "total_pages": int, "page_number": int, "size": int,
    "first_page": bool, "last_page": bool, "empty": bool, "contents": list,
}  # fmt: skip
DAYS = {"assured_date", "valid_from", "valid_to"}


class Rules:
    """The rules, read from the folder that holds the schemas."""

    def __init__(self, folder):
        self.folder = folder
        self.registry = Registry().with_resources(
            (
                BASE + path.name,
                Resource.from_contents(json.loads(path.read_text()), default_specification=DRAFT202012),
            )
            for path in (folder / "schema").glob("*.json")
        )

    def example(self, name):
        return json.loads((self.folder / "examples" / f"{name}.json").read_text())

    def problems(self, entity, document):
        """Return what is wrong with a document, a line each; ``entity`` names its schema."""
        validator = Draft202012Validator(
            {"$ref": f"{BASE}{entity}.json"}, registry=self.registry, format_checker=FormatChecker()
        )
        found = [f"{_path(error)}: {error.message}" for error in validator.iter_errors(document)]
        if entity.endswith("_list"):
            found += _of_page(document)
            for number, one in enumerate(document.get("contents") or []):
                found += [f"{number}: {line}" for line in self.problems(entity.removesuffix("_list"), one)]
        if entity == "service" and not (document.get("organization_id") or document.get("organization")):
            found.append("no organisation")
        return found + [f"{path}: empty or null" for path in _blanks(document)] + list(_out_of_bounds(document))


def _path(error):
    return "/".join(map(str, error.absolute_path)) or "(root)"


def _of_page(page):
    found = [
        f"page field {key} missing or not {kind.__name__}"
        for key, kind in ENVELOPE.items()
        if type(page.get(key)) is not kind
    ]
    if found:
        return found
    truths = {
        "size": page["size"] == len(page["contents"]),
        "empty": page["empty"] == (not page["contents"]),
        "first_page": page["first_page"] == (page["page_number"] == 1),
        "last_page": page["last_page"] == (page["page_number"] >= page["total_pages"]),
    }
    return [f"{name} is wrong" for name, is_true in truths.items() if not is_true]


def _blanks(value, path=""):
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if inner is None or inner == "" or inner == {} or (inner == [] and key != "contents"):
            yield f"{path}/{key}"
        else:
            yield from _blanks(inner, f"{path}/{key}")


def _out_of_bounds(value):
    """What the schema takes for right: points outside the islands, days written otherwise."""
    if isinstance(value, dict):
        if "latitude" in value and not 49 <= value["latitude"] <= 61:
            yield f"latitude {value['latitude']} is not in the United Kingdom"
        for key in DAYS & set(value):
            if not (isinstance(value[key], str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value[key])):
                yield f"{key} {value[key]} is no day"
            else:
                dt.date.fromisoformat(value[key])
        for inner in value.values():
            yield from _out_of_bounds(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _out_of_bounds(inner)
