"""Every public list page with 10 and with 10,000 rows: the number of queries must be the same."""

from __future__ import annotations

import argparse
import logging
import sys

import django

FEW, MANY = 10, 10_000
TRANSACTION_WORDS = {"BEGIN", "COMMIT"}


def main() -> int:
    from django.db import connection, transaction
    from django.test import Client

    from bench import report, rows

    parser = argparse.ArgumentParser(prog="python -m bench lists")
    parser.add_argument("--quick", action="store_true")
    rounds = 5 if parser.parse_args().quick else 25
    client = Client()
    if unmeasured := lists_of_the_site() - set(rows.LISTS):
        print(f"These lists are not measured; give them rows in bench/rows.py: {', '.join(sorted(unmeasured))}.")
        return 1

    with transaction.atomic():
        ground = rows.Ground()
    figures: dict[str, list[tuple[int, float]]] = {name: [] for name in rows.LISTS}
    start = 0
    for stop in (FEW, MANY):
        for fill in rows.LISTS.values():
            with transaction.atomic():
                fill(ground, start, stop)
        start = stop
        with connection.cursor() as cursor:
            # As the database does by itself after a while.
            cursor.execute("ANALYZE")
        for name, found in figures.items():
            found.append(measure(client, name, rounds))

    table = []
    for name, ((few_queries, few), (many_queries, many)) in figures.items():
        table.append([address(name), few_queries, many_queries, few, many, many / few])
    report.table(
        f"List pages with {FEW} and with {MANY:,} rows (median of {rounds} requests, milliseconds)",
        ["page", f"queries, {FEW}", f"queries, {MANY:,}", f"ms, {FEW}", f"ms, {MANY:,}", "ratio"],
        table,
    )
    grown = [str(row[0]) for row in table if row[1] != row[2]]
    if grown:
        print(f"\nThe number of queries changes with the rows: {', '.join(grown)}.")
    return 1 if grown else 0


def address(name: str) -> str:
    from django.urls import reverse

    return reverse(name)


def measure(client, name: str, rounds: int) -> tuple[int, float]:
    """Return a list page's number of queries and its median time."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from bench import report

    url = address(name)
    for _ in range(3):
        assert client.get(url).status_code == 200, url
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    queries = [query for query in captured if query["sql"] not in TRANSACTION_WORDS]
    return len(queries), report.median(report.milliseconds(lambda: client.get(url), rounds=rounds))


def lists_of_the_site() -> set[str]:
    """Every public address without parameters whose page is cut into pages: a new list cannot be forgotten."""
    from django.test import Client
    from django.test.utils import setup_test_environment, teardown_test_environment
    from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

    names: list[str] = []

    def walk(patterns, spaces: tuple[str, ...]) -> None:
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                if pattern.name:
                    names.append(":".join([*spaces, pattern.name]))
            elif pattern.app_name != "admin":
                walk(pattern.url_patterns, (*spaces, pattern.namespace) if pattern.namespace else spaces)

    walk(get_resolver().url_patterns, ())
    found = set()
    # Pages that need more than a database may say so; they are no lists.
    logging.disable(logging.CRITICAL)
    setup_test_environment()
    try:
        client = Client()
        for name in names:
            try:
                response = client.get(reverse(name))
            except NoReverseMatch:
                continue
            if response.status_code == 200 and response.context and "page" in response.context:
                found.add(name)
    finally:
        teardown_test_environment()
        logging.disable(logging.NOTSET)
    return found


if __name__ == "__main__":
    django.setup()
    sys.exit(main())
