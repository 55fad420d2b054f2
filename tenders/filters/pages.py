"""The contracts register page by page, however long it is."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

from ..models import Contract, ContractQuerySet, RegisterRow, RegisterRowQuerySet, has_passed


class ContractPages:
    """What `ContractQuerySet.passed_last` lists, for a paginator: an index has the keys of a page in their order.

    Contracts themselves are read of the page alone.

    :param every: the public contracts.
    :param narrowed: those that the filters leave; None where none is in use.
    """

    def __init__(self, every: ContractQuerySet, *, narrowed: ContractQuerySet | None, at: dt.datetime) -> None:
        self.every, self.narrowed, self.at = every, narrowed, at

    @cached_property
    def _matched(self) -> list[int] | None:
        # Words and dates are looked for once, for the count and the page alike.
        return None if self.narrowed is None else list(self.narrowed.order_by().values_list("pk", flat=True))

    @cached_property
    def _keys(self) -> RegisterRowQuerySet:
        keys = RegisterRow.objects.public(at=self.at)
        return keys if self._matched is None else keys.among(self._matched)

    @cached_property
    def _count(self) -> int:
        return self._keys.count() if self._matched is None else len(self._matched)

    def count(self) -> int:
        return self._count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, wanted: slice) -> list[Contract]:
        start, stop, _ = wanted.indices(self._count)
        running, passed = self._keys.exclude(has_passed(self.at)), self._keys.filter(has_passed(self.at))
        # To count those that run takes less than to pass by them all.
        ahead = running.count() if start else None
        keys = _in_order(running, start, stop) if ahead is None or start < ahead else []
        if len(keys) < stop - start:
            ahead = len(keys) if ahead is None else ahead
            keys += _in_order(passed, max(start - ahead, 0), stop - ahead)
        found = {row.pk: row for row in self.every.filter(pk__in=keys).order_by()}
        return [found[key] for key in keys if key in found]


def _in_order(rows: RegisterRowQuerySet, start: int, stop: int) -> list[int]:
    return list(rows.in_order().values_list("pk", flat=True)[start:stop])
