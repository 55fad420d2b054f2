"""The home page with the real documents, beside a page of an empty template on the same server process."""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
HOME, EMPTY = "/", "/bench/empty/"
PROMISED_RATIO = 3
MADE_ANEW = "home, made anew (once a minute)"
WARM_UP = 20


def main() -> int:
    from bench import report

    parser = argparse.ArgumentParser(prog="python -m bench home")
    rounds = 60 if parser.parse_known_args()[1] == ["--quick"] else 400
    with Server() as server:
        asked = server.ask(rounds)
    in_process = ask_in_process(rounds)
    rows = []
    for where, found in (("gunicorn, one process", asked), ("test client", in_process)):
        middle = {name: report.median(values) for name, values in found.items()}
        rows += [[f"{where}: {name}", value, value / middle["empty template"]] for name, value in middle.items()]
    report.table(
        f"Home page beside an empty template (median of {rounds} requests in turn, milliseconds)",
        ["answer", "ms", "times the empty page"],
        rows,
    )
    print(f"\nQueries of the home page: {queries()}; of a 304: {queries(unchanged=True)}.")
    # Over the server, as visitors meet it; without one the same figures are nearly all the database's round trip.
    worst = report.median(asked["home"]) / report.median(asked["empty template"])
    if worst > PROMISED_RATIO:
        print(f"The home page costs {worst:.1f} times the empty page; at most {PROMISED_RATIO} are promised.")
    return 1 if worst > PROMISED_RATIO else 0


class Server:
    """The production web server with one process and one thread, on a free port of this machine."""

    def __enter__(self) -> Server:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn",
                "--bind", f"127.0.0.1:{self.port}", "--access-logfile", "/dev/null", "config.wsgi",
            ],
            cwd=ROOT,
            env=os.environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                if self.process.poll() is not None or time.monotonic() > until:
                    self.__exit__()
                    sys.exit("The web server did not start.")
                time.sleep(0.1)

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def ask(self, rounds: int) -> dict[str, list[float]]:
        """Ask for each page in turn over one connection, and return the times in milliseconds."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        tag = ""

        def get(path: str, headers: dict[str, str] | None = None) -> tuple[int, float]:
            nonlocal tag
            started = time.perf_counter()
            connection.request("GET", path, headers=headers or {})
            response = connection.getresponse()
            response.read()
            took = (time.perf_counter() - started) * 1000
            tag = response.headers.get("ETag", tag)
            return response.status, took

        return _in_turn(get, lambda: tag, rounds)


def ask_in_process(rounds: int) -> dict[str, list[float]]:
    """Ask for each page in turn without a network."""
    from django.test import Client

    client = Client()
    tag = ""

    def get(path: str, headers: dict[str, str] | None = None) -> tuple[int, float]:
        nonlocal tag
        started = time.perf_counter()
        response = client.get(path, headers=headers)
        took = (time.perf_counter() - started) * 1000
        tag = response.headers.get("ETag", tag)
        return response.status_code, took

    return _in_turn(get, lambda: tag, rounds)


def _in_turn(get, tag, rounds: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {"empty template": [], "home": [], "home, not modified": [], MADE_ANEW: []}
    for number in range(WARM_UP + rounds):
        for name, path, conditional in (
            ("empty template", EMPTY, False),
            ("home", HOME, False),
            ("home, not modified", HOME, True),
        ):
            status, took = get(path, {"If-None-Match": tag()} if conditional else None)
            # The tag changes with the minute, and then the whole page is due.
            if conditional and status == 200:
                continue
            if status != (304 if conditional else 200):
                sys.exit(f"{path} answered {status}.")
            if number >= WARM_UP:
                found[name].append(took)
        if number % 8 == 0:
            # An address nobody asked for before has a tag of its own.
            found[MADE_ANEW].append(get(f"{HOME}?n={number}", None)[1])
    return found


def queries(*, unchanged: bool = False) -> int:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from bench.lists import TRANSACTION_WORDS

    client = Client()
    headers = {"If-None-Match": client.get(HOME).headers["ETag"]} if unchanged else {}
    with CaptureQueriesContext(connection) as captured:
        client.get(HOME, headers=headers)
    return len([query for query in captured if query["sql"] not in TRANSACTION_WORDS])


if __name__ == "__main__":
    django.setup()
    sys.exit(main())
