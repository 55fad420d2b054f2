import pytest

from tests.browser.inspector import Inspector
from tests.browser.rows.strategies import Press


@pytest.fixture(scope="session")
def press():
    """Composes one edition a session with the real renderer; see `Press`."""
    return Press()


@pytest.fixture
def inspector(browse, html_checker):
    """Opens pages on the running site and returns what is wrong with each."""
    return Inspector(browse, html_checker)
