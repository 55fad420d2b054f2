"""Judges OCDS documents offline, by the standard's own schemas with the UK extension merged in."""

import json
from functools import cache

from jsonschema import Draft4Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from tests.tools.shared import shared_data


@cache
def _validator(kind):
    folder = shared_data("ocds")
    names = (
        "release-schema-1.1.5-uk-patched.json",
        f"standard-1.1.5/{kind}-package-schema.json",
        "standard-1.1.5/versioned-release-validation-schema.json",
    )
    parts = [json.loads((folder / name).read_text()) for name in names]
    registry = Registry().with_resources([(one["id"], Resource(contents=one, specification=DRAFT4)) for one in parts])
    return Draft4Validator(parts[1], registry=registry, format_checker=FormatChecker())


def problems(kind, document):
    """What is wrong with a package of releases (``release``) or of records (``record``)."""
    return [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:160]}"
        for error in _validator(kind).iter_errors(document)
    ]


def package(releases):
    return {
        "uri": "https://portal.example/ocds/releases.json",
        "version": "1.1",
        "publishedDate": "2026-11-18T12:00:00Z",
        "publisher": {"name": "A portal"},
        "releases": releases,
    }
