"""Who is told of news is shown to operators of the site, and to nobody else."""

import datetime as dt

import pytest
from django.urls import reverse

from core.models import AuditEvent
from tenders.models import AlertItem, AlertNews, Follow, SavedSearch, Subscriber
from tests.factories import NOON
from tests.factories.commissioning import OfficerFactory
from tests.factories.core import UserFactory
from tests.factories.providers import RepresentativeFactory
from tests.factories.tenders import FollowFactory, OpportunityFactory, SavedSearchFactory

pytestmark = pytest.mark.django_db
LIST = "admin:tenders_subscriber_changelist"
RECORD = "admin:tenders_subscriber_change"
ACTION = "admin:tenders_subscriber_action"


@pytest.fixture
def person():
    search = SavedSearchFactory(subscriber__email="reader@example.org", name="Work near me")
    FollowFactory(subscriber=search.subscriber, opportunity=(row := OpportunityFactory(title="Day care")))
    for number in range(2):
        news = AlertNews.objects.create(
            key=str(number), kind="moved", opportunity=row, text="Moved.", happened_at=NOON, found_at=NOON
        )
        AlertItem.objects.create(
            subscriber=search.subscriber, news=news, frequency=1, sent_at=NOON + number * dt.timedelta(hours=1)
        )
    return search.subscriber


@pytest.fixture
def operator(client):
    client.force_login(UserFactory(is_superuser=True))
    return client


def test_operators_read_what_somebody_wants_and_can_change_nothing_of_it(operator, person):
    listed = operator.get(reverse(LIST), {"q": "reader@", "stand": "told"}).content.decode()
    record = operator.get(reverse(RECORD, args=[person.pk]))

    assert ("reader@example.org" in listed, "1pm GMT on 18 November 2026" in listed) == (True, True)
    text = record.content.decode()
    assert ("The search “Work near me”, as it happens" in text, "News of Day care, as it happens" in text) == (
        True,
        True,
    )
    assert record.context["adminform"].form.fields == {}
    assert operator.post(reverse(RECORD, args=[person.pk]), {"email": "x@example.org"}).status_code == 403
    assert operator.post(reverse("admin:tenders_subscriber_delete", args=[person.pk])).status_code == 403
    assert operator.get(reverse("admin:tenders_subscriber_add")).status_code == 403


def test_an_operator_stops_one_on_request_and_the_trail_says_who(operator, person):
    path = reverse(ACTION, args=[person.pk, "stop"])
    page = operator.get(path)
    assert Subscriber.objects.told().exists()

    operator.post(path)
    again = operator.post(path)

    assert (page.status_code, again.status_code) == (200, 403)
    assert not SavedSearch.objects.active().exists()
    assert not Follow.objects.active().exists()
    event = AuditEvent.objects.get()
    assert (event.action, event.by_id, event.object_label) == (
        "subscriber.stopped",
        int(operator.session["_auth_user_id"]),
        f"Subscriber {person.pk}",
    )
    assert "reader@" not in str((event.before, event.after))


@pytest.mark.parametrize("make", [OfficerFactory, RepresentativeFactory])
def test_nobody_else_learns_of_them(client, person, make):
    client.force_login(make().user)

    answers = [
        client.get(reverse(LIST)),
        client.get(reverse(RECORD, args=[person.pk])),
        client.post(reverse(ACTION, args=[person.pk, "stop"])),
    ]

    assert all(one.status_code in {302, 403, 404} for one in answers)
    assert all("reader@" not in one.content.decode() + one.get("Location", "") for one in answers)
    assert Subscriber.objects.told().exists()
