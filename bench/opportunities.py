"""The search for opportunities and the register of contracts, with 100,000 of them nationwide.

Totals and ids are compared with a slow version in plain Python first: a wrong answer ends the run, however fast.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import random
import sys
import time
from collections.abc import Callable
from typing import Any

import django

SIZE, QUICK = 100_000, 10_000
# Of so many, this share are running or past contracts.
CONTRACTS = 0.3
CHECKED_SIZE, CHECKED = 2_000, 3
SEED = 20261122
BATCH = 2_000
# What is promised, as ratios.
PAGE, UNCHANGED = 40, 1
SUBJECTS = (
    "home care", "residential care", "nursing care", "supported living", "extra care housing", "day opportunities",
    "short breaks for carers", "advocacy", "community equipment", "telecare", "reablement", "shared lives",
    "mental health recovery", "drug and alcohol recovery", "children’s homes", "fostering", "domestic abuse support",
    "housing related support", "meals at home", "information and advice",
)  # fmt: skip
FORMS = ("framework", "contract", "dynamic purchasing system", "block contract", "pilot", "grant programme", "service")
WORDS = """support people independence outcomes community dementia learning disability autism older adults children young
families carers hospital discharge prevention wellbeing rural urban lots providers partnership quality social value
workforce localities evening weekend crisis respite complex needs transition preparing adulthood""".split()  # noqa: SIM905 - readable as words


def main() -> int:
    from bench import beside

    parser = argparse.ArgumentParser(prog="python -m bench opportunities")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} and fewer rounds")
    is_quick = parser.parse_args().quick
    size, rounds = (QUICK, 3) if is_quick else (SIZE, 5)
    made = Made()
    made.fill(CHECKED_SIZE)
    make_bits(fewest=1)
    failed = check()
    made.fill(size)
    make_bits()
    failed += searches(rounds)
    failed += beside.pages(
        {
            "every opportunity": "/opportunities/",
            "words": "/opportunities/?q=dementia+support",
            "a kind of care that is open": "/opportunities/?type=home-care&stage=open",
            "a council": f"/opportunities/?place={made.councils[0].slug}",
            "contracts": "/contracts/",
            "contracts for a kind of care": "/contracts/?type=home-care",
            "contracts by words": "/contracts/?q=dementia",
            "contracts that end soon": "/contracts/?ending=12",
            "the last contracts": "/contracts/?page=1000",
            "frameworks": "/frameworks/",
        },
        rounds=20 if is_quick else 40,
        promised=lambda name: PAGE,
        unchanged=UNCHANGED,
    )
    whole_list()
    for line in failed:
        print(line)
    return 1 if failed else 0


def make_bits(*, fewest: int = 5_000) -> None:
    """Make the bitmaps, as a job does a quarter of an hour after so much has changed."""
    from core import clock
    from tenders.search import upkeep

    started = time.perf_counter()
    made = upkeep.make_bits(at=clock.now(), fewest=fewest)
    print(f"Bitmaps of {made:,} opportunities made in {time.perf_counter() - started:.0f} s.")


WHOLE = ("/opportunities/calendar/", *(f"/opportunities.{kind}" for kind in ("atom", "ics", "csv", "json", "xlsx")))


def whole_list() -> None:
    """Ask once for what reads the whole list, narrowed and not: nothing is promised of these."""
    from django.test import Client

    from bench import report

    client = Client()
    table = []
    for path in (*WHOLE, "/contracts.csv", "/contracts.xlsx"):
        for query in ("", "?type=home-care&stage=open" if path in WHOLE else "?type=home-care"):
            started = time.perf_counter()
            response = client.get(path + query)
            size = sum(map(len, response)) if response.streaming else len(response.content)
            table.append([path + query, time.perf_counter() - started, size / 1000])
    report.table("What reads the whole list, once each", ["address", "seconds", "kB"], table)


class Made:
    """Plainly invented opportunities and contracts for every council of England, the same in every run."""

    def __init__(self) -> None:
        from commissioning.models import Organisation
        from core import clock
        from core.models import ClientGroup, Place, ServiceType

        self.rng = random.Random(SEED)
        self.digest = hashlib.sha256()
        self.at = clock.now()
        # Dates are told from this day, so that the data is the same; what is open changes with the days.
        self.today = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)
        self.types = list(ServiceType.objects.order_by("slug"))
        self.groups = list(ClientGroup.objects.order_by("slug"))
        self.councils = list(Place.objects.filter(kind="council").order_by("slug"))
        self.buyers = Organisation.objects.bulk_create(
            Organisation(
                slug=f"buyer-{n}", name=f"{place.name}, buyer", short_name=place.name, kind=Organisation.Kind.COUNCIL
            )
            for n, place in enumerate(self.councils)
        )
        self.done = 0

    def fill(self, size: int) -> None:
        """Add rows until there are so many."""
        from django.db import connection, transaction

        started = time.perf_counter()
        while self.done < size:
            count = min(BATCH, size - self.done)
            with transaction.atomic():
                self._batch(self.done, self.done + count)
            self.done += count
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        print(
            f"\n{size:,} opportunities and contracts, sha256 {self.digest.hexdigest()}, with their search rows in"
            f" {time.perf_counter() - started:.0f} s."
        )

    def _batch(self, start: int, stop: int) -> None:
        from tenders.models import Contract, Opportunity

        opportunities: list[Any] = []
        contracts: list[Any] = []
        for number in range(start, stop):
            if self.rng.random() < CONTRACTS:
                contracts.append(self._contract(number))
            else:
                opportunities.append(self._opportunity(number))
        self.digest.update(repr([vars_of(row) for row in (*opportunities, *contracts)]).encode())
        for model, rows in ((Opportunity, opportunities), (Contract, contracts)):
            model.objects.bulk_create(rows)
            self._link(
                model.types, rows, lambda row: self._near(self.types, len(row.title) * 7 + row.organisation_id % 5, 4)
            )
            self._link(model.client_groups, rows, lambda row: self._near(self.groups, len(row.title), 3))
            self._link(model.places, rows, lambda row: self._near(self.councils, row.organisation_id, 8))

    def _near(self, others: list[Any], number: int, seldom: int) -> list[Any]:
        """One of the others, and seldom its neighbour too: who buys for two kinds or two councils buys for related ones."""
        found = [others[number % len(others)]]
        if not self.rng.randrange(seldom):
            found.append(others[(number + 1) % len(others)])
        return found

    def _shared(self, number: int) -> dict[str, Any]:
        from core.models import LifeStage
        from tenders.models import Regime

        rng = self.rng
        buyer = self.buyers[rng.randrange(len(self.buyers))]
        subject = rng.choice(SUBJECTS)
        return {
            "organisation": buyer,
            "title": f"{subject.capitalize()} {rng.choice(FORMS)} {number}",
            "summary": f"{subject.capitalize()}: {' '.join(rng.choices(WORDS, k=rng.randint(12, 40)))}.",
            "life_stage": rng.choice(("", *LifeStage.values)),
            "regime": rng.choice(Regime.values),
            "published_at": self.today - dt.timedelta(days=rng.randint(1, 900)),
        }

    def _opportunity(self, number: int) -> Any:
        from tenders.models import Opportunity, Route

        rng = self.rng
        starts = self.today + dt.timedelta(days=rng.randint(-700, 700))
        values: dict[str, Any] = {}
        drawn = rng.random()
        if drawn < 0.45:
            values["tender_date"] = f"{starts:%B %Y}" if drawn < 0.3 else f"{starts:%Y}"
        else:
            values |= {"opens_at": starts, "closes_at": starts + dt.timedelta(days=rng.randint(14, 90))}
            if starts < self.today - dt.timedelta(days=150):
                values["awarded_at"] = starts + dt.timedelta(days=140)
        if rng.random() < 0.6:
            low = rng.choice((40_000, 150_000, 600_000, 2_000_000, 9_000_000, 45_000_000))
            values |= {"value_from": low, "value_to": low * rng.choice((1, 2))}
        return Opportunity(
            reference=f"made-{number}",
            ocid=f"ocds-made-{number}",
            route=rng.choice(Route.values),
            is_sme_suitable=rng.choice((True, False, None)),
            is_vcse_suitable=rng.choice((True, None)),
            **self._shared(number),
            **values,
        )

    def _contract(self, number: int) -> Any:
        from tenders.models import Contract

        rng = self.rng
        starts = self.today + dt.timedelta(days=rng.randint(-2000, 100))
        return Contract(
            reference=f"made-{number}",
            starts=f"{starts.day} {starts:%B %Y}",
            ends=f"{starts + dt.timedelta(days=365 * rng.randint(1, 7)):%B %Y}",
            value_amount=rng.choice((None, 90_000, 450_000, 3_200_000)),
            **self._shared(number),
        )

    def _link(self, relation: Any, rows: list[Any], chosen: Callable[[Any], list[Any]]) -> None:
        field = relation.field
        here, there = f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"
        relation.through.objects.bulk_create(
            relation.through(**{here: row.pk, there: other.pk}) for row in rows for other in chosen(row)
        )


def vars_of(row: Any) -> list[str]:
    """What a row holds, without what differs from run to run."""
    return [f"{name}={value}" for name, value in sorted(vars(row).items()) if name not in {"_state", "id", "uuid"}]


def questions() -> dict[str, list[Any]]:
    """The questions of each class, the same in every run."""
    from core.models import Place, ServiceType
    from tenders.search import OpportunityQuery, Order

    rng = random.Random(99)
    types = list(ServiceType.objects.order_by("slug").values_list("slug", flat=True))
    councils = list(Place.objects.filter(kind="council").order_by("slug").values_list("slug", flat=True))
    words = [word for subject in SUBJECTS for word in subject.split() if len(word) > 5 and word.isascii()]
    return {
        "words": [OpportunityQuery(words=" ".join(rng.sample(words, 1 + n % 2))) for n in range(8)],
        "typing errors": [OpportunityQuery(words=word[:2] + word[3:]) for word in rng.sample(words, 8)],
        "council, type and stage": [
            OpportunityQuery(
                places=(rng.choice(councils),),
                types=tuple(rng.sample(types, 2)),
                stages=rng.choice(((), ("open",), ("planned", "open"))),
            )
            for n in range(12)
        ],
        FACETS: [
            OpportunityQuery(
                types=(rng.choice(types),) if n % 2 else (), stages=("planned", "open") if n % 4 < 2 else ()
            )
            for n in range(8)
        ],
        "deep page": [OpportunityQuery(order=Order.NEWEST, page=rng.choice((50, 200, 1000))) for n in range(6)],
    }


FACETS = "every filter counted"


def check() -> list[str]:
    """Compare the whole list of some questions of each class with the slow version."""
    from core import clock
    from tenders.search import find_all, search
    from tests.tools.slow_opportunities import SlowOpportunities

    at = clock.now()
    slow, compared, failed = SlowOpportunities(at), 0, []
    for name, asked in questions().items():
        for query in asked[:CHECKED]:
            if name == "typing errors":
                continue
            right = slow.ids(query)
            compared += 1
            if list(find_all(query, at=at).ids) != right or search(query, at=at).total != len(right):
                failed.append(f"A wrong answer: {name}, {query}")
    print(f"{compared} questions compared with the slow version: {len(failed)} wrong.")
    return failed


def searches(rounds: int) -> list[str]:
    from bench import beside
    from core import clock
    from tenders.search import search

    at = clock.now()
    failed, _ = beside.searches(
        f"The search for opportunities through Django beside the same SQL through psycopg (milliseconds, medians of {rounds})",
        questions(),
        lambda name, query: search(query, at=at, with_facets=name == FACETS),
        rounds=rounds,
    )
    return failed


if __name__ == "__main__":
    django.setup()
    sys.exit(main())
