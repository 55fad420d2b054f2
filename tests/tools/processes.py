"""Real server and worker processes for the tests that need them."""

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.http import urlencode

ROOT = Path(settings.BASE_DIR)
START_SECONDS = 90


def load_services():
    """Return bin/services.py as a module."""
    spec = importlib.util.spec_from_file_location("services", ROOT / "bin" / "services.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["services"] = module
    spec.loader.exec_module(module)
    return module


def environment(**more):
    """Return the environment for a process of the portal that works on this test's database and files."""
    database = connection.settings_dict
    query = urlencode(
        {key: value for key, value in {"host": database["HOST"], "port": database["PORT"]}.items() if value}
    )
    user = f"{database['USER']}:{database['PASSWORD']}" if database["PASSWORD"] else database["USER"]
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": f"postgresql://{user}@/{database['NAME']}?{query}",
        "REDIS_URL": settings.REDIS_URL,
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "PYTHONUNBUFFERED": "1",
        **more,
    }


def wait_until(is_true, *, seconds=START_SECONDS, what="it"):
    """Look again and again until something is true, and fail with its name when it never is."""
    until = time.monotonic() + seconds
    while True:
        value = is_true()
        if value:
            return value
        if time.monotonic() > until:
            raise AssertionError(f"Waited {seconds} seconds for {what}.")
        time.sleep(0.1)


class Worker:
    """A Celery worker process of its own group, with its log."""

    def __init__(self, log, *, concurrency=1, **more):
        self.log = Path(log)
        self._output = self.log.open("wb")
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "-A", "config", "worker"),
                *("--concurrency", str(concurrency), "--loglevel", "INFO", "--without-gossip", "--without-mingle"),
            ],
            cwd=ROOT,
            env=environment(**more),
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def wait_until_ready(self):
        """Wait until the worker takes jobs."""

        def is_ready():
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            return "ready." in self.log.read_text()

        wait_until(is_ready, what="the worker to be ready")
        return self

    def children(self):
        """Return the ids of the processes that run the jobs."""
        result = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True)
        return [int(line) for line in result.stdout.split()]

    def kill(self):
        """End the worker and its children at once, as a power cut would."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(20)
        self._output.close()

    def stop(self):
        """Let the worker finish what it does, then end it."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
        self._output.close()


class SpareRedis:
    """A Redis of one test's own, which that test may stop and start again."""

    def __init__(self, state):
        self._state = Path(state)
        self._services = load_services()
        self._server = None
        self.start()

    def start(self):
        self._server, self.url = self._services.start_redis(self._state)

    def stop(self):
        if self._server:
            self._server.stop()

    def kill(self):
        self._server.process.kill()
        self._server.process.wait(20)


class WebServer:
    """The production web server on a free port, with its log."""

    def __init__(self, log, **more):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self.log = Path(log)
        self._output = self.log.open("wb")
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn"),
                *("--bind", f"127.0.0.1:{port}", "config.wsgi"),
            ],
            cwd=ROOT,
            env=environment(PUBLIC_URL=self.address, WEB_CONCURRENCY="1", **more),
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def wait_until_ready(self):
        """Wait until the server answers, whatever the answer is."""

        def answers():
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            try:
                return self.get("/health/live")
            except OSError:
                return None

        wait_until(answers, what="the web server")
        return self

    def get(self, path, **headers):
        """Return the answer's status, headers and text."""
        request = urllib.request.Request(self.address + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, response.headers, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    def stop(self):
        """Let the server finish its answers, then end it."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(20)
        self._output.close()
