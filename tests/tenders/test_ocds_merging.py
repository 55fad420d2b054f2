"""Compiled releases are the standard's merge, by the rules of the schema and without asking for it."""

import json

import pytest
from ocdsmerge import Merger

from tenders.ocds.merging import compiled, rules
from tests.tools.shared import shared_data


def release(date, **parts):
    return {"ocid": "ocds-abc123-1", "id": date, "date": date, "tag": ["tender"], **parts}


def test_the_stored_rules_are_those_of_the_schema():
    schema = json.loads((shared_data("ocds") / "release-schema-1.1.5-uk-patched.json").read_text())

    assert rules() == Merger(schema).merge_rules


def test_parts_are_joined_by_id_lists_replaced_and_null_takes_away():
    first = release(
        "2026-01-01T00:00:00Z",
        tender={
            "id": "t", "value": {"amount": 5}, "specialRegime": ["lightTouch"], "riskDetails": "Winter.",
            "lots": [{"id": "1", "title": "North"}, {"id": "2", "title": "South"}],
            "deliveryAddresses": [{"description": "A"}, {"description": "B"}],
        },
    )  # fmt: skip
    second = release(
        "2026-02-01T00:00:00Z",
        tender={
            "id": "t", "value": {"amount": None}, "specialRegime": ["other"], "riskDetails": None,
            "lots": [{"id": "2", "title": "South and coast"}], "deliveryAddresses": [{"description": "C"}],
        },
    )  # fmt: skip

    assert compiled([first, second]) == {
        "ocid": "ocds-abc123-1", "id": "ocds-abc123-1-2026-02-01T00:00:00Z", "date": "2026-02-01T00:00:00Z",
        "tag": ["compiled"],
        "tender": {
            "id": "t", "specialRegime": ["other"],
            "lots": [{"id": "1", "title": "North"}, {"id": "2", "title": "South and coast"}],
            "deliveryAddresses": [{"description": "C"}],
        },
    }  # fmt: skip


def test_nothing_is_compiled_of_nothing():
    with pytest.raises(ValueError, match="Nothing"):
        compiled([])
