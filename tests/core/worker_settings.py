"""The real settings for a worker under test: it knows the tests' jobs, and misses a lost one after seconds."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.core.apps.TestJobsConfig"]
JOB_LEASE_SECONDS = 3
JOB_UNNOTICED_SECONDS = 1
JOB_RECONCILE_SECONDS = 1
JOB_PAUSES = (0,)
