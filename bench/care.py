"""The search for care over the whole of England, compared with what it is built from and what it replaces.

Every figure is a ratio taken in one run, its sides asked in turn. Ids, totals and counts are compared with a slow
version in plain Python first: a wrong answer ends the run, however fast.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import random
import statistics
import sys
import time
from typing import Any

import django

SIZE, QUICK, LARGE = 60_000, 6_000, 600_000
CHECKED = 4
PLACED = "place, type and rating"
# What is promised, as ratios.
NAIVE_TO_OURS, GROWTH, PAGE, PROFILE, UNCHANGED = 20, 5, 40, 20, 1


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench care")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} services and fewer rounds")
    parser.add_argument("--large", action="store_true", help=f"only how the place search grows to {LARGE:,} services")
    options = parser.parse_args()
    size = QUICK if options.quick else SIZE
    rounds = 3 if options.quick else 5
    fill(size)
    if options.large:
        failed = growth(size, rounds)
    else:
        failed = check(size)
        failed += searches(rounds)[0]
        failed += naive(1)
        beside_engines()
        failed += pages(20 if options.quick else 40)
    for line in failed:
        print(line)
    return 1 if failed else 0


def fill(size: int) -> None:
    from bench import care_load

    started = time.perf_counter()
    digest = care_load.load(size)
    print(f"\n{size:,} services, sha256 {digest}, with their search rows in {time.perf_counter() - started:.0f} s.")
    make_bits()


def make_bits() -> None:
    """Make the bitmaps, as a job does a quarter of an hour after so much has changed."""
    from core import clock
    from providers.search import upkeep

    started = time.perf_counter()
    made = upkeep.make_bits(at=clock.now())
    print(f"Bitmaps of {made:,} services made in {time.perf_counter() - started:.0f} s.")


def growth(size: int, rounds: int) -> list[str]:
    """Ask for care near a place among so many services, and among ten times as many."""
    from bench import beside, care_load, report

    failed, small = searches(rounds, only=PLACED)
    started = time.perf_counter()
    care_load.multiply(LARGE // size)
    print(f"\nTheir search rows {LARGE // size} times over in {time.perf_counter() - started:.0f} s.")
    more, large = searches(rounds, only=PLACED)
    ratio = large[PLACED] / small[PLACED]
    report.table(
        f"Growth from {size:,} to {LARGE:,} services (median milliseconds of the SQL)",
        ["questions", f"{size:,}", f"{LARGE:,}", "ratio"],
        [[PLACED, small[PLACED], large[PLACED], ratio]],
    )
    return [*failed, *more, *beside.over("The place search grows", ratio, GROWTH)]


# --- What is asked ---


def questions() -> dict[str, list[Any]]:
    """The questions of each class, the same in every run."""
    from bench import care_rows
    from core.geography import Kind, Located
    from core.models import Place
    from providers.search import ServiceQuery

    rng = random.Random(99)
    councils = list(Place.objects.filter(kind="council").order_by("slug"))
    common = [word for word in dict.fromkeys(care_rows.COMMON) if len(word) > 5]
    names = [f"{first}{second}".lower() for first in care_rows.FIRST for second in care_rows.SECOND]
    types = ["care-home", "nursing-home", "home-care", "supported-living", "extra-care", "day-opportunities"]

    def place() -> dict[str, Any]:
        number = rng.choices(range(len(care_rows.TOWNS)), [town[3] + 10 for town in care_rows.TOWNS])[0]
        _, latitude, longitude, _, letters = care_rows.TOWNS[number]
        return {
            "near": Located(
                kind=Kind.POSTCODE,
                label="here",
                public_label="here",
                latitude=latitude + rng.gauss(0, 0.03),
                longitude=longitude + rng.gauss(0, 0.05),
                outcode=f"{letters}{rng.randint(1, 9)}",
                council=councils[number],
            ),
            "radius_miles": rng.choice((5, 10, 15)),
        }

    def slip(word: str) -> str:
        at = rng.randrange(1, len(word) - 1)
        return rng.choice((word[:at] + word[at + 1 :], word[:at] + word[at + 1] + word[at] + word[at + 2 :]))

    found: dict[str, list[Any]] = {}
    found["text"] = [
        ServiceQuery(words=(rng.choice(common), " ".join(rng.sample(common, 2)), rng.choice(names))[n % 3])
        for n in range(12)
    ]
    found["typing errors"] = [ServiceQuery(words=slip(rng.choice(names if n % 2 else common))) for n in range(12)]
    found[PLACED] = [
        ServiceQuery(**place(), types=tuple(rng.sample(types, 2)), rating=rng.choice(((), ("good", "outstanding"))))
        for _ in range(16)
    ]
    found["all facets"] = [
        ServiceQuery(
            **(place() if n % 3 == 0 else {"words": rng.choice(common)} if n % 3 == 1 else {}),
            types=tuple(rng.sample(types, 2)) if n % 2 else (),
            rating=("good", "outstanding") if n % 5 == 0 else (),
            has_space=n % 5 == 0,
        )
        for n in range(12)
    ]
    found["deep page"] = [
        ServiceQuery(types=(rng.choice(types[:3]),), page=rng.choice((50, 100, 200)), order="rating") for _ in range(8)
    ]
    return found


def has_facets(name: str) -> bool:
    return name == "all facets"


# --- Right answers ---


def check(size: int) -> list[str]:
    """Compare ids, totals and counts with the slow version, for some questions of each class."""
    from core import clock
    from providers.search import PAGE_SIZE, search
    from tests.tools.slow_search import SlowSearch

    at = clock.now()
    slow = SlowSearch(at=at)
    failed, compared, counted = [], 0, 0
    for name, asked in questions().items():
        for query in asked[:CHECKED]:
            found = search(query, at=at)
            near, home = slow.lists(query, found.corrected)
            right = near[(found.near.number - 1) * PAGE_SIZE :][:PAGE_SIZE]
            is_right = (
                found.near.total == len(near)
                and found.home.total == len(home)
                and found.total == len({one.service for one in (*near, *home)})
                and [(hit.service_id, hit.location_id) for hit in found.near.hits]
                == [(one.service, one.location) for one in right]
                and [hit.service_id for hit in found.home.hits] == [one.service for one in home[:PAGE_SIZE]]
            )
            compared += 1
            if is_right and has_facets(name) and counted < 3 and size <= SIZE:
                counted += 1
                is_right = {key: dict(values) for key, values in found.facets.items()} == slow.facets_at_once(
                    query, found.corrected
                )
            if not is_right:
                failed.append(f"A wrong answer: {name}, {query}")
    print(
        f"{compared} questions compared with the slow version, the counts of every filter for {counted}:"
        f" {len(failed)} wrong."
    )
    return failed


# --- The search beside its own SQL ---


def searches(rounds: int, *, only: str = "") -> tuple[list[str], dict[str, float]]:
    """Time each class, or only one, through Django and as bare SQL over psycopg, in turn."""
    from bench import beside
    from core import clock
    from providers.search import search

    at = clock.now()
    return beside.searches(
        f"The search through Django beside the same SQL through psycopg (milliseconds, medians of {rounds})",
        {name: asked for name, asked in questions().items() if only in ("", name)},
        lambda name, query: search(query, at=at, with_facets=has_facets(name)),
        rounds=rounds,
    )


# --- What it replaces ---


def naive(rounds: int) -> list[str]:
    """Time all facets beside plain joins of the models: one query for each filter, and distinct() everywhere."""
    from bench import report
    from core import clock
    from providers.search import search

    at = clock.now()
    asked = questions()["all facets"][:3]
    table, ratios = [], []
    for number, query in enumerate(asked, 1):
        slow = statistics.median(report.milliseconds(lambda: plain_joins(query, at), rounds=rounds))  # noqa: B023
        fast = statistics.median(report.milliseconds(lambda: search(query, at=at), rounds=rounds + 2))  # noqa: B023
        ratios.append(slow / fast)
        kind = "place" if query.near else "words" if query.words else "filters only"
        table.append([f"{number}, {kind}", slow, fast, slow / fast])
    middle = statistics.median(ratios)
    report.table(
        "All facets beside plain ORM joins (milliseconds)",
        ["question", "plain joins", "search", "times faster"],
        [*table, ["median", None, None, middle]],
    )
    return (
        []
        if middle >= NAIVE_TO_OURS
        else [f"Plain joins cost {middle:.1f} times; at least {NAIVE_TO_OURS} are promised."]
    )


def plain_joins(query: Any, at: dt.datetime) -> None:
    """Find a page, a total and counts as one would without search rows."""
    from django.db.models import Count, F, Q
    from django.db.models.functions import ACos, Cos, Radians, Sin

    from providers.models import Service

    def rows(without: str = "") -> Any:
        found = Service.objects.public(at=at).filter(Q(provider=None) | Q(provider__published_at__lte=at))
        for word in query.words.split():
            either = Q()
            for name in (
                "name",
                "summary",
                "description",
                "provider__name",
                "types__name",
                "locations__town",
                "areas_served__name",
            ):
                either |= Q(**{f"{name}__icontains": word})
            found = found.filter(either)
        if query.near:
            here = math.radians(query.near.latitude)
            there = Radians(F("locations__latitude"))
            across = Cos(Radians(F("locations__longitude") - query.near.longitude))
            miles = ACos(math.sin(here) * Sin(there) + math.cos(here) * Cos(there) * across) * 3958.76
            found = found.annotate(miles=miles).filter(miles__lte=query.radius_miles)
        if query.types and without != "types":
            found = found.filter(types__slug__in=query.types)
        if query.rating and without != "rating":
            found = found.filter(ratings__question="overall", ratings__value__in=query.rating)
        if query.has_space and without != "space":
            found = found.filter(vacancies__available__gt=0, vacancies__expires_at__gt=at)
        return found.distinct()

    rows().count()
    list(rows().order_by("name", "pk").prefetch_related("types", "client_groups", "locations", "ratings", "fees")[:20])
    for path, without in (
        ("types", "types"), ("client_groups", ""), ("locations__place", ""), ("ratings__value", "rating"),
        ("languages", ""), ("takes_self_funders", ""), ("takes_council_funded", ""), ("takes_nhs_funded", ""),
        ("locations__has_step_free_entrance", ""), ("locations__has_lift", ""), ("setting", ""),
    ):  # fmt: skip
        list(rows(without).order_by().values(path).annotate(found=Count("pk", distinct=True)))


def beside_engines() -> None:
    from bench import engines

    engines.measure(questions())


# --- Pages ---


def pages(rounds: int) -> list[str]:
    """Ask the production web server for whole pages in turn with an empty one."""
    from bench import beside

    profile = "profile"
    paths = {
        "near a town, every filter": "/care/?near=LS1&radius=15",
        "near a town, kind and rating": "/care/?near=M4&type=care-home&rating=good",
        "words": "/care/?q=dementia+garden",
        "a kind of care, everywhere": "/care/?type=nursing-home",
        "a council": f"/care/?council={first_council()}",
        "every service, best rating first": "/care/?order=rating",
        "every service": "/care/",
        profile: f"/care/{first_slug()}/",
    }
    return beside.pages(
        paths,
        rounds=rounds,
        promised=lambda name: PROFILE if name == profile else PAGE,
        unchanged=UNCHANGED,
        # A place that is not known would be a quick page.
        has=lambda path, body: "near=" not in path or b">Care near " in body,
    )


def first_council() -> str:
    from core.models import Place

    return str(Place.objects.filter(kind="council").order_by("slug").values_list("slug", flat=True)[0])


def first_slug() -> str:
    from bench import care_rows

    return f"service-{care_rows.FIRST_ID}"


if __name__ == "__main__":
    django.setup()
    sys.exit(main())
