"""Taking a registration back, and who gets the place."""

import pytest

from core.errors import AlreadyDone
from core.models import AuditEvent
from tenders.models import Registration
from tenders.services import registrations, replies
from tests.factories import NOON
from tests.factories.core import UserFactory
from tests.factories.engagement import EventFactory, RegistrationFactory
from tests.tenders.registrations.people import DAY, mails, register

pytestmark = pytest.mark.django_db


def test_taking_back_gives_the_place_to_the_next_and_tells_them():
    event = EventFactory(places_maximum=1)
    gone = RegistrationFactory(event=event)
    second = RegistrationFactory(event=event, confirmed_at=NOON - DAY, place_given_at=None)
    third = RegistrationFactory(event=event, place_given_at=None)

    registrations.withdraw_registration(registration=gone, at=NOON)

    assert [Registration.objects.get(pk=one.pk).state for one in (gone, second, third)] == [
        "withdrawn",
        "stands",
        "waiting",
    ]
    assert mails() == [(second.email, f"A place is free, and it is yours: {event.title}")]
    assert sorted(AuditEvent.objects.values_list("action", flat=True)) == [
        "registration.given_place",
        "registration.withdrawn",
    ]


def test_who_has_taken_back_may_register_anew():
    event = EventFactory()
    row = RegistrationFactory(event=event, email="ada@example.org")
    registrations.withdraw_registration(registration=row, at=NOON)

    register(event)

    assert sorted(one.state for one in Registration.objects.all()) == ["unconfirmed", "withdrawn"]


def test_an_officer_takes_somebody_off_the_list_and_they_are_told():
    row = RegistrationFactory()
    officer = UserFactory()

    registrations.withdraw_registration(registration=row, by=officer, at=NOON)

    assert mails() == [(row.email, f"You are no longer registered: {row.event.title}")]
    assert AuditEvent.objects.get().by_id == officer.pk


def test_taking_back_is_refused_twice_and_when_the_event_is_over():
    gone = RegistrationFactory(withdrawn_at=NOON)
    past = RegistrationFactory(event=EventFactory(starts_at=NOON - DAY))

    with pytest.raises(AlreadyDone):
        registrations.withdraw_registration(registration=gone, at=NOON)
    with pytest.raises(replies.LinkGone, match="past"):
        registrations.withdraw_registration(registration=past, at=NOON)

    assert mails() == []


def test_more_places_go_to_those_who_wait_in_their_order():
    event = EventFactory(places_maximum=3)
    RegistrationFactory(event=event)
    waiting = [RegistrationFactory(event=event, confirmed_at=NOON + n * DAY, place_given_at=None) for n in (2, 0, 1)]

    given = registrations.give_places(event=event, at=NOON + 3 * DAY)

    assert given == [waiting[1], waiting[2]]
    assert len(mails()) == 2


def test_nobody_gets_a_place_at_what_has_begun():
    event = EventFactory(starts_at=NOON, places_maximum=5)
    RegistrationFactory(event=event, place_given_at=None)

    assert registrations.give_places(event=event, at=NOON) == []
    assert mails() == []
