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


def open_window(browser, url, *, width=1280, height=900, javascript=True, **options):
    """Return a new window, with no cookie and nothing in its cache, for pages below an address."""
    context = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": height},
        java_script_enabled=javascript,
        locale="en-GB",
        timezone_id="Europe/London",
        reduced_motion="reduce",
        **options,
    )
    context.set_default_timeout(30_000)
    return Watched(context.new_page(), urlsplit(url).netloc)


class KeptWindow:
    """A window that many tests use, one after the other: opening one is dearer than most pages."""

    def __init__(self, browser, url, **options):
        self._url = url
        self.watched = open_window(browser, url, **options)
        self._debugger = self.watched.page.context.new_cdp_session(self.watched.page)

    def forget(self):
        """Make it as good as new: no cookie, nothing stored or cached and nothing complained of.

        The page of before stays until the next: by way of an empty one, each would need a process of its own.
        """
        self._debugger.send("Network.clearBrowserCache")
        self._debugger.send("Network.clearBrowserCookies")
        self._debugger.send("Storage.clearDataForOrigin", {"origin": self._url, "storageTypes": "all"})
        self.watched.console_errors.clear()
        self.watched.foreign_requests.clear()
        return self.watched

    def close(self):
        self.watched.page.context.close()
