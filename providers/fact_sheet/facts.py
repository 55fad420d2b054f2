"""A service's facts by heading, each in lines of plain words. No lines: nobody has told us."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core.templatetags.portal import gov_date, money

from .space import Space
from .where import ACCESS, Where

NOT_TOLD = "The provider has not told us"
ASK = "The provider has not told us. Ask before you sign."


@dataclass(frozen=True)
class Fact:
    """One thing to know."""

    key: str
    label: str
    lines: tuple[str, ...] = ()
    unknown: str = NOT_TOLD

    @property
    def is_told(self) -> bool:
        return bool(self.lines)


@dataclass(frozen=True)
class Group:
    """The facts under one heading."""

    key: str
    heading: str
    facts: tuple[Fact, ...]


def costs(service: Any) -> Group:
    """The CMA's key information about money, in its order."""
    return Group(
        "costs",
        "What it costs",
        (
            Fact("paying", "Who can pay", _paying(service)),
            Fact("top_up", "Top-up on what the council pays", _top_up(service.top_up_may_be_needed), ASK),
            Fact("fees", "Fees", tuple(_fee(fee) for fee in service.fees.all())),
            Fact("included", "Included in the fee", _included(service.fees.all())),
            Fact("extra_charges", "Extra charges", _text(service.extra_charges), ASK),
            Fact("upfront_payments", "To pay in advance", _text(service.upfront_payments), ASK),
            Fact("deposit", "Deposit", _text(service.deposit), ASK),
            Fact("trial_period", "Trial period", _text(service.trial_period)),
            Fact("notice_period", "Notice on either side", _text(service.notice_period), ASK),
            Fact(
                "minimum_self_funding", "How long you must be able to pay yourself", _text(service.minimum_self_funding)
            ),
        ),
    )


def room(service: Any, spaces: list[Space]) -> Group:
    """What is free and what the rooms are like."""
    is_place = service.setting in {"place", "both", "unknown"}
    facts = [
        Fact("space", "Space now", tuple(space.line for space in spaces)),
        Fact("waiting_time", "Waiting time", _text(service.get_waiting_time_display() if service.waiting_time else "")),
        Fact("size", "Size", _size(service)),
    ]
    if is_place:
        facts += [
            Fact("en_suite", "Rooms with their own bathroom", _yes_no(service.has_en_suite_rooms)),
            Fact("shared", "Shared rooms", _yes_no(service.has_shared_rooms)),
            Fact("garden", "Garden", _yes_no(service.has_garden)),
            Fact("pets", "Pets welcome", _yes_no(service.welcomes_pets)),
        ]
    return Group("room", "Space and rooms", tuple(facts))


def people(service: Any) -> Group:
    """Who it is for and who looks after them."""
    return Group(
        "people",
        "Who it is for, and who is there",
        (
            Fact("groups", "Who it is for", tuple(group.name for group in service.client_groups.all())),
            Fact("ages", "Ages", _ages(service)),
            Fact(
                "setting",
                "Where care is given",
                _text("" if service.setting == "unknown" else service.get_setting_display()),
            ),
            Fact("staffing", "Staff, by day and by night", _text(service.staffing)),
            Fact("manager", "Registered manager", _text(service.registered_manager)),
        ),
    )


def living(service: Any) -> Group:
    """Everyday life."""
    return Group(
        "living",
        "Day to day",
        (
            Fact("opening_hours", "Opening or visiting hours", _text(service.opening_hours)),
            Fact("languages", "Languages spoken", tuple([", ".join(service.languages)] if service.languages else [])),
            Fact("food", "Food", _text(service.food)),
            Fact("faith", "Faith and culture", _text(service.faith_and_culture)),
            Fact("how_to_get", "How to get it", _text(service.how_to_get)),
        ),
    )


def access(places: list[Where]) -> Group:
    """Getting in and around: of each building where there are several."""
    several = len(places) > 1
    facts = []
    for name, label in ACCESS.items():
        lines = []
        for number, place in enumerate(places, start=1):
            known = place.access[name]
            if known is not None:
                where = f"{place.name or f'Building {number}'}: " if several else ""
                lines.append(f"{where}{'yes' if several and known else 'Yes' if known else 'no' if several else 'No'}")
        facts.append(Fact(name, label, tuple(lines)))
    return Group("access", "Getting in and around", tuple(facts))


def area(service: Any) -> Fact:
    """Where a service that comes to people goes."""
    names = sorted(place.name for place in service.areas_served.all())
    lines = [", ".join(names)] if names else []
    if service.served_outcodes:
        lines.append(f"Postcodes that begin with {', '.join(service.served_outcodes)}")
    return Fact("areas", "Comes to you in", tuple(lines))


def _text(words: str) -> tuple[str, ...]:
    return tuple(line for line in words.splitlines() if line.strip())


def _yes_no(known: bool | None) -> tuple[str, ...]:
    return () if known is None else ("Yes" if known else "No",)


def _top_up(known: bool | None) -> tuple[str, ...]:
    if known is None:
        return ()
    return ("May be needed: ask how much, and who may pay it",) if known else ("Not needed",)


def _paying(service: Any) -> tuple[str, ...]:
    payers = (
        ("you", service.takes_self_funders),
        ("your council", service.takes_council_funded),
        ("the NHS", service.takes_nhs_funded),
    )
    if all(known is None for _, known in payers):
        return ()
    lines = []
    if yes := [name for name, known in payers if known]:
        words = listed(yes, "or")
        lines.append(words[0].upper() + words[1:])
    if no := [name for name, known in payers if known is False]:
        lines.append(f"Not {listed(no, 'or')}")
    if unsaid := [name for name, known in payers if known is None]:
        lines.append(f"The provider has not told us about {listed(unsaid, 'or')}: ask")
    return tuple(lines)


def _fee(fee: Any) -> str:
    amount = money(fee.amount_from)
    amount = f"{amount} to {money(fee.amount_to)}" if fee.amount_to and fee.amount_to != fee.amount_from else amount
    amount = amount if fee.amount_to else f"from {amount}"
    return f"{fee.name}: {amount} {fee.get_per_display()}, told us {gov_date(fee.told_date)}"


def _included(fees: Iterable[Any]) -> tuple[str, ...]:
    told = [(fee.name, fee.included) for fee in fees if fee.included]
    if len({words for _, words in told}) <= 1:
        return tuple(words for _, words in told[:1])
    return tuple(f"{name}: {words}" for name, words in told)


def _size(service: Any) -> tuple[str, ...]:
    units = service.units.all()
    if units:
        return tuple(unit.in_words() for unit in sorted(units, key=lambda unit: (unit.order, unit.pk)))
    return (f"{service.capacity} {service.capacity_unit or 'places'}",) if service.capacity else ()


def _ages(service: Any) -> tuple[str, ...]:
    low, high = service.minimum_age, service.maximum_age
    if low is None and high is None:
        return ()
    if high is None:
        return (f"{low} and over",)
    return (f"Up to {high}",) if low is None else (f"{low} to {high}",)


def listed(names: list[str], last: str) -> str:
    """Return names as one says them: "you, your council or the NHS"."""
    return f" {last} ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
