"""Fields of a service that live in rows of their own, an entry a row: what it costs, and what homes and rooms there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from operator import attrgetter
from typing import Any

from django.core.exceptions import ValidationError

from core.text import clean_plain_text
from providers.models import Fee, Service, Unit

from .fields import MOST_FEES, MOST_UNITS, Kind

Entry = dict[str, Any]


@dataclass(frozen=True)
class Register:
    """How the rows of one field are read, cleaned, checked and written."""

    name: str
    """The field's, and that of the relation."""
    model: type[Fee] | type[Unit]
    cleaners: dict[str, Callable[[Any], Any]]
    """Each column that is told, with what makes a kept value of a typed one."""
    key: tuple[str, ...]
    """What tells two entries of a service apart: the first of them names an entry."""
    order: str
    """The column that holds the order in which they are told."""
    most: int
    too_many: str
    twice: str
    nameless: str

    def live(self, service: Service) -> list[Entry]:
        """Return the rows as values that JSON can hold, in their order."""
        rows = sorted(getattr(service, self.name).all(), key=attrgetter(self.order, "pk"))
        return [self._entry(row) for row in rows]

    def clean(self, entries: Any) -> list[Entry]:
        """Return typed entries as they are kept."""
        return [
            {column: clean(entry.get(column)) for column, clean in self.cleaners.items()} for entry in entries or []
        ]

    def problems(self, entries: list[Entry]) -> list[str]:
        """Say in sentences what is wrong with the entries."""
        found = []
        if len(entries) > self.most:
            found.append(self.too_many)
        keys = [tuple(str(entry[column]).lower() for column in self.key) for entry in entries]
        if len(set(keys)) < len(keys):
            found.append(self.twice)
        for entry in entries:
            try:
                self.model(**entry).full_clean(exclude=["service", "source"])
            except ValidationError as error:
                said = [str(line) for lines in error.message_dict.values() for line in lines]
                found.append(f"{entry[self.key[0]] or self.nameless}: {' '.join(said)}")
        return found

    def write(self, service: Service, entries: list[Entry]) -> None:
        """Make the rows those of the entries. What changes is the provider's word now, and cites no document more."""
        rows = {self._key(self._entry(row)): row for row in getattr(service, self.name).all()}
        wanted = {self._key(entry) for entry in entries}
        gone = [row.pk for key, row in rows.items() if key not in wanted]
        getattr(service, self.name).filter(pk__in=gone).delete()
        for place, entry in enumerate(entries):
            row = rows.get(self._key(entry)) or self.model(service=service, is_sample=service.is_sample)
            if row.pk is None or self._entry(row) != entry:
                row.source, row.source_section, row.source_note = None, "", ""
            for column, value in entry.items():
                setattr(row, column, value)
            if self.order != "pk":
                setattr(row, self.order, place)
            row.save()

    def _entry(self, row: Fee | Unit) -> Entry:
        return {column: _plain(getattr(row, column)) for column in self.cleaners}

    def _key(self, entry: Entry) -> tuple[Any, ...]:
        return tuple(entry[column] for column in self.key)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value.isoformat() if isinstance(value, dt.date) else value


def _line(value: Any) -> str:
    return clean_plain_text(value or "")


def _text(value: Any) -> str:
    return clean_plain_text(value or "", multiline=True)


def _as_it_is(value: Any) -> Any:
    return value


def _amount(value: Any) -> Any:
    """Return pounds with their pence; what is no amount stays as it was typed, to be refused by its column."""
    if value in (None, ""):
        return None
    try:
        return f"{Decimal(str(value)):.2f}"
    except InvalidOperation:
        return str(value)


FEES = Register(
    name="fees",
    model=Fee,
    cleaners={
        "name": _line, "amount_from": _amount, "amount_to": _amount, "per": _line, "included": _text,
        "told_date": _as_it_is,
    },
    key=("name",),
    order="pk",
    most=MOST_FEES,
    too_many=f"Give {MOST_FEES} fees or fewer.",
    twice="Two fees have the same name. Give each its own, such as “Single room”.",
    nameless="A fee without a name",
)  # fmt: skip
UNITS = Register(
    name="units",
    model=Unit,
    cleaners={"kind": _line, "tenure": lambda value: value or Unit.Tenure.UNKNOWN.value, "count": _as_it_is, "stated": _line},
    key=("kind", "tenure"),
    order="order",
    most=MOST_UNITS,
    too_many=f"Give {MOST_UNITS} kinds or fewer.",
    twice="One kind stands there twice on the same terms. Add the numbers up, or give each its own name.",
    nameless="A kind without a name",
)  # fmt: skip
REGISTERS = {Kind.FEES: FEES, Kind.UNITS: UNITS}
