"""The monthly "care directory with filters": one row a location, with its provider beside it."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from core.imports import Problems

from . import layout, values
from .records import Sink

_COLUMNS = {name: position for position, name in enumerate(layout.DIRECTORY_HEADERS)}
WIDTH = len(layout.DIRECTORY_HEADERS)
_AS_AT = re.compile(r"CQC database as at\s+(\d{1,2})\s+([A-Za-z]+)\s+(\d{4})", re.IGNORECASE)
_NAMED = re.compile(r"(?<!\d)(\d{1,2})[_ ]([A-Za-z]+)[_ ](\d{4})")
_MONTHS = [name.casefold() for name in calendar.month_name if name]


def as_at_of(text: str) -> dt.date | None:
    """Return the day the CQC took the data: of a line of the README, or of a name like 01_October_2026_HSCA_….ods."""
    found = _AS_AT.search(text) or _NAMED.search(text)
    if found is None or found[2].casefold() not in _MONTHS:
        return None
    try:
        return dt.date(int(found[3]), _MONTHS.index(found[2].casefold()) + 1, int(found[1]))
    except ValueError:
        return None


def check_headers(cells: list[str], problems: Problems, *, sheet: str, row: int) -> None:
    """Compare all 122 headers in their order, and refuse the file if one is missing, moved, renamed or new.

    :raises FileRefused: since no cell of a table can be believed whose columns are others than thought.
    """
    found = [values.words(cell) for cell in cells]
    expected = layout.DIRECTORY_HEADERS
    known = {name.casefold() for name in expected}
    if found and found[0].count(";") > 1:
        problems.add("the columns are parted by semicolons. Save the file with commas", sheet=sheet, row=row)
        problems.refuse_if_any()
    for position, name in enumerate(expected):
        here = found[position] if position < len(found) else ""
        if _is_header(here, name):
            continue
        elsewhere = [n for n, other in enumerate(found) if n != position and other.casefold() == name.casefold()]
        if elsewhere:
            reason = (
                f"the header stands in column {_letters(elsewhere[0])}, and not in {_letters(position)} as it should"
            )
        elif here and here.casefold() not in known:
            reason = f"column {_letters(position)} is headed “{here[:60]}”, which is not known here"
        else:
            reason = f"there is no such header; column {_letters(position)} should have it"
        problems.add(reason, sheet=sheet, row=row, column=name)
    for position, here in enumerate(found[WIDTH:], start=WIDTH):
        if here:
            problems.add(
                f"column {_letters(position)} is new and not known here", sheet=sheet, row=row, column=here[:60]
            )
    problems.refuse_if_any()


def _is_header(found: str, expected: str) -> bool:
    if found.casefold() == expected.casefold():
        return True
    owner, _, short = expected.partition(" ")
    return owner in {"Location", "Provider"} and short in layout.SHORT_NAMES and found.casefold() == short.casefold()


def _letters(position: int) -> str:
    name, number = "", position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


_TYPES = [(_COLUMNS[f"{layout.SERVICE_TYPE}{name}"], name) for name in layout.SERVICE_TYPES]
_BANDS = [(_COLUMNS[f"{layout.USER_BAND}{name}"], name) for name in layout.USER_BANDS]
_DIRECTORATE = _COLUMNS["Location Inspection Directorate"]
NOT_SOCIAL_CARE = "not adult social care"


class DirectoryReader:
    """Checks row after row and hands what is sound to the sink."""

    def __init__(self, sink: Sink, problems: Problems, *, sheet: str) -> None:
        self.sink, self.problems, self.sheet = sink, problems, sheet
        self.row = 0
        self.cells: list[str] = []
        self.is_sound = True

    def add(self, number: int, cells: list[str]) -> None:
        """Check one row.

        :raises FileRefused: once too many rows are faulty.
        """
        sink = self.sink
        sink.rows += 1
        self.row, self.is_sound = number, True
        if len(cells) > WIDTH:
            self._fault(f"it has {len(cells)} columns where there are {WIDTH}", "")
            return
        cells += [""] * (WIDTH - len(cells))
        self.cells = cells
        location_id = self._checked("Location ID", values.register_id)
        if location_id in sink.locations:
            self._fault(f"the file has {location_id} twice", "Location ID")
            return
        if cells[_DIRECTORATE].strip().casefold() != layout.SOCIAL_CARE:
            if not cells[_DIRECTORATE].strip():
                self._fault("it is blank", "Location Inspection Directorate")
            sink.ignored.add(NOT_SOCIAL_CARE)
            return
        provider_id = self._checked("Provider ID", values.register_id)
        ownership = values.words(self._cell("Provider Ownership Type"))
        provider_name = self._name("Provider Name", 250)
        name = self._name("Location Name", 200)
        is_home = self._checked("Care home?", values.yes_or_no)
        beds = self._checked("Care homes beds", lambda cell: values.whole(cell, most=5_000))
        is_dormant = self._checked("Dormant (Y/N)", values.yes_or_no)
        types = [title for position, title in _TYPES if cells[position] and self._flag(position)]
        bands = [title for position, title in _BANDS if cells[position] and self._flag(position)]
        address = self._address("Location", 250)
        if not self.is_sound:
            return
        location = {
            "cqc_location_id": location_id,
            "cqc_provider_id": provider_id,
            "name": name,
            "is_person": ownership.casefold() == "individual" and name.casefold() == provider_name.casefold(),
            "address": address,
            "town": values.words(self._cell("Location City"))[:80],
            "postcode": self._checked("Location Postal Code", values.postcode),
            "point": self._point(),
            "uprn": self._told("Location UPRN ID", lambda cell: values.digits(cell, most=12)),
            "local_authority": values.words(self._cell("Location Local Authority"))[:80],
            "phone": self._told("Location Telephone Number", values.phone),
            "website": self._told("Location Web Address", values.website),
            "registered_manager": values.words(self._cell("Registered manager"))[:120],
            # The register writes 0 for places that are no care homes.
            "beds": (beds or None) if is_home else None,
            "types": types,
            "bands": bands,
            "registered_date": self._checked("Location HSCA start date", values.day),
            "is_dormant": is_dormant,
            "primary_id": self._primary_id(location_id),
        }
        rating = self._rating(location_id, is_dormant=bool(is_dormant))
        if provider_id not in sink.providers:
            self._add_provider(provider_id, provider_name, ownership)
        if self.is_sound:
            sink.add_location(**location)
            sink.add_rating(**rating)

    def _add_provider(self, provider_id: str, name: str, ownership: str) -> None:
        provider = {
            "cqc_provider_id": provider_id,
            "name": name,
            "ownership": ownership,
            "brand": values.words(self._cell("Brand Name"))[:160],
            "company_number": self._told("Provider Companies House Number", _company_number),
            "charity_number": self._told("Provider Charity Number", lambda cell: values.words(cell)[:10]),
            "website": self._told("Provider Web Address", values.website),
            "phone": self._told("Provider Telephone Number", values.phone),
            "address": self._address("Provider", 250),
            "town": values.words(self._cell("Provider City"))[:80],
            "postcode": self._told("Provider Postal Code", values.postcode),
            "registered_date": self._checked("Provider HSCA start date", values.day),
        }
        if self.is_sound:
            self.sink.add_provider(**provider)

    def _rating(self, location_id: str, *, is_dormant: bool) -> dict[str, Any]:
        date = self._checked("Publication Date", values.day)
        is_inherited = self._checked("Inherited Rating (Y/N)", values.is_yes)
        state, value, stated = values.rating(
            self._cell("Location Latest Overall Rating"), is_inherited=bool(is_inherited)
        )
        return dormant_or(
            {
                "cqc_location_id": location_id,
                "question": "overall",
                "state": state,
                "value": value,
                "rated_date": date if value else None,
                "stated": stated,
            },
            is_dormant=is_dormant,
        )

    def _primary_id(self, location_id: str) -> str:
        cell = self._cell("Primary ID (Dual registration locations)").strip()
        mark = self._cell("Location Dual Registered").strip()
        if mark and mark.casefold() != layout.DUAL_REGISTRATION:
            self._fault(f"“{mark[:40]}” stands where only “Dual Registration” may", "Location Dual Registered")
        if not cell:
            return ""
        primary = self._checked("Primary ID (Dual registration locations)", values.register_id)
        return "" if primary in (None, location_id) else str(primary)

    def _cell(self, column: str) -> str:
        return self.cells[_COLUMNS[column]]

    def _name(self, column: str, most: int) -> str:
        name = values.words(self._cell(column))
        if not name:
            self._fault("it is blank", column)
        elif len(name) > most:
            self._fault(f"the name is longer than {most} characters", column)
        elif "\0" in name:
            self._fault("the name holds a NUL character", column)
        return name

    def _address(self, owner: str, most: int) -> str:
        lines = [values.words(self._cell(f"{owner} {part}")) for part in ("Street Address", "Address Line 2")]
        return ", ".join(line.strip(",") for line in lines if line)[:most]

    def _flag(self, position: int) -> bool:
        try:
            return values.is_yes(self.cells[position])
        except ValueError as error:
            self._fault(str(error), layout.DIRECTORY_HEADERS[position])
            return False

    def _point(self) -> tuple[float, float] | None:
        try:
            return values.point(self._cell("Location Latitude"), self._cell("Location Longitude"))
        except ValueError as error:
            self._fault(str(error), "Location Latitude")
            return None

    def _checked(self, column: str, read: Callable[[str], Any]) -> Any:
        """Read a cell that the whole file depends on."""
        try:
            return read(self._cell(column))
        except ValueError as error:
            self._fault(str(error), column)
            return None

    def _told(self, column: str, read: Callable[[str], str]) -> str:
        """Read a cell that one can do without: what is no sound value is left out, and the report says so."""
        cell = self._cell(column)
        if not cell.strip() or cell.strip() == "-":
            return ""
        try:
            return read(cell)
        except ValueError as error:
            self.sink.ignored.add(f"“{column}” holds no sound value", f"row {self.row:,}: {error}")
            return ""

    def _fault(self, reason: str, column: str) -> None:
        self.is_sound = False
        self.problems.add(reason, sheet=self.sheet, row=self.row, column=column)


def dormant_or(rating: dict[str, Any], *, is_dormant: bool, is_deregistered: bool = False) -> dict[str, Any]:
    """Return an overall rating as it stands for a place that gives no care now: its rating is an earlier one."""
    if not (is_dormant or is_deregistered):
        return rating
    return rating | {
        "state": values.STATE.DEREGISTERED if is_deregistered else values.STATE.DORMANT,
        "value": "",
        "rated_date": None,
        "stated": "",
        "earlier_value": rating["value"] or rating.get("earlier_value", ""),
        "earlier_date": rating["rated_date"] if rating["value"] else rating.get("earlier_date"),
    }


def _company_number(cell: str) -> str:
    text = values.words(cell).upper()
    if re.fullmatch(r"[A-Z]{2}\d{6}", text):
        return text
    # A spreadsheet takes the noughts in front for nothing.
    return values.digits(text, most=8, fill=8)
