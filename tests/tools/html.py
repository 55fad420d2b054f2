"""The Nu HTML checker as a server of its own, so that a page takes it milliseconds."""

import json
import socket
import subprocess
import urllib.request
from pathlib import Path

from tests.tools.processes import wait_until

JAR = Path(__file__).resolve().parents[2] / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"


class HtmlChecker:
    """Finds what is wrong in a page's HTML."""

    def __init__(self, log):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._address = f"http://127.0.0.1:{port}/?out=json&level=error"
        self._process = subprocess.Popen(
            [
                *("java", "-Dnu.validator.servlet.bind-address=127.0.0.1", "-Dnu.validator.client.charset-sniffing=1"),
                # Compiled once and lightly, it costs half: it lives for some hundred pages. That needs a larger stack.
                *("-XX:TieredStopAtLevel=1", "-Xss16m"),
                *("-Xmx512m", "-cp", str(JAR), "nu.validator.servlet.Main", str(port)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        wait_until(lambda: self._answers(), what="the HTML checker")

    def _answers(self):
        assert self._process.poll() is None, "The HTML checker did not start: is Java installed?"
        try:
            return self.problems("<!doctype html><html lang=en><title>Page</title><p>Words") == []
        except OSError:
            return False

    def problems(self, html):
        """Return one line for each error in the page."""
        request = urllib.request.Request(
            self._address, data=html.encode(), headers={"Content-Type": "text/html; charset=utf-8"}
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            messages = json.load(response)["messages"]
        return [f"line {m.get('lastLine')}: {m['message']}" for m in messages if m["type"] == "error"]

    def stop(self):
        self._process.terminate()
        self._process.wait(20)
