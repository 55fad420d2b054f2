"""Who is asked when whether an entry is still true, once and in one mail."""

import pytest
from django.core import mail as outbox
from django.db import connection, transaction

from core import clock
from core.models import Job, JobState, OutgoingMail
from providers.models import ConfirmationRequest, Representative
from providers.services import freshness
from providers.tokens import hash_of
from tests.factories import NOON
from tests.factories.core import UserFactory
from tests.factories.providers import (
    RepresentativeFactory,
    ServiceFactory,
)
from tests.providers.freshness.rows import MINUTE, days, known_for, links, run_jobs
from tests.tools.at_once import both
from tests.tools.processes import wait_until
from tests.tools.work import beat, broker, finished, start  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


def test_due_entry_is_asked_about_once(person):
    service = person.provider.services.get()

    asked = [
        freshness.ask_all(at=NOON + wait, progress=lambda *_: None) for wait in (days(0), MINUTE, days(1), days(89))
    ]

    run_jobs()
    (sent,) = outbox.outbox
    request = ConfirmationRequest.objects.get()
    assert asked == [1, 0, 0, 0]
    assert sent.to == [person.user.email]
    assert sent.subject == f"Is what families read about {service} still true?"
    assert (request.sent_at, request.expires_at, request.service) == (NOON, NOON + days(90), service)
    assert hash_of(links(sent.body)[0].rstrip("/").rpartition("/")[2]) == request.token_hash
    assert "You last said that it is right on 30 August 2026." in sent.body
    assert "List-Unsubscribe" not in sent.extra_headers


def test_silence_is_asked_again_after_a_period(person):
    freshness.ask_all(at=NOON, progress=lambda *_: None)

    again = freshness.ask_all(at=NOON + days(91), progress=lambda *_: None)

    assert again == 1
    assert ConfirmationRequest.objects.count() == 2


def test_next_period_begins_with_a_confirmation(person):
    service = person.provider.services.get()
    freshness.ask_all(at=NOON, progress=lambda *_: None)
    freshness.confirm_service(service=service, by=person.user, at=NOON + days(2))

    asked = [freshness.ask_all(at=NOON + days(2 + age), progress=lambda *_: None) for age in (1, 76, 77)]

    assert asked == [0, 0, 1]


def test_one_mail_holds_all_entries_of_a_person(person):
    second = known_for(days(100), provider=person.provider, name="Second house")
    known_for(days(10), provider=person.provider, name="Fresh house")
    colleague = RepresentativeFactory(provider=person.provider)

    freshness.ask_all(at=NOON, progress=lambda *_: None)

    run_jobs()
    assert sorted(one.to[0] for one in outbox.outbox) == sorted([person.user.email, colleague.user.email])
    for sent in outbox.outbox:
        assert sent.subject == f"Are your 2 entries still true? {person.provider}"
        assert len(set(links(sent.body))) == 2
        assert second.name in sent.body
        assert "Fresh house" not in sent.body
    assert len({link for sent in outbox.outbox for link in links(sent.body)}) == 4


def test_a_mail_holds_no_more_links_than_are_read_and_the_rest_follows(person, monkeypatch):
    monkeypatch.setattr(freshness, "MOST_IN_A_MAIL", 2)
    for _ in range(2):
        known_for(days(80), provider=person.provider)

    counts = []
    for night in range(3):
        freshness.ask_all(at=NOON + days(night), progress=lambda *_: None)
        counts.append(ConfirmationRequest.objects.count())

    assert counts == [2, 3, 3]


def test_who_is_not_asked():
    RepresentativeFactory(provider=known_for(days(80)).provider, user=UserFactory(is_active=False))
    RepresentativeFactory(provider=known_for(days(80), ended="2026").provider)
    RepresentativeFactory(provider=known_for(days(76)).provider)
    RepresentativeFactory(provider=ServiceFactory(published_at=None, confirmed_at=NOON - days(80)).provider)
    known_for(days(80))  # nobody keeps it

    assert freshness.ask_all(at=NOON, progress=lambda *_: None) == 0
    assert OutgoingMail.objects.count() == 0


def test_someone_who_left_meanwhile_gets_no_mail(person):
    Representative.objects.all().delete()

    assert freshness.ask_representative(representative=person, at=NOON) == []
    assert OutgoingMail.objects.count() == 0


def test_asking_takes_as_many_queries_for_one_entry_as_for_many(django_assert_num_queries):
    def ask(person):
        with transaction.atomic():
            return freshness.ask_representative(representative=person, at=NOON)

    few, many = (RepresentativeFactory(provider=known_for(days(80)).provider) for _ in range(2))
    for _ in range(9):
        known_for(days(80), provider=many.provider)
    with django_assert_num_queries(11) as first:
        ask(few)

    with django_assert_num_queries(len(first.captured_queries)):
        assert len(ask(many)) == 10


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_half_way_asks_everybody_once(start, beat):  # noqa: F811
    at = clock.now()
    people = [
        RepresentativeFactory(provider=ServiceFactory(published_at=at - days(400), confirmed_at=at - days(80)).provider)
        for _ in range(6)
    ]
    # The third person cannot be asked while this is held, so that the worker is caught in the middle.
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("SELECT 1 FROM providers_representative WHERE id = %s FOR UPDATE", [people[2].pk])
        worker = start()  # it queues the night's jobs by itself
        wait_until(lambda: ConfirmationRequest.objects.count() == 2, what="two people to be asked")
        worker.kill()
    other.close()
    half_way = ConfirmationRequest.objects.count()

    start()

    row = finished(Job.objects.get(kind="providers.ask_for_confirmation"))
    wait_until(lambda: OutgoingMail.objects.filter(sent_at__isnull=False).count() == 6, what="the mails to leave")
    assert half_way == 2
    assert row.state == JobState.DONE
    assert row.attempts >= 2
    assert sorted(ConfirmationRequest.objects.values_list("representative", flat=True)) == [one.pk for one in people]
    assert sorted(OutgoingMail.objects.values_list("to", flat=True)) == sorted(one.user.email for one in people)


@pytest.mark.django_db(transaction=True)
def test_somebody_asked_twice_at_one_time_gets_one_mail():
    at = clock.now()
    service = ServiceFactory(published_at=at - days(400), confirmed_at=at - days(80))
    person = RepresentativeFactory(provider=service.provider)

    both(lambda: freshness.ask_representative(representative=person, at=at))

    assert ConfirmationRequest.objects.count() == OutgoingMail.objects.count() == 1
