"""When the clock alone will change what is told of a record: it opens, a standstill ends, a contract begins or runs out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from core.dates import EstimatedDate
from tenders.models import Contract, Framework

from .ids import Record
from .links import Linked
from .values import LONDON

DAY = dt.timedelta(days=1)


def moments(row: Record, linked: Linked, *, after: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
    """Return these moments in their order, as the record stands now."""
    found = {at for at in _moments(row, linked) if at is not None and after < at <= until}
    return sorted(found)


def _moments(row: Record, linked: Linked) -> Iterator[dt.datetime | None]:
    if isinstance(row, Framework):
        yield from (row.opens_at, row.closes_at, _begins(row.starts), _is_over(row.ends))
        for lot in row.lots.all():
            yield from (lot.opens_at, lot.closes_at)
        return
    if isinstance(row, Contract):
        yield from _of_contract(row)
        return
    yield from (row.opens_at, row.awarded_at, row.withdrawn_at, row.cancelled_at)
    for award in linked.awards:
        yield _day(award.standstill_ends_date, DAY)
    for contract in linked.contracts:
        yield from _of_contract(contract)


def _of_contract(row: Contract) -> Iterator[dt.datetime | None]:
    yield from (_begins(row.starts), _is_over(row.ends), _is_over(row.ends_if_extended))


def _begins(date: EstimatedDate | None) -> dt.datetime | None:
    return _day(date.earliest if date else None)


def _is_over(date: EstimatedDate | None) -> dt.datetime | None:
    return _day(date.latest if date else None, DAY)


def _day(day: dt.date | None, later: dt.timedelta = dt.timedelta()) -> dt.datetime | None:
    """The first moment in London of a day, or of one so much later."""
    return None if day is None else dt.datetime.combine(day + later, dt.time(), LONDON)
