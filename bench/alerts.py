"""A run of the alerts: very many saved searches against what has changed, and a mail to each who is found.

The run is a process of its own, as a worker's is, watched from outside. What it found is compared with the slow version,
which asks each search's own list, for a sample of the searches: a difference ends this with an error, however fast.
"""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import random
import re
import subprocess
import sys
import time

import django

SEARCHES, CHANGED, ENTRIES = 100_000, 1_000, 5_000
SAMPLE = 200
MOST_SECONDS, MOST_MB = 300, 500
BATCH = 5_000
SEED = 20261122
WORDS = [f"{first}{second}" for first in ["home", "care", "night", "day", "respite", "meal", "carer", "bath", "supported", "extra"]
         for second in ("", "work", "line", "scheme", "service", "centre", "team", "visit", "plan", "pilot")]  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench alerts")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--run", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    return run() if options.run else measure(SEARCHES // 10 if options.quick else SEARCHES)


def run() -> int:
    """Do one run, as a worker does, and say when each step had ended."""
    from core import clock
    from tenders.alerts import run as alerts

    started, seen = time.perf_counter(), {"last": ""}

    def progress(words: str) -> None:
        step = "written" if "written" in words else "found"
        if step != seen["last"]:
            print(f"{step} {time.perf_counter() - started:.2f}", flush=True)
            seen["last"] = step

    alerts.run(at=clock.now(), progress=progress)
    print(f"ended {time.perf_counter() - started:.2f}", flush=True)
    return 0


def measure(searches: int) -> int:
    from django.db import connection

    from bench import report
    from bench.processes import MemoryOfChildren
    from core import clock
    from core.models import OutgoingMail
    from tenders.alerts import run as alerts
    from tenders.models import AlertItem, AlertNews

    chance = random.Random(SEED)
    print(f"Writing {ENTRIES:,} entries and {searches:,} searches.", flush=True)
    changed = fill(chance, searches)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    alerts.run(at=clock.now())
    change(changed)

    with MemoryOfChildren() as memory:
        output = subprocess.run(
            [sys.executable, "-m", "bench.alerts", "--run"], check=True, capture_output=True, text=True
        ).stdout
    times = {name: float(seconds) for name, seconds in re.findall(r"(\w+) ([\d.]+)", output)}
    total, peak = times["ended"], memory.peak_mb

    report.table(
        f"A run with {searches:,} saved searches against {CHANGED:,} changed entries",
        ["step", "seconds", "how many"],
        [
            ["reading what is new and finding who wants it", times.get("found", 0.0), AlertItem.objects.count()],
            ["writing the mails", total - times.get("found", 0.0), OutgoingMail.objects.count()],
            ["all", total, AlertNews.objects.filter(kind="moved").count()],
            ["peak memory of the process, MB", peak, ""],
        ],
    )
    wrong = compare(chance, searches)
    print(f"\n{min(SAMPLE, searches)} searches compared with their own lists, {wrong} wrong.")
    is_slow = total > MOST_SECONDS or (peak or 0) > MOST_MB
    if is_slow:
        print(f"A run may take {MOST_SECONDS} seconds and {MOST_MB} MB.")
    return 1 if wrong or is_slow else 0


def fill(chance: random.Random, searches: int) -> list[int]:
    """Write the registers and the searches; return the ids of the entries that will change."""
    from django.db import transaction

    from commissioning.models import Coverage, Organisation
    from core import clock
    from core.models import ClientGroup, Place, ServiceType
    from tenders.alerts import questions
    from tenders.models import Opportunity, SavedSearch, Subscriber

    at = clock.now() - dt.timedelta(days=30)
    with transaction.atomic():
        types = []
        for number in range(8):
            parent = ServiceType(slug=f"alerts-type-{number}", name=f"Alerts type {number}")
            parent.save()
            types.append(parent)
            for below in range(4):
                child = ServiceType(
                    slug=f"alerts-type-{number}-{below}", name=f"Alerts type {number} {below}", parent=parent
                )
                child.save()
                types.append(child)
        groups = [ClientGroup(slug=f"alerts-group-{n}", name=f"Alerts group {n}") for n in range(12)]
        councils = [Place(slug=f"alerts-council-{n}", name=f"Council {n}", kind=Place.Kind.COUNCIL) for n in range(150)]
        for row in (*groups, *councils):
            row.save()
        towns = [
            Place(slug=f"alerts-town-{n}", name=f"Town {n}", kind=Place.Kind.TOWN, parent=councils[n // 2])
            for n in range(300)
        ]
        for row in towns:
            row.save()
        buyers = [
            Organisation(slug=f"alerts-buyer-{n}", name=f"Buyer {n}", short_name=f"Buyer {n}", kind="council")
            for n in range(150)
        ]
        Organisation.objects.bulk_create(buyers)
        Coverage.objects.bulk_create(
            Coverage(organisation=buyer, place=council) for buyer, council in zip(buyers, councils, strict=True)
        )
    made: list[Opportunity] = []
    for start in range(0, ENTRIES, 1000):
        with transaction.atomic():
            batch = Opportunity.objects.bulk_create(
                _opportunity(chance, number, buyers, at) for number in range(start, start + 1000)
            )
            for name, among, most in (
                ("types", types, 3),
                ("client_groups", groups, 2),
                ("places", [*councils, *towns], 2),
            ):
                through = getattr(Opportunity, name).through
                column = {"types": "servicetype", "client_groups": "clientgroup", "places": "place"}[name]
                through.objects.bulk_create(
                    through(opportunity_id=row.pk, **{f"{column}_id": one.pk})
                    for row in batch
                    for one in chance.sample(among, chance.randint(0, most))
                )
        made += batch
    for start in range(0, searches, BATCH):
        with transaction.atomic():
            numbers = range(start, min(start + BATCH, searches))
            people = Subscriber.objects.bulk_create(
                Subscriber(email=f"reader-{number}@example.org", created_at=at, confirmed_at=at) for number in numbers
            )
            rows = [
                SavedSearch(
                    subscriber=person, name=f"Search {person.pk}", frequency=1, created_at=at, confirmed_at=at,
                    query=_question(chance, types, groups, [*councils, *towns], buyers),
                )
                for person in people
            ]  # fmt: skip
            for row in rows:
                questions.fill(row)
            SavedSearch.objects.bulk_create(rows)
    return [row.pk for row in chance.sample(made, CHANGED)]


def _opportunity(chance: random.Random, number: int, buyers: list, at: dt.datetime):  # type: ignore[no-untyped-def]
    from tenders.models import Opportunity

    now = at + dt.timedelta(days=30)
    kind = chance.choice(["planned", "planned", "open", "open", "closed", "engaging"])
    facts = {}
    if kind in ("open", "closed"):
        opens_at = now - dt.timedelta(days=chance.randint(1, 60))
        later = dt.timedelta(days=chance.randint(20, 90))
        facts = {"opens_at": opens_at, "closes_at": now + later if kind == "open" else opens_at + dt.timedelta(hours=9)}
    elif kind == "engaging":
        facts = {"engagement_date": "January 2024"}
    return Opportunity(
        organisation=chance.choice(buyers),
        reference=f"alerts-{number}",
        ocid=f"alerts-{number}",
        title=" ".join(chance.sample(WORDS, 4)).capitalize(),
        summary=" ".join(chance.choices(WORDS, k=60)),
        tender_date=f"{chance.choice(['March', 'June', 'October'])} {chance.randint(2031, 2034)}",
        value_to=chance.choice([None, 50_000, 800_000, 9_000_000]),
        is_sme_suitable=chance.choice([None, True, False]),
        route=chance.choice(["open", "flexible", "call_off", "unknown"]),
        published_at=at,
        **facts,
    )


def _question(chance: random.Random, types: list, groups: list, places: list, buyers: list) -> str:
    """One search as people save them: a kind of care and a place most of the time, words often, the rest seldom."""
    from django.http import QueryDict

    from tenders.search import OpportunityQuery

    asked = QueryDict(mutable=True)
    if chance.random() < 0.35:
        words = chance.sample(WORDS, chance.choice([1, 1, 2]))
        # A slip of the finger now and then.
        asked["q"] = " ".join(word[:-1] + "x" if chance.random() < 0.03 else word for word in words)
    if chance.random() < 0.7:
        asked.setlist("type", [one.slug for one in chance.sample(types, chance.choice([1, 1, 2]))])
    if chance.random() < 0.6 or not asked:
        asked.setlist("place", [one.slug for one in chance.sample(places, chance.choice([1, 1, 2, 5]))])
    if chance.random() < 0.25:
        asked["group"] = chance.choice(groups).slug
    if chance.random() < 0.3:
        asked.setlist("stage", chance.choice([["open"], ["planned", "engaging"], ["planned"]]))
    if chance.random() < 0.15:
        asked["value"] = chance.choice(["0", "500k", "5m", "unknown"])
    if chance.random() < 0.1:
        asked["suitable"] = "sme"
    if chance.random() < 0.1:
        asked["buyer"] = chance.choice(buyers).slug
    if chance.random() < 0.05:
        asked["opens_from"] = "2032-01-01"
    return OpportunityQuery.from_querydict(asked).as_query_string()


def change(entries: list[int]) -> None:
    """Move a date of each, as its officers would."""
    from core import clock
    from core.dates import parse
    from tenders.models import DateChange, Opportunity

    at = clock.now()
    owners = dict(Opportunity.objects.filter(pk__in=entries).values_list("pk", "organisation_id"))
    DateChange.objects.bulk_create(
        DateChange(
            opportunity_id=pk,
            organisation_id=owners[pk],
            field="tender_date",
            old=parse("March 2031"),
            new=parse("June 2031"),
            reason="The review of the service takes longer than was thought.",
            changed_at=at,
        )
        for pk in entries
    )


def compare(chance: random.Random, searches: int) -> int:
    """Ask the lists of a sample of searches, one by one, and return how many were told of anything else."""
    from core import clock
    from tenders.models import AlertItem, AlertNews, SavedSearch
    from tenders.search import OpportunityQuery, find_all

    at = clock.now()
    news = dict(AlertNews.objects.filter(kind="moved").values_list("pk", "opportunity_id"))
    keys = list(SavedSearch.objects.order_by("pk").values_list("pk", flat=True))
    wrong, found = 0, 0
    for search in SavedSearch.objects.filter(pk__in=chance.sample(keys, min(SAMPLE, searches))):
        items = AlertItem.objects.filter(subscriber=search.subscriber_id, news__in=list(news))
        told = {news[pk] for pk in items.values_list("news", flat=True)}
        listed = set(find_all(OpportunityQuery.from_query_string(search.query), at=at).ids) & set(news.values())
        wrong += told != listed
        found += len(listed)
    print(f"\nThe sample found {found} changed entries.")
    return wrong


if __name__ == "__main__":
    django.setup()
    logging.disable(logging.WARNING)
    sys.exit(main())
