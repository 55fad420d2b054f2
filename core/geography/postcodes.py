"""Postcodes as text: what somebody typed, read as a full postcode or an outcode, and whose it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

OUTWARD = r"[A-Z]{1,2}[0-9][A-Z0-9]?"
FULL = re.compile(rf"({OUTWARD})([0-9][ABD-HJLNP-UW-Z]{{2}})")
FULL_ANYWHERE = re.compile(rf"(?<![A-Z0-9])({OUTWARD})[\s.-]*([0-9][ABD-HJLNP-UW-Z]{{2}})(?![A-Z0-9])")
OUTCODE = re.compile(OUTWARD)
SECTOR = re.compile(rf"({OUTWARD})\s+[0-9][A-Z]?")
# Somebody meant a postcode: "CA28 7LLL", "DH13N". Not "A1 Care", which may be a provider's name.
LIKE_A_POSTCODE = re.compile(
    r"[A-Z]{1,2}[0-9][A-Z0-9]?\s+[0-9OI][A-Z0-9]{0,3}|[A-Z]{1,2}[0-9][0-9A-Z]{0,5}(?<![A-Z]{4})"
)
MOST_CHARACTERS = 200

# Areas whose postcodes are not in the open lists, or lie wholly in another nation. Those that lie on a border
# (CH, HR, LD, NP, SY, TD, DG, CA, NE) are told by each postcode's own nation.
NORTHERN_IRELAND = {"BT"}
CROWN_DEPENDENCIES = {"GY": "Guernsey", "JE": "Jersey", "IM": "the Isle of Man"}
SCOTLAND = {"AB", "DD", "EH", "FK", "G", "HS", "IV", "KA", "KW", "KY", "ML", "PA", "PH", "ZE"}
WALES = {"CF", "SA"}


class Reading(StrEnum):
    """What words look like, before anything is looked up."""

    POSTCODE = "postcode"
    OUTCODE = "outcode"
    MALFORMED = "malformed"
    WORDS = "words"


@dataclass(frozen=True)
class Read:
    """What was typed, read by its shape alone. ``code`` has no space."""

    reading: Reading
    code: str = ""

    @property
    def area(self) -> str:
        """The letters a postcode begins with, such as CA."""
        return area_of(self.code)


def read(words: str) -> Read:
    """Read words by their shape: any case, any spacing and punctuation, and O for 0 or I for 1 where only one fits."""
    typed = words[:MOST_CHARACTERS].upper()
    code = re.sub(r"[^A-Z0-9]", "", typed)
    if FULL.fullmatch(code) or code == "GIR0AA":
        return Read(Reading.POSTCODE, code)
    if OUTCODE.fullmatch(code):
        return Read(Reading.OUTCODE, code)
    # "12 High Street, Durham DH1 3NJ": an address with its postcode.
    inside = FULL_ANYWHERE.findall(typed)
    if len(set(inside)) == 1:
        return Read(Reading.POSTCODE, "".join(inside[0]))
    spaced = re.sub(r"[^A-Z0-9\s]", "", typed).strip()
    if sector := SECTOR.fullmatch(spaced):
        return Read(Reading.OUTCODE, sector[1])
    if mended := _mended(code):
        return Read(Reading.POSTCODE, mended)
    if LIKE_A_POSTCODE.fullmatch(spaced):
        return Read(Reading.MALFORMED, code)
    return Read(Reading.WORDS)


def normalise_postcode(words: str) -> str | None:
    """Return a full postcode in capitals without a space, the key of `core.models.Postcode`; None if it is none."""
    found = read(words)
    return found.code if found.reading == Reading.POSTCODE else None


def format_postcode(postcode: str) -> str:
    """Return a full postcode as it is written on a letter: "dh11aa" becomes "DH1 1AA"; anything else comes back as is."""
    code = normalise_postcode(postcode)
    return f"{code[:-3]} {code[-3:]}" if code else postcode


def outcode_of(words: str) -> str | None:
    """Return the outcode of a postcode or of an outcode, such as CA28; None if the words are neither."""
    found = read(words)
    if found.reading == Reading.POSTCODE:
        return found.code[:-3]
    return found.code if found.reading == Reading.OUTCODE else None


def area_of(code: str) -> str:
    """Return the letters a postcode begins with, such as CA."""
    match = re.match("[A-Z]{1,2}", code)
    return match[0] if match else ""


def _mended(code: str) -> str | None:
    """Read O as 0 and I as 1 where a digit must stand."""
    if not 5 <= len(code) <= 7 or not re.search("[0-9]", code):
        return None
    outward, inward = code[:-3], code[-3:]
    digits = str.maketrans("OI", "01")
    inward = inward[0].translate(digits) + inward[1:]
    for candidate in (outward, outward[0] + outward[1:].translate(digits), outward[:2] + outward[2:].translate(digits)):
        if FULL.fullmatch(candidate + inward):
            return candidate + inward
    return None
