"""What the jobs' names mean."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.conf import settings
from django.utils.module_loading import autodiscover_modules

F = TypeVar("F", bound=Callable[..., object])

PAUSES = (10, 60)  # seconds before the second and the third attempt


class UnknownJob(LookupError):
    """No app's ``tasks.py`` has work of this name."""


@dataclass(frozen=True)
class Work:
    """What a job's name means."""

    name: str
    function: Callable[..., object]
    attempts: int
    pauses: tuple[int, ...]
    is_nightly: bool
    wants_job: bool
    every: dt.timedelta | None = None

    def pause(self, attempt: int) -> dt.timedelta:
        """Return how long to wait after this attempt has failed."""
        return dt.timedelta(seconds=self.pauses[min(attempt, len(self.pauses)) - 1])


_works: dict[str, Work] = {}


def job(
    name: str,
    *,
    attempts: int = 3,
    pauses: tuple[int, ...] | None = None,
    nightly: bool = False,
    every: dt.timedelta | None = None,
) -> Callable[[F], F]:
    """Register what a job's name means. The function takes ids by keyword and, if it wants, ``job``.

    :param attempts: how often it is tried before it fails.
    :param pauses: seconds to wait after each attempt; the last one holds for all that follow.
    :param nightly: whether it is queued by itself once a night; it then takes no ids.
    :param every: queued by itself so often, unless the one before still waits or runs; it then takes no ids.
    """

    def register(function: F) -> F:
        if name in _works:
            raise ValueError(f"Two jobs are called {name}.")
        wants_job = "job" in inspect.signature(function).parameters
        chosen = pauses or tuple(getattr(settings, "JOB_PAUSES", PAUSES))
        _works[name] = Work(name, function, attempts, chosen, nightly, wants_job, every)
        return function

    return register


def all_works() -> dict[str, Work]:
    """Return every job of every app, by name."""
    autodiscover_modules("tasks")
    return dict(_works)


def find(name: str) -> Work:
    """Return the work of this name.

    :raises UnknownJob: if there is none.
    """
    try:
        return _works[name] if name in _works else all_works()[name]
    except KeyError:
        raise UnknownJob(f"There is no job called {name}.") from None
