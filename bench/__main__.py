"""Makes a database for each part, runs the part in a process of its own, and drops the database."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
# The search for care comes last: it fills the database it shares with the others.
PARTS = ("lists", "home", "documents", "imports", "alerts", "releases", "opportunities", "care")
NEEDS_FIXTURES = {"home", "documents", "opportunities", "care"}
NO_DATABASE = (
    "Set DATABASE_URL to a PostgreSQL in which your role may create databases, or let this start one: "
    ".venv/bin/python bin/services.py run --state .local/tests -- bin/bench"
)


class CannotMeasure(Exception):
    """Something is missing. The message is one sentence for the person at the terminal."""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="bin/bench", description="Measure the portal's speed. See docs/benchmarks.md."
    )
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"which of {', '.join(PARTS)}; all of them if none is named"
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds: a look, not a figure to write down")
    parser.add_argument("--large", action="store_true", help="care: only how it grows to ten times as many services")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"There is no part called {', '.join(sorted(unknown))}. There are {', '.join(PARTS)}.")
    parts = [part for part in PARTS if part in options.parts or not options.parts]
    if not os.environ.get("DATABASE_URL"):
        print(NO_DATABASE, file=sys.stderr)
        return 1
    print(
        f"{dt.datetime.now(dt.UTC):%-d %B %Y}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    )
    # So that databases are dropped when a time limit ends us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        words = {part: ["--quick"] if options.quick else [] for part in PARTS}
        words["care"] += ["--large"] if options.large else []
        return _measure(parts, words)
    except CannotMeasure as problem:
        print(problem, file=sys.stderr)
        return 1


def _measure(parts: list[str], words: dict[str, list[str]]) -> int:
    failed = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, _database() as empty:
        site = _environment(folder, empty)
        _manage(site, "migrate", "--no-input")
        _manage(site, "collectstatic", "--no-input")
        filled = None
        if NEEDS_FIXTURES & set(parts):
            filled = _database(copy_of=empty)
        if filled is None:
            return _run(parts, site, site, words, failed)
        with filled as address:
            full_site = _environment(folder, address)
            _manage(full_site, "load_fixtures")
            return _run(parts, site, full_site, words, failed)


def _run(
    parts: list[str], site: dict[str, str], full_site: dict[str, str], words: dict[str, list[str]], failed: list[str]
) -> int:
    for part in parts:
        environment = full_site if part in NEEDS_FIXTURES else site
        if subprocess.run([sys.executable, "-m", f"bench.{part}", *words[part]], cwd=ROOT, env=environment).returncode:
            failed.append(part)
    print(f"\nNot as promised: {', '.join(failed)}." if failed else "\nAll as promised.")
    return 1 if failed else 0


def _environment(folder: str, database: str) -> dict[str, str]:
    """The environment of a real site, with files that go with the folder."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "DATABASE_URL": database,
        # Nothing measured needs Redis; without one, jobs are found by their rows.
        "REDIS_URL": os.environ.get("REDIS_URL") or "redis://127.0.0.1:1/0",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "DEBUG": "0",
        "PUBLIC_URL": "http://127.0.0.1",
        "ALLOWED_HOSTS": "127.0.0.1,testserver",
        "STATEMENT_TIMEOUT": "600",
        "EMAIL_URL": "console:",
        "SENTRY_DSN": "",
        "LOG_LEVEL": "ERROR",
        "WEB_CONCURRENCY": "1",
        "WEB_THREADS": "1",
        "MEDIA_ROOT": f"{folder}/media",
        "STATIC_ROOT": f"{folder}/static",
    }


def _manage(environment: dict[str, str], *words: str) -> None:
    result = subprocess.run(
        [sys.executable, "manage.py", *words, "--verbosity", "0"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    if result.returncode:
        last = result.stderr.strip().splitlines()[-1:] or ["it gave no reason"]
        raise CannotMeasure(f"manage.py {words[0]} failed: {last[0]}")


@contextmanager
def _database(copy_of: str = "") -> Iterator[str]:
    """Make a database beside the given one, as a copy of another if named, and drop it in the end."""
    import psycopg
    from psycopg import sql

    name = f"bench_{secrets.token_hex(4)}"
    parts = urlsplit(os.environ["DATABASE_URL"])
    make = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if copy_of:
        make += sql.SQL(" TEMPLATE {}").format(sql.Identifier(urlsplit(copy_of).path.strip("/")))
    try:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(make)
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise CannotMeasure(f"No database can be made with the role of DATABASE_URL: {reason}") from None
    try:
        yield urlunsplit(parts._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


if __name__ == "__main__":
    sys.exit(main())
