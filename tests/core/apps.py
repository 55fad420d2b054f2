from django.apps import AppConfig


class TestJobsConfig(AppConfig):
    """Lets a worker under test find `tests.core.tasks`."""

    name = "tests.core"
    label = "tests_core"
