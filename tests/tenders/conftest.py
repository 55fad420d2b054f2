import pytest

from tenders.alerts import run
from tests.factories import NOON
from tests.tools.work import beat, broker, start  # noqa: F401 - fixtures


@pytest.fixture
def looked():
    """The registers as they are now are known to the alerts; what comes later is news."""

    def look(at=NOON):
        assert run.run(at=at).finished_at == at

    return look
