"""The running demo: its database and Redis, the web server, the worker and beat, until Ctrl-C. bin/demo starts this."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from services import CannotStart, die_with_parent, services, state_folder

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
STOP_SECONDS = 25
# More than the demo's own councils and their neighbours have.
NATIONAL_POSTCODES = 1_000_000


class Demo:
    """One run of the demo."""

    def __init__(self, state: Path, port: int, addresses: dict[str, str], *, national: bool = False) -> None:
        self.state = state
        self.national = national
        self.port = port
        self.address = f"http://127.0.0.1:{port}"
        self.sign_ins = state / "demo-sign-ins.txt"
        self.logs = state / "logs"
        self.processes: list[tuple[str, subprocess.Popen[bytes]]] = []
        self.environment = {
            **os.environ,
            **addresses,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DEBUG": "0",
            "SECRET_KEY": _secret_key(state),
            "PUBLIC_URL": os.environ.get("PUBLIC_URL") or self.address,
            "ALLOWED_HOSTS": os.environ.get("ALLOWED_HOSTS") or "localhost,127.0.0.1",
            "PORT": str(port),
            "MEDIA_ROOT": os.environ.get("MEDIA_ROOT") or str(state / "media"),
            "STATIC_ROOT": str(state / "static"),
            "EMAIL_URL": os.environ.get("EMAIL_URL") or f"file://{state / 'mail'}",
        }

    def manage(self, *words: str, output: int | None = None) -> int:
        """Run a management command, with time for statements that touch every row."""
        return subprocess.run(
            [PYTHON, "manage.py", *words],
            cwd=ROOT,
            env={**self.environment, "STATEMENT_TIMEOUT": "600"},
            stdout=output,
            # Ctrl-C is for us alone.
            start_new_session=True,
        ).returncode

    def must_manage(self, *words: str, output: int | None = None) -> None:
        if self.manage(*words, output=output):
            raise CannotStart(f"The demo cannot start: manage.py {words[0]} failed, for the reason above.")

    def prepare(self) -> None:
        """Bring the database and static files up to date, and load the documents where there are none."""
        if not self._static_is_current():
            self.must_manage("collectstatic", "--no-input", "--clear", "--verbosity", "0")
            (self.state / "static-is").write_text(_digest_of_static())
        if self.manage("migrate", "--check", output=subprocess.DEVNULL):
            print("Preparing the database", flush=True)
            self.must_manage("migrate", "--no-input", "--verbosity", "0")
        if self._is_empty():
            print("Loading the five documents", flush=True)
            self.must_manage("load_fixtures", output=subprocess.DEVNULL)
            self.sign_ins.unlink(missing_ok=True)
        # In a database that was given and has its own people, nobody gets an account from us.
        elif os.environ.get("DATABASE_URL"):
            if self.national:
                self._load_postcodes()
            return
        self._load_postcodes()
        if not self.sign_ins.exists():
            self.must_manage("make_demo_accounts", str(self.sign_ins), output=subprocess.DEVNULL)

    def start(self) -> None:
        """Start the web server, the worker and beat, and wait until the site answers."""
        for folder in (self.logs, self.state / "mail", Path(self.environment["MEDIA_ROOT"])):
            folder.mkdir(parents=True, exist_ok=True)
        self._start(
            "worker",
            "celery",
            "-A",
            "config",
            "worker",
            "--concurrency",
            "2",
            "--loglevel",
            "INFO",
            "--without-gossip",
            "--without-mingle",
        )
        self._start("beat", "celery", "-A", "config", "beat", "--loglevel", "INFO", "--pidfile", "")
        self._start(
            "web", "gunicorn", "--config", "python:config.gunicorn", "--bind", f"127.0.0.1:{self.port}", "config.wsgi"
        )
        until = time.monotonic() + 60
        while not self._answers():
            self.check_all_run()
            if time.monotonic() > until:
                raise CannotStart(f"The site does not answer at {self.address}: see {self.logs / 'web.log'}")
            time.sleep(0.1)

    def publish(self) -> None:
        """Publish a first edition of each document that has none."""
        self.must_manage("publish_first_editions")

    def check_all_run(self) -> None:
        for name, process in self.processes:
            if process.poll() is not None:
                log = self.logs / f"{name}.log"
                end = "\n".join(log.read_text(errors="replace").strip().splitlines()[-8:])
                raise CannotStart(f"The demo's {name} stopped; the end of {log}:\n{end}")

    def stop(self) -> None:
        for _, process in self.processes:
            if process.poll() is None:
                process.terminate()
        until = time.monotonic() + STOP_SECONDS
        for _, process in self.processes:
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _start(self, name: str, module: str, *words: str) -> None:
        with (self.logs / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [PYTHON, "-m", module, *words],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        self.processes.append((name, process))

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/live", timeout=5) as response:
                return bool(response.status == 200)
        except urllib.error.HTTPError:
            raise CannotStart(f"The site answers with an error: see {self.logs / 'web.log'}") from None
        except OSError:
            return False

    def _load_postcodes(self) -> None:
        """Load the postcodes of the four councils and around them, or with --national all, where they are not there."""
        if self._has("core_postcode", offset=NATIONAL_POSTCODES if self.national else 0):
            return
        print(
            f"Loading the postcodes of {'Great Britain' if self.national else 'the four councils and around'}",
            flush=True,
        )
        self.must_manage("load_postcodes", *([] if self.national else ["--councils"]), output=subprocess.DEVNULL)

    def _is_empty(self) -> bool:
        return not self._has("commissioning_organisation")

    def _has(self, table: str, offset: int = 0) -> bool:
        """Whether a table has more rows than ``offset``."""
        import psycopg

        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            # The table is one of two named above.
            found = connection.execute(f"SELECT 1 FROM {table} OFFSET {offset} LIMIT 1")
            return found.fetchone() is not None

    def _static_is_current(self) -> bool:
        with contextlib.suppress(OSError):
            return (self.state / "static" / "staticfiles.json").exists() and (
                (self.state / "static-is").read_text() == _digest_of_static()
            )
        return False


def _secret_key(state: Path) -> str:
    if os.environ.get("SECRET_KEY"):
        return os.environ["SECRET_KEY"]
    file = state / "secret-key"
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as output:
            output.write(secrets.token_urlsafe(60))
    return file.read_text()


def _digest_of_static() -> str:
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for path in sorted((ROOT / "static").rglob("*")):
        if path.is_file():
            digest.update(f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}".encode())
    return digest.hexdigest()


def _port() -> int:
    given = os.environ.get("PORT") or "8000"
    if not given.isdecimal() or not 1 <= int(given) <= 65535:
        raise CannotStart(f"PORT must be a whole number from 1 to 65535, not {given!r}.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(given)))
        except OSError:
            raise CannotStart(f"Port {given} is taken: type PORT={int(given) % 65535 + 1} bin/demo") from None
    return int(given)


def _reset(state: Path) -> None:
    if os.environ.get("DATABASE_URL"):
        raise CannotStart("--reset only empties the demo's own database: unset DATABASE_URL, or empty yours yourself.")
    servers = state_folder(state / "servers")
    with (servers / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotStart("The demo is running: stop it with Ctrl-C, then reset it.") from None
        for folder in ("postgres", "redis"):
            shutil.rmtree(servers / folder, ignore_errors=True)
    for folder in ("media", "mail", "logs", "static"):
        shutil.rmtree(state / folder, ignore_errors=True)
    for file in ("demo-sign-ins.txt", "secret-key", "static-is"):
        (state / file).unlink(missing_ok=True)
    print("The demo starts over.", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/demo", description="Run the portal on this machine until Ctrl-C.")
    parser.add_argument("--reset", action="store_true", help="throw the demo's database and files away first")
    parser.add_argument(
        "--national",
        action="store_true",
        help="load every postcode of Great Britain, not only around the four councils",
    )
    parser.add_argument(
        "--state", type=Path, default=ROOT / ".local" / "demo", help="the folder for the database, files and logs"
    )
    options = parser.parse_args()
    state = options.state.absolute()
    state.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        port = _port()
        if options.reset:
            _reset(state)
        with services(state / "servers") as addresses:
            servers = state_folder(state / "servers")
            if not os.environ.get("DATABASE_URL") and servers != state / "servers":
                print(f"The database is in {servers}, since PostgreSQL's account cannot reach this folder.", flush=True)
            demo = Demo(state, port, addresses, national=options.national)
            try:
                demo.prepare()
                demo.start()
                demo.publish()
                print(f"\nThe portal is at {demo.address}\n")
                if demo.sign_ins.exists():
                    print(f"Sign in at {demo.address}/account/login/ as\n{demo.sign_ins.read_text()}")
                print("Press Ctrl-C to stop.", flush=True)
                while True:
                    demo.check_all_run()
                    time.sleep(1)
            finally:
                demo.stop()
    except CannotStart as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.")
        return 0


if __name__ == "__main__":
    sys.exit(main())
