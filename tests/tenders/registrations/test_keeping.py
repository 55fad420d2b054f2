"""What the database refuses, and how long names are kept."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from tenders.models import Event, Registration
from tests.factories import NOON
from tests.factories.engagement import EventFactory, RegistrationFactory
from tests.tenders.registrations.people import DAY

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({}, "upcoming"),
        ({"starts_at": NOON}, "running"),
        ({"starts_at": NOON - dt.timedelta(hours=2)}, "past"),
        ({"cancelled_at": NOON, "cancelled_reason": "Snow."}, "cancelled"),
        ({"cancelled_at": NOON + DAY, "cancelled_reason": "Snow."}, "upcoming"),
    ],
)
def test_status_in_python_and_in_sql_agree(facts, status):
    event = EventFactory(**facts)

    row = Event.objects.with_status(at=NOON).get(pk=event.pk)

    assert (row.status(at=NOON), row.status_now) == (status, status)


@pytest.mark.parametrize(
    "facts",
    [
        {"ends_at": NOON + 7 * DAY},
        {"registration_closes_at": NOON + 8 * DAY},
        {"registration_opens_at": NOON + 8 * DAY},
        {"registration_opens_at": NOON + 2 * DAY, "registration_closes_at": NOON + DAY},
        {"places_maximum": 0},
        {"cancelled_at": NOON},
        {"cancelled_reason": "Snow."},
    ],
)
def test_the_database_refuses_an_event(facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        EventFactory(**facts)


def test_the_database_refuses_an_address_twice_and_a_place_for_nobody():
    row = RegistrationFactory(email="ada@example.org")

    with pytest.raises(IntegrityError), transaction.atomic():
        RegistrationFactory(event=row.event, email="ADA@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        RegistrationFactory(confirmed_at=None, place_given_at=NOON)


def test_names_are_deleted_in_time(settings):
    kept = dt.timedelta(days=settings.ENGAGEMENT_KEPT_DAYS)
    over = NOON - kept - dt.timedelta(hours=2)
    stays = [
        RegistrationFactory(event=EventFactory(starts_at=over)),
        RegistrationFactory(confirmed_at=None, received_at=NOON - 7 * DAY),
        RegistrationFactory(withdrawn_at=NOON - 30 * DAY),
    ]
    RegistrationFactory(event=EventFactory(starts_at=over - dt.timedelta(seconds=1)))
    RegistrationFactory(confirmed_at=None, received_at=NOON - 7 * DAY - dt.timedelta(seconds=1))
    RegistrationFactory(withdrawn_at=NOON - 30 * DAY - dt.timedelta(seconds=1))

    Registration.objects.past_keeping(at=NOON).delete()

    assert set(Registration.objects.all()) == set(stays)
