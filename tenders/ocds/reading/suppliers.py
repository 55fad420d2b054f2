"""Whom a file names as a supplier: a provider known here by its number, by its name alone, or by an officer's choice.

No provider is made up. Where a name fits several, or fits one that has another number, the file's own words are kept
unless an officer says which it is.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Q
from django.db.models.functions import Lower

from providers.models import Provider

from .parts import Piece

AS_STATED = "stated"
COMPANIES, CHARITIES = "GB-COH", "GB-CHC"


@dataclass(frozen=True)
class Supplier:
    """One supplier of the file, and the provider it is here, if any."""

    token: str
    name: str
    number: str
    is_sme: bool | None
    is_vcse: bool | None
    provider: Provider | None = None
    how: str = ""
    candidates: tuple[Provider, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"{self.name} ({self.how})" if self.how else self.name

    @property
    def name_as_stated(self) -> str:
        return "" if self.provider else self.name

    @property
    def registration_number(self) -> str:
        """Its number, where that is not on the provider's own entry."""
        if self.provider and self.number in (self.provider.company_number, self.provider.charity_number):
            return ""
        return self.number

    def is_row(self, row: object) -> bool:
        """Whether a row of suppliers is this one."""
        if self.provider is not None:
            return getattr(row, "provider_id", None) == self.provider.pk
        # Or one that an officer has joined to an entry that is not public yet.
        names = {getattr(row, "name_as_stated", "").casefold(), str(getattr(row, "provider", None) or "").casefold()}
        return self.name.casefold() in names


class Directory:
    """The public providers that suppliers of a file could be, fetched once for all of them."""

    def __init__(self, parties: Iterable[Piece], *, choices: Mapping[str, str], at: dt.datetime) -> None:
        parties = list(parties)
        numbers = {number for one in parties for number in _numbers(one).values()}
        names = {one["name"].casefold() for one in parties if one.get("name")}
        self.choices = choices
        self.by_number: dict[str, list[Provider]] = defaultdict(list)
        self.by_name: dict[str, list[Provider]] = defaultdict(list)
        if not (numbers or names):
            return
        rows = Provider.objects.public(at=at).annotate(lower=Lower("name"), lower_trading=Lower("trading_name"))
        wanted = Q(company_number__in=numbers) | Q(charity_number__in=numbers)
        for row in rows.filter(wanted | Q(lower__in=names) | Q(lower_trading__in=names)).order_by("name", "pk"):
            for number in filter(None, (row.company_number, row.charity_number)):
                self.by_number[number].append(row)
            for name in {row.name.casefold(), row.trading_name.casefold()} - {""}:
                self.by_name[name].append(row)

    def supplier(self, party: Piece) -> Supplier:
        """Return who a party is, as far as it can be told, or as it was chosen."""
        name, numbers = party.get("name") or "Not named", _numbers(party)
        number = next(iter(numbers.values()), "")
        same_number = list(dict.fromkeys(one for each in numbers.values() for one in self.by_number[each]))
        same_name = self.by_name[name.casefold()]
        candidates = tuple(dict.fromkeys([*same_number, *same_name]))
        supplier = Supplier(token_of(party), name, number, party.get("sme"), party.get("vcse"), candidates=candidates)
        choice = self.choices.get(supplier.token)
        if choice == AS_STATED:
            return supplier
        chosen = next((one for one in candidates if str(one.uuid) == choice), None)
        if chosen is not None:
            return _found(supplier, chosen, f"{chosen.name}, as chosen")
        if len(same_number) == 1:
            return _found(supplier, same_number[0], f"{same_number[0].name}, by its number")
        alike = [one for one in same_name if not _contradicts(one, numbers)]
        if not same_number and len(same_name) == 1 and alike:
            return _found(supplier, alike[0], f"{alike[0].name}, by its name")
        return supplier


def token_of(party: Piece) -> str:
    """Return the word by which an officer's choice names a party: the same in every file."""
    numbers = party.get("numbers") or []
    told = "-".join(numbers[0]) if numbers else (party.get("name") or "").casefold()
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _found(supplier: Supplier, provider: Provider, how: str) -> Supplier:
    return Supplier(
        supplier.token, supplier.name, supplier.number, supplier.is_sme, supplier.is_vcse, provider, how,
        supplier.candidates,
    )  # fmt: skip


def _numbers(party: Piece) -> dict[str, str]:
    found = {}
    for scheme, number in party.get("numbers") or []:
        number = number.replace(" ", "").upper()
        if scheme == COMPANIES and len(number) <= 8:
            found[scheme] = number.zfill(8)
        elif scheme == CHARITIES and len(number) <= 10:
            found[scheme] = number
    return found


def _contradicts(provider: Provider, numbers: Mapping[str, str]) -> bool:
    own = {COMPANIES: provider.company_number, CHARITIES: provider.charity_number}
    return any(own.get(scheme) and own[scheme] != number for scheme, number in numbers.items())
