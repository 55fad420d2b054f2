import pytest

from tests.browser.inspector import Inspector
from tests.browser.rows.strategies import Press
from tests.tools.browser import KeptWindow
from tests.tools.work import beat, broker, start  # noqa: F401 - fixtures


@pytest.fixture(scope="session")
def press():
    """Composes one edition a session with the real renderer; see `Press`."""
    return Press()


@pytest.fixture(scope="session")
def _kept_windows(_chromium, live_server):
    windows = {
        javascript: KeptWindow(_chromium, live_server.url, javascript=javascript) for javascript in (True, False)
    }
    yield windows
    for window in windows.values():
        window.close()


@pytest.fixture(scope="session")
def inspector(_kept_windows, html_checker):
    """Opens pages on the running site and returns what is wrong with each."""
    return Inspector(_kept_windows, html_checker)
