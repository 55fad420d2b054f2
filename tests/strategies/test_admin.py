"""The journey from a draft to a published edition, as an officer goes it in the workspace."""

import datetime as dt

import pytest
from django.urls import reverse

from commissioning.forms import LondonMomentField
from core.models import AuditEvent, Job, JobState
from strategies.models import Edition
from tests.factories import NOON
from tests.factories.commissioning import OfficerFactory
from tests.factories.core import UserFactory
from tests.factories.strategies import SectionFactory, StrategyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def strategy():
    return SectionFactory(strategy__published_at=None).strategy


@pytest.fixture
def public_strategy(strategy):
    strategy.published_at = NOON - dt.timedelta(days=500)
    strategy.save()
    return strategy


@pytest.fixture
def officer(client, strategy):
    person = OfficerFactory(organisation=strategy.organisation, role="publisher").user
    client.force_login(person)
    return person


def composed(strategy, *, number=1, **fields):
    return Edition.objects.create(
        strategy=strategy, number=number, requested_at=NOON,
        composed_at=NOON, content={}, content_checksum="0" * 64, **fields,
    )  # fmt: skip


def action(record, name):
    return reverse(f"admin:strategies_{record._meta.model_name}_action", args=[record.pk, name])


def text_of(response):
    return response.content.decode()


def test_compose_asks_first_and_changes_nothing_by_looking(client, officer, strategy):
    response = client.get(action(strategy, "compose_edition"))

    assert "Nothing is published yet." in text_of(response)
    assert not Edition.objects.exists()


def test_compose_gives_a_number_a_job_and_an_entry_in_the_trail(client, officer, strategy):
    response = client.post(action(strategy, "compose_edition"))

    edition = Edition.objects.get()
    assert response["Location"] == f"/admin/strategies/edition/{edition.pk}/progress/"
    assert (edition.number, edition.requested_by) == (1, officer)
    assert Job.objects.get().arguments == {"edition_id": edition.pk}
    assert AuditEvent.objects.about(edition).get().action == "edition.requested"


def test_compose_is_refused_while_another_is_in_the_making(client, officer, strategy):
    client.post(action(strategy, "compose_edition"))

    response = client.post(action(strategy, "compose_edition"))

    assert "Edition 1 is being composed." in text_of(response)
    assert Edition.objects.count() == 1


def test_compose_names_everything_that_is_missing(client, officer, strategy):
    SectionFactory(strategy=strategy, title="What people said", body="", block="messages")
    SectionFactory(strategy=strategy, title="Who we are", body="", block="contacts")

    response = client.post(action(strategy, "compose_edition"))

    assert "Nothing was composed." in text_of(response)
    assert len(response.context["missing"]) == 2
    assert not Edition.objects.exists()


def test_progress_tells_a_failure_and_offers_another_try(client, officer, strategy):
    client.post(action(strategy, "compose_edition"))
    edition = Edition.objects.get()
    Job.objects.update(state=JobState.FAILED, reason="There is no space left.", finished_at=NOON)

    shown = client.get(f"/admin/strategies/edition/{edition.pk}/progress/")
    pressed = client.post(action(edition, "try_again"))

    assert "There is no space left." in text_of(shown)
    assert pressed["Location"].endswith("/progress/")
    assert Job.objects.get().state == JobState.QUEUED


def test_edition_of_a_draft_strategy_waits_for_it(client, officer, strategy):
    edition = composed(strategy)

    response = client.post(action(edition, "publish"))

    edition.refresh_from_db()
    assert "The strategy itself is not public by then." in text_of(response)
    assert edition.published_at is None


def test_publish_now(client, officer, public_strategy):
    edition = composed(public_strategy)

    response = client.post(action(edition, "publish"), {"moment": ""}, follow=True)

    edition.refresh_from_db()
    event = AuditEvent.objects.about(edition).get()
    assert "Edition 1 is published." in text_of(response)
    assert edition.published_by == officer
    assert (event.action, event.by_id, event.before["published_at"]) == ("edition.published", officer.pk, None)


def test_publish_later_and_take_it_back(client, officer, public_strategy):
    edition = composed(public_strategy)

    planned = client.post(action(edition, "publish"), {"moment": "2099-07-01T09:00"}, follow=True)
    edition.refresh_from_db()
    moment = edition.published_at
    client.post(action(edition, "unschedule"))

    edition.refresh_from_db()
    assert "will be published on 1 July 2099, 09:00, London time" in text_of(planned)
    assert moment == dt.datetime(2099, 7, 1, 8, tzinfo=dt.UTC)
    assert edition.published_at is None
    assert AuditEvent.objects.about(edition).filter(action="edition.unscheduled").count() == 1


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [
        ("2099-10-25T01:30", "01:30 comes twice"),
        ("2099-03-29T01:30", "there is no 01:30"),
        ("2001-01-01T09:00", "Choose a moment that has not passed"),
        ("soon", "Write the day and time like"),
        ("\x00", "Write the day and time like"),
    ],
)
def test_moment_that_cannot_be_is_refused_with_the_reason(client, officer, public_strategy, moment, sentence):
    edition = composed(public_strategy)

    response = client.post(action(edition, "publish"), {"moment": moment})

    edition.refresh_from_db()
    assert response.status_code == 200
    assert sentence in text_of(response)
    assert edition.published_at is None


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("2026-10-25T00:59", "2026-10-24T23:59+00:00"),
        ("2026-10-25T02:00", "2026-10-25T02:00+00:00"),
        ("2026-03-29T00:59", "2026-03-29T00:59+00:00"),
        ("2026-03-29T02:00", "2026-03-29T01:00+00:00"),
        ("2026-10-25T01:30+01:00", "2026-10-25T00:30+00:00"),
        ("2026-10-25T01:30Z", "2026-10-25T01:30+00:00"),
    ],
)
def test_moments_around_a_change_of_the_clocks(typed, moment):
    assert LondonMomentField().clean(typed) == dt.datetime.fromisoformat(moment)


def test_what_is_published_cannot_be_published_again_or_taken_back(client, officer, strategy):
    edition = composed(strategy, published_at=NOON - dt.timedelta(days=400))

    again, back = client.post(action(edition, "publish")), client.post(action(edition, "unschedule"))

    assert (again.status_code, back.status_code) == (403, 403)
    assert not AuditEvent.objects.exists()


def test_older_edition_is_not_published_over_a_newer(client, officer, public_strategy):
    older = composed(public_strategy)
    composed(public_strategy, number=2, published_at=NOON - dt.timedelta(days=400))

    response = client.post(action(older, "publish"))

    assert "Compose a new edition instead." in text_of(response)


def test_edition_not_composed_has_no_publish_button(client, officer, strategy):
    edition = Edition.objects.create(strategy=strategy, number=1, requested_at=NOON)

    assert client.post(action(edition, "publish")).status_code == 403


def test_publishing_a_draft_strategy_is_written_down(client, officer, strategy):
    response = client.post(action(strategy, "publish"), follow=True)

    strategy.refresh_from_db()
    assert "The record is public." in text_of(response)
    assert strategy.published_by == officer
    assert AuditEvent.objects.about(strategy).get().action == "strategy.published"


def test_first_page_says_what_waits(client, officer, strategy):
    composed(strategy)
    composed(strategy, number=2, published_at=dt.datetime(2099, 1, 1, tzinfo=dt.UTC))
    composed(StrategyFactory(), number=7)

    titles = {one.title: one.count for one in client.get("/admin/").context["waiting"]}

    assert titles == {"Look at and publish": 1, "Will be published by itself": 1, "Draft strategy": 1}


def test_first_page_costs_the_same_however_much_waits(client, officer, strategy, django_assert_max_num_queries):
    composed(strategy)
    with django_assert_max_num_queries(60) as one:
        client.get("/admin/")

    for number in range(2, 6):
        composed(SectionFactory(strategy__organisation=strategy.organisation).strategy, number=number)
    with django_assert_max_num_queries(60) as five:
        client.get("/admin/")

    assert len(five) == len(one)


def test_operator_sees_what_waits_everywhere(client, strategy):
    composed(strategy)
    client.force_login(UserFactory(is_superuser=True))

    titles = [one.title for one in client.get("/admin/").context["waiting"]]

    assert "Look at and publish" in titles
