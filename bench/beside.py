"""Searches beside their own SQL, and pages beside an empty one: both sides in turn, so that only their ratio counts."""

from __future__ import annotations

import http.client
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bench import home, report

WARM_UP = 10
# What is promised of every search: at most so many times its SQL, and so many queries.
DJANGO_TO_SQL, MOST_QUERIES = 1.25, 3


def over(what: str, found: float, promised: float) -> list[str]:
    return [f"{what} {found:.2f} times; at most {promised} are promised."] if found > promised else []


def searches(
    title: str, questions: Mapping[str, Sequence[Any]], ask: Callable[[str, Any], object], *, rounds: int
) -> tuple[list[str], dict[str, float]]:
    """Time each class through Django and as bare SQL over psycopg; return what is not kept, and the SQL's medians."""
    import psycopg
    from django.conf import settings
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    parameters = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port", "options")
    bare = psycopg.connect(**{name: parameters[name] for name in names if parameters.get(name)}, autocommit=True)
    assert not settings.DEBUG
    table: list[list[object]] = []
    failed: list[str] = []
    plain: dict[str, float] = {}
    for name, asked in questions.items():
        ours: list[float] = []
        sql: list[float] = []
        most = 0
        for query in asked:
            with CaptureQueriesContext(connection) as captured:
                ask(name, query)
            most = max(most, len(captured))
            # What a process learns once is no part of a search.
            with CaptureQueriesContext(connection) as captured:
                ask(name, query)
            again = [one["sql"].encode() for one in captured]
            mine, theirs = [], []
            for number in range(rounds + 1):
                started = time.perf_counter()
                ask(name, query)
                middle = time.perf_counter()
                for statement in again:
                    bare.execute(statement).fetchall()
                if number:
                    mine.append((middle - started) * 1000)
                    theirs.append((time.perf_counter() - middle) * 1000)
            ours.append(statistics.median(mine))
            sql.append(statistics.median(theirs))
        ratio = statistics.median(a / b for a, b in zip(ours, sql, strict=True))
        plain[name] = statistics.median(sql)
        table.append([name, len(asked), most, plain[name], statistics.median(ours), max(ours), ratio])
        failed += over(f"Django, {name}, costs", ratio, DJANGO_TO_SQL)
        if most > MOST_QUERIES:
            failed.append(f"{name}: {most} queries; at most {MOST_QUERIES} are promised.")
    bare.close()
    report.table(title, ["questions", "how many", "queries", "SQL", "search", "slowest", "ratio"], table)
    return failed, plain


def pages(
    paths: Mapping[str, str],
    *,
    rounds: int,
    promised: Callable[[str], float],
    unchanged: float,
    has: Callable[[str, bytes], bool] = lambda path, body: True,
) -> list[str]:
    """Ask the production web server for whole pages in turn with an empty one; return what is not kept.

    :param promised: at most how many times the empty page a page may cost, by its name.
    :param unchanged: the same for an answer that it is not modified.
    :param has: whether a page's body is the one that was meant.
    """
    taken: dict[str, list[float]] = {}
    empty_page = "empty template"
    with home.Server() as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)

        def get(path: str, tag: str = "") -> tuple[int, float, str]:
            started = time.perf_counter()
            connection.request("GET", path, headers={"If-None-Match": tag} if tag else {})
            response = connection.getresponse()
            body = response.read()
            took = (time.perf_counter() - started) * 1000
            if response.status == 200 and not has(path, body):
                sys.exit(f"{path} is not the page that was meant.")
            return response.status, took, response.headers.get("ETag", "")

        for number in range(WARM_UP + rounds):
            for name, path in {empty_page: home.EMPTY, **paths}.items():
                # A further parameter has a tag of its own, so that no page comes from memory.
                fresh = path if name == empty_page else f"{path}{'&' if '?' in path else '?'}fresh={number}"
                status, took, tag = get(fresh)
                if status != 200:
                    sys.exit(f"{fresh} answered {status}.")
                if number >= WARM_UP:
                    taken.setdefault(name, []).append(took)
                if tag and number >= WARM_UP:
                    status, took, _ = get(fresh, tag)
                    # The tag changes with the minute.
                    if status == 304:
                        taken.setdefault(f"{name}, not modified", []).append(took)
    empty = report.median(taken[empty_page])
    ratios = {name: report.median(values) / empty for name, values in taken.items()}
    report.table(
        f"Whole pages beside an empty one, gunicorn with one process (median of {rounds} requests in turn, milliseconds)",
        ["page", "ms", "times the empty page"],
        [[name, report.median(values), ratios[name]] for name, values in taken.items()],
    )
    failed = []
    for name, ratio in ratios.items():
        if name.endswith("not modified"):
            failed += over(f"{name} costs", ratio, unchanged)
        elif name != empty_page:
            failed += over(f"The page “{name}” costs", ratio, promised(name))
    return failed
