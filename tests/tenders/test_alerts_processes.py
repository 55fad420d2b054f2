"""Alerts with a real worker: what is in the mailbox in the end, also when the worker dies half-way."""

import datetime as dt
import os
import signal
from pathlib import Path

import pytest
from django.conf import settings as portal
from django.db import connection, transaction

from config.fixtures import load_fixtures
from core import clock, jobs
from core.dates import parse
from core.models import JobState, OutgoingMail
from tenders import services
from tenders.alerts import run
from tenders.models import AlertItem, AlertRun, Follow, Frequency, Opportunity, Subscriber
from tenders.services import subscriptions
from tenders.services.subscriptions import Want
from tests.factories.core import UserFactory
from tests.factories.tenders import DateChangeFactory, OpportunityFactory, SubscriberFactory
from tests.tools.mailbox import mails
from tests.tools.processes import wait_until
from tests.tools.work import finished

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 3000


def tell():
    with transaction.atomic():
        return jobs.enqueue("tenders.tell_subscribers")


def test_the_planned_procurements_of_two_councils_are_followed_and_a_moved_date_comes_by_mail(start, beat, tmp_path):
    """From the list to the mailbox: one follows an entry of each council, the other saves the search of one."""
    load_fixtures(folder=Path(portal.BASE_DIR) / "fixtures", at=clock.now())
    at = clock.now()
    run.run(at=at)
    follower = SubscriberFactory(email="follower@example.org", created_at=at, confirmed_at=at)
    searcher = SubscriberFactory(email="searcher@example.org", created_at=at, confirmed_at=at)
    planned = Opportunity.objects.listed(at=at).filter(opens_at=None)
    rows = [
        planned.filter(organisation__slug=slug).order_by("pk").first()
        for slug in ("durham-county-council", "cheshire-east-council")
    ]
    for row in rows:
        subscriptions.want(subscriber=follower, want=Want(Frequency.INSTANT, target=row), at=at)
    search = Want(Frequency.INSTANT, query="buyer=durham-county-council", name="Work in Durham")
    subscriptions.want(subscriber=searcher, want=search, at=at)
    officer = UserFactory()
    for row in rows:
        services.move_date(
            opportunity=row,
            field="tender_date",
            to=parse("Autumn 2031"),
            reason="The review takes longer.",
            by=officer,
            at=clock.now(),
        )
    box = tmp_path / "mailbox"
    box.mkdir()
    start(EMAIL_URL=f"file://{box}")

    done = [finished(tell()), finished(tell())]
    wait_until(lambda: len(mails(box)) == 2, what="two mails")

    assert [row.state for row in done] == [JobState.DONE, JobState.DONE]
    found = mails(box)
    assert {to: len(each) for to, each in found.items()} == {follower.email: 1, searcher.email: 1}
    text = found[follower.email][0].get_content()
    assert all(row.title in text for row in rows)
    assert text.count("now Autumn 2031. The reason: The review takes longer.") == 2
    (mail,) = found[searcher.email]
    assert rows[0].title in mail.get_content()
    assert rows[1].title not in mail.get_content()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Unsubscribe"].strip().startswith("<http")


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
