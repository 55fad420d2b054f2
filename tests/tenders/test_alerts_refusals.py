"""A mailbox that refuses our mails for good is not written to for ever."""

import datetime as dt

import pytest
from django.urls import reverse

from core import jobs, mail
from core.errors import AlreadyDone
from core.models import AuditEvent, Job, OutgoingMail
from core.tasks import delete_personal_data
from tenders.alerts.links import Purpose, token
from tenders.models import AlertItem, AlertNews, Follow, Subscriber
from tenders.services import refusals, subscriptions
from tests.factories import NOON
from tests.factories.core import UserFactory
from tests.factories.tenders import FollowFactory, OpportunityFactory
from tests.tools.mail_server import mail_server

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
ACTION = "admin:tenders_subscriber_action"


def refused(person, *, days=refusals.REFUSED_DAYS):
    for number in range(days):
        OutgoingMail.objects.create(
            key=f"alerts:{person.pk}:{number}", to=person.email, subject="News", refused_at=NOON - number * DAY,
            refusal=f"550 5.1.1 Refusal {number}",
        )  # fmt: skip


@pytest.fixture
def person():
    follow = FollowFactory(opportunity=OpportunityFactory())
    news = AlertNews.objects.create(
        key="a", kind="moved", opportunity=follow.opportunity, text="Moved.", happened_at=NOON, found_at=NOON
    )
    AlertItem.objects.create(subscriber=follow.subscriber, news=news, frequency=1)
    return follow.subscriber


def test_mails_stop_after_refusals_on_three_days_and_what_is_on_its_way_is_taken_back(person):
    other = FollowFactory(opportunity=OpportunityFactory()).subscriber
    refused(person, days=2)
    refused(other, days=2)
    early = refusals.stop_refused(at=NOON)
    OutgoingMail.objects.create(key=f"alerts:{person.pk}:x", to=person.email, subject="News", refused_at=NOON - 2 * DAY)
    OutgoingMail.objects.create(key=f"alerts:{person.pk}:y", to=person.email, subject="On its way")

    stopped = refusals.stop_refused(at=NOON + DAY)
    again = refusals.stop_refused(at=NOON + 2 * DAY)

    person.refresh_from_db()
    assert (early, stopped, again) == (0, 1, 0)
    assert (person.stopped_at, person.refused_at, person.is_told) == (NOON + DAY, NOON + DAY, False)
    assert list(Subscriber.objects.told()) == [other]
    assert not AlertItem.objects.exists()
    assert not OutgoingMail.objects.filter(subject="On its way").exists()
    assert AuditEvent.objects.get().action == "subscriber.refused"


def test_a_worker_that_meets_a_closed_mailbox_on_three_days_ends_its_mails(person, settings):
    with mail_server(settings) as server:
        server.answer = "550 5.1.1 User unknown"
        for number in range(3):
            owed = mail.owe(key=f"alerts:{person.pk}:{number}", to=person.email, subject="News", text="Moved.")
            jobs.run(Job.objects.get(key=f"mail:{owed.pk}").pk)
            OutgoingMail.objects.filter(pk=owed.pk).update(refused_at=NOON - number * DAY)

    refusals.stop_refused(at=NOON)

    assert not Subscriber.objects.told().exists()


def test_its_person_takes_the_mails_up_again_and_the_count_begins_anew(client, person):
    refused(person)
    refusals.stop_refused(at=NOON)
    address = reverse("tenders:alerts_manage", args=[token(Purpose.MANAGE, person.key)])

    page = client.get(address).content.decode()
    client.post(address, {"do": "take_up_all"})
    refusals.stop_refused(at=NOON + DAY)

    assert "Your mailbox has refused our emails for days" in page and "30 days after that" in page
    assert Subscriber.objects.told().get().refused_at is None
    assert Follow.objects.active().exists()


def test_asking_anew_and_confirming_begins_again(person):
    refused(person)
    refusals.stop_refused(at=NOON)

    person.refresh_from_db()
    person.user = UserFactory(email=person.email)
    person.save()
    found = subscriptions.subscriber_of(person.user, at=NOON + DAY)
    refusals.stop_refused(at=NOON + DAY)

    assert (found.refused_at, Subscriber.objects.get().is_told) == (None, True)


def test_an_operator_finds_them_and_sends_mails_again(client, person):
    client.force_login(UserFactory(is_superuser=True))
    refused(person)
    refusals.stop_refused(at=NOON)

    listed = client.get(reverse("admin:tenders_subscriber_changelist"), {"stand": "refused"}).content.decode()
    record = client.get(reverse("admin:tenders_subscriber_change", args=[person.pk])).content.decode()
    client.post(reverse(ACTION, args=[person.pk, "resume"]))
    again = client.post(reverse(ACTION, args=[person.pk, "resume"]))

    assert person.email in listed
    assert "550 5.1.1 Refusal 0" in record and "Refusal 1" not in record
    assert (Subscriber.objects.told().count(), again.status_code) == (1, 403)
    event = AuditEvent.objects.order_by("pk").last()
    assert (event.action, event.by_id) == ("subscriber.resumed", int(client.session["_auth_user_id"]))


def test_nobody_else_takes_up_what_a_person_has_stopped(client, person):
    client.force_login(UserFactory(is_superuser=True))
    refused(person)
    refusals.stop_refused(at=NOON)

    subscriptions.stop_all(subscriber=person, at=NOON + DAY)

    assert client.post(reverse(ACTION, args=[person.pk, "resume"])).status_code == 403
    with pytest.raises(AlreadyDone):
        refusals.resume(subscriber=person, by=None, at=NOON + DAY)
    assert not Subscriber.objects.told().exists()


def test_it_is_kept_for_thirty_days_for_somebody_to_notice(person):
    refused(person)
    at = dt.datetime.now(dt.UTC)
    refusals.stop_refused(at=at - 29 * DAY)

    delete_personal_data()
    kept = Subscriber.objects.count()
    Subscriber.objects.update(refused_at=at - 31 * DAY)
    delete_personal_data()

    assert (kept, Subscriber.objects.count()) == (1, 0)
