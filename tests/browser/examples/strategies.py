"""The pages of strategies and their editions."""

import datetime as dt

from django.urls import reverse

from tests.browser.examples.visits import Examples, at, lost, register, three
from tests.browser.rows.strategies import full_strategy
from tests.factories import NOON
from tests.factories.strategies import StrategyFactory


def _strategy_full(press):
    strategy = full_strategy()
    press.edition(strategy, published_at=NOON)
    return at("strategies:strategy", strategy.slug)


def _of_strategy(name, *, with_edition=False):
    def full(press):
        strategy = full_strategy()
        if with_edition:
            press.edition(strategy, published_at=NOON)
        return at(name, strategy.slug)

    return Examples(
        full=full,
        empty=lambda press: at(name, StrategyFactory().slug),
        error=lost(reverse(name, args=["nothing-of-the-kind"])),
    )


def _edition(name, *, is_page=True):
    def full(press):
        edition = press.edition(full_strategy(), published_at=NOON)
        return at(name, edition.strategy.slug, edition.number, is_page=is_page)

    def empty(press):
        # Composed but not published: for the public there is nothing.
        edition = press.edition(full_strategy())
        return at(name, edition.strategy.slug, edition.number, status=404)

    def error(press):
        return at(name, StrategyFactory().slug, 99999999999, status=404)

    return Examples(full=full, empty=empty, error=error)


def _latest():
    def full(press):
        edition = press.edition(full_strategy(), published_at=NOON)
        return at("strategies:latest_edition", edition.strategy.slug)

    def empty(press):
        return at("strategies:latest_edition", StrategyFactory().slug, status=404)

    return Examples(full=full, empty=empty, error=lost("/strategies/nothing-of-the-kind/editions/latest/"))


EXAMPLES = {
    "strategies:list": register("strategies:list", three(full_strategy)),
    "strategies:strategy": Examples(
        full=_strategy_full,
        empty=lambda press: at("strategies:strategy", StrategyFactory().slug),
        error=lambda press: at(
            "strategies:strategy",
            StrategyFactory(published_at=NOON + dt.timedelta(days=9999)).slug,
            status=404,
        ),
    ),
    "strategies:delivery_plan": _of_strategy("strategies:delivery_plan"),
    "strategies:editions": _of_strategy("strategies:editions", with_edition=True),
    "strategies:latest_edition": _latest(),
    "strategies:edition": _edition("strategies:edition"),
    "strategies:standard_pdf": _edition("strategies:standard_pdf", is_page=False),
    "strategies:large_print_pdf": _edition("strategies:large_print_pdf", is_page=False),
}
