from tests.tools.work import beat, broker, start  # noqa: F401 - fixtures
