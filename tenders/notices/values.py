"""How the record tells what a notice must carry: each function reads one thing, in words to copy, empty where unknown.

All read what `NEEDED` has fetched, so that the page costs the same however long the record has grown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.conf import settings

from core.templatetags.portal import gov_date, gov_datetime, gov_period, money

from ..evaluation import WHOLE, parts
from ..models import Award, Contract, ContractChange, Opportunity, Route

Value = Callable[[Opportunity], object]

NEEDED = (
    "awards__contract__changes",
    "awards__contract__suppliers__provider",
    "awards__lot",
    "awards__suppliers__provider",
    "contract__changes",
    "contract__suppliers__provider",
    "cpv_codes",
    "criteria",
    "events",
    "framework",
    "lots__places",
    "organisation__contact_set",
    "partnerships__organisation",
    "places",
)


def field(name: str) -> Value:
    return lambda record: getattr(record, name)


def choice(name: str) -> Value:
    """A choice in words; "not stated" is nothing."""

    def read(record: Opportunity) -> object:
        value = getattr(record, name)
        return "" if value in ("", "unknown") else getattr(record, f"get_{name}_display")()

    return read


def yes_no(name: str) -> Value:
    return lambda record: {True: "Yes", False: "No", None: ""}[getattr(record, name)]


def amount(name: str) -> Value:
    return lambda record: money(getattr(record, name)) if getattr(record, name) is not None else ""


def moment(name: str) -> Value:
    """A deadline with its London time."""
    return lambda record: gov_datetime(getattr(record, name)) if getattr(record, name) else ""


def day(name: str) -> Value:
    """The London day of a date or a moment."""
    return lambda record: gov_date(getattr(record, name))


# --- Who buys ---


def authorities(record: Opportunity) -> str:
    partners = [one.organisation.name for one in record.partnerships.all()]
    return ", ".join([record.organisation.name, *partners])


def contact(record: Opportunity) -> str:
    for one in record.organisation.contact_set.all():
        if one.email:
            return f"{one.role}, {one.email}"
    return ""


def identifier(record: Opportunity) -> str:
    return record.organisation.gss_code or record.organisation.ods_code or ""


# --- What is bought ---


def cpv(record: Opportunity) -> str:
    return ", ".join(one.code for one in record.cpv_codes.all())


def places(record: Opportunity) -> str:
    return ", ".join(one.name for one in record.places.all())


def period(record: Opportunity) -> str:
    return _span(record.contract_start_date, record.contract_end_date)


def _span(start: object, end: object) -> str:
    return " to ".join(str(one) for one in (start, end) if one)


def lots(record: Opportunity) -> str:
    """Each lot with its number, description, value, time and place; that there are none is an answer too."""
    return "\n".join(_lot(one) for one in record.lots.all()) or "It is not divided into lots."


def _lot(lot: Any) -> str:
    value = f"{money(lot.value_gross)} with VAT" if lot.value_gross is not None else ""
    where = ", ".join(one.name for one in lot.places.all())
    told = [str(lot), lot.description, value, _span(lot.contract_start_date, lot.contract_end_date), where]
    return ". ".join(one.strip().rstrip(".") for one in told if one) + "."


def criteria(record: Opportunity) -> str:
    """What bids are judged by: the criteria with their weights, lot by lot, and what the organisation wrote itself."""
    found = [record.award_criteria.strip()]
    for part in parts(record):
        found.append(f"{part.name or WHOLE}: {', '.join(f'{one.name} {one.percent}' for one in part.criteria)}.")
    return "\n".join(one for one in found if one)


def framework(record: Opportunity) -> str:
    if record.framework is not None:
        return str(record.framework)
    return "" if record.route in (Route.CALL_OFF, Route.UNKNOWN) else "None is used."


def reserved(record: Opportunity) -> str:
    return record.get_reserved_for_display() or "It is not reserved."


# --- Before the tender ---


def engagement(record: Opportunity) -> str:
    """The events to which suppliers are invited, those cancelled left out."""
    events = [one for one in record.events.all() if one.published_at and not one.cancelled_at]
    events.sort(key=lambda one: (one.starts_at, one.pk))
    told = ([str(one), gov_period(one.starts_at, one.ends_at), one.place_as_stated] for one in events)
    return "\n".join(", ".join(part for part in one if part) for one in told)


def interest(record: Opportunity) -> str:
    """Where a supplier says here that it may bid; nothing of what only members see."""
    if record.is_members_only or record.published_at is None:
        return ""
    return f"At {settings.PUBLIC_URL.rstrip('/')}{record.get_absolute_url()}"


# --- What came of it ---


def _awards(record: Opportunity) -> list[Award]:
    """The awards that stand."""
    standing = [
        one for one in record.awards.all() if one.outcome == Award.Outcome.AWARDED and one.cancelled_date is None
    ]
    return sorted(standing, key=lambda one: (one.lot.order if one.lot else 0, one.pk))


def _contracts(record: Opportunity) -> list[Contract]:
    found = {one.pk: one for one in [record.contract, *(award.contract for award in _awards(record))] if one}
    return list(found.values())


def _each(record: Opportunity, read: Callable[[Award], str]) -> str:
    """What each award tells, with its lot where there are lots."""
    lines = ((award, read(award)) for award in _awards(record))
    return "\n".join(f"{award.lot}: {words}" if award.lot else words for award, words in lines if words)


def suppliers(record: Opportunity) -> str:
    """Who was chosen, lot by lot, with number and size; without an award, who provides under the contract."""
    awarded = _each(record, lambda award: _named(award.suppliers.all()))
    return awarded or "\n".join(_named(contract.suppliers.all()) for contract in _contracts(record))


def _named(rows: Iterable[Any]) -> str:
    return "; ".join(_supplier(one) for one in sorted(rows, key=lambda one: (one.order, one.pk)))


def _supplier(row: Any) -> str:
    known = row.provider
    number = row.registration_number or (known and (known.company_number or known.charity_number))
    sizes = ((row.is_sme, "small or medium-sized firm"), (row.is_vcse, "voluntary, community or social enterprise"))
    return ", ".join([f"{row} ({number})" if number else str(row), *(words for is_one, words in sizes if is_one)])


def decided(record: Opportunity) -> str:
    return _each(record, lambda award: gov_date(award.award_date)) or gov_date(record.awarded_at)


def standstill_end(record: Opportunity) -> str:
    return _each(record, lambda award: gov_date(award.standstill_ends_date) if award.standstill_ends_date else "")


def signed(record: Opportunity) -> str:
    awarded = _each(record, lambda award: gov_date(award.signed_date) if award.signed_date else "")
    return awarded or gov_date(record.signed_date)


def contract_numbers(record: Opportunity) -> str:
    return ", ".join(one.reference for one in _contracts(record))


# --- What changed in the contract ---


def _changes(record: Opportunity) -> Iterator[ContractChange]:
    rows = (change for contract in _contracts(record) for change in contract.changes.all())
    yield from sorted(rows, key=lambda one: (one.decided_date, one.pk))


def changed_terms(record: Opportunity) -> str:
    return "\n".join(
        f"Was to end {one.old_end or 'on a day not stated'}, now {one.new_end}."
        for one in _changes(record)
        if one.new_end
    )


def change_reasons(record: Opportunity) -> str:
    return "\n".join(one.reason for one in _changes(record))


def change_days(record: Opportunity) -> str:
    return "\n".join(f"Decided on {gov_date(one.decided_date)}" for one in _changes(record))
