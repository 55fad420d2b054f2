"""The contracts register page by page, however long it is."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, QuerySet, Value

from ..models import Contract, ContractQuerySet, RegisterRowQuerySet, has_passed


class ContractPages:
    """What `ContractQuerySet.passed_last` lists, for a paginator: an index has the keys of a page in their order.

    One query counts and another has the keys, whichever page it is; contracts themselves are read of the page alone.

    :param contracts: with what a page shows of them.
    :param rows: the rows of all that are listed.
    :param is_narrowed: whether filters chose them: these are looked for once, for the count and the page alike.
    """

    def __init__(
        self, contracts: ContractQuerySet, rows: RegisterRowQuerySet, *, is_narrowed: bool, at: dt.datetime
    ) -> None:
        self.contracts, self.rows, self.is_narrowed, self.at = contracts, rows, is_narrowed, at

    @cached_property
    def _parts(self) -> list[tuple[RegisterRowQuerySet, int]]:
        """Those that run and those that have passed, each with their number."""
        passed = has_passed(self.at)
        if not self.is_narrowed:
            counts = self.rows.aggregate(running=Count("pk", filter=~passed), passed=Count("pk", filter=passed))
            return [(self.rows.exclude(passed), counts["running"]), (self.rows.filter(passed), counts["passed"])]
        found = self.rows.aggregate(
            running=ArrayAgg("pk", filter=~passed, default=[]), passed=ArrayAgg("pk", filter=passed, default=[])
        )
        every = self.rows.model.objects.all()
        return [(every.among(keys), len(keys)) for keys in (found["running"], found["passed"])]

    def count(self) -> int:
        return sum(count for _, count in self._parts)

    __len__ = count

    def __getitem__(self, wanted: slice) -> list[Contract]:
        keys = self._keys(*wanted.indices(self.count())[:2])
        found = {row.pk: row for row in self.contracts.filter(pk__in=keys).order_by()}
        return [found[key] for key in keys if key in found]

    def _keys(self, start: int, stop: int) -> list[int]:
        pieces: list[QuerySet[Any, Any]] = []
        for number, (rows, count) in enumerate(self._parts):
            if start < min(stop, count):
                piece = rows.in_order()[start : min(stop, count)]
                pieces.append(piece.annotate(part=Value(number)).values_list("part", "ends", "title", "pk"))
            start, stop = max(start - count, 0), max(stop - count, 0)
        if not pieces:
            return []
        [piece, *others] = pieces
        if others:
            piece = piece.union(*others, all=True).order_by("part", "ends", "title", "pk")
        return [key for *_, key in piece]
