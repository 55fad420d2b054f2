"""The contracts register page by page, however long it is."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

from ..models import Contract, ContractQuerySet, RegisterRow, RegisterRowQuerySet, has_passed


class ContractPages:
    """What `ContractQuerySet.passed_last` lists, for a paginator: an index has the keys of a page in their order.

    Contracts themselves are read of the page alone.

    :param rows: the public contracts that the filters leave.
    """

    def __init__(self, rows: ContractQuerySet, *, is_narrowed: bool, at: dt.datetime) -> None:
        self.rows, self.is_narrowed = rows, is_narrowed
        keys = RegisterRow.objects.public(at=at)
        if is_narrowed:
            keys = keys.filter(contract__in=rows.order_by().values("pk"))
        self.running, self.passed = keys.exclude(has_passed(at)), keys.filter(has_passed(at))
        self.keys = keys

    @cached_property
    def _count(self) -> int:
        return self.rows.order_by().count() if self.is_narrowed else self.keys.count()

    def count(self) -> int:
        return self._count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, wanted: slice) -> list[Contract]:
        start, stop, _ = wanted.indices(self._count)
        keys = _keys(self.running, start, stop)
        if len(keys) < stop - start:
            ahead = start + len(keys) if keys else self.running.count()
            keys += _keys(self.passed, max(start - ahead, 0), stop - ahead)
        found = {row.pk: row for row in self.rows.filter(pk__in=keys).order_by()}
        return [found[key] for key in keys if key in found]


def _keys(rows: RegisterRowQuerySet, start: int, stop: int) -> list[int]:
    return list(rows.in_order().values_list("pk", flat=True)[start:stop])
