"""Compiled releases: the releases of one OCID merged into what holds now, by the standard's merge routine.

https://standard.open-contracting.org/1.1/en/schema/merging/ : a later value takes the place of an earlier one, an
empty one takes it away; documents in a list are joined by their ``id``; other lists are replaced as a whole. Which those
are, the schema says; `merge_rules.json` is what `ocdsmerge` reads from it, so that nobody has to fetch it at run time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ocdsmerge import Merger

from .values import Document


def rules() -> dict[tuple[str, ...], str]:
    """Return the rule of each path of OCDS 1.1.5 with the UK extension that has one of its own."""
    stored = json.loads(Path(__file__).with_name("merge_rules.json").read_text(encoding="utf-8"))
    return {tuple(path.split("/")): rule for rule, paths in stored.items() for path in paths}


_merger = Merger(merge_rules=rules())


def compiled(releases: Iterable[Document]) -> Document:
    """Return the compiled release of releases that share an OCID, given the oldest first.

    :raises ValueError: if there is none.
    """
    told = list(releases)
    if not told:
        raise ValueError("Nothing to compile.")
    made: Document = _merger.create_compiled_release(told)
    # A first release takes nothing back.
    return made if len(told) == 1 else _without_empty(made)


def _without_empty(value: Any) -> Any:
    """Leave out documents of which everything was taken back, for which the schema has no place."""
    if isinstance(value, dict):
        kept = {name: _without_empty(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if one != {}}
    return [_without_empty(one) for one in value] if isinstance(value, list) else value
