"""Alerts survive a worker that dies half-way. What comes by mail is in `tests/browser/test_opportunity_journey.py`."""

import datetime as dt
import os
import signal

import pytest
from django.db import connection, transaction

from core import clock, jobs
from core.models import OutgoingMail
from tenders.alerts import run
from tenders.models import AlertItem, AlertRun, Follow, Subscriber
from tests.factories.tenders import DateChangeFactory, OpportunityFactory
from tests.tools.processes import wait_until
from tests.tools.work import finished

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 3000


def tell():
    with transaction.atomic():
        return jobs.enqueue("tenders.tell_subscribers")


def test_a_worker_that_is_killed_half_way_leaves_nothing_out_and_tells_nothing_twice(start, beat):
    row = OpportunityFactory(published_at=clock.now())
    at = clock.now()
    run.run(at=at)
    people = Subscriber.objects.bulk_create(
        Subscriber(email=f"reader-{number}@example.org", created_at=at, confirmed_at=at) for number in range(PEOPLE)
    )
    Follow.objects.bulk_create(
        Follow(subscriber=one, opportunity=row, frequency=1, created_at=at, confirmed_at=at) for one in people
    )
    DateChangeFactory(opportunity=row, new="May 2031", changed_at=at + dt.timedelta(microseconds=1))
    worker = start(EMAIL_URL="console:")
    owed = tell()
    wait_until(OutgoingMail.objects.exists, what="the first mails")
    for child in worker.children():
        os.kill(child, signal.SIGKILL)
    half = OutgoingMail.objects.count()

    # The same job taken up again, or the beat's next one: each ends a run that stopped.
    finished(owed)
    wait_until(lambda: not AlertRun.objects.filter(finished_at=None).exists(), what="the end of the run")

    assert 0 < half < PEOPLE
    with connection.cursor() as cursor:
        cursor.execute('SELECT count(*), count(DISTINCT "to") FROM core_outgoingmail')
        assert cursor.fetchone() == (PEOPLE, PEOPLE)
    assert AlertItem.objects.filter(sent_at=None).count() == 0
