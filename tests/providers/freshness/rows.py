"""What the tests of the three dates share: entries of some age."""

import datetime as dt
import re

from core import jobs
from core.models import Job, JobState
from tests.factories import NOON
from tests.factories.providers import (
    ServiceFactory,
)
from tests.tools.work import beat, broker, finished, start  # noqa: F401 - fixtures

MINUTE = dt.timedelta(minutes=1)


def days(number):
    return dt.timedelta(days=number)


def known_for(age, **more):
    """A public service that its provider confirmed so long before NOON."""
    return ServiceFactory(published_at=NOON - days(999), confirmed_at=NOON - age, **more)


def run_jobs():
    for row in Job.objects.filter(state=JobState.QUEUED):
        jobs.run(row.pk)


def links(text):
    return re.findall(r"http://testserver(/workspace/confirm/\S+)", text)
