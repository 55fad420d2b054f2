"""The local PostgreSQL and Redis, started for real in a folder of the test's own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.tools.processes import ROOT, load_services, wait_until

SERVICES = [sys.executable, str(ROOT / "bin" / "services.py")]
WITHOUT = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
ASK = """
import json, os, sys, psycopg, redis
database = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
server = redis.Redis.from_url(os.environ["REDIS_URL"])
database.execute("CREATE TABLE IF NOT EXISTS visits (at int)")
database.execute("INSERT INTO visits VALUES (1)")
json.dump({
    "role": database.execute("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user").fetchone(),
    "owner": database.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()").fetchone(),
    "version": database.info.server_version // 10000,
    "visits": database.execute("SELECT count(*) FROM visits").fetchone()[0],
    "redis visits": server.incr("visits"),
    "address": os.environ["DATABASE_URL"],
}, sys.stdout)
"""  # noqa: E501


@pytest.fixture
def state():
    # pytest's own folders are closed to the account that PostgreSQL runs as when we are root.
    folder = Path(tempfile.mkdtemp(prefix="portal-services-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def run(state, *command, **environment):
    return subprocess.run(
        [*SERVICES, "run", "--state", str(state), "--for-tests", "--", *command],
        env={**WITHOUT, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_both_servers_run_for_one_command_and_keep_their_data(state):
    first = run(state, sys.executable, "-c", ASK)
    second = run(state, sys.executable, "-c", ASK)

    assert first.returncode == 0, first.stderr
    told = json.loads(first.stdout)
    assert (told["role"], told["owner"], told["version"]) == (["app", False, False], ["app"], 18)
    again = json.loads(second.stdout)
    assert (again["visits"], again["redis visits"]) == (2, 2)
    refused = subprocess.run(
        [sys.executable, "-c", f"import psycopg; psycopg.connect({told['address']!r}, connect_timeout=2)"],
        capture_output=True,
    )
    assert refused.returncode != 0, "PostgreSQL still runs"


def test_the_commands_exit_code_is_passed_on(state):
    assert run(state, sys.executable, "-c", "raise SystemExit(7)").returncode == 7


def test_a_second_start_on_the_same_data_is_refused_in_one_line(state):
    holder = subprocess.Popen(
        [*SERVICES, "hold", "--state", str(state), "--for-tests"], env=WITHOUT, stdout=subprocess.PIPE, text=True
    )
    try:
        told = [holder.stdout.readline(), holder.stdout.readline()]
        second = run(state, "true")
    finally:
        holder.send_signal(signal.SIGTERM)
        holder.wait(30)

    assert [line.partition("=")[0] for line in told] == ["export DATABASE_URL", "export REDIS_URL"]
    assert second.stderr == f"The database in {state} is already running: stop the other one first.\n"
    assert second.returncode == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Only Linux ends children with their parent")
def test_servers_end_with_a_starter_that_is_killed(state):
    holder = subprocess.Popen(
        [*SERVICES, "hold", "--state", str(state), "--for-tests"], env=WITHOUT, stdout=subprocess.PIPE, text=True
    )
    holder.stdout.readline(), holder.stdout.readline()
    holder.kill()
    holder.wait(20)

    def nothing_runs():
        running = subprocess.run(["pgrep", "-f", str(state)], capture_output=True, text=True).stdout.split()
        return not [number for number in running if number != str(os.getpid())]

    wait_until(nothing_runs, seconds=30, what="the servers to end")
    assert run(state, sys.executable, "-c", ASK).returncode == 0


def test_given_addresses_are_used_and_nothing_is_started(state):
    given = {"DATABASE_URL": "postgresql://given/database", "REDIS_URL": "redis://given"}
    show = "import os; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL'])"

    result = run(state, sys.executable, "-c", show, **given)

    assert result.stdout == "postgresql://given/database redis://given\n"
    assert list(state.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root needs another account for PostgreSQL")
def test_data_goes_elsewhere_when_postgresqls_account_cannot_reach_the_folder(state):
    state.chmod(0o700)
    wanted = state / "inside"

    result = run(wanted, sys.executable, "-c", ASK)

    assert result.returncode == 0, result.stderr
    assert not (wanted / "postgres").exists()
    elsewhere = load_services().state_folder(wanted)
    assert (elsewhere / "postgres" / "data").exists()
    assert wanted not in elsewhere.parents
    shutil.rmtree(elsewhere)
