"""The running demo, as bin/demo starts it once everything is installed."""

import http.cookiejar
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from tests.tools.processes import ROOT, load_services

DEMO = [sys.executable, str(ROOT / "bin" / "run_demo.py")]
OURS = {"DATABASE_URL", "REDIS_URL", "PORT", "PUBLIC_URL", "SECRET_KEY", "MEDIA_ROOT", "EMAIL_URL", "DEBUG"}
WITHOUT = {name: value for name, value in os.environ.items() if name not in OURS}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def state():
    folder = Path(tempfile.mkdtemp(prefix="portal-demo-"))
    folder.chmod(0o755)
    yield folder
    elsewhere = load_services().state_folder(folder / "servers")
    shutil.rmtree(elsewhere, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def refused(state, *words, **environment):
    result = subprocess.run(
        [*DEMO, "--state", str(state), *words],
        env={**WITHOUT, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (result.returncode, result.stdout) == (1, "")
    return result.stderr


def test_wrong_port_is_one_sentence(state):
    assert refused(state, PORT="http") == "PORT must be a whole number from 1 to 65535, not 'http'.\n"


def test_taken_port_says_what_to_type(state):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        sentence = refused(state, PORT=str(port))

    assert sentence == f"Port {port} is taken: type PORT={port % 65535 + 1} bin/demo\n"


def test_reset_never_empties_a_database_that_was_given(state):
    sentence = refused(state, "--reset", PORT=str(free_port()), DATABASE_URL="postgresql://db.example.org/ours")

    assert sentence == ("--reset only empties the demo's own database: unset DATABASE_URL, or empty yours yourself.\n")


class RunningDemo:
    """The demo and what it printed."""

    def __init__(self, state):
        self.address = f"http://127.0.0.1:{(port := free_port())}"
        self.lines = []
        self.process = subprocess.Popen(
            [*DEMO, "--state", str(state)],
            env={**WITHOUT, "PORT": str(port)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # Where the tests run in the background, Ctrl-C is ignored and would stay so in what they start.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        self._reader = threading.Thread(target=lambda: self.lines.extend(self.process.stdout), daemon=True)
        self._reader.start()

    @property
    def text(self):
        return "".join(self.lines)

    def wait(self, seconds):
        until = time.monotonic() + seconds
        while "Press Ctrl-C to stop." not in self.text:
            assert self.process.poll() is None, self.text
            assert time.monotonic() < until, self.text
            time.sleep(0.2)
        return self

    def get(self, path):
        return self.browser.open(self.address + path, timeout=60).read().decode()

    def sign_in(self, email, password):
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get("/account/login/"))[1]
        form = {"csrfmiddlewaretoken": token, "login": email, "password": password}
        return self.browser.open(f"{self.address}/account/login/", urllib.parse.urlencode(form).encode()).geturl()

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(90)
        self._reader.join(10)


@pytest.mark.slow
def test_demo_from_nothing_and_again(state):
    first = RunningDemo(state).wait(1200)
    try:
        home = first.get("/")
        strategies = first.get("/strategies/")
        sign_ins = re.findall(r": (\S+@demo\.example)  (\S+)$", first.text, re.MULTILINE)
        landed = first.sign_in(*sign_ins[0])
    finally:
        first.stop()
    second = RunningDemo(state).wait(120)
    try:
        again = second.get("/strategies/")
    finally:
        second.stop()

    assert "Loading the five documents" in first.text
    assert "<h1" in home
    assert re.findall(r'href="(/strategies/[a-z0-9-]+/)"', strategies) == re.findall(
        r'href="(/strategies/[a-z0-9-]+/)"', again
    )
    assert len(sign_ins) >= 2
    assert "/account/login/" not in landed
    assert "Loading" not in second.text
    assert "Preparing" not in second.text
    assert re.findall(r": (\S+@demo\.example)  (\S+)$", second.text, re.MULTILINE) == sign_ins
    running = subprocess.run(["pgrep", "-f", str(state)], capture_output=True, text=True).stdout.split()
    assert [number for number in running if int(number) != os.getpid()] == []
