"""Pages in headless Chromium, with what they asked for and complained about."""

import shutil
from urllib.parse import urlsplit

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
NAMES = ["chromium", "chromium-browser", "google-chrome", "chrome"]
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


def chromium_path():
    """Return the machine's Chromium, or None."""
    return next(filter(None, map(shutil.which, [*NAMES, MAC])), None)


class Watched:
    """A browser page that keeps its console errors and every request to another host."""

    def __init__(self, page, host):
        self.page = page
        self.console_errors = []
        self.foreign_requests = []
        page.on("console", lambda message: message.type == "error" and self.console_errors.append(message.text))
        page.on("pageerror", lambda error: self.console_errors.append(str(error)))
        page.on("request", lambda request: self._note(request.url, host))

    def _note(self, url, host):
        parts = urlsplit(url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != host:
            self.foreign_requests.append(url)
