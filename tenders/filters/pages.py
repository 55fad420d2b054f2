"""The contracts register page by page, however long it is."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

from django.db.models import Count

from ..models import Contract, ContractQuerySet, RegisterRow, RegisterRowQuerySet, has_passed


class ContractPages:
    """What `ContractQuerySet.passed_last` lists, for a paginator: an index has the keys of a page in their order.

    Contracts themselves are read of the page alone.

    :param rows: the public contracts that the filters leave.
    """

    def __init__(self, rows: ContractQuerySet, *, is_narrowed: bool, at: dt.datetime) -> None:
        self.rows, self.at = rows, at
        self.keys = RegisterRow.objects.public(at=at)
        if is_narrowed:
            self.keys = self.keys.filter(contract__in=rows.order_by().values("pk"))

    @cached_property
    def _counts(self) -> tuple[int, int]:
        counts = self.keys.aggregate(every=Count("pk"), passed=Count("pk", filter=has_passed(self.at)))
        return counts["every"], counts["passed"]

    def count(self) -> int:
        return self._counts[0]

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, wanted: slice) -> list[Contract]:
        every, passed = self._counts
        start, stop, _ = wanted.indices(every)
        ahead = every - passed
        parts: list[tuple[RegisterRowQuerySet, int, int]] = [
            (self.keys.exclude(has_passed(self.at)), start, min(stop, ahead)),
            (self.keys.filter(has_passed(self.at)), max(start - ahead, 0), stop - ahead),
        ]
        keys = [
            key
            for part, first, end in parts
            if first < end
            for key in part.in_order().values_list("pk", flat=True)[first:end]
        ]
        found = {row.pk: row for row in self.rows.filter(pk__in=keys).order_by()}
        return [found[key] for key in keys if key in found]
