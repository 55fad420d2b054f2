"""A file as it comes: JSON that may not quite be JSON, in any of the shapes in which releases are handed about."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

from core.imports.problems import FileRefused, Problem, Problems, refused
from core.text import clean_plain_text

MOST_BYTES = 64 * 1024 * 1024
MOST_RELEASES = 20_000
MOST_DEPTH = 60


def read_file(content: bytes) -> list[tuple[str, Any]]:
    """Return the releases of a file, each with the JSON pointer to it; of a file of lines, the line's number leads it.

    A package of releases or of records, a list of these, a single release, or a release to a line.

    :raises FileRefused: with each fault found and its place.
    """
    if len(content) > MOST_BYTES:
        raise refused(f"The file is larger than {MOST_BYTES // 1024 // 1024} MB. Ask for fewer days at once.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refused("The file is not UTF-8 text, as JSON is.") from None
    document = _parsed(text)
    found = list(_releases(document, ""))
    if not found:
        raise refused("There are no releases in the file.")
    if len(found) > MOST_RELEASES:
        raise refused(f"The file holds more than {MOST_RELEASES:,} releases. Ask for fewer days at once.")
    return found


def _parsed(text: str) -> Any:
    problems = Problems()

    def pairs(given: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(given)
        if len(made) != len(given):
            counts = Counter(name for name, _ in given)
            twice = clean_plain_text(", ".join(sorted(name for name in counts if counts[name] > 1)))[:80]
            problems.add(f"“{twice}” stands twice in one place, and nobody can tell which one holds.")
        return made

    def number(words: str) -> float | None:
        # "No maximum" as Find a Tender writes it, 1e9999, is more than any number.
        value = float(words)
        return value if math.isfinite(value) else None

    decoder = json.JSONDecoder(
        object_pairs_hook=pairs, parse_float=number, parse_int=_whole, parse_constant=lambda words: None
    )
    try:
        document = _one_or_lines(decoder, text.strip())
    except json.JSONDecodeError as error:
        raise refused(f"This is not JSON: {error.msg.lower()}.", row=error.lineno) from None
    except RecursionError:
        raise refused("The file is nested too deeply to be read.") from None
    problems.refuse_if_any()
    if _depth(document) > MOST_DEPTH:
        raise refused("The file is nested too deeply to be read.")
    return document


def _whole(words: str) -> int | None:
    return int(words) if len(words) <= 30 else None


def _one_or_lines(decoder: json.JSONDecoder, text: str) -> Any:
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        # Not at every end of a line that Unicode knows: a text may hold one of those.
        lines = [line for line in text.split("\n") if line.strip()]
        if error.msg != "Extra data" or len(lines) < 2:
            raise
        found = []
        for number, line in enumerate(lines, 1):
            try:
                found.append(decoder.decode(line.strip()))
            except json.JSONDecodeError as fault:
                raise refused(f"This is not JSON: {fault.msg.lower()}.", row=number) from None
        return found


def _depth(document: Any) -> int:
    deepest, level = 0, [document]
    while level and deepest <= MOST_DEPTH:
        deepest += 1
        level = [
            part
            for one in level
            for part in (one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())
            if isinstance(part, dict | list)
        ]
    return deepest


def _releases(document: Any, path: str) -> list[tuple[str, Any]]:
    if isinstance(document, list):
        return [one for number, part in enumerate(document) for one in _releases(part, f"{path}/{number}")]
    if not isinstance(document, dict):
        raise FileRefused([_fault(path, "Here a package or a release was expected.")])
    if "releases" in document and "records" not in document and "ocid" not in document:
        return _listed(document["releases"], f"{path}/releases")
    if "records" in document:
        found = []
        for number, record in enumerate(_sure_list(document["records"], f"{path}/records")):
            place = f"{path}/records/{number}"
            if not isinstance(record, dict):
                raise FileRefused([_fault(place, "Here a record was expected.")])
            whole = [
                one
                for one in _sure_list(record.get("releases") or [], f"{place}/releases")
                if isinstance(one, dict) and "ocid" in one
            ]
            if whole:
                found += [(f"{place}/releases/{count}", one) for count, one in enumerate(whole)]
            elif "compiledRelease" in record:
                found.append((f"{place}/compiledRelease", record["compiledRelease"]))
        return found
    if "ocid" in document:
        return [(path, document)]
    raise FileRefused([_fault(path, "This is neither a release nor a package of releases or records.")])


def _listed(value: Any, path: str) -> list[tuple[str, Any]]:
    return [(f"{path}/{number}", one) for number, one in enumerate(_sure_list(value, path))]


def _sure_list(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise FileRefused([_fault(path, "Here a list was expected.")])
    return value


def _fault(path: str, reason: str) -> Problem:
    return Problem(reason, pointer=path)
