"""The import of the CQC's care directory: what reading costs, what each table costs beside a bare COPY, and memory.

A bare COPY takes the same rows into an empty copy of the table, with its indexes, constraints and foreign keys. Where the
tables are compared, the triggers that keep the search rows and the dates of change are off; what they add stands apart.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import django

ROWS, FEW_ROWS = 60_000, 6_000
MOST_CHANGED, MOST_UNCHANGED, MOST_MB = 1.7, 1.0, 200
# Each step of an import and the table it writes.
TABLES = {
    "providers": "providers_provider",
    "locations": "providers_location",
    "services": "providers_service",
    "service_types": "providers_service_types",
    "service_client_groups": "providers_service_client_groups",
    "service_locations": "providers_service_locations",
    "registrations": "providers_cqcregistration",
    "ratings": "providers_rating",
}
SHARED = ("staging", "match")
AT = dt.datetime(2026, 11, 18, 12, 0, tzinfo=dt.UTC)
ROUNDS = 3
PIECE = 1024 * 1024


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench imports")
    parser.add_argument("--quick", action="store_true")
    count = FEW_ROWS if parser.parse_args().quick else ROWS
    with tempfile.TemporaryDirectory(prefix="bench-imports-") as folder:
        return measure(Path(folder), count)


def measure(folder: Path, count: int) -> int:
    from bench import report

    fill_taxonomy()
    first, changed = made(folder, "csv", count, 0), made(folder, "csv", count, 1)
    reading = [["csv", *read(changed)]]
    reading += [[suffix, *read(made(folder, suffix, count, 1))] for suffix in ("ods", "xlsx")]
    report.table(
        f"Reading and checking a care directory of {count:,} rows",
        ["format", "MB on disk", "seconds", "rows a second"],
        reading,
    )

    switch_triggers("DISABLE")
    new, again, other = brought(first), brought(first), brought(changed)
    bare = {name: bare_copy(table) for name, table in TABLES.items()}
    audit = bare_copy("core_auditevent")
    switch_triggers("ENABLE")
    rows, failed = compared(bare, new, other, again)
    rows.append(["the trail", audit[0], audit[1], None, other["audit"] / audit[1], None])
    report.table(
        "From checked rows to each table, beside a bare COPY of the same rows",
        ["table", "rows", "bare COPY, s", "all new", "all changed", "unchanged"],
        rows,
    )

    table = []
    for what, path in (
        ("unchanged, .csv", made(folder, "csv", count, 1)),
        ("unchanged, .ods", made(folder, "ods", count, 1)),
        ("unchanged, .xlsx", made(folder, "xlsx", count, 1)),
        ("all changed, .csv", made(folder, "csv", count, 2)),
    ):
        seconds, peak = commanded(path)
        table.append([what, seconds, round(peak) if peak else None])
        if peak and peak > MOST_MB:
            failed.append(f"memory ({what})")
    report.table("The whole command, triggers and all", ["file", "seconds", "peak memory, MB"], table)
    if failed:
        print(f"\nOver the limit: {', '.join(failed)}.")
    return 1 if failed else 0


def fill_taxonomy() -> None:
    from core.models import ClientGroup, Place, ServiceType
    from providers.cqc.layout import SERVICE_TYPES, USER_BANDS
    from tests.tools.cqc_files import TOWNS

    for slug in sorted(set(SERVICE_TYPES.values()) - {""}):
        ServiceType(slug=slug, name=slug).save()
    for slug in sorted({slug for slugs in USER_BANDS.values() for slug in slugs}):
        ClientGroup(slug=slug, name=slug).save()
    for _, council, *_ in TOWNS:
        Place(slug=council.lower().replace(" ", "-"), name=council, kind=Place.Kind.COUNCIL).save()


def made(folder: Path, suffix: str, count: int, edition: int) -> Path:
    """Write a file once, in a process of its own, so that its making takes none of our memory."""
    path = folder / f"{edition + 1:02d}_October_2026_HSCA_Active_Locations.{suffix}"
    if not path.exists():
        words = [sys.executable, "-m", "tests.tools.cqc_files", str(path), str(count), str(edition)]
        subprocess.run(words, check=True)
    return path


def read(path: Path) -> list[float]:
    from providers.cqc.reading import read_file
    from providers.cqc.records import Taxonomy

    started = time.perf_counter()
    with read_file(path, today=AT.date(), taxonomy=Taxonomy.load()) as checked:
        seconds = time.perf_counter() - started
        return [path.stat().st_size / 1e6, seconds, round(checked.rows / seconds)]


def brought(path: Path) -> dict[str, float]:
    """Import a file and return the seconds of each step. Foreign keys are looked at step by step, as COPY's are."""
    from django.db import connection, transaction

    from providers.services.cqc import import_cqc

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        found = import_cqc(path=path, by=None, at=AT)
    with connection.cursor() as cursor:
        # As the database does by itself after a while.
        cursor.execute("VACUUM ANALYZE")
    return found.seconds


def bare_copy(table: str) -> tuple[int, float]:
    """Return how many rows a table has, and the seconds a COPY of them into an empty copy of it takes."""
    from django.db import connection, transaction

    from bench import report

    copy_of = f"bench_{table}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {copy_of} (LIKE {table} INCLUDING ALL)")
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass",
            [table],
        )
        for (definition,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {copy_of} ADD {definition}")
        with cursor.copy(f"COPY (SELECT * FROM {table} ORDER BY id) TO STDOUT") as out:
            content = b"".join(bytes(piece) for piece in out)
        seconds = []
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for _ in range(ROUNDS):
            cursor.execute(f"TRUNCATE {copy_of}")
            started = time.perf_counter()
            with cursor.copy(f"COPY {copy_of} FROM STDIN") as into:
                for start in range(0, len(content), PIECE):
                    into.write(content[start : start + PIECE])
            seconds.append(time.perf_counter() - started)
        cursor.execute(f"SELECT count(*) FROM {copy_of}")
        count = cursor.fetchone()[0]
        transaction.set_rollback(True)
    return count, report.median(seconds)


def compared(
    bare: dict[str, tuple[int, float]],
    new: dict[str, float],
    other: dict[str, float],
    again: dict[str, float],
) -> tuple[list[list[object]], list[str]]:
    """Return the table's rows and what is over the limit. What all tables share is told to them as COPY's time is."""
    whole = sum(seconds for _, seconds in bare.values())

    def ratio(steps: dict[str, float], name: str) -> float:
        shared = sum(steps.get(step, 0.0) for step in SHARED) * bare[name][1] / whole
        return (steps.get(name, 0.0) + shared) / bare[name][1]

    rows: list[list[object]] = []
    failed = []
    for name, (count, seconds) in bare.items():
        row = [ratio(steps, name) for steps in (new, other, again)]
        rows.append([name.replace("_", " "), count, seconds, *row])
        if row[1] > MOST_CHANGED or row[2] > MOST_UNCHANGED:
            failed.append(name.replace("_", " "))
    sums = [sum(steps.get(name, 0.0) for name in (*TABLES, *SHARED)) / whole for steps in (new, other, again)]
    rows.append(["all tables", sum(count for count, _ in bare.values()), whole, *sums])
    return rows, failed


def switch_triggers(word: str) -> None:
    """Turn our own triggers off or on. Foreign keys are PostgreSQL's, and stay."""
    from django.db import connection

    with connection.cursor() as cursor:
        for table in TABLES.values():
            cursor.execute(f"ALTER TABLE {table} {word} TRIGGER USER")


def commanded(path: Path) -> tuple[float, float | None]:
    """Run the command on a file, and return its seconds and the most memory it took."""
    from bench.processes import MemoryOfChildren

    started = time.perf_counter()
    with MemoryOfChildren() as memory:
        subprocess.run(
            [sys.executable, "manage.py", "import_cqc", str(path), "--verbosity", "0"], check=True, env=dict(os.environ)
        )
    return time.perf_counter() - started, memory.peak_mb


if __name__ == "__main__":
    django.setup()
    sys.exit(main())
