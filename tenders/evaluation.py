"""How bids for a tender are judged, put together for pages and checks: criteria of each lot, social value, the panel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .models import Criterion, Opportunity, PanelSeat

WHOLE = "The whole tender"


@dataclass(frozen=True)
class Part:
    """A lot, or the whole tender (``name`` empty), with what it is judged by."""

    name: str
    criteria: Sequence[Criterion]


@dataclass(frozen=True)
class Panel:
    """Who judges, by role and body, and how many of the seats are held by whom."""

    roles: Sequence[PanelSeat]
    seats: int
    lived_experience: int
    partners: int


def percent(number: Decimal) -> str:
    """Write a weight as people do: 10%, 7.5%."""
    return f"{number.normalize():f}%"


def parts(opportunity: Opportunity) -> list[Part]:
    """Return the criteria by lot: the whole tender's first, then each lot's that has its own.

    Where no lot has criteria of its own, the whole tender's stand without a name.
    """
    rows = list(opportunity.criteria.all())
    by_lot = {lot: [one for one in rows if one.lot_id == lot.pk] for lot in opportunity.lots.all()}
    own = [Part(str(lot), criteria) for lot, criteria in by_lot.items() if criteria]
    shared = [one for one in rows if one.lot_id is None]
    without = [str(lot) for lot, criteria in by_lot.items() if not criteria]
    if not shared:
        return own
    return [Part("; ".join(without) if own and without else "", shared), *own]


def panel(opportunity: Opportunity) -> Panel | None:
    """Return the make-up of the panel; nothing where it is not told."""
    rows = list(opportunity.panel_seats.all())
    if not rows:
        return None
    return Panel(
        rows,
        sum(one.seats for one in rows),
        sum(one.seats for one in rows if one.is_lived_experience),
        sum(one.seats for one in rows if one.is_partner),
    )


def wrong_sums(weights: Iterable[tuple[str, Decimal]]) -> list[str]:
    """Say of each lot whose weights do not sum to 100 what they sum to: the words for what the database refuses.

    :param weights: the lot of each criterion, in words, and its weight.
    """
    sums: dict[str, Decimal] = {}
    for name, weight in weights:
        sums[name] = sums.get(name, Decimal(0)) + weight
    return [
        f"{name}: the weights sum to {percent(total)}. They must sum to 100%."
        for name, total in sums.items()
        if total != 100
    ]


def social_value_weights(
    stated: Decimal | None, criteria: Iterable[tuple[str, str, Decimal]]
) -> list[tuple[str, Decimal]]:
    """Return what social value weighs in each lot that has criteria; else as stated for the whole tender.

    :param criteria: the lot in words, the kind and the weight of each criterion.
    """
    weights: dict[str, Decimal] = {}
    for name, kind, weight in criteria:
        weights[name] = weights.get(name, Decimal(0)) + (weight if kind == Criterion.Kind.SOCIAL_VALUE else 0)
    if weights:
        return list(weights.items())
    return [] if stated is None else [(WHOLE, stated)]


def below_minimum(weights: Iterable[tuple[str, Decimal]], *, minimum: Decimal | None) -> list[str]:
    """Say where social value weighs less than the organisation asks of its tenders."""
    if minimum is None:
        return []
    return [
        f"{name}: social value weighs {percent(weight)}, below the organisation’s minimum of {percent(minimum)}."
        for name, weight in weights
        if weight < minimum
    ]


def social_value_gaps(opportunity: Opportunity) -> list[str]:
    """Say where the tender as it is kept gives social value less than its organisation's minimum."""
    rows = [
        (str(one.lot) if one.lot_id else WHOLE, one.kind, one.weight)
        for one in opportunity.criteria.select_related("lot")
    ]
    weights = social_value_weights(opportunity.social_value_weighting, rows)
    return below_minimum(weights, minimum=opportunity.organisation.social_value_weighting)
